#include "fetch/meter.h"
#include "base/clock.h"
#include "base/pool.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

static const double megabyte = 1e6, slice_seconds = 0.1;

void hl_meter_init(struct hl_meter *meter, const struct hl_context *context) {
  *meter = (struct hl_meter){.context = context};
  pthread_mutex_init(&meter->lock, NULL);
}

void hl_meter_clear(struct hl_meter *meter) {
  pthread_mutex_destroy(&meter->lock);
}

/* With the lock held. Files that nobody has looked at yet count as the mean of those whose size is known. */
static void show(const struct hl_meter *meter) {
  char what[80];
  const struct hl_context *context = meter->context;
  if (context == NULL || context->progress == NULL || meter->n_received == 0) return;
  const size_t n_unknown = meter->n_file - meter->n_settled - meter->n_begun;
  const double mean = meter->n_sized > 0 ? (double)meter->sized_bytes / (double)meter->n_sized : 0;
  const double done = (double)meter->n_received,
               all = done + (double)meter->n_expected + mean * (double)n_unknown;
  const uint64_t n_done = (uint64_t)ceil(done / megabyte);
  uint64_t n_total = (uint64_t)ceil(all / megabyte);
  const bool is_end = meter->n_settled == meter->n_file;
  if (!is_end && n_total <= n_done) n_total = n_done + 1; /* equal means the end */
  snprintf(what, sizeof what, "%zu of %zu files, MB", meter->n_settled, meter->n_file);
  context->progress(context->user, what, n_done, is_end ? n_done : n_total);
}

/* With the lock held. */
static void reclaim(struct hl_meter *meter, struct hl_claim *claim, bool is_begun, uint64_t n_expected) {
  if (claim->is_begun) {
    meter->n_begun--;
    meter->n_expected -= claim->n_expected;
  }
  *claim = (struct hl_claim){is_begun, n_expected};
  if (is_begun) {
    meter->n_begun++;
    meter->n_expected += n_expected;
  }
}

void hl_meter_begin(struct hl_meter *meter, struct hl_claim *claim, uint64_t size, uint64_t n_there) {
  pthread_mutex_lock(&meter->lock);
  if (!claim->is_begun && size > 0) {
    meter->n_sized++;
    meter->sized_bytes += size;
  }
  reclaim(meter, claim, true, size > n_there ? size - n_there : 0);
  pthread_mutex_unlock(&meter->lock);
}

void hl_meter_receive(struct hl_meter *meter, struct hl_claim *claim, size_t n) {
  pthread_mutex_lock(&meter->lock);
  const uint64_t n_claimed = n < claim->n_expected ? n : claim->n_expected;
  claim->n_expected -= n_claimed;
  meter->n_expected -= n_claimed;
  meter->n_received += n;
  show(meter);
  pthread_mutex_unlock(&meter->lock);
}

void hl_meter_settle(struct hl_meter *meter, struct hl_claim *claim) {
  pthread_mutex_lock(&meter->lock);
  reclaim(meter, claim, false, 0);
  meter->n_settled++;
  show(meter);
  pthread_mutex_unlock(&meter->lock);
}

void hl_meter_warn(struct hl_meter *meter, const char *format, ...) {
  char line[1024];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  pthread_mutex_lock(&meter->lock);
  hl_warn(meter->context, "%s", line);
  pthread_mutex_unlock(&meter->lock);
}

hl_status hl_meter_wait(struct hl_meter *meter, double seconds) {
  const double end = hl_clock_seconds() + seconds;
  for (;;) {
    const hl_status status = hl_check_cancel(meter->context);
    const double left = end - hl_clock_seconds();
    if (status != HL_OK || left <= 0) return status;
    const double slice = left < slice_seconds ? left : slice_seconds;
    nanosleep(&(struct timespec){.tv_nsec = (long)(slice * 1e9)}, NULL);
  }
}
