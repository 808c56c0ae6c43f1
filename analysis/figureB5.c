/* Figure B.5: does it matter whether a run is scored by its mean or by its lowest validation loss? The
 * average score of every config by the one and by the other, with their rank correlation; and lists learned
 * by either, on held-out tasks, measured by either. */
#include "analysis/parts.h"
#include "base/error.h"
#include "base/memory.h"
#include "generalize/series_table.h"
#include "hyperlist/list.h"

#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

FIGURE(figureB5);

hl_status figureB5_check(struct hl_scores *scores, const struct figure_options *options) {
  hl_status status = figure_check_learner(scores, options, "figureB5", 2);
  if (status == HL_OK) status = figure_check_lowest(scores, "figureB5");
  if (status != HL_OK || *scores->aggregate == '\0' || strcmp(scores->aggregate, "mean") == 0) return status;
  return hl_fail(HL_USAGE, "figureB5: %s was made with --aggregate %s, so that its valid is no mean",
                 scores->path, scores->aggregate);
}

/* The learner's set alone, runs scored by one of the tables, and by another as if that were the test. */
struct view {
  struct hl_score_set set;
  struct hl_scores scores;
};

static void view_init(struct view *view, const struct hl_scores *scores, const struct hl_score_set *set,
                      double *scored_by, double *tested_by) {
  view->set = *set;
  view->set.valid = scored_by;
  view->set.test = tested_by;
  view->scores = *scores;
  view->scores.n_set = 1;
  view->scores.sets = &view->set;
}

/* What is missing in one table is missing in the other, or configs and tasks would not be the same. */
static hl_status check_holes(const struct hl_scores *scores, const struct hl_score_set *set) {
  const size_t n = set->configs.n;
  for (size_t i = 0; i < scores->tasks.n * n; i++) {
    if (isnan(set->valid[i]) == isnan(set->valid_min[i])) continue;
    return hl_fail(HL_INVALID,
                   "%s: set %s: task %s, config %s: found only one of valid and valid_min, expected both",
                   scores->path, set->name, scores->tasks.items[i / n], set->configs.items[i % n]);
  }
  return HL_OK;
}

/* ---- Configs ---- */

struct config_scores {
  struct figure_cells cells;
  double *averages; /* [cells.n_config], over the tasks */
};

static hl_status average(struct view *view, enum hl_missing missing, struct config_scores *it) {
  hl_status status = HL_OK;
  TRY(figure_cells_init(&it->cells, &view->scores, false, missing));
  TRY(hl_new_array(it->cells.n_config, sizeof(double), &it->averages));
  for (size_t c = 0; c < it->cells.n_config; c++) {
    double sum = 0;
    for (size_t t = 0; t < it->cells.n_task; t++) sum += it->cells.values[t * it->cells.n_config + c];
    it->averages[c] = sum / (double)it->cells.n_task;
  }
out:
  return status;
}

static void config_scores_clear(struct config_scores *it) {
  figure_cells_clear(&it->cells);
  free(it->averages);
}

static hl_status correlate(const struct config_scores *mean, const struct config_scores *lowest,
                           double *correlation) {
  const size_t n = mean->cells.n_config;
  double *room;
  const hl_status status = hl_new_array(2 * n, sizeof *room, &room);
  if (status != HL_OK) return status;
  *correlation = gsl_stats_spearman(mean->averages, 1, lowest->averages, 1, n, room);
  free(room);
  return HL_OK;
}

static hl_status tabulate(const struct hl_score_set *set, const struct config_scores *mean,
                          const struct config_scores *lowest, double correlation, struct hl_table **table) {
  static const struct hl_column columns[] = {
      {"config", HL_CELL_TEXT}, {"mean", HL_CELL_NUMBER}, {"min", HL_CELL_NUMBER}};
  hl_status status = HL_OK;
  TRY(hl_table_new(columns, sizeof columns / sizeof columns[0], table));
  TRY(hl_table_note(*table, "tasks: %zu", mean->cells.n_task));
  TRY(figure_note_cells(*table, mean->cells.n_missing, mean->cells.n_diverged));
  TRY(hl_table_note(*table, "rank correlation: %.17g", correlation));
  for (size_t c = 0; c < mean->cells.n_config; c++) {
    const struct hl_cell row[] = {{.text = set->configs.items[mean->cells.configs[c]]},
                                  {.number = mean->averages[c]},
                                  {.number = lowest->averages[c]}};
    TRY(hl_table_add(*table, row));
  }
out:
  return status;
}

/* ---- Lists ---- */

/* A list learned by the view's scores, on held-out tasks, reported by the same scores or by the other ones.
 */
static hl_status run_list(struct view *view, enum hl_report report, const char *name,
                          const struct figure_options *options, const struct hl_context *context,
                          struct hl_generalization **generalization) {
  const struct hl_generalize_options generalize = {.set = view->set.name,
                                                   .baselines = "none",
                                                   .report = report,
                                                   .missing = options->missing,
                                                   .n_resample = options->n_resample,
                                                   .n_trial = options->n_trial};
  const hl_status status = hl_generalize(&view->scores, &generalize, context, generalization);
  if (status != HL_OK) return status;
  free((*generalization)->series[0].name);
  return hl_copy_text(name, &(*generalization)->series[0].name);
}

static hl_status tabulate_lists(struct view *by_mean, struct view *by_lowest,
                                const struct figure_options *options, const struct hl_context *context,
                                struct hl_table **table) {
  hl_status status = HL_OK;
  struct hl_generalization *runs[4] = {0};
  struct hl_series series[4];
  TRY(run_list(by_mean, HL_REPORT_VALID, "mean:mean", options, context, &runs[0]));
  TRY(run_list(by_lowest, HL_REPORT_TEST, "min:mean", options, context, &runs[1]));
  TRY(run_list(by_mean, HL_REPORT_TEST, "mean:min", options, context, &runs[2]));
  TRY(run_list(by_lowest, HL_REPORT_VALID, "min:min", options, context, &runs[3]));
  struct hl_generalization all = *runs[0];
  all.n_series = 4;
  all.series = series;
  for (size_t i = 0; i < 4; i++) series[i] = runs[i]->series[0];
  TRY(hl_series_tabulate(&all, table));
  TRY(hl_table_note(*table,
                    "series LEARNED:MEASURED: the list is learned, and its best config so far chosen, by the "
                    "former; both on validation scores"));
out:
  for (size_t i = 0; i < 4; i++) hl_generalization_free(runs[i]);
  return status;
}

/* Of the first ten entries of lists learned from all tasks, how many are the same? *n: of how many. */
static hl_status count_common(struct view *by_mean, struct view *by_lowest, enum hl_missing missing,
                              const struct hl_context *context, size_t *n_common, size_t *n) {
  hl_status status = HL_OK;
  struct hl_list *a = NULL, *b = NULL;
  const struct hl_learn_options learn = {.set = by_mean->set.name, .missing = missing, .n_entry = 10};
  TRY(hl_learn(&by_mean->scores, &learn, context, &a));
  TRY(hl_learn(&by_lowest->scores, &learn, context, &b));
  *n_common = 0;
  *n = a->n_entry;
  for (size_t i = 0; i < a->n_entry; i++) {
    for (size_t j = 0; j < b->n_entry; j++) *n_common += a->entries[i].index == b->entries[j].index;
  }
out:
  hl_list_free(a);
  hl_list_free(b);
  return status;
}

hl_status figureB5_make(struct hl_scores *scores, const struct figure_options *options,
                        const struct hl_context *context, struct figure_tables *tables) {
  hl_status status = HL_OK;
  struct view by_mean, by_lowest;
  struct config_scores mean = {0}, lowest = {0};
  struct hl_table *table = NULL, *lists = NULL;
  double correlation;
  size_t i_set, n_common, n;
  TRY(hl_scores_find_set(scores, figure_learner(options), &i_set));
  TRY(hl_scores_load(scores, i_set, HL_SCORES_VALID | HL_SCORES_MIN));
  struct hl_score_set *set = &scores->sets[i_set];
  TRY(check_holes(scores, set));
  view_init(&by_mean, scores, set, set->valid, set->valid_min);
  view_init(&by_lowest, scores, set, set->valid_min, set->valid);
  TRY(average(&by_mean, options->missing, &mean));
  TRY(average(&by_lowest, options->missing, &lowest));
  TRY(correlate(&mean, &lowest, &correlation));
  status = tabulate(set, &mean, &lowest, correlation, &table);
  TRY(figure_tables_add(tables, "", table, status));
  status = tabulate_lists(&by_mean, &by_lowest, options, context, &lists);
  TRY(figure_tables_add(tables, ".lists", lists, status));
  TRY(count_common(&by_mean, &by_lowest, options->missing, context, &n_common, &n));
  TRY(figure_caption(
      table,
      "Left: average score of the %zu configurations of %s on %zu tasks, a run scored by its mean or by "
      "its lowest validation loss (rank correlation %.3f). Right: lists learned by either, measured by "
      "either on held-out tasks; of their first %zu entries, learned from all tasks, %zu are the same.",
      mean.cells.n_config, figure_set_label(set->name), mean.cells.n_task, correlation, n, n_common));
out:
  config_scores_clear(&mean);
  config_scores_clear(&lowest);
  return status;
}
