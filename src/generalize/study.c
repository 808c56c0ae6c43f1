#include "generalize/study.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/pool.h"

#include <stdlib.h>

/* ---- What they share ---- */

static bool is_in_use(const struct hl_study *study, size_t i_set) {
  for (size_t i = 0; i < study->plans.n; i++) {
    if (study->plans.items[i].i_set == i_set) return true;
  }
  return false;
}

static hl_status choose_rows(struct hl_study *study, struct hl_scores *scores, enum hl_missing missing) {
  hl_status status = HL_OK;
  TRY(hl_cells_select_rows(scores, NULL, scores->degenerate, &study->rows, &study->n_row));
  for (size_t i = 0; i < scores->n_set && missing == HL_MISSING_DROP_TASK; i++) {
    if (!is_in_use(study, i)) continue;
    TRY(hl_cells_drop_holes(scores, i, HL_CELLS_TEST, study->rows, &study->n_row));
  }
out:
  return status;
}

static hl_status fill_cells(struct hl_study *study, enum hl_missing missing) {
  hl_status status = HL_OK;
  const struct hl_scores *scores = study->scores;
  TRY(hl_new_array(scores->n_set, sizeof *study->cells, &study->cells));
  for (size_t i = 0; i < scores->n_set; i++) {
    if (!is_in_use(study, i)) continue;
    TRY(hl_cells_init(&study->cells[i], scores, &scores->sets[i], study->rows, study->n_row, missing,
                      HL_CELLS_TEST, study->context));
  }
  TRY(hl_new_array(study->n_row, sizeof *study->best, &study->best));
  TRY(hl_cells_find_best(&study->cells[study->learner], study->best));
  TRY(hl_points_init(&study->points, &scores->sets[study->learner]));
out:
  return status;
}

static hl_status fill_series(struct hl_study *study, const struct hl_plan *plan, size_t n_most,
                             struct hl_study_series *series) {
  const struct hl_cells *cells = &study->cells[plan->i_set];
  *series = (struct hl_study_series){.name = plan->name, .baseline = plan->baseline, .cells = cells};
  series->n_room = n_most > 0 && n_most < cells->n_config ? n_most : cells->n_config;
  if (plan->baseline->tabulate == NULL) return HL_OK;
  size_t n_cell;
  series->n_tabulated = series->n_room < cells->n_kept ? series->n_room : cells->n_kept;
  if (!hl_multiply(series->n_tabulated, study->n_row, &n_cell)) n_cell = SIZE_MAX;
  const hl_status status = hl_new_array(n_cell, sizeof(double), &series->curves);
  if (status != HL_OK) return status;
  return plan->baseline->tabulate(cells, study->report, series->n_tabulated, study->context, series->curves);
}

static size_t count_resamples(const struct hl_generalize_options *options) {
  if (options->n_resample > 0) return options->n_resample;
  return options->split.leave_out != HL_LEAVE_OUT_NONE ? 1 : HL_DEFAULT_RESAMPLES;
}

hl_status hl_study_init(struct hl_study *study, const struct hl_baseline_table *baselines,
                        struct hl_scores *scores, const struct hl_generalize_options *options,
                        const struct hl_context *context) {
  hl_status status = HL_OK;
  *study = (struct hl_study){.scores = scores, .context = context, .report = options->report};
  study->seed = context != NULL ? context->seed : 0;
  study->n_resample = count_resamples(options);
  TRY(hl_scores_find_set(scores, options->set, &study->learner));
  TRY(hl_plans_init(&study->plans, baselines, options->baselines, scores, study->learner, context));
  TRY(choose_rows(study, scores, options->missing));
  TRY(hl_splitter_init(&study->splitter, &options->split, scores, study->rows, study->n_row));
  TRY(fill_cells(study, options->missing));
  TRY(hl_new_array(study->plans.n, sizeof *study->series, &study->series));
  for (size_t i = 0; i < study->plans.n; i++) {
    TRY(fill_series(study, &study->plans.items[i], options->n_trial, &study->series[i]));
  }
out:
  return status;
}

void hl_study_clear(struct hl_study *study) {
  for (size_t i = 0; i < study->plans.n && study->series != NULL; i++) free(study->series[i].curves);
  for (size_t i = 0; study->cells != NULL && i < study->scores->n_set; i++) hl_cells_clear(&study->cells[i]);
  hl_points_clear(&study->points);
  hl_splitter_clear(&study->splitter);
  hl_plans_clear(&study->plans);
  free(study->series);
  free(study->cells);
  free(study->rows);
  free(study->best);
  *study = (struct hl_study){0};
}

/* ---- One fold ---- */

struct running {
  const struct hl_study *study;
  struct hl_answers *answers; /* [threads] */
  enum hl_study_order order;
  hl_status (*take)(void *user, const struct hl_answers *answers);
  void *user;
};

static hl_status run_series(const struct hl_study *study, const struct hl_study_series *series,
                            const struct hl_answers *answers, struct hl_trials *trials) {
  *trials = (struct hl_trials){.seed = study->seed,
                               .resample = answers->resample,
                               .report = study->report,
                               .fold = &answers->fold,
                               .cells = series->cells,
                               .points = &study->points,
                               .best = study->best,
                               .n_most = series->n_room,
                               .sums = trials->sums,
                               .values = trials->values};
  if (series->curves == NULL) return series->baseline->run(trials);
  hl_trials_look_up(trials, series->curves, series->n_tabulated);
  return HL_OK;
}

static hl_status run_fold(void *user, size_t i, size_t i_thread) {
  hl_status status = HL_OK;
  const struct running *it = user;
  const struct hl_study *study = it->study;
  struct hl_answers *answers = &it->answers[i_thread];
  const size_t n_fold = study->splitter.n_fold;
  answers->resample = i / n_fold;
  answers->i_fold = i % n_fold;
  hl_fold_clear(&answers->fold);
  TRY(hl_splitter_split(&study->splitter, study->seed, answers->resample, answers->i_fold, &answers->fold));
  for (size_t s = 0; s < study->plans.n; s++) {
    TRY(run_series(study, &study->series[s], answers, &answers->trials[s]));
  }
  if (it->order == HL_STUDY_ANY_ORDER) TRY(it->take(it->user, answers));
out:
  return status;
}

static hl_status take_in_order(void *user, size_t i, size_t i_thread) {
  const struct running *it = user;
  (void)i;
  return it->take(it->user, &it->answers[i_thread]);
}

/* ---- All folds ---- */

static hl_status make_room(const struct hl_study *study, bool with_values, struct hl_answers *answers) {
  hl_status status = HL_OK;
  TRY(hl_new_array(study->plans.n, sizeof *answers->trials, &answers->trials));
  for (size_t s = 0; s < study->plans.n; s++) {
    const size_t n_room = study->series[s].n_room;
    size_t n_value;
    TRY(hl_new_array(n_room, sizeof(double), &answers->trials[s].sums));
    if (!with_values) continue;
    if (!hl_multiply(n_room, study->splitter.n_test_most, &n_value)) n_value = SIZE_MAX;
    TRY(hl_new_array(n_value, sizeof(double), &answers->trials[s].values));
  }
out:
  return status;
}

static void clear_answers(const struct hl_study *study, struct hl_answers *answers) {
  for (size_t s = 0; s < study->plans.n && answers->trials != NULL; s++) {
    free(answers->trials[s].sums);
    free(answers->trials[s].values);
  }
  free(answers->trials);
  hl_fold_clear(&answers->fold);
}

hl_status hl_study_run(const struct hl_study *study, bool with_values, enum hl_study_order order,
                       hl_status (*take)(void *user, const struct hl_answers *answers), void *user) {
  hl_status status = HL_OK;
  const size_t n_fold = study->splitter.n_fold;
  struct running it = {.study = study, .order = order, .take = take, .user = user};
  size_t n, n_thread = 0;
  if (!hl_multiply(study->n_resample, n_fold, &n)) {
    return hl_fail(HL_LIMIT, "found %zu resamplings of %zu folds, which is too many to count",
                   study->n_resample, n_fold);
  }
  n_thread = hl_pool_threads(study->context, n);
  TRY(hl_new_array(n_thread, sizeof *it.answers, &it.answers));
  for (size_t i = 0; i < n_thread; i++) TRY(make_room(study, with_values, &it.answers[i]));
  TRY(hl_pool_run(study->context, n_fold > 1 ? "fold" : "resampling", n, run_fold,
                  order == HL_STUDY_IN_ORDER ? take_in_order : NULL, &it));
out:
  for (size_t i = 0; i < n_thread && it.answers != NULL; i++) clear_answers(study, &it.answers[i]);
  free(it.answers);
  return status;
}
