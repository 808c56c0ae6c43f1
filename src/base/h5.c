#include "base/h5.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"

#include <errno.h>
#include <hdf5.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A deflate stream unpacks to at most 1032 times its size: no honest dataset claims more. */
enum { MAX_INFLATION = 1032, NAME_BYTES = 512, DEFLATE_LEVEL = 1 };

/* ---- errors
 * -------------------------------------------------------------------------------------------------------- */

static void silence(void) {
  H5dont_atexit(); /* after a close that failed (a full disk) HDF5's own exit handler would crash */
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

static herr_t keep_innermost(unsigned depth, const H5E_error2_t *error, void *text) {
  if (depth == 0) snprintf(text, NAME_BYTES, " (%s)", error->desc != NULL ? error->desc : "HDF5");
  return 0;
}

static hl_status fail_h5(hl_status status, struct hl_h5 object, const char *name, const char *what) {
  char place[NAME_BYTES] = "", reason[NAME_BYTES] = "";
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_innermost, reason);
  if (object.id > 0 && H5Iget_name(object.id, place, sizeof place) <= 0) *place = '\0';
  const bool needs_slash = name != NULL && strcmp(place, "/") != 0;
  return hl_fail(status, "%s: %s%s%s: %s%s", object.path, place, needs_slash ? "/" : "",
                 name != NULL ? name : "", what, reason);
}

static hl_status fail_write(struct hl_h5 object, const char *name) {
  return fail_h5(HL_IO, object, name, "cannot write");
}

/* ---- files and groups
 * ---------------------------------------------------------------------------------------------- */

size_t hl_h5_type_size(enum hl_h5_type type) {
  static const size_t sizes[] = {1, 4, 8, 4, 8};
  return sizes[type];
}

/* Little-endian in the file, whatever the machine: the same bytes everywhere. */
static hid_t file_type(enum hl_h5_type type) {
  const hid_t types[] = {H5T_STD_U8LE, H5T_STD_I32LE, H5T_STD_I64LE, H5T_IEEE_F32LE, H5T_IEEE_F64LE};
  return types[type];
}

static hid_t memory_type(enum hl_h5_type type) {
  const hid_t types[] = {H5T_NATIVE_UINT8, H5T_NATIVE_INT32, H5T_NATIVE_INT64, H5T_NATIVE_FLOAT,
                         H5T_NATIVE_DOUBLE};
  return types[type];
}

static hid_t new_untimed(hid_t class) {
  const hid_t list = H5Pcreate(class);
  if (list >= 0) H5Pset_obj_track_times(list, 0);
  return list;
}

hl_status hl_h5_create(const char *path, struct hl_h5 *file) {
  silence();
  const hid_t list = new_untimed(H5P_FILE_CREATE);
  *file = (struct hl_h5){H5Fcreate(path, H5F_ACC_TRUNC, list, H5P_DEFAULT), path};
  H5Pclose(list);
  if (file->id > 0) return HL_OK;
  file->id = 0;
  return fail_h5(HL_IO, *file, NULL, "cannot create");
}

hl_status hl_h5_open(const char *path, struct hl_h5 *file) {
  struct stat info;
  silence();
  *file = (struct hl_h5){0, path};
  if (stat(path, &info) != 0) return hl_fail_errno(path, "open");
  if (!S_ISREG(info.st_mode)) return hl_fail(HL_IO, "%s: found no regular file, expected an HDF5 file", path);
  if (access(path, R_OK) != 0) return hl_fail_errno(path, "open");
  const htri_t is_hdf5 = H5Fis_hdf5(path);
  if (is_hdf5 <= 0) return hl_fail(HL_INVALID, "%s: found no HDF5 signature, expected an HDF5 file", path);
  file->id = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
  if (file->id > 0) return HL_OK;
  file->id = 0;
  return fail_h5(HL_INVALID, *file, NULL, "found a broken HDF5 file");
}

hl_status hl_h5_close(struct hl_h5 *object) {
  const struct hl_h5 closed = *object;
  if (closed.id <= 0) return HL_OK;
  silence();
  object->id = 0;
  const herr_t result = H5Iget_type(closed.id) == H5I_FILE ? H5Fclose(closed.id) : H5Idec_ref(closed.id);
  return result >= 0 ? HL_OK : fail_write((struct hl_h5){0, closed.path}, NULL);
}

hl_status hl_h5_create_group(struct hl_h5 parent, const char *name, struct hl_h5 *group) {
  silence();
  const hid_t list = new_untimed(H5P_GROUP_CREATE);
  *group = (struct hl_h5){H5Gcreate2(parent.id, name, H5P_DEFAULT, list, H5P_DEFAULT), parent.path};
  H5Pclose(list);
  if (group->id > 0) return HL_OK;
  group->id = 0;
  return fail_write(parent, name);
}

hl_status hl_h5_open_group(struct hl_h5 parent, const char *name, struct hl_h5 *group) {
  silence();
  *group = (struct hl_h5){H5Gopen2(parent.id, name, H5P_DEFAULT), parent.path};
  if (group->id > 0) return HL_OK;
  group->id = 0;
  return fail_h5(HL_INVALID, parent, name, "found no such group, expected one");
}

bool hl_h5_has(struct hl_h5 parent, const char *name) {
  silence();
  return H5Lexists(parent.id, name, H5P_DEFAULT) > 0;
}

static herr_t add_link(hid_t group, const char *name, const H5L_info_t *info, void *links) {
  (void)group, (void)info;
  return hl_strings_add(links, name) == HL_OK ? 0 : -1;
}

hl_status hl_h5_list(struct hl_h5 group, struct hl_strings *links) {
  silence();
  if (H5Literate(group.id, H5_INDEX_NAME, H5_ITER_INC, NULL, add_link, links) < 0) {
    return fail_h5(HL_INVALID, group, NULL, "cannot list");
  }
  return hl_strings_sort(links, strcmp, NULL);
}

/* ---- text
 * ----------------------------------------------------------------------------------------------------------
 */

static hid_t new_text_type(void) {
  const hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, H5T_VARIABLE);
  H5Tset_cset(type, H5T_CSET_UTF8);
  return type;
}

hl_status hl_h5_write_strings(struct hl_h5 parent, const char *name, const struct hl_strings *strings) {
  silence();
  const hsize_t n = strings->n;
  const hid_t type = new_text_type(), space = H5Screate_simple(1, &n, NULL),
              list = new_untimed(H5P_DATASET_CREATE);
  const hid_t dataset = H5Dcreate2(parent.id, name, type, space, H5P_DEFAULT, list, H5P_DEFAULT);
  const bool ok =
      dataset > 0 && (n == 0 || H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, strings->items) >= 0);
  const hl_status status = ok ? HL_OK : fail_write(parent, name);
  H5Dclose(dataset);
  H5Pclose(list);
  H5Sclose(space);
  H5Tclose(type);
  return status;
}

static hl_status add_checked(struct hl_h5 parent, const char *name, struct hl_strings *strings,
                             const char *text, size_t length) {
  if (!hl_is_utf8(text, length)) {
    return hl_fail(HL_INVALID, "%s: %s: item %zu: found bytes that are no UTF-8", parent.path, name,
                   strings->n);
  }
  return hl_strings_add(strings, text);
}

static hl_status read_variable(struct hl_h5 parent, const char *name, hid_t dataset, hid_t space, size_t n,
                               struct hl_strings *strings) {
  char **texts = NULL;
  hl_status status = HL_OK;
  const hid_t type = new_text_type();
  TRY(hl_new_array(n, sizeof *texts, &texts));
  if (n > 0 && H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, texts) < 0) {
    H5Tset_cset(type, H5T_CSET_ASCII); /* h5py and others may have declared plain ASCII */
    if (H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, texts) < 0) {
      status = fail_h5(HL_INVALID, parent, name, "cannot read");
      goto out;
    }
  }
  for (size_t i = 0; i < n && status == HL_OK; i++) {
    const char *text = texts[i] != NULL ? texts[i] : "";
    status = add_checked(parent, name, strings, text, strlen(text));
  }
  if (n > 0) H5Dvlen_reclaim(type, space, H5P_DEFAULT, texts);
out:
  H5Tclose(type);
  free(texts);
  return status;
}

static hl_status read_fixed(struct hl_h5 parent, const char *name, hid_t dataset, hid_t type, size_t n,
                            struct hl_strings *strings) {
  char *block = NULL, *text = NULL;
  hl_status status = HL_OK;
  const size_t size = H5Tget_size(type);
  size_t n_byte;
  if (!hl_multiply(n, size, &n_byte) || n_byte > (size_t)H5Dget_storage_size(dataset) * MAX_INFLATION) {
    return hl_fail(HL_INVALID, "%s: %s: found a claim of %zu texts of %zu bytes, more than the file holds",
                   parent.path, name, n, size);
  }
  TRY(hl_new_array(n_byte, 1, &block));
  TRY(hl_new_array(size + 1, 1, &text));
  if (n > 0 && H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, block) < 0) {
    status = fail_h5(HL_INVALID, parent, name, "cannot read");
    goto out;
  }
  for (size_t i = 0; i < n; i++) {
    memcpy(text, block + i * size, size); /* ends at the first NUL, or fills its field */
    size_t length = strlen(text);
    if (H5Tget_strpad(type) == H5T_STR_SPACEPAD) {
      while (length > 0 && text[length - 1] == ' ') text[--length] = '\0';
    }
    TRY(add_checked(parent, name, strings, text, length));
  }
out:
  free(text);
  free(block);
  return status;
}

hl_status hl_h5_read_strings(struct hl_h5 parent, const char *name, struct hl_strings *strings) {
  silence();
  hl_status status = HL_OK;
  hid_t space = -1, type = -1;
  const hid_t dataset =
      H5Lexists(parent.id, name, H5P_DEFAULT) > 0 ? H5Dopen2(parent.id, name, H5P_DEFAULT) : -1;
  if (dataset < 0)
    return fail_h5(HL_INVALID, parent, name, "found no such dataset, expected a list of texts");
  space = H5Dget_space(dataset);
  type = H5Dget_type(dataset);
  hsize_t n = 0;
  if (H5Tget_class(type) != H5T_STRING || H5Sget_simple_extent_ndims(space) != 1 ||
      H5Sget_simple_extent_dims(space, &n, NULL) != 1) {
    status = fail_h5(HL_INVALID, parent, name, "found another type or shape, expected a list of texts");
    goto out;
  }
  if (H5Tis_variable_str(type) > 0) {
    if (n * sizeof(char *) > H5Dget_storage_size(dataset) * MAX_INFLATION) {
      FAIL(HL_INVALID, "%s: %s: found a claim of %llu texts, more than the file holds", parent.path, name,
           (unsigned long long)n);
    }
    status = read_variable(parent, name, dataset, space, (size_t)n, strings);
  } else {
    status = read_fixed(parent, name, dataset, type, (size_t)n, strings);
  }
out:
  if (status != HL_OK) hl_strings_clear(strings);
  H5Tclose(type);
  H5Sclose(space);
  H5Dclose(dataset);
  return status;
}

hl_status hl_h5_write_text(struct hl_h5 object, const char *attribute, const char *text) {
  silence();
  const hid_t type = new_text_type(), space = H5Screate(H5S_SCALAR);
  const hid_t id = H5Acreate2(object.id, attribute, type, space, H5P_DEFAULT, H5P_DEFAULT);
  const hl_status status = id > 0 && H5Awrite(id, type, &text) >= 0 ? HL_OK : fail_write(object, attribute);
  H5Aclose(id);
  H5Sclose(space);
  H5Tclose(type);
  return status;
}

static hl_status read_text_value(struct hl_h5 object, const char *attribute, hid_t id, hid_t type,
                                 char **text) {
  if (H5Tis_variable_str(type) > 0) {
    char *value = NULL;
    if (H5Aread(id, type, &value) < 0) return fail_h5(HL_INVALID, object, attribute, "cannot read");
    const hl_status status = hl_copy_text(value != NULL ? value : "", text);
    H5free_memory(value);
    return status;
  }
  const size_t size = H5Tget_size(type);
  const hl_status status = hl_new_array(size + 1, 1, text);
  if (status != HL_OK || H5Aread(id, type, *text) >= 0) return status;
  free(*text);
  *text = NULL;
  return fail_h5(HL_INVALID, object, attribute, "cannot read");
}

hl_status hl_h5_read_text(struct hl_h5 object, const char *attribute, char **text) {
  silence();
  *text = NULL;
  if (H5Aexists(object.id, attribute) <= 0) return HL_OK;
  hl_status status = HL_OK;
  const hid_t id = H5Aopen(object.id, attribute, H5P_DEFAULT), type = H5Aget_type(id),
              space = H5Aget_space(id);
  if (H5Tget_class(type) != H5T_STRING || H5Sget_simple_extent_npoints(space) != 1) {
    status = fail_h5(HL_INVALID, object, attribute, "found another type or shape, expected one text");
  } else {
    status = read_text_value(object, attribute, id, type, text);
  }
  if (status == HL_OK && !hl_is_utf8(*text, strlen(*text))) {
    free(*text);
    *text = NULL;
    status = fail_h5(HL_INVALID, object, attribute, "found bytes that are no UTF-8");
  }
  H5Sclose(space);
  H5Tclose(type);
  H5Aclose(id);
  return status;
}

/* ---- numbers
 * ------------------------------------------------------------------------------------------------------- */

hl_status hl_h5_write_numbers(struct hl_h5 object, const char *attribute, size_t n, const double *values) {
  silence();
  bool is_whole = true;
  for (size_t i = 0; i < n; i++) is_whole = is_whole && values[i] == rint(values[i]);
  const hid_t type = is_whole ? H5T_STD_I64LE : H5T_IEEE_F64LE;
  const hsize_t dim = n;
  const hid_t space = H5Screate_simple(1, &dim, NULL);
  const hid_t id = H5Acreate2(object.id, attribute, type, space, H5P_DEFAULT, H5P_DEFAULT);
  const bool ok = id > 0 && H5Awrite(id, H5T_NATIVE_DOUBLE, values) >= 0;
  const hl_status status = ok ? HL_OK : fail_write(object, attribute);
  H5Aclose(id);
  H5Sclose(space);
  return status;
}

hl_status hl_h5_read_numbers(struct hl_h5 object, const char *attribute, size_t *n, double **values) {
  silence();
  *values = NULL;
  const hid_t id = H5Aexists(object.id, attribute) > 0 ? H5Aopen(object.id, attribute, H5P_DEFAULT) : -1;
  if (id < 0) return fail_h5(HL_INVALID, object, attribute, "found no such attribute, expected numbers");
  const hid_t type = H5Aget_type(id), space = H5Aget_space(id);
  const H5T_class_t class = H5Tget_class(type);
  const hssize_t n_point = H5Sget_simple_extent_npoints(space);
  hl_status status = HL_OK;
  if ((class != H5T_INTEGER && class != H5T_FLOAT) || n_point < 0 ||
      (uint64_t)n_point > H5Aget_storage_size(id)) {
    status = fail_h5(HL_INVALID, object, attribute, "found another type or shape, expected numbers");
    goto out;
  }
  *n = (size_t)n_point;
  TRY(hl_new_array(*n, sizeof **values, values));
  if (*n > 0 && H5Aread(id, H5T_NATIVE_DOUBLE, *values) < 0) {
    status = fail_h5(HL_INVALID, object, attribute, "cannot read");
  }
out:
  H5Sclose(space);
  H5Tclose(type);
  H5Aclose(id);
  return status;
}

hl_status hl_h5_create_dataset(struct hl_h5 parent, const char *name, enum hl_h5_type type,
                               struct hl_h5_shape shape, struct hl_h5 *dataset) {
  silence();
  hsize_t dims[HL_H5_MAX_RANK];
  for (size_t i = 0; i < shape.rank; i++) dims[i] = shape.dims[i];
  const hid_t space = H5Screate_simple((int)shape.rank, dims, NULL), list = new_untimed(H5P_DATASET_CREATE);
  *dataset = (struct hl_h5){
      H5Dcreate2(parent.id, name, file_type(type), space, H5P_DEFAULT, list, H5P_DEFAULT), parent.path};
  H5Pclose(list);
  H5Sclose(space);
  if (dataset->id > 0) return HL_OK;
  dataset->id = 0;
  return fail_write(parent, name);
}

hl_status hl_h5_write_array(struct hl_h5 parent, const char *name, enum hl_h5_type type,
                            struct hl_h5_shape shape, const void *data) {
  struct hl_h5 dataset;
  hl_status status = hl_h5_create_dataset(parent, name, type, shape, &dataset);
  if (status != HL_OK) return status;
  uint64_t n = 1;
  for (size_t i = 0; i < shape.rank; i++) n *= shape.dims[i];
  if (n > 0 && H5Dwrite(dataset.id, memory_type(type), H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0) {
    status = fail_write(parent, name);
  }
  hl_h5_close(&dataset);
  return status;
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
    return fail_h5(HL_INVALID, parent, name, "found another type, expected numbers");
  }
  return HL_OK;
}

hl_status hl_h5_open_dataset(struct hl_h5 parent, const char *name, struct hl_h5 *dataset,
                             enum hl_h5_type *type, struct hl_h5_shape *shape) {
  silence();
  const bool exists = H5Lexists(parent.id, name, H5P_DEFAULT) > 0;
  *dataset = (struct hl_h5){exists ? H5Dopen2(parent.id, name, H5P_DEFAULT) : -1, parent.path};
  if (dataset->id < 0) {
    dataset->id = 0;
    return fail_h5(HL_INVALID, parent, name, "found no such dataset, expected one");
  }
  hl_status status = HL_OK;
  hsize_t dims[HL_H5_MAX_RANK];
  const hid_t space = H5Dget_space(dataset->id);
  const int rank = H5Sget_simple_extent_ndims(space);
  if (rank < 1 || rank > HL_H5_MAX_RANK || H5Sget_simple_extent_dims(space, dims, NULL) != rank) {
    status = fail_h5(HL_INVALID, parent, name, "found another shape, expected 1 to 4 dimensions");
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

static bool same_shape(struct hl_h5_shape a, struct hl_h5_shape b) {
  bool same = a.rank == b.rank;
  for (size_t i = 0; same && i < a.rank; i++) same = a.dims[i] == b.dims[i];
  return same;
}

static void print_shape(struct hl_h5_shape shape, char text[NAME_BYTES]) {
  size_t used = 0;
  for (size_t i = 0; i < shape.rank; i++) {
    used += (size_t)snprintf(text + used, NAME_BYTES - used, "%s%llu", i > 0 ? " x " : "",
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
    char has[NAME_BYTES] = "", wants[NAME_BYTES] = "", line[3 * NAME_BYTES];
    print_shape(found, has);
    print_shape(shape, wants);
    snprintf(line, sizeof line, "found shape %s, expected %s", has, wants);
    status = fail_h5(HL_INVALID, parent, name, line);
  } else if (n > 0 && H5Dread(dataset.id, memory_type(type), H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0) {
    status = fail_h5(HL_INVALID, parent, name, "cannot read");
  }
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
  silence();
  const bool ok = select_rows(dataset.id, first, n, &file_space, &memory_space) &&
                  H5Dwrite(dataset.id, memory_type(type), memory_space, file_space, H5P_DEFAULT, data) >= 0;
  const hl_status status = ok ? HL_OK : fail_write(dataset, NULL);
  H5Sclose(memory_space);
  H5Sclose(file_space);
  return status;
}

hl_status hl_h5_read_rows(struct hl_h5 dataset, enum hl_h5_type type, uint64_t first, uint64_t n,
                          void *data) {
  hid_t file_space, memory_space;
  silence();
  const bool ok = select_rows(dataset.id, first, n, &file_space, &memory_space) &&
                  H5Dread(dataset.id, memory_type(type), memory_space, file_space, H5P_DEFAULT, data) >= 0;
  const hl_status status = ok ? HL_OK : fail_h5(HL_INVALID, dataset, NULL, "cannot read");
  H5Sclose(memory_space);
  H5Sclose(file_space);
  return status;
}

/* ---- packed chunks
 * ------------------------------------------------------------------------------------------------- */

hl_status hl_h5_create_chunked(struct hl_h5 parent, const char *name, enum hl_h5_type type,
                               struct hl_h5_shape shape, uint64_t chunk_rows, struct hl_h5 *dataset) {
  silence();
  hsize_t dims[HL_H5_MAX_RANK], chunk[HL_H5_MAX_RANK];
  for (size_t i = 0; i < shape.rank; i++) chunk[i] = dims[i] = shape.dims[i];
  chunk[0] = chunk_rows;
  const double nothing = NAN;
  const hid_t space = H5Screate_simple((int)shape.rank, dims, NULL), list = new_untimed(H5P_DATASET_CREATE);
  const bool ok = H5Pset_chunk(list, (int)shape.rank, chunk) >= 0 && H5Pset_shuffle(list) >= 0 &&
                  H5Pset_deflate(list, DEFLATE_LEVEL) >= 0 && H5Pset_fletcher32(list) >= 0 &&
                  H5Pset_fill_value(list, H5T_NATIVE_DOUBLE, &nothing) >= 0;
  *dataset = (struct hl_h5){
      ok ? H5Dcreate2(parent.id, name, file_type(type), space, H5P_DEFAULT, list, H5P_DEFAULT) : -1,
      parent.path};
  H5Pclose(list);
  H5Sclose(space);
  if (dataset->id > 0) return HL_OK;
  dataset->id = 0;
  return fail_write(parent, name);
}

static bool has_our_filters(hid_t list) {
  static const H5Z_filter_t expected[] = {H5Z_FILTER_SHUFFLE, H5Z_FILTER_DEFLATE, H5Z_FILTER_FLETCHER32};
  if (H5Pget_nfilters(list) != 3) return false;
  for (unsigned i = 0; i < 3; i++) {
    unsigned flags, configuration;
    size_t n_value = 0;
    if (H5Pget_filter2(list, i, &flags, &n_value, NULL, 0, NULL, &configuration) != expected[i]) return false;
  }
  return true;
}

static bool has_our_byte_order(hid_t dataset) {
  const hid_t type = H5Dget_type(dataset);
  const bool is_ours = H5Tequal(type, H5T_IEEE_F32LE) > 0 || H5Tequal(type, H5T_IEEE_F64LE) > 0;
  H5Tclose(type);
  return is_ours;
}

hl_status hl_h5_chunk_rows(struct hl_h5 dataset, uint64_t *chunk_rows) {
  silence();
  *chunk_rows = 0;
  hsize_t dims[HL_H5_MAX_RANK], chunk[HL_H5_MAX_RANK];
  const hid_t list = H5Dget_create_plist(dataset.id), space = H5Dget_space(dataset.id);
  const int rank = H5Sget_simple_extent_dims(space, dims, NULL);
  if (H5Pget_layout(list) == H5D_CHUNKED && has_our_filters(list) && has_our_byte_order(dataset.id) &&
      H5Pget_chunk(list, rank, chunk) == rank) {
    bool whole_rows = true;
    for (int i = 1; i < rank; i++) whole_rows = whole_rows && chunk[i] == dims[i];
    if (whole_rows) *chunk_rows = chunk[0];
  }
  H5Sclose(space);
  H5Pclose(list);
  return HL_OK;
}

hl_status hl_h5_write_chunk(struct hl_h5 dataset, uint64_t first_row, const void *packed, size_t n_byte) {
  silence();
  const hsize_t offset[HL_H5_MAX_RANK] = {first_row};
  return H5Dwrite_chunk(dataset.id, H5P_DEFAULT, 0, offset, n_byte, packed) >= 0 ? HL_OK
                                                                                 : fail_write(dataset, NULL);
}

hl_status hl_h5_read_chunk(struct hl_h5 dataset, uint64_t first_row, void **buffer, size_t *capacity,
                           size_t *n_byte) {
  silence();
  const hsize_t offset[HL_H5_MAX_RANK] = {first_row};
  hsize_t size = 0;
  uint32_t skipped_filters = 0;
  if (H5Dget_chunk_storage_size(dataset.id, offset, &size) < 0) size = 0; /* none stored, says 1.10 */
  *n_byte = (size_t)size;
  if (size == 0) return HL_OK;
  const hl_status status = hl_grow_array(buffer, capacity, (size_t)size, 1);
  if (status != HL_OK) return status;
  if (H5Dread_chunk(dataset.id, H5P_DEFAULT, offset, &skipped_filters, *buffer) < 0 || skipped_filters != 0) {
    return fail_h5(HL_INVALID, dataset, NULL, "cannot read a chunk");
  }
  return HL_OK;
}
