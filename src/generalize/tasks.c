/* hl_generalize_tasks: the same curves, task by task. */
#include "base/error.h"
#include "base/memory.h"
#include "generalize/study.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct visiting {
  const struct hl_study *study;
  const struct hl_generalization *generalization;
  hl_task_curves_visitor visit;
  void *user;
  size_t *rows;   /* [n_test_most] room for the fold's test tasks, as rows of the scores */
  double *values; /* [trials of the longest series][n_test_most] room */
};

/* The curves as far as the series goes: one that has ended stays where it was, at 1 if it never began. */
static void fill_values(const struct visiting *it, const struct hl_trials *trials, size_t n_trial) {
  const struct hl_fold *fold = trials->fold;
  const size_t n = fold->n_test;
  memcpy(it->values, trials->values, trials->n_trial * n * sizeof(double));
  for (size_t k = trials->n_trial; k < n_trial; k++) {
    for (size_t i = 0; i < n; i++) it->values[k * n + i] = k > 0 ? it->values[(k - 1) * n + i] : 1;
  }
  if (trials->report != HL_REPORT_TEST) return;
  for (size_t i = 0; i < n; i++) {
    for (size_t k = 0; k < n_trial && !trials->cells->is_tested[fold->test[i]]; k++) {
      it->values[k * n + i] = (double)NAN;
    }
  }
}

static hl_status take(void *user, const struct hl_answer *answer) {
  const struct visiting *it = user;
  const struct hl_fold *fold = answer->trials.fold;
  for (size_t i = 0; i < fold->n_test; i++) it->rows[i] = it->study->rows[fold->test[i]];
  const struct hl_series *series = &it->generalization->series[answer->i_series];
  const struct hl_task_curves curves = {.series = series->name,
                                        .resample = answer->resample,
                                        .n_task = fold->n_test,
                                        .tasks = it->rows,
                                        .n_trial = series->n_trial,
                                        .values = it->values};
  fill_values(it, &answer->trials, series->n_trial);
  return it->visit(it->user, &curves);
}

/* Is the study that which the generalization was made by? */
static bool agree(const struct hl_study *study, const struct hl_generalization *generalization) {
  bool is_same = study->plans.n == generalization->n_series && study->n_row == generalization->n_task &&
                 study->n_resample == generalization->n_resample;
  for (size_t s = 0; s < study->plans.n && is_same; s++) {
    is_same = strcmp(study->series[s].name, generalization->series[s].name) == 0 &&
              study->series[s].n_room >= generalization->series[s].n_trial;
  }
  return is_same;
}

hl_status hl_generalize_tasks(struct hl_scores *scores, const struct hl_generalize_options *options,
                              const struct hl_context *context,
                              const struct hl_generalization *generalization, hl_task_curves_visitor visit,
                              void *user) {
  hl_status status = HL_OK;
  struct hl_study study;
  struct visiting it = {.study = &study, .generalization = generalization, .visit = visit, .user = user};
  struct hl_context silent = context != NULL ? *context : (struct hl_context){0};
  size_t n_trial = 0, n_value;
  silent.warn = NULL; /* all that there is to warn of was said when the generalization was made */
  TRY(hl_study_init(&study, hl_baselines_get_all(), scores, options, &silent));
  if (!agree(&study, generalization)) {
    FAIL(HL_BUG, "found a generalization of other scores or options, expected one of these");
  }
  for (size_t s = 0; s < study.plans.n; s++) {
    if (study.series[s].n_room > n_trial) n_trial = study.series[s].n_room;
  }
  if (!hl_multiply(n_trial, study.splitter.n_test_most, &n_value)) n_value = SIZE_MAX;
  TRY(hl_new_array(study.splitter.n_test_most, sizeof *it.rows, &it.rows));
  TRY(hl_new_array(n_value, sizeof *it.values, &it.values));
  TRY(hl_study_run(&study, true, take, &it));
out:
  free(it.rows);
  free(it.values);
  hl_study_clear(&study);
  return status;
}
