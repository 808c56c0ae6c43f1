#include "learn/turn.h"
#include "base/error.h"
#include "base/h5.h"
#include "base/memory.h"
#include "base/pool.h"
#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
  LINE = 8,               /* doubles in a cache line */
  READ_BYTES = 512 << 10, /* what a thread reads at a time: fits its cache */
};

struct table {
  const char *name;
  const double *loaded; /* [all tasks][n_config]; NULL: in the file */
  struct hl_h5 dataset;
  double *whole;   /* as loaded, for this time, where the file's own layout is no good for a few rows */
  double *to;      /* [n_config][n_task] */
  int16_t *coarse; /* [n_config][n_block * HL_BLOCK]; NULL: not asked for */
};

/* A thread's own. */
struct bench {
  double *room[2];        /* [n_line][n_config] of a table in the file */
  const double **rows[2]; /* [n_line] where they are, of either table */
  bool *is_dropped;       /* [n_config] by HL_MISSING_DROP_CONFIG */
  int64_t n_missing;
};

struct turning {
  struct hl_cells *cells;
  const struct hl_scores *scores;
  const size_t *rows;
  enum hl_missing missing;
  size_t n_table; /* 1, or 2 with test */
  struct table tables[2];
  size_t n_line; /* rows a block */
  struct bench *benches;
};

/* What was seen in a part of a table. */
struct seen {
  bool has_hole, is_wild; /* wild: some score is outside [0, 1] */
};

/* ---- Squares ---- */

/* Are all of HL_BLOCK scores in [0, 1]? Of doubles that are, and of no others but -0, the bits are a whole
 * number from 0 to that of 1: two differences without a branch, which the vectorizer takes. */
static inline bool is_plain(const double *scores) {
  const double one = 1;
  uint64_t bits[HL_BLOCK], one_bits, outside = 0;
  memcpy(bits, scores, sizeof bits);
  memcpy(&one_bits, &one, sizeof one_bits);
  for (size_t i = 0; i < HL_BLOCK; i++) outside |= bits[i] | (one_bits - bits[i]);
  return outside >> 63 == 0;
}

/* Missing ones become 1. */
static void fill_holes(double *scores, struct seen *seen) {
  for (size_t i = 0; i < HL_BLOCK; i++) {
    seen->has_hole |= isnan(scores[i]);
    if (isnan(scores[i])) scores[i] = 1;
    seen->is_wild |= !(scores[i] >= 0 && scores[i] <= 1);
  }
}

static inline void fill_coarse(const double *scores, int16_t *coarse) {
  int16_t block[HL_BLOCK];
  for (size_t i = 0; i < HL_BLOCK; i++) block[i] = hl_coarse(scores[i]);
  memcpy(coarse, block, sizeof block);
}

/* The tasks first .. first + n, n <= HL_BLOCK, whose rows are given. */
static void turn_rows(const struct hl_cells *cells, const struct table *table, const double *const *rows,
                      size_t first, size_t n, struct seen *seen) {
  double square[LINE][HL_BLOCK];
  const size_t n_config = cells->n_config, n_padded = cells->n_block * HL_BLOCK;
  for (size_t k = 0; k < LINE; k++) {
    for (size_t i = n; i < HL_BLOCK; i++) square[k][i] = 1; /* behind the last task */
  }
  for (size_t c = 0; c < n_config; c += LINE) {
    const size_t n_column = n_config - c < LINE ? n_config - c : LINE;
    for (size_t i = 0; i < n && n_column == LINE; i++) {
      for (size_t k = 0; k < LINE; k++) square[k][i] = rows[i][c + k];
    }
    for (size_t i = 0; i < n && n_column < LINE; i++) {
      for (size_t k = 0; k < n_column; k++) square[k][i] = rows[i][c + k];
    }
    for (size_t k = 0; k < n_column; k++) {
      double *to = table->to + (c + k) * cells->n_task + first;
      if (!is_plain(square[k])) fill_holes(square[k], seen);
      if (n == HL_BLOCK)
        memcpy(to, square[k], sizeof square[k]); /* of a size that the compiler knows */
      else
        memcpy(to, square[k], n * sizeof *to);
      if (table->coarse != NULL && !seen->is_wild)
        fill_coarse(square[k], table->coarse + (c + k) * n_padded + first);
    }
  }
}

/* ---- What is not as it should be ---- */

size_t hl_cells_find_hole(const double *valid, const double *test, size_t from, size_t n_config) {
  size_t c = from;
  while (c < n_config && !isnan(valid[c]) && (test == NULL || !isnan(test[c]))) c++;
  return c;
}

static bool has_score(const double *row, size_t n_config) {
  for (size_t c = 0; c < n_config; c++) {
    if (!isnan(row[c])) return true;
  }
  return false;
}

bool hl_cells_is_tested(const double *valid, const double *test, size_t n_config) {
  return has_score(test, n_config) || !has_score(valid, n_config);
}

static hl_status refuse_wild(const struct turning *it, const struct table *table, size_t task,
                             const double *row) {
  const struct hl_score_set *set = it->cells->set;
  for (size_t c = 0; c < set->configs.n; c++) {
    if (isnan(row[c]) || (row[c] >= 0 && row[c] <= 1)) continue;
    return hl_fail(HL_INVALID, "%s: /sets/%s/%s: task %s, config %s: found %.17g, expected 0 to 1 or NaN",
                   it->scores->path, set->name, table->name, it->scores->tasks.items[it->rows[task]],
                   set->configs.items[c], row[c]);
  }
  return HL_OK;
}

static hl_status note_hole(const struct turning *it, struct bench *bench, size_t task, size_t config) {
  const struct hl_score_set *set = it->cells->set;
  if (it->missing == HL_MISSING_ERROR) {
    return hl_fail(HL_INVALID, "%s: set %s: task %s, config %s: found a missing cell, expected none",
                   it->scores->path, set->name, it->scores->tasks.items[it->rows[task]],
                   set->configs.items[config]);
  }
  bench->n_missing++;
  bench->is_dropped[config] |= it->missing == HL_MISSING_DROP_CONFIG;
  return HL_OK;
}

/* An untested task has no test scores, which are no holes: they are 0. */
static void blank_untested(const struct hl_cells *cells, size_t task) {
  for (size_t c = 0; c < cells->n_config; c++) cells->test[c * cells->n_task + task] = 0;
}

static hl_status inspect_row(const struct turning *it, struct bench *bench, size_t task, size_t i_line,
                             struct seen seen) {
  hl_status status = HL_OK;
  struct hl_cells *cells = it->cells;
  const size_t n_config = cells->n_config;
  const double *valid = bench->rows[0][i_line], *test = it->n_table > 1 ? bench->rows[1][i_line] : NULL;
  if (seen.is_wild) TRY(refuse_wild(it, &it->tables[0], task, valid));
  if (seen.is_wild && test != NULL) TRY(refuse_wild(it, &it->tables[1], task, test));
  if (test != NULL && !hl_cells_is_tested(valid, test, n_config)) {
    cells->is_tested[task] = false;
    blank_untested(cells, task);
    test = NULL;
  }
  for (size_t c = hl_cells_find_hole(valid, test, 0, n_config); c < n_config;
       c = hl_cells_find_hole(valid, test, c + 1, n_config))
    TRY(note_hole(it, bench, task, c));
out:
  return status;
}

/* ---- Blocks ---- */

/* Finds the rows of the tasks first .. first + n; of a file, runs of neighbours are read together. */
static hl_status get_rows(const struct turning *it, struct bench *bench, size_t i_table, size_t first,
                          size_t n) {
  const struct table *table = &it->tables[i_table];
  const size_t n_config = it->cells->n_config, *rows = it->rows + first;
  for (size_t i = 0, n_run; i < n; i += n_run) {
    const double *from =
        table->loaded != NULL ? table->loaded + rows[i] * n_config : bench->room[i_table] + i * n_config;
    for (n_run = 1; i + n_run < n && rows[i + n_run] == rows[i] + n_run;) n_run++;
    for (size_t k = 0; k < n_run; k++) bench->rows[i_table][i + k] = from + k * n_config;
    if (table->loaded != NULL) continue;
    const hl_status status =
        hl_h5_read_rows(table->dataset, HL_H5_FLOAT64, rows[i], n_run, bench->room[i_table] + i * n_config);
    if (status != HL_OK) return status;
  }
  return HL_OK;
}

static hl_status turn_block(void *user, size_t i_block, size_t i_thread) {
  hl_status status = HL_OK;
  const struct turning *it = user;
  struct bench *bench = &it->benches[i_thread];
  const size_t first = i_block * it->n_line, n_left = it->cells->n_task - first;
  const size_t n = n_left < it->n_line ? n_left : it->n_line;
  struct seen seen = {0};
  for (size_t k = 0; k < it->n_table; k++) {
    TRY(get_rows(it, bench, k, first, n));
    for (size_t i = 0; i < n; i += HL_BLOCK) {
      turn_rows(it->cells, &it->tables[k], bench->rows[k] + i, first + i, n - i < HL_BLOCK ? n - i : HL_BLOCK,
                &seen);
    }
  }
  for (size_t i = 0; i < n && (seen.has_hole || seen.is_wild); i++) {
    TRY(inspect_row(it, bench, first + i, i, seen));
  }
out:
  return status;
}

/* ---- All of it ---- */

/* Tables of ours are one run of bytes. In others a few rows may cost as much as all: those are read once. */
static hl_status open_table(const struct turning *it, struct table *table, struct hl_h5 group) {
  hl_status status = HL_OK;
  const size_t n_row = it->scores->tasks.n, n_config = it->cells->n_config;
  enum hl_h5_type type;
  struct hl_h5_shape shape;
  TRY(hl_h5_open_dataset(group, table->name, &table->dataset, &type, &shape));
  if (shape.rank != 2 || shape.dims[0] != n_row || shape.dims[1] != n_config) {
    FAIL(HL_INVALID, "%s: /sets/%s/%s: found another shape than when the file was opened, expected %zu x %zu",
         it->scores->path, it->cells->set->name, table->name, n_row, n_config);
  }
  if (hl_h5_is_contiguous(table->dataset)) goto out;
  TRY(hl_new_table(n_row * n_config, sizeof(double), &table->whole));
  TRY(hl_h5_read_array(group, table->name, HL_H5_FLOAT64, shape, table->whole));
  table->loaded = table->whole;
out:
  return status;
}

static hl_status open_tables(struct turning *it, struct hl_h5 *file, struct hl_h5 *group) {
  hl_status status = HL_OK;
  char *link = NULL, *place = NULL;
  bool is_loaded = true;
  for (size_t k = 0; k < it->n_table; k++) is_loaded &= it->tables[k].loaded != NULL;
  if (is_loaded) return HL_OK; /* scores made by hand have no file */
  TRY(hl_encode_link(it->cells->set->name, &link));
  TRY(hl_format_text(&place, "sets/%s", link));
  TRY(hl_h5_open_again(it->scores->path, file));
  TRY(hl_h5_open_group(*file, place, group));
  for (size_t k = 0; k < it->n_table; k++) {
    if (it->tables[k].loaded == NULL) TRY(open_table(it, &it->tables[k], *group));
  }
out:
  free(place);
  free(link);
  return status;
}

static hl_status init_bench(const struct turning *it, struct bench *bench) {
  hl_status status = HL_OK;
  const size_t n_config = it->cells->n_config;
  TRY(hl_new_array(n_config, sizeof(bool), &bench->is_dropped));
  for (size_t k = 0; k < it->n_table; k++) {
    TRY(hl_new_array(it->n_line, sizeof *bench->rows[k], &bench->rows[k]));
    if (it->tables[k].loaded == NULL)
      TRY(hl_new_array(it->n_line * n_config, sizeof(double), &bench->room[k]));
  }
out:
  return status;
}

/* What the threads have counted. */
static void gather(struct hl_cells *cells, struct bench *bench) {
  cells->n_missing += bench->n_missing;
  for (size_t c = 0; c < cells->n_config && bench->is_dropped != NULL; c++)
    cells->is_kept[c] &= !bench->is_dropped[c];
  for (size_t k = 0; k < 2; k++) {
    free(bench->room[k]);
    free(bench->rows[k]);
  }
  free(bench->is_dropped);
}

/* Whole blocks of tasks, so that threads share no part of a coarse row; of very long rows fewer. */
static size_t count_lines(const struct hl_cells *cells) {
  const size_t n_fitting = READ_BYTES / sizeof(double) / (cells->n_config > 0 ? cells->n_config : 1);
  const size_t n = n_fitting < HL_BLOCK ? HL_BLOCK : n_fitting / HL_BLOCK * HL_BLOCK;
  return n < cells->n_task ? n : cells->n_task;
}

hl_status hl_cells_turn(struct hl_cells *cells, const struct hl_scores *scores, const size_t *rows,
                        enum hl_missing missing, unsigned parts, const struct hl_context *context) {
  hl_status status = HL_OK;
  const struct hl_score_set *set = cells->set;
  struct hl_h5 file = {0}, group = {0};
  struct turning it = {.cells = cells, .scores = scores, .rows = rows, .missing = missing};
  if (cells->n_task == 0) return HL_OK; /* a rank (base/ranks.h) may have none */
  it.n_table = (parts & HL_CELLS_TEST) != 0 ? 2 : 1;
  it.tables[0] =
      (struct table){.name = "valid", .loaded = set->valid, .to = cells->valid, .coarse = cells->coarse};
  it.tables[1] = (struct table){.name = "test", .loaded = set->test, .to = cells->test};
  it.n_line = count_lines(cells);
  const size_t n_block = (cells->n_task + it.n_line - 1) / it.n_line;
  const size_t n_thread = hl_pool_threads(context, n_block);
  TRY(open_tables(&it, &file, &group));
  TRY(hl_new_array(n_thread, sizeof *it.benches, &it.benches));
  for (size_t i = 0; i < n_thread; i++) TRY(init_bench(&it, &it.benches[i]));
  TRY(hl_pool_run(context, NULL, n_block, turn_block, NULL, &it));
out:
  for (size_t i = 0; i < n_thread && it.benches != NULL; i++) gather(cells, &it.benches[i]);
  free(it.benches);
  for (size_t k = 0; k < it.n_table; k++) {
    hl_h5_close(&it.tables[k].dataset);
    free(it.tables[k].whole);
  }
  hl_h5_close(&group);
  hl_h5_close(&file);
  return status;
}
