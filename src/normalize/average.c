#include "normalize/average.h"
#include "archive/values.h"
#include "base/error.h"
#include "base/memory.h"

#include <stdlib.h>

hl_status averaged_init(struct averaged *averaged, size_t n_config, size_t n_step) {
  hl_status status = HL_OK;
  size_t n;
  *averaged = (struct averaged){.n_config = n_config, .n_step = n_step};
  if (!hl_multiply(n_config, n_step, &n)) return hl_fail_memory();
  TRY(hl_new_array(n, sizeof *averaged->loss, &averaged->loss));
  TRY(hl_new_array(n_config, sizeof *averaged->n_point, &averaged->n_point));
out:
  if (status != HL_OK) averaged_clear(averaged);
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

/* Mostly every replica has every point. Then a replica is added to all points at once: the same sums, in the
 * same order, as point by point. */
static void average_complete(const struct hl_archive_table *table, const void *values, size_t i_row,
                             size_t i_split, double *loss) {
  const size_t n_step = table->n_step, n_split = table->n_split;
  for (size_t s = 0; s < n_step; s++) loss[s] = 0;
  for (size_t r = 0; r < table->n_replica; r++) {
    const size_t at = (i_row * table->n_replica + r) * n_step * n_split + i_split;
    const double *wide = (const double *)values + at;
    const float *narrow = (const float *)values + at;
    if (table->is_double) {
      for (size_t s = 0; s < n_step; s++) loss[s] += wide[s * n_split];
    } else {
      for (size_t s = 0; s < n_step; s++) loss[s] += (double)narrow[s * n_split];
    }
  }
  for (size_t s = 0; s < n_step; s++) loss[s] /= (double)table->n_replica;
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
  if (least == table->n_step)
    average_complete(table, values, i_row, i_split, loss);
  else
    average_point_by_point(table, values, i_row, i_config, i_split, most, loss);
}

void average_rows(const struct hl_archive_table *table, const void *values, size_t first, size_t n,
                  size_t i_split, struct averaged *averaged) {
  for (size_t i = 0; i < n; i++) average_config(table, values, i, first + i, i_split, averaged);
}
