/* A table: what it claims of itself, every chunk, and `ran` and `observed` against the curves. */
#include "base/error.h"
#include "base/memory.h"
#include "check/faults.h"

#include <math.h>
#include <stdlib.h>

void check_room_clear(struct check_room *room) {
  hl_archive_clear_reader(&room->reader);
  free(room->values);
  *room = (struct check_room){0};
}

/* Runs with values where there should be none. */
struct stray {
  size_t n, config, replica; /* how many; the first */
};

static void note(struct stray *stray, size_t config, size_t replica) {
  if (stray->n++ > 0) return;
  stray->config = config;
  stray->replica = replica;
}

static hl_status tell(const struct hl_archive *archive, size_t i_set, size_t i_task,
                      const struct stray *stray, const char *what, struct hl_strings *faults) {
  const struct hl_archive_set *set = &archive->index.sets[i_set];
  if (stray->n == 0) return HL_OK;
  return check_take(
      faults, hl_fail(HL_INVALID,
                      "%s: set %s, task %s: found values %s in %zu run%s, expected NaN there; the first: "
                      "config %s, replica %zu",
                      archive->path, set->name, archive->index.tasks.items[i_task], what, stray->n,
                      stray->n > 1 ? "s" : "", set->configs.items[stray->config], stray->replica));
}

/* A run's values: [n_step][n_split]. */
static void check_run(const struct hl_archive_table *table, const double *wide, const float *narrow,
                      size_t i_run, struct stray *absent, struct stray *late) {
  const size_t n_split = table->n_split, n = table->n_step * n_split;
  bool has_absent = false, has_late = false;
  for (size_t i = 0; i < n; i++) {
    if (isnan(wide != NULL ? wide[i] : (double)narrow[i])) continue;
    if (!table->ran[i_run])
      has_absent = true;
    else if (table->observed != NULL &&
             (int64_t)(i / n_split) >= table->observed[i_run * n_split + i % n_split])
      has_late = true;
  }
  if (has_absent) note(absent, i_run / table->n_replica, i_run % table->n_replica);
  if (has_late) note(late, i_run / table->n_replica, i_run % table->n_replica);
}

static void check_rows(const struct hl_archive_table *table, const void *values, size_t first, size_t n,
                       struct stray *absent, struct stray *late) {
  const size_t n_value = table->n_step * table->n_split;
  for (size_t i = 0; i < n * table->n_replica; i++) {
    const double *wide = table->is_double ? (const double *)values + i * n_value : NULL;
    const float *narrow = table->is_double ? NULL : (const float *)values + i * n_value;
    check_run(table, wide, narrow, first * table->n_replica + i, absent, late);
  }
}

static hl_status check_chunks(struct hl_archive *archive, size_t i_set, size_t i_task,
                              const struct hl_archive_table *table, struct check_room *room,
                              struct hl_strings *faults) {
  hl_status status = HL_OK;
  struct stray absent = {0}, late = {0};
  const size_t size = table->is_double ? sizeof(double) : sizeof(float);
  const size_t row_bytes = table->n_replica * table->n_step * table->n_split * size;
  TRY(hl_grow_array(&room->values, &room->capacity, table->chunk_rows * row_bytes, 1));
  for (size_t first = 0; first < table->n_config; first += table->chunk_rows) {
    const size_t left = table->n_config - first, n = left < table->chunk_rows ? left : table->chunk_rows;
    const size_t n_before = faults->n;
    TRY(check_take(faults, hl_archive_read_rows(archive, table, &room->reader, first, n, room->values)));
    if (faults->n == n_before) check_rows(table, room->values, first, n, &absent, &late);
  }
  TRY(tell(archive, i_set, i_task, &absent, "in runs that are not there (ran is 0):", faults));
  TRY(tell(archive, i_set, i_task, &late, "behind the observed points", faults));
out:
  return status;
}

hl_status check_table(struct hl_archive *archive, size_t i_set, size_t i_task, struct check_room *room,
                      struct hl_strings *faults, size_t *n_replica, int64_t *n_run, int64_t *n_missing_run) {
  hl_status status = HL_OK;
  struct hl_archive_table table = {0};
  const size_t n_before = faults->n;
  *n_replica = 0;
  *n_run = *n_missing_run = 0;
  TRY(check_take(faults, table_open_curves(archive, i_set, i_task, &table)));
  if (faults->n > n_before) goto out; /* nothing to hold the rest against */
  TRY(check_take(faults, table_read_steps(archive, &table)));
  TRY(check_take(faults, table_read_observed(archive, i_set, i_task, &table)));
  const size_t n_described = faults->n;
  TRY(check_take(faults, table_read_ran(archive, i_set, i_task, &table)));
  if (faults->n > n_described) goto out;
  *n_replica = table.n_replica;
  *n_run = (int64_t)(table.n_config * table.n_replica);
  for (int64_t i = 0; i < *n_run; i++) *n_missing_run += !table.ran[i];
  TRY(check_chunks(archive, i_set, i_task, &table, room, faults));
out:
  hl_archive_close_table(archive, &table);
  return status;
}
