/* Values of curves, float or double as their source had them. */
#ifndef HL_ARCHIVE_VALUES_H
#define HL_ARCHIVE_VALUES_H

#include "hyperlist/status.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

static inline size_t hl_value_size(bool is_double) {
  return is_double ? sizeof(double) : sizeof(float);
}

static inline double hl_value_at(bool is_double, const void *values, size_t i) {
  return is_double ? ((const double *)values)[i] : (double)((const float *)values)[i];
}

static inline void hl_set_value(bool is_double, void *values, size_t i, double value) {
  if (is_double)
    ((double *)values)[i] = value;
  else
    ((float *)values)[i] = (float)value;
}

static inline void hl_fill_nan(bool is_double, size_t n, void *values) {
  for (size_t i = 0; i < n; i++) hl_set_value(is_double, values, i, NAN);
}

/* The bytes of one config's curves; SIZE_MAX where they are more than HL_LIMIT_CURVES. */
size_t hl_row_bytes(bool is_double, size_t n_replica, size_t n_step, size_t n_split);

/* HL_LIMIT, by the names, where a row that was put together is larger than that. */
hl_status hl_check_row(const char *task, const char *set, bool is_double, size_t n_replica, size_t n_step,
                       size_t n_split);

#endif
