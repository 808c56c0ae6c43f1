/* The one place through which the threads of a fetch speak to the caller: progress in megabytes, warnings,
 * cancelling. */
#ifndef HL_FETCH_METER_H
#define HL_FETCH_METER_H

#include "hyperlist/context.h"

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

struct hl_meter {
  const struct hl_context *context;
  pthread_mutex_t lock; /* the context's callbacks are called by one thread at a time */
  size_t n_file, n_settled;
  uint64_t n_received; /* bytes, in this run */
  size_t n_sized;      /* files whose size is known, and the sum of their sizes: what the others may have */
  uint64_t sized_bytes;
  size_t n_begun;      /* files that are neither settled nor still to be looked at */
  uint64_t n_expected; /* bytes still to come of those */
};

/* What one file has added to n_expected. All zero: not begun. */
struct hl_claim {
  bool is_begun;
  uint64_t n_expected;
};

void hl_meter_init(struct hl_meter *meter, const struct hl_context *context);
void hl_meter_clear(struct hl_meter *meter);

/* A file's transfer begins: its size, and how many bytes of it are there already. size 0: not known. */
void hl_meter_begin(struct hl_meter *meter, struct hl_claim *claim, uint64_t size, uint64_t n_there);
void hl_meter_receive(struct hl_meter *meter, struct hl_claim *claim, size_t n);
void hl_meter_settle(struct hl_meter *meter, struct hl_claim *claim); /* fetched, there or failed */

void hl_meter_warn(struct hl_meter *meter, const char *format, ...) HL_PRINTF(2, 3);

/* HL_CANCELLED if the caller asked to stop, looking ten times a second until then. */
hl_status hl_meter_wait(struct hl_meter *meter, double seconds);

#endif
