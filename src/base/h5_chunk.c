#include "base/h5_internal.h"
#include "base/memory.h"

#include <math.h>

enum {
  DEFLATE_LEVEL = 1,
  MAX_HEADER_BYTES =
      60000, /* an object header's message holds 64 KiB, of an attribute with its type and shape */
};

/* Attributes too large for an object's header go into a heap beside it, for which the header must be of the
 * second version; one that tracks their order is. */
static bool set_attributes_beside(hid_t list) {
  return H5Pset_attr_creation_order(list, H5P_CRT_ORDER_TRACKED) >= 0 &&
         H5Pset_attr_phase_change(list, 0, 0) >= 0;
}

hl_status hl_h5_create_chunked(struct hl_h5 parent, const char *name, enum hl_h5_type type,
                               struct hl_h5_shape shape, uint64_t chunk_rows, size_t attribute_bytes,
                               struct hl_h5 *dataset) {
  h5_silence();
  hsize_t dims[HL_H5_MAX_RANK], chunk[HL_H5_MAX_RANK];
  for (size_t i = 0; i < shape.rank; i++) chunk[i] = dims[i] = shape.dims[i];
  chunk[0] = chunk_rows;
  const double nothing = NAN;
  const hid_t space = H5Screate_simple((int)shape.rank, dims, NULL),
              list = h5_new_untimed(H5P_DATASET_CREATE);
  const bool ok = H5Pset_chunk(list, (int)shape.rank, chunk) >= 0 && H5Pset_shuffle(list) >= 0 &&
                  H5Pset_deflate(list, DEFLATE_LEVEL) >= 0 && H5Pset_fletcher32(list) >= 0 &&
                  H5Pset_fill_value(list, H5T_NATIVE_DOUBLE, &nothing) >= 0 &&
                  (attribute_bytes <= MAX_HEADER_BYTES || set_attributes_beside(list));
  *dataset = (struct hl_h5){
      ok ? H5Dcreate2(parent.id, name, h5_file_type(type), space, H5P_DEFAULT, list, H5P_DEFAULT) : -1,
      parent.path};
  const hl_status status = dataset->id > 0 ? HL_OK : h5_fail_write(parent, name);
  if (status != HL_OK) dataset->id = 0;
  H5Pclose(list);
  H5Sclose(space);
  return status;
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
  h5_silence();
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
  h5_silence();
  const hsize_t offset[HL_H5_MAX_RANK] = {first_row};
  return H5Dwrite_chunk(dataset.id, H5P_DEFAULT, 0, offset, n_byte, packed) >= 0
             ? HL_OK
             : h5_fail_write(dataset, NULL);
}

hl_status hl_h5_read_chunk(struct hl_h5 dataset, uint64_t first_row, void **buffer, size_t *capacity,
                           size_t *n_byte, uint32_t *skipped) {
  h5_silence();
  const hsize_t offset[HL_H5_MAX_RANK] = {first_row};
  hsize_t size = 0;
  *skipped = 0;
  if (H5Dget_chunk_storage_size(dataset.id, offset, &size) < 0) {
    if (h5_reason(HL_INVALID) != HL_INVALID) return h5_fail(HL_IO, dataset, NULL, "cannot read a chunk");
    size = 0; /* none stored, says 1.10 */
  }
  *n_byte = (size_t)size;
  if (size == 0) return h5_check_end(dataset);
  const hl_status status = hl_grow_array(buffer, capacity, (size_t)size, 1);
  if (status != HL_OK) return status;
  if (H5Dread_chunk(dataset.id, H5P_DEFAULT, offset, skipped, *buffer) < 0) {
    char what[H5_NAME_BYTES];
    snprintf(what, sizeof what, "rows from %llu: cannot read a chunk", (unsigned long long)first_row);
    return h5_fail(HL_INVALID, dataset, NULL, what);
  }
  return h5_check_end(dataset);
}
