/* hl_generalize: the curve of each resampling from those of its folds, then the quantiles over resamplings.
 */
#include "hyperlist/generalize.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/quantile.h"
#include "base/ranks.h"
#include "generalize/study.h"

#include <gsl/gsl_sort.h>
#include <stdlib.h>
#include <string.h>

/* The series in the making: one after the other, so that the curves of one alone are held. */
struct tally {
  double *curves;   /* [n_resample][n_room]: sums over the tasks so far, then their mean */
  size_t *n_trial;  /* [n_resample]: how much of it is there */
  size_t *n_tasks;  /* [n_resample] */
  size_t *n_inside; /* [n_resample][n_fold] for refined search */
  double *enclosed; /* likewise */
};

struct tallying {
  const struct hl_study *study;
  bool keep_values;
  struct tally tally;
  struct hl_series *series; /* [plans.n] */
};

static hl_status init_tally(const struct hl_study *study, const struct hl_study_series *series,
                            struct tally *tally) {
  hl_status status = HL_OK;
  size_t n_cell, n_box = 0;
  if (!hl_multiply(series->n_room, study->n_resample, &n_cell)) n_cell = SIZE_MAX;
  if (!hl_multiply(study->n_resample, study->splitter.n_fold, &n_box)) n_box = SIZE_MAX;
  TRY(hl_new_array(n_cell, sizeof(double), &tally->curves));
  TRY(hl_new_array(study->n_resample, sizeof(size_t), &tally->n_trial));
  TRY(hl_new_array(study->n_resample, sizeof(size_t), &tally->n_tasks));
  if (!series->baseline->is_refined) goto out;
  TRY(hl_new_array(n_box, sizeof(size_t), &tally->n_inside));
  TRY(hl_new_array(n_box, sizeof(double), &tally->enclosed));
out:
  return status;
}

static void clear_tally(struct tally *tally) {
  free(tally->curves);
  free(tally->n_trial);
  free(tally->n_tasks);
  free(tally->n_inside);
  free(tally->enclosed);
  *tally = (struct tally){0};
}

/* ---- Over the folds ---- */

/* Adds a fold's sums. A curve that has ended stays where it was, at 1 if it never began. */
static void add_fold(const struct hl_trials *trials, double *curve) {
  const size_t n = trials->n_trial;
  const double last = n > 0 ? trials->sums[n - 1] : (double)trials->n_evaluated;
  for (size_t k = 0; k < n; k++) curve[k] += trials->sums[k];
  for (size_t k = n; k < trials->n_most; k++) curve[k] += last;
}

static hl_status end_resampling(const struct hl_study *study, const struct hl_study_series *series,
                                size_t resample, const struct tally *tally) {
  const size_t n_tasks = tally->n_tasks[resample];
  double *curve = tally->curves + resample * series->n_room;
  if (n_tasks == 0) {
    return hl_fail(HL_INVALID,
                   "%s: set %s: resampling %zu has no test task with test scores, expected one; validation "
                   "scores can be reported instead",
                   study->scores->path, series->cells->set->name, resample);
  }
  for (size_t k = 0; k < series->n_room; k++) curve[k] /= (double)n_tasks;
  return HL_OK;
}

/* ---- Over the resamplings ---- */

/* Of the values of all resamplings at trial k; room for as many. */
static void summarize_trial(struct hl_series *series, size_t k, double *room) {
  const size_t n = series->n_resample;
  double sum = 0;
  for (size_t r = 0; r < n; r++) sum += room[r] = series->values[r * series->n_trial + k];
  gsl_sort(room, 1, n);
  series->mean[k] = sum / (double)n;
  series->q25[k] = hl_quantile(room, n, 0.25);
  series->median[k] = hl_quantile(room, n, 0.5);
  series->q75[k] = hl_quantile(room, n, 0.75);
}

static int compare_sizes(const void *a, const void *b) {
  const size_t x = *(const size_t *)a, y = *(const size_t *)b;
  return (x > y) - (x < y);
}

/* The series takes over the tally's curves, which are cut where the longest ends, in place. */
static void take_over(struct tally *tally, size_t n_room, struct hl_series *series) {
  series->n_trial = 1;
  series->n_task = tally->n_tasks[0];
  for (size_t r = 0; r < series->n_resample; r++) {
    if (tally->n_trial[r] > series->n_trial) series->n_trial = tally->n_trial[r];
    if (tally->n_tasks[r] < series->n_task) series->n_task = tally->n_tasks[r];
  }
  for (size_t r = 1; r < series->n_resample && series->n_trial < n_room; r++) {
    memmove(tally->curves + r * series->n_trial, tally->curves + r * n_room,
            series->n_trial * sizeof(double));
  }
  series->values = tally->curves;
  series->n_tasks = tally->n_tasks;
  series->n_inside = tally->n_inside;
  series->enclosed = tally->enclosed;
  tally->curves = tally->enclosed = NULL;
  tally->n_tasks = tally->n_inside = NULL;
}

static hl_status make_summary_room(struct hl_series *series) {
  hl_status status = HL_OK;
  TRY(hl_new_array(series->n_trial, sizeof(double), &series->q25));
  TRY(hl_new_array(series->n_trial, sizeof(double), &series->median));
  TRY(hl_new_array(series->n_trial, sizeof(double), &series->q75));
  TRY(hl_new_array(series->n_trial, sizeof(double), &series->mean));
out:
  return status;
}

static hl_status summarize(const struct tallying *it, size_t n_room, struct tally *tally,
                           struct hl_series *series) {
  hl_status status = HL_OK;
  double *room = NULL;
  take_over(tally, n_room, series);
  if (series->n_inside != NULL) {
    series->n_box = it->study->n_resample * it->study->splitter.n_fold;
    qsort(series->n_inside, series->n_box, sizeof(size_t), compare_sizes);
    gsl_sort(series->enclosed, 1, series->n_box);
  }
  TRY(hl_new_array(series->n_resample, sizeof *room, &room));
  TRY(make_summary_room(series));
  for (size_t k = 0; k < series->n_trial; k++) summarize_trial(series, k, room);
  if (it->keep_values) goto out;
  free(series->values);
  series->values = NULL;
out:
  free(room);
  return status;
}

static hl_status take(void *user, const struct hl_answer *answer) {
  hl_status status = HL_OK;
  struct tallying *it = user;
  const struct hl_study *study = it->study;
  const struct hl_trials *trials = &answer->trials;
  const struct hl_study_series *series = &study->series[answer->i_series];
  const size_t r = answer->resample, n_fold = study->splitter.n_fold;
  struct tally *tally = &it->tally;
  if (r == 0 && answer->i_fold == 0) TRY(init_tally(study, series, tally));
  add_fold(trials, tally->curves + r * trials->n_most);
  tally->n_tasks[r] += trials->n_evaluated;
  if (trials->n_trial > tally->n_trial[r]) tally->n_trial[r] = trials->n_trial;
  if (tally->n_inside != NULL) {
    tally->n_inside[r * n_fold + answer->i_fold] = trials->n_inside;
    tally->enclosed[r * n_fold + answer->i_fold] = trials->enclosed;
  }
  if (answer->i_fold < n_fold - 1) goto out;
  TRY(end_resampling(study, series, r, tally));
  if (r < study->n_resample - 1) goto out;
  TRY(summarize(it, series->n_room, tally, &it->series[answer->i_series]));
  clear_tally(tally);
out:
  return status;
}

/* From rank 0 to all, so that whatever is made of it is the same everywhere. */
static hl_status share_series(const struct hl_context *context, bool keep_values, struct hl_series *series) {
  hl_status status = HL_OK;
  size_t counts[] = {series->n_trial, series->n_task, series->n_box, series->n_inside != NULL};
  TRY(hl_ranks_broadcast(context, counts, sizeof counts));
  series->n_trial = counts[0], series->n_task = counts[1], series->n_box = counts[2];
  const size_t n = series->n_trial, n_resample = series->n_resample, n_box = counts[3] ? counts[2] : 0;
  const struct {
    void *array; /* a pointer to it */
    size_t n, size;
  } pieces[] = {{&series->q25, n, sizeof(double)},
                {&series->median, n, sizeof(double)},
                {&series->q75, n, sizeof(double)},
                {&series->mean, n, sizeof(double)},
                {&series->n_tasks, n_resample, sizeof(size_t)},
                {&series->values, keep_values ? n_resample * n : 0, sizeof(double)},
                {&series->n_inside, n_box, sizeof(size_t)},
                {&series->enclosed, n_box, sizeof(double)}};
  for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
    void *bytes;
    if (pieces[i].n == 0) continue;
    if (!hl_ranks_is_first(context)) status = hl_new_array(pieces[i].n, pieces[i].size, pieces[i].array);
    TRY(hl_ranks_agree(context, status));
    memcpy(&bytes, pieces[i].array, sizeof bytes);
    TRY(hl_ranks_broadcast(context, bytes, pieces[i].n * pieces[i].size));
  }
out:
  return status;
}

/* ---- The whole ---- */

static hl_status prepare(const struct hl_study *study, struct hl_generalization **generalization) {
  hl_status status = HL_OK;
  const struct hl_splitter *splitter = &study->splitter;
  const struct hl_cells *cells = &study->cells[study->learner];
  struct hl_generalization *made;
  TRY(hl_new_array(1, sizeof *made, &made));
  *generalization = made;
  *made = (struct hl_generalization){.n_task = study->n_row,
                                     .n_train = splitter->n_train,
                                     .n_train_most = splitter->n_train_most,
                                     .n_test = splitter->n_test,
                                     .n_test_most = splitter->n_test_most,
                                     .n_fold = splitter->n_fold,
                                     .n_resample = study->n_resample,
                                     .n_missing = cells->n_missing,
                                     .n_diverged = cells->n_diverged};
  TRY(hl_new_array(study->plans.n, sizeof *made->series, &made->series));
  made->n_series = study->plans.n;
  for (size_t s = 0; s < study->plans.n; s++) {
    made->series[s].n_resample = study->n_resample;
    TRY(hl_copy_text(study->series[s].name, &made->series[s].name));
  }
out:
  return status;
}

/* split: how that of the study went. */
static hl_status run(const struct hl_study *study, hl_status split, bool keep_values,
                     struct hl_generalization **generalization) {
  hl_status status = split;
  struct tallying it = {.study = study, .keep_values = keep_values};
  *generalization = NULL;
  if (status == HL_OK) status = prepare(study, generalization);
  TRY(hl_ranks_agree(study->context, status));
  it.series = (*generalization)->series;
  TRY(hl_study_run(study, false, take, &it));
  for (size_t s = 0; s < study->plans.n; s++) TRY(share_series(study->context, keep_values, &it.series[s]));
out:
  if (status != HL_OK) {
    hl_generalization_free(*generalization);
    *generalization = NULL;
  }
  clear_tally(&it.tally);
  return status;
}

hl_status hl_generalize_among(const struct hl_baseline_table *baselines, struct hl_scores *scores,
                              const struct hl_generalize_options *options, const struct hl_context *context,
                              struct hl_generalization **generalization) {
  struct hl_study study;
  const hl_status status = hl_study_init(&study, baselines, scores, options, context);
  const hl_status ran = run(&study, status, options->keep_values, generalization);
  hl_study_clear(&study);
  return ran;
}

hl_status hl_generalize(struct hl_scores *scores, const struct hl_generalize_options *options,
                        const struct hl_context *context, struct hl_generalization **generalization) {
  return hl_generalize_among(hl_baselines_get_all(), scores, options, context, generalization);
}

hl_status hl_generalize_sizes(struct hl_scores *scores, const struct hl_generalize_options *options,
                              const size_t *n_train, size_t n, const struct hl_context *context,
                              struct hl_generalization **generalizations, size_t *n_run) {
  struct hl_study study;
  struct hl_generalize_options sized = *options;
  sized.split.train_tasks = n_train[0];
  hl_status status = hl_study_init(&study, hl_baselines_get_all(), scores, &sized, context);
  *n_run = 0;
  for (size_t i = 0; i < n && (i == 0 || n_train[i] < study.n_row); i++) {
    if (i > 0) status = hl_study_split(&study, n_train[i]);
    TRY(run(&study, status, options->keep_values, &generalizations[i]));
    ++*n_run;
  }
out:
  hl_study_clear(&study);
  return status;
}
