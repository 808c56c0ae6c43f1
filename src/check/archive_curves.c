/* An archive's curves: every chunk of every table, in threads, and the census. */
#include "archive/values.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/pool.h"
#include "check/checker.h"
#include "normalize/collapse.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What threads take: the rows of one chunk. */
struct item {
  size_t i_task, i_set, first;
};

/* What one thread is at. */
struct slot {
  size_t i_task, i_set;   /* of the open table */
  bool is_open, has_runs; /* has_runs: ran and observed can be relied on */
  struct hl_archive_table table;
  struct hl_archive_reader reader;
  void *values;
  size_t values_capacity;
  struct averaged averaged; /* the chunk's rows' validation curves; loss NULL: none to be had */
  struct hl_strings faults;
};

struct curves_check {
  struct archive_check *check;
  size_t n_item, item_capacity;
  struct item *items;
  size_t *i_valid; /* [n_set]: the validation split, n_split if there is none */
  size_t n_slot;
  struct slot *slots;
  /* in turn: the task whose constants are summed up */
  size_t i_task;
  struct constants_sum sum;
};

static const struct hl_archive_index *index_of(const struct curves_check *curves) {
  return &curves->check->archive->index;
}

/* ---- first, what describes each table ---- */

static hl_status add_items(struct curves_check *curves, size_t i_task, size_t i_set,
                           const struct hl_archive_table *table) {
  hl_status status = HL_OK;
  for (size_t first = 0; first < table->n_config; first += table->chunk_rows) {
    TRY(hl_grow_array(&curves->items, &curves->item_capacity, curves->n_item + 1, sizeof *curves->items));
    curves->items[curves->n_item++] = (struct item){i_task, i_set, first};
  }
out:
  return status;
}

static void count_runs(struct hl_check_set *set, const struct hl_archive_table *table) {
  set->n_task++;
  if ((int64_t)table->n_replica > set->n_replica) set->n_replica = (int64_t)table->n_replica;
  const size_t n_run = table->n_config * table->n_replica;
  set->n_run += (int64_t)n_run;
  for (size_t i = 0; i < n_run; i++) set->n_missing_run += table->ran[i] == 0;
}

static hl_status check_table(struct curves_check *curves, size_t i_task, size_t i_set) {
  struct archive_check *check = curves->check;
  struct checker *checker = check->checker;
  struct hl_archive_table table;
  hl_status status = table_open_curves(check->archive, i_set, i_task, &table);
  if (status != HL_OK) return checker_note(checker, status);
  TRY(checker_note(checker, table_read_steps(check->archive, &table)));
  const size_t n_before = checker->report->faults.n;
  TRY(checker_note(checker, table_read_ran(check->archive, i_set, i_task, &table)));
  if (checker->report->faults.n == n_before) count_runs(&checker->report->sets[i_set], &table);
  TRY(checker_note(checker, table_read_observed(check->archive, i_set, i_task, &table)));
  TRY(add_items(curves, i_task, i_set, &table));
out:
  hl_archive_close_table(check->archive, &table);
  return status;
}

static hl_status check_all_tables(struct curves_check *curves) {
  const struct hl_archive_index *index = index_of(curves);
  for (size_t t = 0; t < index->tasks.n; t++) {
    hl_status status = hl_check_cancel(curves->check->checker->context);
    for (size_t i = 0; i < index->n_set && status == HL_OK; i++) {
      if (curves->check->has_table[t * index->n_set + i] && curves->check->is_usable[i])
        status = check_table(curves, t, i);
    }
    if (status != HL_OK) return status;
  }
  return HL_OK;
}

/* ---- then chunks, in any thread ---- */

static void close_slot(struct curves_check *curves, struct slot *slot) {
  if (slot->is_open) hl_archive_close_table(curves->check->archive, &slot->table);
  slot->is_open = false;
}

/* What is wrong with the table's description was noted before; here it is only made do without. */
static hl_status open_slot(struct curves_check *curves, struct slot *slot, const struct item *item) {
  struct hl_archive *archive = curves->check->archive;
  if (slot->is_open && slot->i_task == item->i_task && slot->i_set == item->i_set) return HL_OK;
  close_slot(curves, slot);
  hl_status status = table_open_curves(archive, item->i_set, item->i_task, &slot->table);
  if (status != HL_OK) return status;
  slot->is_open = true;
  slot->i_task = item->i_task;
  slot->i_set = item->i_set;
  status = table_read_ran(archive, item->i_set, item->i_task, &slot->table);
  if (status == HL_OK) status = table_read_observed(archive, item->i_set, item->i_task, &slot->table);
  slot->has_runs = status == HL_OK;
  if (status != HL_INVALID) return status;
  free(slot->table.ran);
  slot->table.ran = NULL; /* so that reading rows does not ask it */
  return HL_OK;
}

/* Is there a value from point `from` of a run's split on? */
static bool has_value(const struct hl_archive_table *table, const void *values, size_t i_run, size_t i_split,
                      size_t from) {
  for (size_t s = from; s < table->n_step; s++) {
    const size_t at = (i_run * table->n_step + s) * table->n_split + i_split;
    if (!isnan(hl_value_at(table->is_double, values, at))) return true;
  }
  return false;
}

/* Has the run a value where none is to be? */
static bool has_stray(const struct hl_archive_table *table, const void *values, size_t i_row, size_t i_config,
                      size_t r) {
  for (size_t k = 0; k < table->n_split; k++) {
    const size_t n_point = run_points(table, i_config, r, k);
    if (n_point < table->n_step && has_value(table, values, i_row * table->n_replica + r, k, n_point))
      return true;
  }
  return false;
}

/* Of the n runs of a chunk with values where none are to be, the first is told: run i_run of the table. */
static hl_status note_stray(struct curves_check *curves, struct slot *slot, size_t i_run, size_t n) {
  const struct hl_archive_table *table = &slot->table;
  const struct hl_archive_index *index = index_of(curves);
  const struct hl_archive_set *set = &index->sets[slot->i_set];
  char *text = NULL;
  hl_status status = HL_OK;
  const char *what =
      table->ran[i_run] ? "behind the observed points" : "in runs that are not there (ran is 0):";
  TRY(hl_format_text(
      &text,
      "%s: set %s, task %s: found values %s in %zu run%s, expected NaN there; the first: config %s, "
      "replica %zu",
      curves->check->checker->path, set->name, index->tasks.items[slot->i_task], what, n, n > 1 ? "s" : "",
      set->configs.items[i_run / table->n_replica], i_run % table->n_replica));
  TRY(hl_strings_add(&slot->faults, text));
out:
  free(text);
  return status;
}

/* Runs that are not there and such that ended early are told apart. */
static hl_status check_runs(struct curves_check *curves, struct slot *slot, size_t first, size_t n) {
  const struct hl_archive_table *table = &slot->table;
  size_t n_stray[2] = {0, 0}, i_first[2] = {0, 0};
  hl_status status = HL_OK;
  for (size_t i = 0; i < n * table->n_replica; i++) {
    const size_t i_row = i / table->n_replica, r = i % table->n_replica, i_run = first * table->n_replica + i;
    if (!has_stray(table, slot->values, i_row, first + i_row, r)) continue;
    const bool has_run = table->ran[i_run] != 0;
    if (n_stray[has_run]++ == 0) i_first[has_run] = i_run;
  }
  for (size_t k = 0; k < 2 && status == HL_OK; k++) {
    if (n_stray[k] > 0) status = note_stray(curves, slot, i_first[k], n_stray[k]);
  }
  return status;
}

static hl_status average(struct curves_check *curves, struct slot *slot, size_t first, size_t n) {
  const size_t i_valid = curves->i_valid[slot->i_set];
  if (i_valid == slot->table.n_split) return HL_OK;
  const hl_status status = averaged_begin(&slot->averaged, n, slot->table.n_step);
  if (status != HL_OK) return status;
  slot->averaged.first = first;
  average_rows(&slot->table, slot->values, first, n, i_valid, &slot->averaged);
  return HL_OK;
}

static hl_status check_chunk(void *user, size_t i, size_t i_thread) {
  struct curves_check *curves = user;
  struct slot *slot = &curves->slots[i_thread];
  const struct item *item = &curves->items[i];
  hl_status status = HL_OK;
  slot->averaged.n_config = 0;
  TRY(open_slot(curves, slot, item));
  const struct hl_archive_table *table = &slot->table;
  const size_t left = table->n_config - item->first, n = left < table->chunk_rows ? left : table->chunk_rows;
  const size_t row_bytes =
      table->n_replica * table->n_step * table->n_split * hl_value_size(table->is_double);
  TRY(hl_grow_array(&slot->values, &slot->values_capacity, table->chunk_rows * row_bytes, 1));
  status = hl_archive_read_rows(curves->check->archive, table, &slot->reader, item->first, n, slot->values);
  if (status == HL_INVALID) return hl_strings_add(&slot->faults, hl_error_message());
  if (status != HL_OK || !slot->has_runs) return status;
  TRY(check_runs(curves, slot, item->first, n));
  TRY(average(curves, slot, item->first, n));
out:
  return status;
}

/* ---- and in turn: what they count ---- */

static void count_cells(struct hl_check_set *set, const struct averaged *averaged) {
  for (size_t c = 0; c < averaged->n_config; c++) {
    bool is_finite = true;
    for (size_t s = 0; s < averaged->n_point[c]; s++)
      is_finite = is_finite && isfinite(averaged->loss[c * averaged->n_step + s]);
    set->n_missing += averaged->n_point[c] == 0;
    set->n_diverged += !is_finite;
  }
}

/* The task's constants over all its sets, as the scores have them by default. */
static void end_task(struct curves_check *curves) {
  const struct hl_archive_index *index = index_of(curves);
  const bool is_degenerate = constants_are_degenerate(constants_get(&curves->sum, &curves->sum));
  for (size_t i = 0; i < index->n_set && is_degenerate; i++) {
    curves->check->checker->report->sets[i].n_degenerate +=
        curves->check->has_table[curves->i_task * index->n_set + i];
  }
  curves->sum = (struct constants_sum){.lowest = INFINITY};
}

static hl_status count_chunk(void *user, size_t i, size_t i_thread) {
  struct curves_check *curves = user;
  struct slot *slot = &curves->slots[i_thread];
  struct checker *checker = curves->check->checker;
  hl_status status = HL_OK;
  if (curves->items[i].i_task != curves->i_task) end_task(curves);
  curves->i_task = curves->items[i].i_task;
  for (size_t k = 0; k < slot->faults.n; k++)
    TRY(checker_note(checker, hl_fail_again(HL_INVALID, slot->faults.items[k])));
  if (slot->averaged.n_config > 0) {
    count_cells(&checker->report->sets[slot->i_set], &slot->averaged);
    constants_add(&curves->sum, &slot->averaged);
  }
out:
  hl_strings_clear(&slot->faults);
  return status;
}

/* ---- all of it ---- */

static size_t find_valid(const struct hl_archive_set *set) {
  static const char *const names[] = {"valid_inner", "valid"};
  for (size_t k = 0; k < 2; k++) {
    for (size_t i = 0; i < set->splits.n; i++) {
      if (strcmp(set->splits.items[i], names[k]) == 0) return i;
    }
  }
  return set->splits.n;
}

static hl_status begin(struct curves_check *curves) {
  const struct hl_archive_index *index = index_of(curves);
  hl_status status = HL_OK;
  TRY(checker_new_sets(curves->check->checker, index->n_set));
  TRY(hl_new_array(index->n_set, sizeof *curves->i_valid, &curves->i_valid));
  for (size_t i = 0; i < index->n_set; i++) {
    struct hl_check_set *set = &curves->check->checker->report->sets[i];
    TRY(hl_copy_text(index->sets[i].name, &set->name));
    set->n_config = (int64_t)index->sets[i].configs.n;
    set->n_cell = set->n_config * (int64_t)index->tasks.n;
    curves->i_valid[i] = find_valid(&index->sets[i]);
    for (size_t t = 0; t < index->tasks.n; t++)
      set->n_missing += curves->check->has_table[t * index->n_set + i] ? 0 : set->n_config;
  }
out:
  return status;
}

/* Without a validation split nothing can be told of cells. */
static void forget_unknown(struct curves_check *curves) {
  const struct hl_archive_index *index = index_of(curves);
  for (size_t i = 0; i < index->n_set; i++) {
    struct hl_check_set *set = &curves->check->checker->report->sets[i];
    if (curves->i_valid[i] == index->sets[i].splits.n)
      set->n_missing = set->n_diverged = set->n_degenerate = -1;
  }
}

hl_status check_archive_curves(struct archive_check *check) {
  hl_status status = HL_OK;
  struct curves_check curves = {.check = check, .sum = {.lowest = INFINITY}};
  TRY(begin(&curves));
  TRY(check_all_tables(&curves));
  curves.n_slot = hl_pool_threads(check->checker->context, curves.n_item);
  TRY(hl_new_array(curves.n_slot, sizeof *curves.slots, &curves.slots));
  if (curves.n_item > 0) curves.i_task = curves.items[0].i_task;
  TRY(hl_pool_run(check->checker->context, "checking", curves.n_item, check_chunk, count_chunk, &curves));
  if (curves.n_item > 0) end_task(&curves);
  forget_unknown(&curves);
out:
  for (size_t i = 0; curves.slots != NULL && i < curves.n_slot; i++) {
    struct slot *slot = &curves.slots[i];
    close_slot(&curves, slot);
    hl_archive_clear_reader(&slot->reader);
    averaged_clear(&slot->averaged);
    hl_strings_clear(&slot->faults);
    free(slot->values);
  }
  free(curves.slots);
  free(curves.i_valid);
  free(curves.items);
  return status;
}
