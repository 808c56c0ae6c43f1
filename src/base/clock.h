/* How long things take: a clock that nobody sets. */
#ifndef HL_BASE_CLOCK_H
#define HL_BASE_CLOCK_H

#include <time.h>

/* Seconds since some moment in the past. */
static inline double hl_clock_seconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

#endif
