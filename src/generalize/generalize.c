/* hl_generalize: the curve of each resampling from those of its folds, then the quantiles over resamplings.
 */
#include "hyperlist/generalize.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/pool.h"
#include "base/quantile.h"
#include "base/ranks.h"
#include "generalize/study.h"

#include <gsl/gsl_sort.h>
#include <stdlib.h>
#include <string.h>

/* One series in the making. */
struct tally {
  double *curves;   /* [n_resample][n_room]: sums over the tasks so far, then their mean */
  size_t *n_trial;  /* [n_resample]: how much of it is there */
  size_t *n_tasks;  /* [n_resample] */
  size_t *n_inside; /* [n_resample][n_fold] for refined search */
  double *enclosed; /* likewise */
};

struct tallying {
  const struct hl_study *study;
  struct tally *tallies; /* [plans.n] */
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

static hl_status take(void *user, const struct hl_answer *answer) {
  const struct tallying *it = user;
  const struct hl_study *study = it->study;
  const struct hl_trials *trials = &answer->trials;
  const struct tally *tally = &it->tallies[answer->i_series];
  const size_t r = answer->resample, n_fold = study->splitter.n_fold;
  add_fold(trials, tally->curves + r * trials->n_most);
  tally->n_tasks[r] += trials->n_evaluated;
  if (trials->n_trial > tally->n_trial[r]) tally->n_trial[r] = trials->n_trial;
  if (tally->n_inside != NULL) {
    tally->n_inside[r * n_fold + answer->i_fold] = trials->n_inside;
    tally->enclosed[r * n_fold + answer->i_fold] = trials->enclosed;
  }
  if (answer->i_fold < n_fold - 1) return HL_OK;
  return end_resampling(study, &study->series[answer->i_series], r, tally);
}

/* From rank 0 to all, so that whatever is made of them is the same everywhere. */
static hl_status share_tally(const struct hl_study *study, size_t n_room, const struct tally *tally) {
  hl_status status = HL_OK;
  const struct hl_context *context = study->context;
  const size_t n = study->n_resample, n_box = n * study->splitter.n_fold;
  TRY(hl_ranks_broadcast(context, tally->curves, n * n_room * sizeof *tally->curves));
  TRY(hl_ranks_broadcast(context, tally->n_trial, n * sizeof *tally->n_trial));
  TRY(hl_ranks_broadcast(context, tally->n_tasks, n * sizeof *tally->n_tasks));
  if (tally->n_inside == NULL) goto out;
  TRY(hl_ranks_broadcast(context, tally->n_inside, n_box * sizeof *tally->n_inside));
  TRY(hl_ranks_broadcast(context, tally->enclosed, n_box * sizeof *tally->enclosed));
out:
  return status;
}

/* ---- Over the resamplings ---- */

enum { CHUNK = 64 }; /* trials */

struct summarizing {
  struct hl_series *series;
  double **rooms; /* [threads][n_resample] */
};

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

static hl_status summarize_chunk(void *user, size_t i, size_t i_thread) {
  const struct summarizing *it = user;
  struct hl_series *series = it->series;
  for (size_t k = i * CHUNK; k < series->n_trial && k < (i + 1) * CHUNK; k++)
    summarize_trial(series, k, it->rooms[i_thread]);
  return HL_OK;
}

static hl_status summarize_trials(struct hl_series *series, const struct hl_context *context) {
  hl_status status = HL_OK;
  const size_t n = (series->n_trial + CHUNK - 1) / CHUNK, n_thread = hl_pool_threads(context, n);
  struct summarizing it = {.series = series};
  TRY(hl_new_array(n_thread, sizeof *it.rooms, &it.rooms));
  for (size_t i = 0; i < n_thread; i++) TRY(hl_new_array(series->n_resample, sizeof(double), &it.rooms[i]));
  TRY(hl_pool_run(context, NULL, n, summarize_chunk, NULL, &it));
out:
  for (size_t i = 0; i < n_thread && it.rooms != NULL; i++) free(it.rooms[i]);
  free(it.rooms);
  return status;
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

static hl_status summarize(const struct hl_study *study, const struct hl_study_series *from,
                           struct tally *tally, struct hl_series *series) {
  hl_status status = HL_OK;
  series->n_resample = study->n_resample;
  TRY(hl_copy_text(from->name, &series->name));
  take_over(tally, from->n_room, series);
  if (series->n_inside != NULL) {
    series->n_box = study->n_resample * study->splitter.n_fold;
    qsort(series->n_inside, series->n_box, sizeof(size_t), compare_sizes);
    gsl_sort(series->enclosed, 1, series->n_box);
  }
  TRY(hl_new_array(series->n_trial, sizeof(double), &series->q25));
  TRY(hl_new_array(series->n_trial, sizeof(double), &series->median));
  TRY(hl_new_array(series->n_trial, sizeof(double), &series->q75));
  TRY(hl_new_array(series->n_trial, sizeof(double), &series->mean));
  TRY(summarize_trials(series, study->context));
out:
  return status;
}

static hl_status make_generalization(const struct tallying *it, struct hl_generalization **generalization) {
  hl_status status = HL_OK;
  const struct hl_study *study = it->study;
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
    TRY(summarize(study, &study->series[s], &it->tallies[s], &made->series[s]));
  }
out:
  return status;
}

/* ---- The whole ---- */

static hl_status init_tallies(struct tallying *it) {
  hl_status status = HL_OK;
  const struct hl_study *study = it->study;
  TRY(hl_new_array(study->plans.n, sizeof *it->tallies, &it->tallies));
  for (size_t s = 0; s < study->plans.n; s++) TRY(init_tally(study, &study->series[s], &it->tallies[s]));
out:
  return status;
}

/* split: how that of the study went. */
static hl_status run(const struct hl_study *study, hl_status split,
                     struct hl_generalization **generalization) {
  hl_status status = split;
  struct tallying it = {.study = study};
  *generalization = NULL;
  if (status == HL_OK) status = init_tallies(&it);
  TRY(hl_ranks_agree(study->context, status));
  TRY(hl_study_run(study, false, take, &it));
  for (size_t s = 0; s < study->plans.n; s++)
    TRY(share_tally(study, study->series[s].n_room, &it.tallies[s]));
  TRY(make_generalization(&it, generalization));
out:
  if (status != HL_OK) {
    hl_generalization_free(*generalization);
    *generalization = NULL;
  }
  for (size_t s = 0; s < study->plans.n && it.tallies != NULL; s++) clear_tally(&it.tallies[s]);
  free(it.tallies);
  return status;
}

hl_status hl_generalize_among(const struct hl_baseline_table *baselines, struct hl_scores *scores,
                              const struct hl_generalize_options *options, const struct hl_context *context,
                              struct hl_generalization **generalization) {
  struct hl_study study;
  const hl_status status = hl_study_init(&study, baselines, scores, options, context);
  const hl_status ran = run(&study, status, generalization);
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
    TRY(run(&study, status, &generalizations[i]));
    ++*n_run;
  }
out:
  hl_study_clear(&study);
  return status;
}
