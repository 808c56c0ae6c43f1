#include "normalize/scorer.h"
#include "archive/values.h"
#include "base/error.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- which splits
 * -------------------------------------------------------------------------------------------------- */

static size_t find_split(const struct hl_archive_set *set, const char *name) {
  size_t i = 0;
  while (i < set->splits.n && strcmp(set->splits.items[i], name) != 0) i++;
  return i;
}

static hl_status choose_splits(const struct hl_archive_set *set, const char *wanted, struct set_row *row) {
  const char *name = wanted != NULL ? wanted : "valid_inner";
  size_t i = find_split(set, name);
  if (i == set->splits.n && wanted == NULL) i = find_split(set, "valid");
  if (i == set->splits.n) {
    return hl_fail(HL_USAGE, "--valid-split: set %s: found no split '%s', expected one of its %zu: %s, ...",
                   set->name, wanted != NULL ? wanted : "valid_inner' or 'valid", set->splits.n,
                   set->splits.items[0]);
  }
  row->i_split[SPLIT_VALID] = i;
  row->i_split[SPLIT_TEST] = find_split(set, "test");
  return HL_OK;
}

/* ---- life
 * ----------------------------------------------------------------------------------------------------------
 */

static hl_status init_row(struct set_row *row, const struct hl_archive_set *set, const char *valid_split) {
  hl_status status = HL_OK;
  row->n_config = set->configs.n;
  TRY(choose_splits(set, valid_split, row));
  TRY(hl_new_array(row->n_config, sizeof(double), &row->valid));
  TRY(hl_new_array(row->n_config, sizeof(double), &row->test));
  TRY(hl_new_array(row->n_config, sizeof(double), &row->valid_min));
  TRY(hl_new_array(row->n_config, sizeof(double), &row->valid_last));
out:
  return status;
}

hl_status scorer_init(struct scorer *scorer, struct hl_archive *archive,
                      const struct hl_normalize_options *options) {
  const struct hl_archive_index *index = hl_archive_get_index(archive);
  hl_status status = HL_OK;
  *scorer = (struct scorer){.archive = archive, .options = options};
  TRY(hl_new_array(index->n_set, sizeof *scorer->sets, &scorer->sets));
  scorer->n_set = index->n_set;
  for (size_t i = 0; i < index->n_set; i++)
    TRY(init_row(&scorer->sets[i], &index->sets[i], options->valid_split));
out:
  if (status != HL_OK) scorer_clear(scorer);
  return status;
}

static void drop_curves(struct scorer *scorer, struct set_row *row) {
  if (row->has_table) hl_archive_close_table(scorer->archive, &row->table);
  for (size_t k = 0; k < N_SCORED_SPLIT; k++) row->averaged[k].n_config = 0;
  row->has_table = false;
}

void scorer_clear(struct scorer *scorer) {
  for (size_t i = 0; i < scorer->n_set; i++) {
    struct set_row *row = &scorer->sets[i];
    drop_curves(scorer, row);
    for (size_t k = 0; k < N_SCORED_SPLIT; k++) averaged_clear(&row->averaged[k]);
    free(row->valid);
    free(row->test);
    free(row->valid_min);
    free(row->valid_last);
  }
  free(scorer->sets);
  free(scorer->values);
  free(scorer->y);
  hl_archive_clear_reader(&scorer->reader);
  *scorer = (struct scorer){0};
}

/* ---- a pass over a table's rows
 * ------------------------------------------------------------------------------------ */

typedef hl_status rows_function(struct scorer *scorer, struct set_row *row, size_t first, size_t n);

static hl_status for_rows(struct scorer *scorer, struct set_row *row, rows_function *function) {
  const struct hl_archive_table *table = &row->table;
  const size_t row_bytes =
      table->n_replica * table->n_step * table->n_split * hl_value_size(table->is_double);
  hl_status status =
      hl_grow_array(&scorer->values, &scorer->values_capacity, table->chunk_rows * row_bytes, 1);
  for (size_t first = 0; first < table->n_config && status == HL_OK; first += table->chunk_rows) {
    const size_t left = table->n_config - first;
    const size_t n = left < table->chunk_rows ? left : table->chunk_rows;
    status = hl_archive_read_rows(scorer->archive, table, &scorer->reader, first, n, scorer->values);
    if (status == HL_OK) status = function(scorer, row, first, n);
  }
  return status;
}

static hl_status average_some(struct scorer *scorer, struct set_row *row, size_t first, size_t n) {
  for (size_t k = 0; k < N_SCORED_SPLIT; k++) {
    if (row->averaged[k].n_config == 0) continue;
    average_rows(&row->table, scorer->values, first, n, row->i_split[k], &row->averaged[k]);
  }
  return HL_OK;
}

static hl_status average_set(struct scorer *scorer, size_t i_set, size_t i_task) {
  struct set_row *row = &scorer->sets[i_set];
  hl_status status = HL_OK;
  bool has;
  TRY(hl_archive_has_table(scorer->archive, i_set, i_task, &has));
  if (!has) return HL_OK;
  TRY(hl_archive_open_table(scorer->archive, i_set, i_task, &row->table));
  row->has_table = true;
  scorer->last_step = fmax(scorer->last_step, row->table.steps[row->table.n_step - 1]); /* NaN gives way */
  for (size_t k = 0; k < N_SCORED_SPLIT; k++) {
    if (row->i_split[k] == row->table.n_split) continue;
    TRY(averaged_begin(&row->averaged[k], row->n_config, row->table.n_step));
  }
  TRY(for_rows(scorer, row, average_some));
out:
  return status;
}

/* ---- constants (steps 2 and 5)
 * ------------------------------------------------------------------------------------- */

static void set_constants(struct set_row *row, size_t k, struct constants constants) {
  row->init[k] = constants.init;
  row->best[k] = constants.best;
}

/* Sums run over sets in byte order and configs in natural order: a fixed order, so the same last digit
 * everywhere. */
static void find_constants(struct scorer *scorer, size_t k) {
  struct constants_sum all = {.lowest = INFINITY};
  for (size_t i = 0; i < scorer->n_set; i++) constants_add(&all, &scorer->sets[i].averaged[k]);
  for (size_t i = 0; i < scorer->n_set; i++) {
    struct set_row *row = &scorer->sets[i];
    struct constants_sum own = {.lowest = INFINITY};
    const bool over_set = scorer->options->best_over == HL_BEST_OVER_SET;
    if (over_set) constants_add(&own, &row->averaged[k]);
    set_constants(row, k, constants_get(&all, over_set ? &own : &all));
  }
}

static struct constants constants_of(const struct set_row *row, size_t k) {
  return (struct constants){row->init[k], row->best[k]};
}

/* ---- cells (steps 3, 4 and 6)
 * -------------------------------------------------------------------------------------- */

static double pick(struct collapsed collapsed, enum hl_aggregate aggregate) {
  const double values[] = {collapsed.mean, collapsed.min, collapsed.last};
  return values[aggregate];
}

static void store_cell(struct scorer *scorer, struct set_row *row, size_t k, size_t i_config,
                       size_t n_point) {
  const struct collapsed collapsed = collapse(scorer->y, n_point);
  const double score = pick(collapsed, scorer->options->aggregate);
  if (k == SPLIT_TEST) {
    row->test[i_config] = score;
    return;
  }
  row->valid[i_config] = score;
  row->valid_min[i_config] = collapsed.min;
  row->valid_last[i_config] = collapsed.last;
}

static void score_averaged(struct scorer *scorer, struct set_row *row, size_t k) {
  const struct averaged *averaged = &row->averaged[k];
  const struct constants constants = constants_of(row, k);
  for (size_t c = 0; c < averaged->n_config; c++) {
    const double *loss = averaged->loss + c * averaged->n_step;
    for (size_t s = 0; s < averaged->n_point[c]; s++) scorer->y[s] = normalize_loss(loss[s], constants);
    store_cell(scorer, row, k, c, averaged->n_point[c]);
  }
}

/* --replicas normalize-first: each replica by the same constants, clipped, then the mean over those that have
 * the point. */
static void score_replicas(struct scorer *scorer, struct set_row *row, size_t k, size_t i_row,
                           size_t i_config) {
  const struct hl_archive_table *table = &row->table;
  const size_t n_point = row->averaged[k].n_point[i_config];
  for (size_t s = 0; s < n_point; s++) {
    double sum = 0;
    size_t n = 0;
    for (size_t r = 0; r < table->n_replica; r++) {
      if (s >= run_points(table, i_config, r, row->i_split[k])) continue;
      const size_t at =
          ((i_row * table->n_replica + r) * table->n_step + s) * table->n_split + row->i_split[k];
      sum += normalize_loss(hl_value_at(table->is_double, scorer->values, at), constants_of(row, k));
      n++;
    }
    scorer->y[s] = sum / (double)n;
  }
  store_cell(scorer, row, k, i_config, n_point);
}

static bool is_scored(const struct set_row *row, size_t k) {
  return row->averaged[k].n_config > 0 && !constants_are_degenerate(constants_of(row, k));
}

static hl_status score_some(struct scorer *scorer, struct set_row *row, size_t first, size_t n) {
  for (size_t k = 0; k < N_SCORED_SPLIT; k++) {
    for (size_t i = 0; i < n && is_scored(row, k); i++) score_replicas(scorer, row, k, i, first + i);
  }
  return HL_OK;
}

static void count_cells(struct set_row *row) {
  const struct averaged *averaged = &row->averaged[SPLIT_VALID];
  row->n_missing = row->has_table ? 0 : (int64_t)row->n_config;
  row->n_diverged = 0;
  for (size_t c = 0; c < averaged->n_config; c++) {
    const double *loss = averaged->loss + c * averaged->n_step;
    size_t n_finite = 0;
    while (n_finite < averaged->n_point[c] && isfinite(loss[n_finite])) n_finite++;
    row->n_missing += averaged->n_point[c] == 0;
    row->n_diverged += n_finite < averaged->n_point[c];
  }
}

static hl_status score_set(struct scorer *scorer, struct set_row *row) {
  for (size_t c = 0; c < row->n_config; c++) {
    row->valid[c] = row->test[c] = row->valid_min[c] = row->valid_last[c] = NAN;
  }
  count_cells(row);
  row->degenerate = row->has_table && constants_are_degenerate(constants_of(row, SPLIT_VALID));
  if (row->degenerate || !row->has_table) return HL_OK;
  const hl_status status =
      hl_grow_array(&scorer->y, &scorer->y_capacity, row->table.n_step, sizeof *scorer->y);
  if (status != HL_OK) return status;
  if (scorer->options->replicas == HL_REPLICAS_NORMALIZE_FIRST) return for_rows(scorer, row, score_some);
  for (size_t k = 0; k < N_SCORED_SPLIT; k++) {
    if (is_scored(row, k)) score_averaged(scorer, row, k);
  }
  return HL_OK;
}

hl_status scorer_run(struct scorer *scorer, size_t i_task) {
  hl_status status = HL_OK;
  scorer->last_step = NAN;
  for (size_t i = 0; i < scorer->n_set; i++) TRY(average_set(scorer, i, i_task));
  for (size_t k = 0; k < N_SCORED_SPLIT; k++) find_constants(scorer, k);
  for (size_t i = 0; i < scorer->n_set && scorer->options->test_constants == HL_TEST_CONSTANTS_VALID; i++) {
    set_constants(&scorer->sets[i], SPLIT_TEST, constants_of(&scorer->sets[i], SPLIT_VALID));
  }
  for (size_t i = 0; i < scorer->n_set; i++) TRY(score_set(scorer, &scorer->sets[i]));
out:
  for (size_t i = 0; i < scorer->n_set; i++) drop_curves(scorer, &scorer->sets[i]);
  return status;
}
