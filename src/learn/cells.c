#include "learn/cells.h"
#include "base/error.h"
#include "base/memory.h"
#include "hyperlist/limits.h"
#include "hyperlist/selector.h"
#include "learn/exact.h"
#include "learn/turn.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *hl_missing_name(enum hl_missing missing) {
  static const char *const names[] = {"worst", "drop-config", "drop-task", "error"};
  return names[missing];
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

static hl_status load(struct hl_scores *scores, size_t i_set, unsigned parts) {
  const struct hl_score_set *set = &scores->sets[i_set];
  const bool lacks_test = (parts & HL_CELLS_TEST) != 0 && set->test == NULL;
  const unsigned tables = (set->valid == NULL ? HL_SCORES_VALID : 0U) | (lacks_test ? HL_SCORES_TEST : 0U);
  return tables == 0 ? HL_OK : hl_scores_load(scores, i_set, tables);
}

hl_status hl_cells_drop_holes(struct hl_scores *scores, size_t i_set, unsigned parts, size_t *rows,
                              size_t *n_row) {
  const struct hl_score_set *set = &scores->sets[i_set];
  const size_t n_config = set->configs.n, n_before = *n_row;
  size_t n = 0;
  const hl_status status = load(scores, i_set, parts);
  if (status != HL_OK) return status;
  for (size_t i = 0; i < n_before; i++) {
    const double *valid = set->valid + rows[i] * n_config, *test = NULL;
    if (parts & HL_CELLS_TEST) test = set->test + rows[i] * n_config;
    if (test != NULL && !hl_cells_is_tested(valid, test, n_config)) test = NULL;
    if (hl_cells_find_hole(valid, test, 0, n_config) == n_config) rows[n++] = rows[i];
  }
  *n_row = n;
  if (n > 0) return HL_OK;
  return hl_fail(HL_INVALID,
                 "%s: set %s: found a missing cell on each of the %zu tasks in use, expected a task without",
                 scores->path, set->name, n_before);
}

/* ---- The cells ---- */

static hl_status make_room(struct hl_cells *cells, unsigned parts) {
  hl_status status = HL_OK;
  size_t n_cell, n_coarse;
  cells->n_block = hl_n_block(cells->n_task);
  if (!hl_multiply(cells->n_task, cells->n_config, &n_cell)) n_cell = SIZE_MAX;
  if (!hl_multiply(cells->n_block * HL_BLOCK, cells->n_config, &n_coarse)) n_coarse = SIZE_MAX;
  TRY(hl_new_array(cells->n_config, sizeof(bool), &cells->is_kept));
  memset(cells->is_kept, true, cells->n_config);
  TRY(hl_new_table(n_cell, sizeof(double), &cells->valid));
  TRY(hl_new_table(n_coarse, sizeof(int16_t), &cells->coarse));
  if ((parts & HL_CELLS_TEST) == 0) goto out;
  TRY(hl_new_table(n_cell, sizeof(double), &cells->test));
  TRY(hl_new_array(cells->n_task, sizeof(bool), &cells->is_tested));
  memset(cells->is_tested, true, cells->n_task);
out:
  return status;
}

static void count_diverged(struct hl_cells *cells, const size_t *rows) {
  const struct hl_score_set *set = cells->set;
  for (size_t i = 0; i < cells->n_task; i++) {
    const int64_t n_diverged = set->n_diverged != NULL ? set->n_diverged[rows[i]] : -1;
    cells->n_diverged = n_diverged < 0 || cells->n_diverged < 0 ? -1 : cells->n_diverged + n_diverged;
  }
}

hl_status hl_cells_init(struct hl_cells *cells, const struct hl_scores *scores,
                        const struct hl_score_set *set, const size_t *rows, size_t n_row,
                        enum hl_missing missing, unsigned parts, const struct hl_context *context) {
  hl_status status = HL_OK;
  *cells = (struct hl_cells){.set = set, .n_task = n_row, .n_config = set->configs.n};
  if (n_row > HL_MAX_TASKS)
    FAIL(HL_LIMIT, "found %zu tasks, at most %d are summed exactly", n_row, HL_MAX_TASKS);
  if (cells->n_config > HL_MAX_CONFIGS)
    FAIL(HL_LIMIT, "found %zu configs, at most %d can be told apart", cells->n_config, HL_MAX_CONFIGS);
  TRY(make_room(cells, parts));
  TRY(hl_cells_turn(cells, scores, rows, missing, parts, context));
  count_diverged(cells, rows);
  for (size_t c = 0; c < cells->n_config; c++) cells->n_kept += cells->is_kept[c];
  if (cells->n_kept == 0) {
    FAIL(HL_INVALID,
         "%s: set %s: found no config without a missing cell on the %zu tasks in use, expected one",
         scores->path, set->name, cells->n_task);
  }
out:
  return status;
}

void hl_cells_clear(struct hl_cells *cells) {
  free(cells->valid);
  free(cells->test);
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
