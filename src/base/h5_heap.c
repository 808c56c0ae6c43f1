/* Texts of variable length, before HDF5 reads them: it takes a descriptor's length and the heap it points
 * into on trust, so that a damaged byte makes it clear gigabytes, write beyond its buffer, or walk the heap
 * without end.
 *
 * HDF5 File Format Specification 3.0, III.E (the global heap) and VIII.A: a text is {length, 4 bytes; the
 * collection's address, 8; the object's number in it, 4}; a collection is "GCOL", version 1, 3 bytes, its
 * size in 8, and objects of {number, 2; count, 2; 4 bytes; size, 8; data up to the next multiple of 8},
 * number 0 the room that is left.
 *
 * What is laid out otherwise (chunks, other sizes of addresses, attributes in fractal heaps) is left to HDF5.
 */
#include "base/error.h"
#include "base/h5_internal.h"
#include "base/h5_raw.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { DESCRIPTOR = 16, HEAD = 16, N_NUMBER = 1 << 16, BATCH = 4096 };

struct heap {
  struct h5_raw raw;
  uint64_t address; /* of the collection that is known, if n > 0 */
  size_t n, capacity;
  unsigned char *bytes; /* [n], of that collection */
  uint64_t *sizes;      /* [N_NUMBER], of its objects; UINT64_MAX: none of that number */
};

/* The sizes of a collection's objects; or, before another collection is read, none. */
static bool note_objects(struct heap *heap, bool is_there) {
  for (size_t at = HEAD; at + HEAD <= heap->n;) {
    const uint64_t number = h5_raw_number(heap->bytes + at, 2), size = h5_raw_number(heap->bytes + at + 8, 8);
    const size_t left = heap->n - at;
    const uint64_t step = number == 0 ? size : size <= left ? HEAD + (size + 7) / 8 * 8 : UINT64_MAX;
    if (step < HEAD || step > left) return false;
    if (number > 0) heap->sizes[number] = is_there ? size : UINT64_MAX;
    at += (size_t)step;
  }
  return true;
}

static hl_status know_collection(struct heap *heap, uint64_t address, bool *is_good) {
  unsigned char head[HEAD];
  *is_good = true;
  if (heap->n > 0 && heap->address == address) return HL_OK;
  (void)note_objects(heap, false);
  heap->n = 0;
  *is_good = h5_raw_read(&heap->raw, address, head, HEAD) && memcmp(head, "GCOL\1", 5) == 0;
  const uint64_t n = *is_good ? h5_raw_number(head + 8, 8) : 0;
  *is_good = *is_good && n >= HEAD && n <= heap->raw.n_byte;
  if (!*is_good) return HL_OK;
  const hl_status status = hl_grow_array(&heap->bytes, &heap->capacity, (size_t)n, 1);
  if (status != HL_OK) return status;
  *is_good = h5_raw_read(&heap->raw, address, heap->bytes, (size_t)n);
  heap->n = *is_good ? (size_t)n : 0;
  heap->address = address;
  *is_good = *is_good && note_objects(heap, true);
  return HL_OK;
}

/* An object is as long as its text: HDF5 copies the one into room for the other. */
static hl_status check_descriptor(struct heap *heap, const unsigned char *at, bool *is_good) {
  const uint64_t length = h5_raw_number(at, 4), address = h5_raw_number(at + 4, 8),
                 number = h5_raw_number(at + 12, 4);
  *is_good = true;
  if (address == 0 || address == UINT64_MAX) return HL_OK; /* no text */
  const hl_status status = know_collection(heap, address, is_good);
  if (status != HL_OK || !*is_good) return status;
  const uint64_t size = number < N_NUMBER ? heap->sizes[number] : UINT64_MAX;
  *is_good = size <= length && length <= heap->raw.n_byte;
  return HL_OK;
}

static hl_status fail_item(const struct heap *heap, struct hl_h5 parent, const char *name, size_t i) {
  char what[H5_NAME_BYTES];
  if (heap->raw.reason != 0)
    return hl_fail(HL_IO, "%s: cannot read: %s", parent.path, strerror(heap->raw.reason));
  snprintf(what, sizeof what, "item %zu: found a length or place that the file's heap does not have", i);
  return h5_fail(HL_INVALID, parent, name, what);
}

/* Sizes as HDF5 has them by default, and a plain file: else it is left to HDF5. */
static bool open_heap(hid_t object, struct heap *heap, uint64_t *address) {
  return h5_raw_open(object, &heap->raw, address) && heap->raw.n_address == 8 && heap->raw.n_length == 8;
}

static void close_heap(struct heap *heap) {
  free(heap->sizes);
  free(heap->bytes);
}

static hl_status new_sizes(struct heap *heap) {
  const hl_status status = hl_new_array(N_NUMBER, sizeof *heap->sizes, &heap->sizes);
  for (size_t i = 0; status == HL_OK && i < N_NUMBER; i++) heap->sizes[i] = UINT64_MAX;
  return status;
}

/* ---- of a dataset ---- */

static hl_status check_all(struct heap *heap, struct hl_h5 parent, const char *name, uint64_t place,
                           size_t n) {
  hl_status status = HL_OK;
  unsigned char block[BATCH * DESCRIPTOR];
  TRY(new_sizes(heap));
  for (size_t i = 0; i < n; i++) {
    const size_t left = n - i;
    bool is_good = i % BATCH != 0 || h5_raw_read_place(&heap->raw, place + i * DESCRIPTOR, block,
                                                       (left < BATCH ? left : BATCH) * DESCRIPTOR);
    if (is_good) TRY(check_descriptor(heap, block + i % BATCH * DESCRIPTOR, &is_good));
    if (!is_good) return fail_item(heap, parent, name, i);
  }
out:
  return status;
}

hl_status h5_check_texts(struct hl_h5 parent, const char *name, hid_t dataset, size_t n) {
  struct heap heap = {0};
  uint64_t address;
  const hid_t list = H5Dget_create_plist(dataset);
  const haddr_t place = H5Dget_offset(dataset); /* from the file's first byte */
  hl_status status = HL_OK;
  if (n > 0 && H5Pget_layout(list) == H5D_CONTIGUOUS && place != HADDR_UNDEF &&
      open_heap(dataset, &heap, &address))
    status =
        H5Dget_storage_size(dataset) / DESCRIPTOR == n
            ? check_all(&heap, parent, name, place, n)
            : h5_fail(HL_INVALID, parent, name, "found another number of texts stored than its shape has");
  close_heap(&heap);
  H5Pclose(list);
  return status;
}

/* ---- of an attribute ---- */

/* Section IV.A.2.m: {version, 1; 1; sizes of name, type and space, 2 each; characters, 1 if version 3; the
 * three, in version 1 each up to a multiple of 8; its value}. */
static const unsigned char *find_value(const unsigned char *message, size_t n, const char *name) {
  enum { FIXED = 8, IS_VARIABLE = 9 };
  if (n < FIXED || message[0] < 1 || message[0] > 3) return NULL;
  const size_t unit = message[0] == 1 ? 8 : 1, place = message[0] == 3 ? FIXED + 1 : FIXED;
  size_t at = place, sizes[3];
  for (size_t i = 0; i < 3; i++) sizes[i] = (size_t)h5_raw_number(message + 2 + 2 * i, 2);
  const unsigned char *found = message + place, *type = found + (sizes[0] + unit - 1) / unit * unit;
  for (size_t i = 0; i < 3; i++) at += (sizes[i] + unit - 1) / unit * unit;
  if (at + DESCRIPTOR > n || sizes[0] != strlen(name) + 1 || memcmp(found, name, sizes[0]) != 0) return NULL;
  return (type[0] & 15) == IS_VARIABLE ? message + at : NULL;
}

struct attribute {
  struct heap *heap;
  const char *name;
  bool is_good;
};

static hl_status check_message(void *user, const struct h5_message *message) {
  enum { ATTRIBUTE = 12 };
  struct attribute *it = user;
  const unsigned char *value =
      message->type == ATTRIBUTE ? find_value(message->data, message->n, it->name) : NULL;
  return value != NULL && it->is_good ? check_descriptor(it->heap, value, &it->is_good) : HL_OK;
}

hl_status h5_check_attribute(struct hl_h5 object, const char *attribute) {
  struct heap heap = {0};
  struct attribute it = {&heap, attribute, true};
  uint64_t address;
  hl_status status = HL_OK;
  if (open_heap(object.id, &heap, &address)) {
    TRY(new_sizes(&heap));
    TRY(h5_raw_visit(&heap.raw, address, check_message, &it));
  }
  if (!it.is_good) status = fail_item(&heap, object, attribute, 0);
out:
  close_heap(&heap);
  return status;
}
