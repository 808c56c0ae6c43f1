#include "analysis/parts.h"
#include "base/error.h"
#include "base/memory.h"
#include "learn/cells.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* ---- What the scores have ---- */

const char *figure_learner(const struct figure_options *options) {
  return options->set != NULL ? options->set : FIGURE_SET;
}

size_t figure_count_tasks(const struct hl_scores *scores, const char *kind) {
  size_t n = 0;
  for (size_t t = 0; t < scores->tasks.n; t++) {
    n += !scores->degenerate[t] && (kind == NULL || strcmp(scores->kinds.items[t], kind) == 0);
  }
  return n;
}

hl_status figure_check_learner(const struct hl_scores *scores, const struct figure_options *options,
                               const char *figure, size_t n) {
  size_t i_set;
  const size_t n_task = figure_count_tasks(scores, NULL);
  if (hl_scores_find_set(scores, figure_learner(options), &i_set) != HL_OK) {
    return hl_fail(HL_USAGE, "%s: %s has no set %s, which the list is learned from (--set names another)",
                   figure, scores->path, figure_learner(options));
  }
  if (n_task >= n) return HL_OK;
  return hl_fail(HL_INVALID,
                 "%s: %s has too few tasks that are not degenerate: found %zu, expected at least %zu", figure,
                 scores->path, n_task, n);
}

hl_status figure_check_lowest(struct hl_scores *scores, const char *figure) {
  for (size_t i = 0; i < scores->n_set; i++) {
    const hl_status status = hl_scores_load(scores, i, HL_SCORES_MIN);
    if (status != HL_OK) return status;
    if (scores->sets[i].valid_min != NULL) continue;
    return hl_fail(HL_USAGE, "%s: set %s of %s has no valid_min, each run's lowest loss", figure,
                   scores->sets[i].name, scores->path);
  }
  return HL_OK;
}

const char *figure_set_label(const char *set) {
  static const char *const labels[][2] = {{"adam1p_wide_grid_1k", "Adam1p"},
                                          {"adam4p_wide_grid_1k", "Adam4p"},
                                          {"adam6p_wide_grid_1k", "Adam6p"},
                                          {"adam8p_wide_grid_1k", "Adam8p"},
                                          {"nadamw_grid_1k", "NAdamW"}};
  for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
    if (strcmp(labels[i][0], set) == 0) return labels[i][1];
  }
  return set;
}

/* ---- All sets side by side ---- */

static hl_status choose_rows(struct figure_cells *cells, struct hl_scores *scores, enum hl_missing missing) {
  hl_status status = HL_OK;
  TRY(hl_cells_select_rows(scores, NULL, scores->degenerate, &cells->rows, &cells->n_task));
  for (size_t i = 0; i < scores->n_set && missing == HL_MISSING_DROP_TASK; i++) {
    TRY(hl_cells_drop_holes(scores, i, 0, cells->rows, &cells->n_task));
  }
out:
  return status;
}

/* Puts the kept configs of one set into the columns from *column on. */
static void place(const struct hl_cells *from, struct figure_cells *cells, size_t *column) {
  for (size_t c = 0; c < from->n_config; c++) {
    if (!from->is_kept[c]) continue;
    for (size_t t = 0; t < from->n_task; t++) {
      cells->values[t * cells->n_config + *column] = from->valid[c * from->n_task + t];
    }
    cells->configs[(*column)++] = c;
  }
}

static hl_status add_set(struct figure_cells *cells, const struct hl_scores *scores, size_t i_set,
                         bool is_lowest, enum hl_missing missing, struct hl_cells *of_set) {
  struct hl_score_set set = scores->sets[i_set];
  if (is_lowest) set.valid = set.valid_min;
  const hl_status status = hl_cells_init(of_set, scores, &set, cells->rows, cells->n_task, missing, 0, NULL);
  if (status != HL_OK) return status;
  of_set->set = &scores->sets[i_set];
  cells->n_config += of_set->n_kept;
  cells->n_missing += of_set->n_missing;
  const bool is_known = cells->n_diverged >= 0 && of_set->n_diverged >= 0;
  cells->n_diverged = is_known ? cells->n_diverged + of_set->n_diverged : -1;
  return HL_OK;
}

hl_status figure_cells_init(struct figure_cells *cells, struct hl_scores *scores, bool is_lowest,
                            enum hl_missing missing) {
  hl_status status = HL_OK;
  struct hl_cells *sets = NULL;
  size_t n_cell, column = 0;
  *cells = (struct figure_cells){0};
  TRY(choose_rows(cells, scores, missing));
  TRY(hl_new_array(scores->n_set, sizeof *sets, &sets));
  for (size_t i = 0; i < scores->n_set; i++) TRY(add_set(cells, scores, i, is_lowest, missing, &sets[i]));
  if (!hl_multiply(cells->n_task, cells->n_config, &n_cell)) n_cell = SIZE_MAX;
  TRY(hl_new_array(n_cell, sizeof(double), &cells->values));
  TRY(hl_new_array(cells->n_config, sizeof *cells->configs, &cells->configs));
  for (size_t i = 0; i < scores->n_set; i++) place(&sets[i], cells, &column);
out:
  for (size_t i = 0; sets != NULL && i < scores->n_set; i++) hl_cells_clear(&sets[i]);
  free(sets);
  return status;
}

void figure_cells_clear(struct figure_cells *cells) {
  free(cells->rows);
  free(cells->configs);
  free(cells->values);
  *cells = (struct figure_cells){0};
}

hl_status figure_note_cells(struct hl_table *table, int64_t n_missing, int64_t n_diverged) {
  const hl_status status = hl_table_note(table, "missing cells: %" PRId64, n_missing);
  if (status != HL_OK) return status;
  return n_diverged >= 0 ? hl_table_note(table, "diverged cells: %" PRId64, n_diverged)
                         : hl_table_note(table, "diverged cells: unknown");
}
