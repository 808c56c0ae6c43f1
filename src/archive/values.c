#include "archive/values.h"
#include "base/error.h"
#include "base/memory.h"
#include "hyperlist/archive.h"
#include "hyperlist/limits.h"

#include <stdint.h>

size_t hl_row_bytes(bool is_double, size_t n_replica, size_t n_step, size_t n_split) {
  size_t row = hl_value_size(is_double);
  const bool fits = hl_multiply(row, n_replica, &row) && hl_multiply(row, n_step, &row) &&
                    hl_multiply(row, n_split, &row) && row <= hl_limit_get(HL_LIMIT_CURVES);
  return fits ? row : SIZE_MAX;
}

hl_status hl_check_row(const char *task, const char *set, bool is_double, size_t n_replica, size_t n_step,
                       size_t n_split) {
  if (hl_row_bytes(is_double, n_replica, n_step, n_split) != SIZE_MAX) return HL_OK;
  return hl_fail(
      HL_LIMIT,
      "task %s, set %s: found %zu replicas x %zu steps x %zu splits, expected at most %zu bytes a config",
      task, set, n_replica, n_step, n_split, hl_limit_size(HL_LIMIT_CURVES));
}
