#include "base/error.h"
#include "base/h5_internal.h"
#include "base/memory.h"
#include "base/text.h"
#include "hyperlist/limits.h"

#include <stdlib.h>
#include <string.h>

static hid_t new_text_type(void) {
  const hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, H5T_VARIABLE);
  H5Tset_cset(type, H5T_CSET_UTF8);
  return type;
}

/* HDF5 clears a megabyte for each dataset of texts that it reads or writes, unless it is told of less. */
static hid_t new_transfer(void) {
  enum { BUFFER_BYTES = 1 << 14 };
  const hid_t list = H5Pcreate(H5P_DATASET_XFER);
  if (list >= 0) H5Pset_buffer(list, BUFFER_BYTES, NULL, NULL);
  return list;
}

hl_status hl_h5_write_strings(struct hl_h5 parent, const char *name, const struct hl_strings *strings) {
  h5_silence();
  const hsize_t n = strings->n;
  const hid_t type = new_text_type(), space = H5Screate_simple(1, &n, NULL),
              list = h5_new_untimed(H5P_DATASET_CREATE), transfer = new_transfer();
  const hid_t dataset = H5Dcreate2(parent.id, name, type, space, H5P_DEFAULT, list, H5P_DEFAULT);
  const bool ok =
      dataset > 0 && (n == 0 || H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, transfer, strings->items) >= 0);
  hl_status status = ok ? HL_OK : h5_fail_write(parent, name);
  if (H5Dclose(dataset) < 0 && status == HL_OK)
    status = h5_fail_write(parent, name); /* it writes what was held back */
  H5Pclose(transfer);
  H5Pclose(list);
  H5Sclose(space);
  H5Tclose(type);
  return status;
}

static hl_status add_checked(struct hl_h5 parent, const char *name, struct hl_strings *strings,
                             const char *text, size_t length) {
  if (!hl_is_utf8(text, length)) {
    char what[H5_NAME_BYTES];
    snprintf(what, sizeof what, "item %zu: found bytes that are no UTF-8", strings->n);
    return h5_fail(HL_INVALID, parent, name, what);
  }
  return hl_strings_add(strings, text);
}

static hl_status read_variable(struct hl_h5 parent, const char *name, hid_t dataset, hid_t space, size_t n,
                               struct hl_strings *strings) {
  char **texts = NULL;
  hl_status status = HL_OK;
  const hid_t type = new_text_type(), transfer = new_transfer();
  TRY(h5_check_texts(parent, name, dataset, n));
  TRY(hl_new_array(n, sizeof *texts, &texts));
  if (n > 0 && H5Dread(dataset, type, H5S_ALL, H5S_ALL, transfer, texts) < 0) {
    if (h5_reason(HL_INVALID) != HL_INVALID) {
      status = h5_fail(HL_IO, parent, name, "cannot read");
      goto out;
    }
    H5Tset_cset(type, H5T_CSET_ASCII); /* h5py and others may have declared plain ASCII */
    if (H5Dread(dataset, type, H5S_ALL, H5S_ALL, transfer, texts) < 0) {
      status = h5_fail(HL_INVALID, parent, name, "cannot read");
      goto out;
    }
  }
  TRY(h5_check_end(parent));
  for (size_t i = 0; i < n && status == HL_OK; i++) {
    const char *text = texts[i] != NULL ? texts[i] : "";
    status = add_checked(parent, name, strings, text, strlen(text));
  }
  if (n > 0) H5Dvlen_reclaim(type, space, H5P_DEFAULT, texts);
out:
  H5Pclose(transfer);
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
  if (!hl_multiply(n, size, &n_byte) || n_byte / HL_MAX_DEFLATE_RATIO > H5Dget_storage_size(dataset)) {
    char what[H5_NAME_BYTES];
    snprintf(what, sizeof what, "found a claim of %zu texts of %zu bytes, more than the file holds", n, size);
    return h5_fail(HL_INVALID, parent, name, what);
  }
  TRY(hl_new_array(n_byte, 1, &block));
  TRY(hl_new_array(size + 1, 1, &text));
  if (n > 0 && H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, block) < 0) {
    status = h5_fail(HL_INVALID, parent, name, "cannot read");
    goto out;
  }
  TRY(h5_check_end(parent));
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
  struct hl_h5 found;
  hl_status status = h5_open_dataset(parent, name, "a list of texts", &found);
  if (status != HL_OK) return status;
  const hid_t dataset = found.id, space = H5Dget_space(dataset), type = H5Dget_type(dataset);
  hsize_t n = 0;
  if (H5Tget_class(type) != H5T_STRING || H5Sget_simple_extent_ndims(space) != 1 ||
      H5Sget_simple_extent_dims(space, &n, NULL) != 1) {
    status = h5_fail(HL_INVALID, parent, name, "found another type or shape, expected a list of texts");
    goto out;
  }
  if (H5Tis_variable_str(type) > 0) {
    if (n / HL_MAX_DEFLATE_RATIO > H5Dget_storage_size(dataset) / sizeof(char *)) {
      char what[H5_NAME_BYTES];
      snprintf(what, sizeof what, "found a claim of %llu texts, more than the file holds",
               (unsigned long long)n);
      status = h5_fail(HL_INVALID, parent, name, what);
      goto out;
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
  h5_silence();
  const hid_t type = new_text_type(), space = H5Screate(H5S_SCALAR);
  const hid_t id = H5Acreate2(object.id, attribute, type, space, H5P_DEFAULT, H5P_DEFAULT);
  hl_status status = id > 0 && H5Awrite(id, type, &text) >= 0 ? HL_OK : h5_fail_write(object, attribute);
  if (H5Aclose(id) < 0 && status == HL_OK) status = h5_fail_write(object, attribute);
  H5Sclose(space);
  H5Tclose(type);
  return status;
}

static hl_status read_text_value(struct hl_h5 object, const char *attribute, hid_t id, hid_t type,
                                 char **text) {
  if (H5Tis_variable_str(type) > 0) {
    char *value = NULL;
    const hl_status checked = h5_check_attribute(object, attribute);
    if (checked != HL_OK) return checked;
    if (H5Aread(id, type, &value) < 0) return h5_fail(HL_INVALID, object, attribute, "cannot read");
    const hl_status status = hl_copy_text(value != NULL ? value : "", text);
    H5free_memory(value);
    return status;
  }
  const size_t size = H5Tget_size(type);
  const hl_status status = hl_new_array(size + 1, 1, text);
  if (status != HL_OK || H5Aread(id, type, *text) >= 0) return status;
  free(*text);
  *text = NULL;
  return h5_fail(HL_INVALID, object, attribute, "cannot read");
}

hl_status hl_h5_read_text(struct hl_h5 object, const char *attribute, char **text) {
  h5_silence();
  *text = NULL;
  hl_status status = HL_OK;
  const htri_t exists = H5Aexists(object.id, attribute);
  if (exists < 0 && h5_reason(HL_INVALID) != HL_INVALID)
    return h5_fail(HL_IO, object, attribute, "cannot look up");
  if (exists <= 0) return h5_check_end(object);
  const hid_t id = H5Aopen(object.id, attribute, H5P_DEFAULT), type = H5Aget_type(id),
              space = H5Aget_space(id);
  if (H5Tget_class(type) != H5T_STRING || H5Sget_simple_extent_npoints(space) != 1) {
    status = h5_fail(HL_INVALID, object, attribute, "found another type or shape, expected one text");
  } else {
    status = read_text_value(object, attribute, id, type, text);
  }
  HL_ASSUME(status != HL_OK || *text != NULL); /* h5_fail is never HL_OK */
  if (status == HL_OK) status = h5_check_end(object);
  if (status == HL_OK && !hl_is_utf8(*text, strlen(*text)))
    status = h5_fail(HL_INVALID, object, attribute, "found bytes that are no UTF-8");
  if (status != HL_OK) {
    free(*text);
    *text = NULL;
  }
  H5Sclose(space);
  H5Tclose(type);
  H5Aclose(id);
  return status;
}
