#include "base/h5_raw.h"
#include "base/error.h"
#include "base/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
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

/* Blocks of messages: the first one follows the header's prefix, others are where a message of the block
 * before says. */
struct block {
  uint64_t address, n;
};

/* Section IV.A.1.a: messages {type, 2; size, 2; flags, 1; 3 bytes; data}. */
static hl_status visit_block(const struct h5_raw *raw, const unsigned char *bytes, size_t n,
                             h5_message_visitor visit, void *user, struct block *next) {
  enum { HEAD = 8, CONTINUATION = 16 };
  for (size_t at = 0; at + HEAD <= n;) {
    const struct h5_message message = {(unsigned)h5_raw_number(bytes + at, 2),
                                       (size_t)h5_raw_number(bytes + at + 2, 2), bytes + at + HEAD};
    at += HEAD;
    if (message.n > n - at) break;
    at += message.n;
    if (message.type == CONTINUATION && message.n >= raw->n_address + raw->n_length) {
      next->address = h5_raw_number(message.data, raw->n_address);
      next->n = h5_raw_number(message.data + raw->n_address, raw->n_length);
    }
    const hl_status status = visit(user, &message);
    if (status != HL_OK) return status;
  }
  return HL_OK;
}

hl_status h5_raw_visit(struct h5_raw *raw, uint64_t address, h5_message_visitor visit, void *user) {
  enum { PREFIX = 16, MOST_BLOCKS = 64 };
  unsigned char prefix[PREFIX], *bytes = NULL;
  hl_status status = HL_OK;
  size_t capacity = 0;
  if (!h5_raw_read(raw, address, prefix, PREFIX) || prefix[0] != 1) return HL_OK;
  struct block block = {address + PREFIX, h5_raw_number(prefix + 8, 4)};
  for (size_t i = 0; i < MOST_BLOCKS && block.n > 0 && block.n <= raw->n_byte; i++) {
    const size_t n = (size_t)block.n;
    struct block next = {0};
    TRY(hl_grow_array(&bytes, &capacity, n, 1));
    if (!h5_raw_read(raw, block.address, bytes, n)) break;
    TRY(visit_block(raw, bytes, n, visit, user, &next));
    block = next;
  }
out:
  free(bytes);
  return status;
}
