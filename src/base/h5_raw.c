#include "base/h5_raw.h"
#include "base/error.h"
#include "base/memory.h"

#include <errno.h>
#include <hdf5.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

uint64_t h5_raw_number(const unsigned char *at, size_t n) {
  uint64_t number = 0;
  while (n-- > 0) number = number << 8 | at[n];
  return number;
}

static bool read_bytes(struct h5_raw *raw, uint64_t place, void *bytes, size_t n) {
  for (size_t n_read = 0; n_read < n;) {
    const ssize_t step = pread(raw->file, (char *)bytes + n_read, n - n_read, (off_t)(place + n_read));
    if (step < 0 && errno == EINTR) continue;
    if (step < 0) raw->reason = errno;
    if (step <= 0) return false;
    n_read += (size_t)step;
  }
  return true;
}

/* Objects are small and near each other, in either direction. */
static bool move_window(struct h5_raw *raw, uint64_t place, size_t n) {
  const uint64_t before = place % (sizeof raw->window / 2);
  raw->window_place = before + n <= sizeof raw->window ? place - before : place;
  const uint64_t left = raw->n_byte - raw->window_place;
  raw->n_window = left < sizeof raw->window ? (size_t)left : sizeof raw->window;
  if (read_bytes(raw, raw->window_place, raw->window, raw->n_window)) return true;
  raw->n_window = 0;
  return false;
}

bool h5_raw_read_place(struct h5_raw *raw, uint64_t place, void *bytes, size_t n) {
  if (place > raw->n_byte || n > raw->n_byte - place) return false;
  if (n == 0) return true;
  if (n > sizeof raw->window) return read_bytes(raw, place, bytes, n);
  const bool is_inside = place >= raw->window_place && place - raw->window_place <= raw->n_window &&
                         n <= raw->n_window - (size_t)(place - raw->window_place);
  if (!is_inside && !move_window(raw, place, n)) return false;
  memcpy(bytes, raw->window + (place - raw->window_place), n);
  return true;
}

bool h5_raw_read(struct h5_raw *raw, uint64_t address, void *bytes, size_t n) {
  return address <= raw->n_byte && h5_raw_read_place(raw, raw->base + address, bytes, n);
}

#if H5_VERSION_GE(1, 12, 0)
typedef H5O_info1_t object_info;
#else
typedef H5O_info_t object_info;
#endif

bool h5_raw_open(int64_t object, struct h5_raw *raw, uint64_t *address) {
  const hid_t file = H5Iget_file_id(object), list = H5Fget_create_plist(file);
  hsize_t base = 0;
  void *handle = NULL;
  struct stat info;
  object_info found;
  *raw = (struct h5_raw){0};
  const bool is_plain = H5Pget_sizes(list, &raw->n_address, &raw->n_length) >= 0 &&
                        raw->n_address <= H5_RAW_NUMBER_BYTES && raw->n_length <= H5_RAW_NUMBER_BYTES &&
                        H5Pget_userblock(list, &base) >= 0 &&
                        H5Fget_vfd_handle(file, H5P_DEFAULT, &handle) >= 0 && handle != NULL &&
                        fstat(*(int *)handle, &info) == 0 && S_ISREG(info.st_mode) &&
                        base <= (hsize_t)info.st_size && H5Oget_info2(object, &found, H5O_INFO_BASIC) >= 0;
  H5Pclose(list);
  H5Fclose(file);
  if (!is_plain) return false;
  raw->file = *(int *)handle;
  raw->base = base;
  raw->n_byte = (uint64_t)info.st_size;
  *address = found.addr;
  return true;
}

/* ---- messages ---- */

struct block {
  uint64_t address, n;
};

enum { MOST_BLOCKS = 64 };
struct blocks {
  size_t n;
  struct block items[MOST_BLOCKS];
};

/* The first block of messages follows the header's prefix, others are where messages of those before
 * say. Version 1: messages {type, 2; size, 2; flags, 1; 3; data}. Version 2: {type, 1; size, 2; flags, 1;
 * order, 2 if flag 4 of the header; data}, in other blocks than the first between a signature of 4 bytes and
 * a checksum of 4. */
struct header {
  size_t n_type, n_head;  /* bytes of a message's type, and before its data */
  size_t n_front, n_back; /* of other blocks, before and after their messages */
};

/* Section IV.A.1. Version 1: {1; 1; number of messages, 2; references, 4; size of the first block, 4; 4}.
 * Version 2: {"OHDR"; 2; flags, 1; times, 16 if flag 32; counts of attributes, 4 if flag 16; size of the
 * first block, 1, 2, 4 or 8}. */
static bool read_header(struct h5_raw *raw, uint64_t address, struct header *header, struct blocks *blocks) {
  enum { OLD_BYTES = 16, FIXED = 6, SIZE_BYTES = 8 };
  unsigned char prefix[OLD_BYTES], size[SIZE_BYTES];
  if (!h5_raw_read(raw, address, prefix, sizeof prefix)) return false;
  blocks->n = 1;
  if (prefix[0] == 1) {
    *header = (struct header){2, 8, 0, 0};
    blocks->items[0] = (struct block){address + OLD_BYTES, h5_raw_number(prefix + 8, 4)};
    return true;
  }
  if (memcmp(prefix, "OHDR\2", 5) != 0) return false;
  const unsigned flags = prefix[5];
  const size_t before = FIXED + (flags & 32 ? 16u : 0) + (flags & 16 ? 4u : 0),
               n_size = (size_t)1 << (flags & 3);
  if (!h5_raw_read(raw, address + before, size, n_size)) return false;
  *header = (struct header){1, flags & 4 ? 6 : 4, 4, 4};
  blocks->items[0] = (struct block){address + before + n_size, h5_raw_number(size, n_size)};
  return true;
}

static hl_status visit_messages(const struct h5_raw *raw, const struct header *header,
                                const unsigned char *bytes, size_t n, h5_message_visitor visit, void *user,
                                struct blocks *blocks) {
  enum { CONTINUATION = 16 };
  for (size_t at = 0; at + header->n_head <= n;) {
    const struct h5_message message = {(unsigned)h5_raw_number(bytes + at, header->n_type),
                                       (size_t)h5_raw_number(bytes + at + header->n_type, 2),
                                       bytes + at + header->n_head};
    at += header->n_head;
    if (message.n > n - at) break;
    at += message.n;
    if (message.type == CONTINUATION && message.n >= raw->n_address + raw->n_length &&
        blocks->n < MOST_BLOCKS)
      blocks->items[blocks->n++] =
          (struct block){h5_raw_number(message.data, raw->n_address),
                         h5_raw_number(message.data + raw->n_address, raw->n_length)};
    const hl_status status = visit(user, &message);
    if (status != HL_OK) return status;
  }
  return HL_OK;
}

hl_status h5_raw_visit(struct h5_raw *raw, uint64_t address, h5_message_visitor visit, void *user) {
  unsigned char *bytes = NULL;
  hl_status status = HL_OK;
  size_t capacity = 0;
  struct header header;
  struct blocks blocks;
  if (!read_header(raw, address, &header, &blocks)) return HL_OK;
  for (size_t i = 0; i < blocks.n; i++) {
    const uint64_t place = blocks.items[i].address, n = blocks.items[i].n;
    const size_t front = i > 0 ? header.n_front : 0, around = i > 0 ? front + header.n_back : 0;
    if (n <= around || n > raw->n_byte) continue;
    TRY(hl_grow_array(&bytes, &capacity, (size_t)n, 1));
    if (h5_raw_read(raw, place, bytes, (size_t)n))
      TRY(visit_messages(raw, &header, bytes + front, (size_t)n - around, visit, user, &blocks));
  }
out:
  free(bytes);
  return status;
}
