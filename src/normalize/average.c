#include "normalize/average.h"
#include "archive/values.h"
#include "base/error.h"
#include "base/memory.h"

#include <stdlib.h>

hl_status averaged_begin(struct averaged *averaged, size_t n_config, size_t n_step) {
  hl_status status = HL_OK;
  size_t n;
  averaged->n_config = averaged->first = 0;
  if (!hl_multiply(n_config, n_step, &n)) return hl_fail_memory();
  TRY(hl_grow_array(&averaged->loss, &averaged->loss_capacity, n, sizeof *averaged->loss));
  TRY(hl_grow_array(&averaged->n_point, &averaged->n_point_capacity, n_config, sizeof *averaged->n_point));
  averaged->n_config = n_config;
  averaged->n_step = n_step;
out:
  return status;
}

void averaged_clear(struct averaged *averaged) {
  free(averaged->loss);
  free(averaged->n_point);
  *averaged = (struct averaged){0};
}

size_t run_points(const struct hl_archive_table *table, size_t i_config, size_t i_replica, size_t i_split) {
  const size_t i_run = i_config * table->n_replica + i_replica;
  if (!table->ran[i_run]) return 0;
  return table->observed != NULL ? (size_t)table->observed[i_run * table->n_split + i_split] : table->n_step;
}

/* Of a config whose every replica has every point, as most are: four points side by side, each the sum over
 * replicas in their order. values begin with the config's first of the split. */
static inline void average_complete(bool is_double, const struct hl_archive_table *table, const void *values,
                                    double *loss) {
  const size_t n_step = table->n_step, n_split = table->n_split, n_replica = table->n_replica;
  const double n = (double)n_replica;
  size_t s = 0;
  for (; s + 4 <= n_step; s += 4) {
    double a = 0, b = 0, c = 0, d = 0;
    for (size_t r = 0, at = s * n_split; r < n_replica; r++, at += n_step * n_split) {
      a += hl_value_at(is_double, values, at);
      b += hl_value_at(is_double, values, at + n_split);
      c += hl_value_at(is_double, values, at + 2 * n_split);
      d += hl_value_at(is_double, values, at + 3 * n_split);
    }
    loss[s] = a / n;
    loss[s + 1] = b / n;
    loss[s + 2] = c / n;
    loss[s + 3] = d / n;
  }
  for (; s < n_step; s++) {
    double sum = 0;
    for (size_t r = 0; r < n_replica; r++) sum += hl_value_at(is_double, values, (r * n_step + s) * n_split);
    loss[s] = sum / n;
  }
}

static void average_point_by_point(const struct hl_archive_table *table, const void *values, size_t i_row,
                                   size_t i_config, size_t i_split, size_t n_point, double *loss) {
  for (size_t s = 0; s < n_point; s++) {
    double sum = 0;
    size_t n_replica = 0;
    for (size_t r = 0; r < table->n_replica; r++) {
      if (s >= run_points(table, i_config, r, i_split)) continue;
      const size_t at = ((i_row * table->n_replica + r) * table->n_step + s) * table->n_split + i_split;
      sum += hl_value_at(table->is_double, values, at);
      n_replica++;
    }
    loss[s] = sum / (double)n_replica;
  }
}

static void average_config(const struct hl_archive_table *table, const void *values, size_t i_row,
                           size_t i_config, size_t i_split, struct averaged *averaged) {
  const size_t i_averaged = i_config - averaged->first;
  double *loss = averaged->loss + i_averaged * averaged->n_step;
  size_t most = 0, least = table->n_step;
  for (size_t r = 0; r < table->n_replica; r++) {
    const size_t n = run_points(table, i_config, r, i_split);
    most = n > most ? n : most;
    least = n < least ? n : least;
  }
  averaged->n_point[i_averaged] = most;
  const size_t at = i_row * table->n_replica * table->n_step * table->n_split + i_split;
  if (least == table->n_step && table->is_double)
    average_complete(true, table, (const double *)values + at, loss);
  else if (least == table->n_step)
    average_complete(false, table, (const float *)values + at, loss);
  else
    average_point_by_point(table, values, i_row, i_config, i_split, most, loss);
}

void average_rows(const struct hl_archive_table *table, const void *values, size_t first, size_t n,
                  size_t i_split, struct averaged *averaged) {
  for (size_t i = 0; i < n; i++) average_config(table, values, i, first + i, i_split, averaged);
}
