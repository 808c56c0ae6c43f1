#include "base/error.h"
#include "base/h5_internal.h"
#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- types ---- */

size_t hl_h5_type_size(enum hl_h5_type type) {
  static const size_t sizes[] = {1, 4, 8, 4, 8};
  return sizes[type];
}

hid_t h5_file_type(enum hl_h5_type type) {
  const hid_t types[] = {H5T_STD_U8LE, H5T_STD_I32LE, H5T_STD_I64LE, H5T_IEEE_F32LE, H5T_IEEE_F64LE};
  return types[type];
}

hid_t h5_memory_type(enum hl_h5_type type) {
  const hid_t types[] = {H5T_NATIVE_UINT8, H5T_NATIVE_INT32, H5T_NATIVE_INT64, H5T_NATIVE_FLOAT,
                         H5T_NATIVE_DOUBLE};
  return types[type];
}

/* ---- attributes of numbers ---- */

hl_status hl_h5_write_numbers(struct hl_h5 object, const char *attribute, size_t n, const double *values) {
  h5_silence();
  bool is_whole = true;
  for (size_t i = 0; i < n; i++) is_whole = is_whole && values[i] == rint(values[i]);
  const hid_t type = is_whole ? H5T_STD_I64LE : H5T_IEEE_F64LE;
  const hsize_t dim = n;
  const hid_t space = H5Screate_simple(1, &dim, NULL);
  const hid_t id = H5Acreate2(object.id, attribute, type, space, H5P_DEFAULT, H5P_DEFAULT);
  const bool ok = id > 0 && H5Awrite(id, H5T_NATIVE_DOUBLE, values) >= 0;
  hl_status status = ok ? HL_OK : h5_fail_write(object, attribute);
  if (H5Aclose(id) < 0 && status == HL_OK) status = h5_fail_write(object, attribute);
  H5Sclose(space);
  return status;
}

hl_status hl_h5_read_numbers(struct hl_h5 object, const char *attribute, size_t *n, double **values) {
  h5_silence();
  *values = NULL;
  const hid_t id = H5Aexists(object.id, attribute) > 0 ? H5Aopen(object.id, attribute, H5P_DEFAULT) : -1;
  if (id < 0) return h5_fail(HL_INVALID, object, attribute, "found no such attribute, expected numbers");
  const hid_t type = H5Aget_type(id), space = H5Aget_space(id);
  const H5T_class_t class = H5Tget_class(type);
  const hssize_t n_point = H5Sget_simple_extent_npoints(space);
  hl_status status = HL_OK;
  if ((class != H5T_INTEGER && class != H5T_FLOAT) || n_point < 0 ||
      (uint64_t)n_point > H5Aget_storage_size(id)) {
    status = h5_fail(HL_INVALID, object, attribute, "found another type or shape, expected numbers");
    goto out;
  }
  *n = (size_t)n_point;
  TRY(hl_new_array(*n, sizeof **values, values));
  if (*n > 0 && H5Aread(id, H5T_NATIVE_DOUBLE, *values) < 0) {
    status = h5_fail(HL_INVALID, object, attribute, "cannot read");
    goto out;
  }
  TRY(h5_check_end(object));
out:
  H5Sclose(space);
  H5Tclose(type);
  H5Aclose(id);
  return status;
}

/* ---- arrays ---- */

hl_status hl_h5_create_dataset(struct hl_h5 parent, const char *name, enum hl_h5_type type,
                               struct hl_h5_shape shape, struct hl_h5 *dataset) {
  h5_silence();
  hsize_t dims[HL_H5_MAX_RANK];
  for (size_t i = 0; i < shape.rank; i++) dims[i] = shape.dims[i];
  const hid_t space = H5Screate_simple((int)shape.rank, dims, NULL),
              list = h5_new_untimed(H5P_DATASET_CREATE);
  *dataset = (struct hl_h5){
      H5Dcreate2(parent.id, name, h5_file_type(type), space, H5P_DEFAULT, list, H5P_DEFAULT), parent.path};
  const hl_status status = dataset->id > 0 ? HL_OK : h5_fail_write(parent, name);
  if (status != HL_OK) dataset->id = 0;
  H5Pclose(list);
  H5Sclose(space);
  return status;
}

hl_status hl_h5_write_array(struct hl_h5 parent, const char *name, enum hl_h5_type type,
                            struct hl_h5_shape shape, const void *data) {
  struct hl_h5 dataset;
  hl_status status = hl_h5_create_dataset(parent, name, type, shape, &dataset);
  if (status != HL_OK) return status;
  uint64_t n = 1;
  for (size_t i = 0; i < shape.rank; i++) n *= shape.dims[i];
  if (n > 0 && H5Dwrite(dataset.id, h5_memory_type(type), H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0) {
    status = h5_fail_write(parent, name);
  }
  const hl_status closed = hl_h5_close(&dataset); /* which writes what was held back */
  return status == HL_OK ? closed : status;
}

static hl_status find_type(struct hl_h5 parent, const char *name, hid_t dataset, enum hl_h5_type *type) {
  const hid_t id = H5Dget_type(dataset);
  const size_t size = H5Tget_size(id);
  const H5T_class_t class = H5Tget_class(id);
  H5Tclose(id);
  if (class == H5T_FLOAT && (size == 4 || size == 8)) {
    *type = size == 4 ? HL_H5_FLOAT32 : HL_H5_FLOAT64;
  } else if (class == H5T_INTEGER && size <= 8) {
    *type = size == 1 ? HL_H5_UINT8 : size <= 4 ? HL_H5_INT32 : HL_H5_INT64;
  } else {
    return h5_fail(HL_INVALID, parent, name, "found another type, expected numbers");
  }
  return HL_OK;
}

hl_status h5_open_dataset(struct hl_h5 parent, const char *name, const char *expected,
                          struct hl_h5 *dataset) {
  h5_silence();
  const htri_t exists = H5Lexists(parent.id, name, H5P_DEFAULT); /* negative: its reason is told below */
  *dataset = (struct hl_h5){exists > 0 ? H5Dopen2(parent.id, name, H5P_DEFAULT) : -1, parent.path};
  if (dataset->id < 0) {
    char what[H5_NAME_BYTES];
    dataset->id = 0;
    snprintf(what, sizeof what, "found no such dataset, expected %s", expected);
    return h5_fail(HL_INVALID, parent, name, what);
  }
  const hl_status status = h5_check_chunks(*dataset);
  if (status != HL_OK) hl_h5_close(dataset);
  return status;
}

hl_status hl_h5_open_dataset(struct hl_h5 parent, const char *name, struct hl_h5 *dataset,
                             enum hl_h5_type *type, struct hl_h5_shape *shape) {
  hl_status status = h5_open_dataset(parent, name, "one", dataset);
  if (status != HL_OK) return status;
  hsize_t dims[HL_H5_MAX_RANK];
  const hid_t space = H5Dget_space(dataset->id);
  const int rank = H5Sget_simple_extent_ndims(space);
  if (rank < 1 || rank > HL_H5_MAX_RANK || H5Sget_simple_extent_dims(space, dims, NULL) != rank) {
    status = h5_fail(HL_INVALID, parent, name, "found another shape, expected 1 to 4 dimensions");
    goto out;
  }
  *shape = (struct hl_h5_shape){.rank = (size_t)rank};
  for (int i = 0; i < rank; i++) shape->dims[i] = dims[i];
  status = find_type(parent, name, dataset->id, type);
out:
  H5Sclose(space);
  if (status != HL_OK) hl_h5_close(dataset);
  return status;
}

bool hl_h5_is_contiguous(struct hl_h5 dataset) {
  h5_silence();
  const hid_t list = H5Dget_create_plist(dataset.id);
  const bool is_contiguous = list > 0 && H5Pget_layout(list) == H5D_CONTIGUOUS;
  H5Pclose(list);
  return is_contiguous;
}

static bool same_shape(struct hl_h5_shape a, struct hl_h5_shape b) {
  bool same = a.rank == b.rank;
  for (size_t i = 0; same && i < a.rank; i++) same = a.dims[i] == b.dims[i];
  return same;
}

static void print_shape(struct hl_h5_shape shape, char text[H5_NAME_BYTES]) {
  size_t used = 0;
  for (size_t i = 0; i < shape.rank; i++) {
    used += (size_t)snprintf(text + used, H5_NAME_BYTES - used, "%s%llu", i > 0 ? " x " : "",
                             (unsigned long long)shape.dims[i]);
  }
}

hl_status hl_h5_read_array(struct hl_h5 parent, const char *name, enum hl_h5_type type,
                           struct hl_h5_shape shape, void *data) {
  struct hl_h5 dataset;
  enum hl_h5_type found_type;
  struct hl_h5_shape found;
  hl_status status = hl_h5_open_dataset(parent, name, &dataset, &found_type, &found);
  if (status != HL_OK) return status;
  uint64_t n = 1;
  for (size_t i = 0; i < shape.rank; i++) n *= shape.dims[i];
  if (!same_shape(found, shape)) {
    char has[H5_NAME_BYTES] = "", wants[H5_NAME_BYTES] = "", line[3 * H5_NAME_BYTES];
    print_shape(found, has);
    print_shape(shape, wants);
    snprintf(line, sizeof line, "found shape %s, expected %s", has, wants);
    status = h5_fail(HL_INVALID, parent, name, line);
  } else if (n > 0 && H5Dread(dataset.id, h5_memory_type(type), H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0) {
    status = h5_fail(HL_INVALID, parent, name, "cannot read");
  }
  if (status == HL_OK) status = h5_check_end(parent);
  hl_h5_close(&dataset);
  return status;
}

/* Selects rows [first, first + n) of the dataset's space and a memory space of just them. */
static bool select_rows(hid_t dataset, uint64_t first, uint64_t n, hid_t *file_space, hid_t *memory_space) {
  hsize_t start[HL_H5_MAX_RANK] = {first}, count[HL_H5_MAX_RANK];
  *file_space = H5Dget_space(dataset);
  const int rank = H5Sget_simple_extent_dims(*file_space, count, NULL);
  count[0] = n;
  *memory_space = H5Screate_simple(rank, count, NULL);
  return rank > 0 && H5Sselect_hyperslab(*file_space, H5S_SELECT_SET, start, NULL, count, NULL) >= 0;
}

hl_status hl_h5_write_rows(struct hl_h5 dataset, enum hl_h5_type type, uint64_t first, uint64_t n,
                           const void *data) {
  hid_t file_space, memory_space;
  h5_silence();
  const bool ok =
      select_rows(dataset.id, first, n, &file_space, &memory_space) &&
      H5Dwrite(dataset.id, h5_memory_type(type), memory_space, file_space, H5P_DEFAULT, data) >= 0;
  const hl_status status = ok ? HL_OK : h5_fail_write(dataset, NULL);
  H5Sclose(memory_space);
  H5Sclose(file_space);
  return status;
}

hl_status hl_h5_read_rows(struct hl_h5 dataset, enum hl_h5_type type, uint64_t first, uint64_t n,
                          void *data) {
  hid_t file_space, memory_space;
  h5_silence();
  const bool ok = select_rows(dataset.id, first, n, &file_space, &memory_space) &&
                  H5Dread(dataset.id, h5_memory_type(type), memory_space, file_space, H5P_DEFAULT, data) >= 0;
  char what[H5_NAME_BYTES];
  snprintf(what, sizeof what, "rows %llu to %llu: cannot read", (unsigned long long)first,
           (unsigned long long)(first + n - 1));
  const hl_status status = ok ? h5_check_end(dataset) : h5_fail(HL_INVALID, dataset, NULL, what);
  H5Sclose(memory_space);
  H5Sclose(file_space);
  return status;
}
