#include "learn/cells.h"
#include "base/error.h"
#include "base/memory.h"
#include "hyperlist/selector.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
  BLOCK = 32,           /* cells a side of the squares in which tables are turned: 8 KB in, 8 KB out */
  MOST_TASKS = 1 << 22, /* their exact scores sum to at most 2^62 */
};

const char *hl_missing_name(enum hl_missing missing) {
  static const char *const names[] = {"worst", "drop-config", "drop-task", "error"};
  return names[missing];
}

hl_status hl_cells_load(struct hl_scores *scores, size_t i_set, unsigned parts) {
  const struct hl_score_set *set = &scores->sets[i_set];
  const bool lacks_valid = set->valid == NULL, lacks_test = (parts & HL_CELLS_TEST) != 0 && set->test == NULL;
  const unsigned tables = (lacks_valid ? HL_SCORES_VALID : 0U) | (lacks_test ? HL_SCORES_TEST : 0U);
  return tables == 0 ? HL_OK : hl_scores_load(scores, i_set, tables);
}

/* ---- Which tasks ---- */

const uint8_t *hl_cells_get_degenerate(const struct hl_scores *scores, const struct hl_score_set *set) {
  return set->degenerate != NULL ? set->degenerate : scores->degenerate;
}

hl_status hl_cells_select_rows(const struct hl_scores *scores, const char *selector,
                               const uint8_t *degenerate, size_t **rows, size_t *n_row) {
  size_t n = 0;
  const hl_status status = hl_select_tasks(&scores->tasks, &scores->kinds, selector, rows, n_row);
  if (status != HL_OK) return status;
  for (size_t i = 0; i < *n_row; i++) {
    if (!degenerate[(*rows)[i]]) (*rows)[n++] = (*rows)[i];
  }
  if (n > 0) {
    *n_row = n;
    return HL_OK;
  }
  free(*rows);
  *rows = NULL;
  return hl_fail(HL_INVALID,
                 "%s: found only degenerate tasks among the %zu selected, expected one that is not",
                 scores->path, *n_row);
}

static bool has_score(const double *row, size_t n_config) {
  for (size_t c = 0; c < n_config; c++) {
    if (!isnan(row[c])) return true;
  }
  return false;
}

/* A task that is degenerate in the test split alone has scores in `valid` and none in `test`. */
static bool row_is_tested(const struct hl_score_set *set, size_t row) {
  const size_t n_config = set->configs.n;
  return has_score(set->test + row * n_config, n_config) || !has_score(set->valid + row * n_config, n_config);
}

/* The first missing config of a row from `from` on, or n_config. test is NULL where no test score is asked
 * for. */
static size_t find_hole(const double *valid, const double *test, size_t from, size_t n_config) {
  size_t c = from;
  while (c < n_config && !isnan(valid[c]) && (test == NULL || !isnan(test[c]))) c++;
  return c;
}

static const double *get_test_row(const struct hl_score_set *set, unsigned parts, size_t row) {
  const bool is_asked_for = (parts & HL_CELLS_TEST) != 0 && row_is_tested(set, row);
  return is_asked_for ? set->test + row * set->configs.n : NULL;
}

hl_status hl_cells_drop_holes(const struct hl_scores *scores, const struct hl_score_set *set, unsigned parts,
                              size_t *rows, size_t *n_row) {
  const size_t n_config = set->configs.n, n_before = *n_row;
  size_t n = 0;
  for (size_t i = 0; i < n_before; i++) {
    const double *test = get_test_row(set, parts, rows[i]);
    const bool is_whole = find_hole(set->valid + rows[i] * n_config, test, 0, n_config) == n_config;
    if (is_whole) rows[n++] = rows[i];
  }
  *n_row = n;
  if (n > 0) return HL_OK;
  return hl_fail(HL_INVALID,
                 "%s: set %s: found a missing cell on each of the %zu tasks in use, expected a task without",
                 scores->path, set->name, n_before);
}

/* ---- Missing cells ---- */

static hl_status count_cells(struct hl_cells *cells, const struct hl_scores *scores, const size_t *rows,
                             enum hl_missing missing, unsigned parts) {
  const struct hl_score_set *set = cells->set;
  const size_t n_config = cells->n_config;
  for (size_t i = 0; i < cells->n_task; i++) {
    const double *valid = set->valid + rows[i] * n_config, *test = get_test_row(set, parts, rows[i]);
    for (size_t c = find_hole(valid, test, 0, n_config); c < n_config;
         c = find_hole(valid, test, c + 1, n_config)) {
      if (missing == HL_MISSING_ERROR) {
        return hl_fail(HL_INVALID, "%s: set %s: task %s, config %s: found a missing cell, expected none",
                       scores->path, set->name, scores->tasks.items[rows[i]], set->configs.items[c]);
      }
      cells->n_missing++;
      if (missing == HL_MISSING_DROP_CONFIG) cells->is_kept[c] = false;
    }
    const int64_t n_diverged = set->n_diverged != NULL ? set->n_diverged[rows[i]] : -1;
    cells->n_diverged = n_diverged < 0 || cells->n_diverged < 0 ? -1 : cells->n_diverged + n_diverged;
  }
  for (size_t c = 0; c < n_config; c++) cells->n_kept += cells->is_kept[c];
  if (cells->n_kept > 0) return HL_OK;
  return hl_fail(HL_INVALID,
                 "%s: set %s: found no config without a missing cell on the %zu tasks in use, expected one",
                 scores->path, set->name, cells->n_task);
}

/* ---- Tables ---- */

struct turning {
  const struct hl_scores *scores;
  const struct hl_score_set *set;
  const size_t *rows;
  size_t n_row, n_config;
  const char *table;  /* its name, for messages */
  const double *from; /* [all tasks][n_config] */
  double *to;         /* [n_config][n_row] */
};

static hl_status turn_block(const struct turning *turning, size_t i_first, size_t c_first) {
  const size_t i_end = i_first + BLOCK < turning->n_row ? i_first + BLOCK : turning->n_row;
  const size_t c_end = c_first + BLOCK < turning->n_config ? c_first + BLOCK : turning->n_config;
  for (size_t i = i_first; i < i_end; i++) {
    const double *row = turning->from + turning->rows[i] * turning->n_config;
    for (size_t c = c_first; c < c_end; c++) {
      const double score = isnan(row[c]) ? 1 : row[c];
      if (!(score >= 0 && score <= 1)) {
        return hl_fail(HL_INVALID,
                       "%s: sets/%s/%s: task %s, config %s: found the score %.17g, expected one in 0..1",
                       turning->scores->path, turning->set->name, turning->table,
                       turning->scores->tasks.items[turning->rows[i]], turning->set->configs.items[c], score);
      }
      turning->to[c * turning->n_row + i] = score;
    }
  }
  return HL_OK;
}

static hl_status turn(const struct turning *turning) {
  hl_status status = HL_OK;
  for (size_t i = 0; i < turning->n_row; i += BLOCK) {
    for (size_t c = 0; c < turning->n_config && status == HL_OK; c += BLOCK)
      status = turn_block(turning, i, c);
  }
  return status;
}

static void blank_untested(struct hl_cells *cells) {
  for (size_t i = 0; i < cells->n_task; i++) {
    for (size_t c = 0; c < cells->n_config && !cells->is_tested[i]; c++)
      cells->test[c * cells->n_task + i] = 0;
  }
}

static hl_status fill_exact(struct hl_cells *cells, size_t n_cell) {
  const hl_status status = hl_new_array(n_cell, sizeof(int64_t), &cells->exact);
  for (size_t i = 0; i < n_cell && status == HL_OK; i++) {
    cells->exact[i] = llrint(cells->valid[i] * (double)HL_EXACT_ONE);
  }
  return status;
}

static hl_status fill_coarse(struct hl_cells *cells) {
  size_t n_room;
  cells->n_block = hl_n_block(cells->n_task);
  const size_t n_padded = cells->n_block * HL_BLOCK;
  if (!hl_multiply(n_padded, cells->n_config, &n_room)) return hl_fail_memory();
  const hl_status status = hl_new_array(n_room, sizeof *cells->coarse, &cells->coarse);
  for (size_t c = 0; c < cells->n_config && status == HL_OK; c++) {
    const double *valid = cells->valid + c * cells->n_task;
    int16_t *coarse = cells->coarse + c * n_padded;
    for (size_t i = 0; i < cells->n_task; i++) coarse[i] = hl_coarse(valid[i]);
    for (size_t i = cells->n_task; i < n_padded; i++) coarse[i] = HL_COARSE_ONE;
  }
  return status;
}

static hl_status fill_test(struct hl_cells *cells, struct turning *turning, size_t n_cell) {
  hl_status status = HL_OK;
  TRY(hl_new_array(cells->n_task, sizeof(bool), &cells->is_tested));
  for (size_t i = 0; i < cells->n_task; i++)
    cells->is_tested[i] = row_is_tested(cells->set, turning->rows[i]);
  TRY(hl_new_array(n_cell, sizeof(double), &cells->test));
  turning->table = "test", turning->from = cells->set->test, turning->to = cells->test;
  TRY(turn(turning));
  blank_untested(cells);
out:
  return status;
}

hl_status hl_cells_init(struct hl_cells *cells, const struct hl_scores *scores,
                        const struct hl_score_set *set, const size_t *rows, size_t n_row,
                        enum hl_missing missing, unsigned parts) {
  hl_status status = HL_OK;
  size_t n_cell;
  *cells = (struct hl_cells){.set = set, .n_task = n_row, .n_config = set->configs.n};
  if (n_row > MOST_TASKS)
    FAIL(HL_LIMIT, "found %zu tasks, at most %zu are summed exactly", n_row, (size_t)MOST_TASKS);
  if (!hl_multiply(n_row, cells->n_config, &n_cell)) {
    status = hl_fail_memory();
    goto out;
  }
  TRY(hl_new_array(cells->n_config, sizeof(bool), &cells->is_kept));
  memset(cells->is_kept, true, cells->n_config);
  TRY(count_cells(cells, scores, rows, missing, parts));
  TRY(hl_new_array(n_cell, sizeof(double), &cells->valid));
  struct turning turning = {scores, set, rows, n_row, set->configs.n, "valid", set->valid, cells->valid};
  TRY(turn(&turning));
  TRY(fill_coarse(cells));
  if (parts & HL_CELLS_EXACT) TRY(fill_exact(cells, n_cell));
  if (parts & HL_CELLS_TEST) TRY(fill_test(cells, &turning, n_cell));
out:
  return status;
}

void hl_cells_clear(struct hl_cells *cells) {
  free(cells->valid);
  free(cells->test);
  free(cells->exact);
  free(cells->coarse);
  free(cells->is_tested);
  free(cells->is_kept);
  *cells = (struct hl_cells){0};
}

hl_status hl_cells_find_best(const struct hl_cells *cells, size_t *best) {
  double *low;
  const hl_status status = hl_new_array(cells->n_task, sizeof *low, &low);
  if (status != HL_OK) return status;
  for (size_t i = 0; i < cells->n_task; i++) {
    low[i] = 1;
    best[i] = cells->n_config;
  }
  for (size_t c = 0; c < cells->n_config; c++) {
    const double *valid = cells->valid + c * cells->n_task;
    for (size_t i = 0; i < cells->n_task && cells->is_kept[c]; i++) {
      if (!(valid[i] < low[i])) continue;
      low[i] = valid[i];
      best[i] = c;
    }
  }
  free(low);
  return HL_OK;
}
