/* hl_generalize: resamplings in threads, one slot a resampling and series, then the quantiles over them. */
#include "hyperlist/generalize.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/pool.h"
#include "generalize/baselines.h"

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <stdlib.h>
#include <string.h>

/* One series in the making. */
struct plan {
  char *name;
  const struct hl_baseline *baseline;
  size_t i_set;
  size_t n_room;                  /* trials at most */
  double *curves;                 /* [n_resample][n_room] */
  size_t *n_trial;                /* [n_resample]: how much of it is filled */
  size_t *n_evaluated, *n_inside; /* [n_resample] */
};

struct job {
  struct hl_scores *scores;
  const struct hl_generalize_options *options;
  const struct hl_context *context;
  uint64_t seed;
  size_t n_resample, learner; /* learner: its i_set */
  size_t n_plan, plan_capacity;
  struct plan *plans;
  size_t n_row, *rows; /* the tasks in use */
  struct hl_splitter splitter;
  struct hl_cells *cells; /* [n_set]; of sets that no series is of: empty */
  struct hl_points points;
  size_t *best; /* [n_row] */
};

/* ---- Which series ---- */

static hl_status add_plan(struct job *job, const struct hl_baseline *baseline, size_t i_set) {
  hl_status status = HL_OK;
  struct plan plan = {.baseline = baseline, .i_set = i_set};
  TRY(hl_format_text(&plan.name, "%s%s%s", baseline->name, baseline->is_of_every_set ? ":" : "",
                     baseline->is_of_every_set ? job->scores->sets[i_set].name : ""));
  for (size_t i = 0; i < job->n_plan; i++) {
    if (strcmp(job->plans[i].name, plan.name) == 0) goto out; /* asked for twice */
  }
  TRY(hl_grow_array(&job->plans, &job->plan_capacity, job->n_plan + 1, sizeof plan));
  job->plans[job->n_plan++] = plan;
  return HL_OK;
out:
  free(plan.name);
  return status;
}

/* is_named: asked for by its own name, so that leaving it out would not do. */
static hl_status add_baseline(struct job *job, const struct hl_baseline *baseline, bool is_named) {
  const struct hl_score_set *set = &job->scores->sets[job->learner];
  const bool has_hyperparameters = set->hyperparameters.n > 0 && set->hyperparameter_values != NULL;
  hl_status status = HL_OK;
  if (baseline->is_refined && !has_hyperparameters) {
    if (is_named) {
      return hl_fail(HL_USAGE, "baseline %s: set %s of %s has no hyperparameters, which it needs",
                     baseline->name, set->name, job->scores->path);
    }
    hl_warn(job->context, "left out %s: set %s has no hyperparameters", baseline->name, set->name);
    return HL_OK;
  }
  if (!baseline->is_of_every_set) return add_plan(job, baseline, job->learner);
  for (size_t i = 0; i < job->scores->n_set && status == HL_OK; i++) status = add_plan(job, baseline, i);
  return status;
}

/* "random:SET", and the plain name of any row of the table. */
static hl_status add_named(struct job *job, const char *name, bool is_default) {
  size_t n, i_set;
  const struct hl_baseline *baselines = hl_baselines_get_all(&n);
  const size_t length = strcspn(name, ":");
  for (size_t i = 0; i < n; i++) {
    if (strlen(baselines[i].name) != length || strncmp(baselines[i].name, name, length) != 0) continue;
    if (name[length] == '\0') return add_baseline(job, &baselines[i], !is_default);
    if (!baselines[i].is_of_every_set) break;
    const hl_status status = hl_scores_find_set(job->scores, name + length + 1, &i_set);
    return status == HL_OK ? add_plan(job, &baselines[i], i_set)
                           : hl_fail_within(status, "baseline %s: ", name);
  }
  char known[256] = "";
  for (size_t i = 0, used = 0; i < n && used < sizeof known; i++) {
    used += (size_t)snprintf(known + used, sizeof known - used, "%s%s, ", baselines[i].name,
                             baselines[i].is_of_every_set ? "[:SET]" : "");
  }
  return hl_fail(HL_USAGE, "baseline: found '%s', expected %sall or none", name, known);
}

static hl_status add_part(struct job *job, const char *part, bool is_default) {
  hl_status status = HL_OK;
  size_t n;
  const struct hl_baseline *baselines = hl_baselines_get_all(&n);
  if (strcmp(part, "none") == 0 || strcmp(part, hl_learned.name) == 0) return HL_OK;
  if (strcmp(part, "all") != 0) return add_named(job, part, is_default);
  for (size_t i = 0; i < n && status == HL_OK; i++) status = add_baseline(job, &baselines[i], false);
  return status;
}

static hl_status plan_series(struct job *job) {
  hl_status status = HL_OK;
  const char *baselines = job->options->baselines;
  char *parts = NULL;
  TRY(add_plan(job, &hl_learned, job->learner));
  TRY(hl_copy_text(baselines != NULL ? baselines : HL_DEFAULT_BASELINES, &parts));
  for (char *part = parts, *end = parts; end != NULL; part = end + 1) {
    end = strchr(part, ',');
    if (end != NULL) *end = '\0';
    TRY(add_part(job, part, baselines == NULL));
  }
out:
  free(parts);
  return status;
}

/* ---- What they share ---- */

static bool is_in_use(const struct job *job, size_t i_set) {
  for (size_t i = 0; i < job->n_plan; i++) {
    if (job->plans[i].i_set == i_set) return true;
  }
  return false;
}

static hl_status choose_rows(struct job *job) {
  hl_status status = HL_OK;
  TRY(hl_cells_select_rows(job->scores, NULL, job->scores->degenerate, &job->rows, &job->n_row));
  for (size_t i = 0; i < job->scores->n_set; i++) {
    if (!is_in_use(job, i)) continue;
    TRY(hl_cells_load(job->scores, i, HL_CELLS_TEST));
    if (job->options->missing != HL_MISSING_DROP_TASK) continue;
    TRY(hl_cells_drop_holes(job->scores, &job->scores->sets[i], HL_CELLS_TEST, job->rows, &job->n_row));
  }
out:
  return status;
}

static hl_status fill_cells(struct job *job) {
  hl_status status = HL_OK;
  TRY(hl_new_array(job->scores->n_set, sizeof *job->cells, &job->cells));
  for (size_t i = 0; i < job->scores->n_set; i++) {
    const unsigned parts = HL_CELLS_TEST | (i == job->learner ? HL_CELLS_EXACT : 0);
    if (!is_in_use(job, i)) continue;
    TRY(hl_cells_init(&job->cells[i], job->scores, &job->scores->sets[i], job->rows, job->n_row,
                      job->options->missing, parts));
  }
  TRY(hl_new_array(job->n_row, sizeof *job->best, &job->best));
  TRY(hl_cells_find_best(&job->cells[job->learner], job->best));
  TRY(hl_points_init(&job->points, &job->scores->sets[job->learner]));
out:
  return status;
}

static hl_status fill_plan(const struct job *job, struct plan *plan) {
  hl_status status = HL_OK;
  const size_t n_config = job->cells[plan->i_set].n_config, n_most = job->options->n_trial;
  size_t n_cell;
  plan->n_room = n_most > 0 && n_most < n_config ? n_most : n_config;
  if (!hl_multiply(plan->n_room, job->n_resample, &n_cell)) n_cell = SIZE_MAX;
  TRY(hl_new_array(n_cell, sizeof(double), &plan->curves));
  TRY(hl_new_array(job->n_resample, sizeof(size_t), &plan->n_trial));
  TRY(hl_new_array(job->n_resample, sizeof(size_t), &plan->n_evaluated));
  TRY(hl_new_array(job->n_resample, sizeof(size_t), &plan->n_inside));
out:
  return status;
}

/* ---- One resampling ---- */

static hl_status run_series(const struct job *job, const struct hl_fold *fold, size_t resample,
                            struct plan *plan, double *sums) {
  struct hl_trials trials = {.seed = job->seed,
                             .resample = resample,
                             .report = job->options->report,
                             .fold = fold,
                             .cells = &job->cells[plan->i_set],
                             .points = &job->points,
                             .best = job->best,
                             .n_most = plan->n_room,
                             .sums = sums};
  const hl_status status = plan->baseline->run(&trials);
  if (status != HL_OK) return status;
  if (trials.n_evaluated == 0) {
    return hl_fail(HL_INVALID,
                   "%s: set %s: resampling %zu has no test task with test scores, expected one; validation "
                   "scores can be reported instead",
                   job->scores->path, job->scores->sets[plan->i_set].name, resample);
  }
  double *curve = plan->curves + resample * plan->n_room;
  for (size_t k = 0; k < trials.n_trial; k++) curve[k] = sums[k] / (double)trials.n_evaluated;
  plan->n_trial[resample] = trials.n_trial;
  plan->n_evaluated[resample] = trials.n_evaluated;
  plan->n_inside[resample] = trials.n_inside;
  return HL_OK;
}

static hl_status run_resampling(void *user, size_t resample, size_t i_thread) {
  hl_status status = HL_OK;
  struct job *job = user;
  struct hl_fold fold;
  double *sums = NULL;
  size_t n_most = 0;
  (void)i_thread;
  TRY(hl_splitter_split(&job->splitter, job->seed, resample, &fold));
  for (size_t i = 0; i < job->n_plan; i++)
    n_most = job->plans[i].n_room > n_most ? job->plans[i].n_room : n_most;
  TRY(hl_new_array(n_most, sizeof *sums, &sums));
  for (size_t i = 0; i < job->n_plan; i++) TRY(run_series(job, &fold, resample, &job->plans[i], sums));
out:
  hl_fold_clear(&fold);
  free(sums);
  return status;
}

/* ---- Over the resamplings ---- */

/* The value of each resampling's curve at trial k (from 0): a curve that has ended stays where it was, at 1
 * if it never began. */
static void gather(const struct plan *plan, size_t n_resample, size_t k, double *values) {
  for (size_t r = 0; r < n_resample; r++) {
    const size_t n = plan->n_trial[r];
    values[r] = n == 0 ? 1 : plan->curves[r * plan->n_room + (k < n ? k : n - 1)];
  }
}

static void summarize_trial(struct hl_series *series, size_t k, double *values) {
  const size_t n = series->n_resample;
  double sum = 0;
  for (size_t r = 0; r < n; r++) sum += values[r];
  gsl_sort(values, 1, n);
  series->mean[k] = sum / (double)n;
  series->q25[k] = gsl_stats_quantile_from_sorted_data(values, 1, n, 0.25);
  series->median[k] = gsl_stats_quantile_from_sorted_data(values, 1, n, 0.5);
  series->q75[k] = gsl_stats_quantile_from_sorted_data(values, 1, n, 0.75);
}

static int compare_sizes(const void *a, const void *b) {
  const size_t x = *(const size_t *)a, y = *(const size_t *)b;
  return (x > y) - (x < y);
}

static hl_status describe_series(struct plan *plan, size_t n_resample, struct hl_series *series) {
  hl_status status = HL_OK;
  series->n_resample = n_resample;
  series->n_task = plan->n_evaluated[0];
  series->n_trial = 1;
  for (size_t r = 0; r < n_resample; r++) {
    if (plan->n_trial[r] > series->n_trial) series->n_trial = plan->n_trial[r];
    if (plan->n_evaluated[r] < series->n_task) series->n_task = plan->n_evaluated[r];
  }
  TRY(hl_copy_text(plan->name, &series->name));
  if (plan->baseline->is_refined) {
    series->n_inside = plan->n_inside;
    plan->n_inside = NULL;
    qsort(series->n_inside, n_resample, sizeof(size_t), compare_sizes);
  }
out:
  return status;
}

static hl_status summarize(struct plan *plan, size_t n_resample, struct hl_series *series) {
  hl_status status = HL_OK;
  double *values = NULL;
  TRY(describe_series(plan, n_resample, series));
  TRY(hl_new_array(n_resample, sizeof *values, &values));
  TRY(hl_new_array(series->n_trial, sizeof(double), &series->q25));
  TRY(hl_new_array(series->n_trial, sizeof(double), &series->median));
  TRY(hl_new_array(series->n_trial, sizeof(double), &series->q75));
  TRY(hl_new_array(series->n_trial, sizeof(double), &series->mean));
  for (size_t k = 0; k < series->n_trial; k++) {
    gather(plan, n_resample, k, values);
    summarize_trial(series, k, values);
  }
out:
  free(values);
  return status;
}

static hl_status make_generalization(struct job *job, struct hl_generalization **generalization) {
  hl_status status = HL_OK;
  struct hl_generalization *made;
  TRY(hl_new_array(1, sizeof *made, &made));
  *generalization = made;
  made->n_task = job->n_row;
  made->n_train = job->splitter.n_train;
  made->n_test = job->splitter.n_test;
  made->n_missing = job->cells[job->learner].n_missing;
  made->n_diverged = job->cells[job->learner].n_diverged;
  TRY(hl_new_array(job->n_plan, sizeof *made->series, &made->series));
  made->n_series = job->n_plan;
  for (size_t i = 0; i < job->n_plan; i++) TRY(summarize(&job->plans[i], job->n_resample, &made->series[i]));
out:
  return status;
}

/* ---- The whole ---- */

static void clear_job(struct job *job) {
  for (size_t i = 0; i < job->n_plan; i++) {
    free(job->plans[i].name);
    free(job->plans[i].curves);
    free(job->plans[i].n_trial);
    free(job->plans[i].n_evaluated);
    free(job->plans[i].n_inside);
  }
  for (size_t i = 0; i < job->scores->n_set && job->cells != NULL; i++) hl_cells_clear(&job->cells[i]);
  hl_points_clear(&job->points);
  hl_splitter_clear(&job->splitter);
  free(job->cells);
  free(job->plans);
  free(job->rows);
  free(job->best);
}

hl_status hl_generalize(struct hl_scores *scores, const struct hl_generalize_options *options,
                        const struct hl_context *context, struct hl_generalization **generalization) {
  hl_status status = HL_OK;
  struct job job = {.scores = scores, .options = options, .context = context};
  *generalization = NULL;
  job.seed = context != NULL ? context->seed : 0;
  job.n_resample = options->n_resample > 0 ? options->n_resample : HL_DEFAULT_RESAMPLES;
  TRY(hl_scores_find_set(scores, options->set, &job.learner));
  TRY(plan_series(&job));
  TRY(choose_rows(&job));
  TRY(hl_splitter_init(&job.splitter, &options->split, scores, job.rows, job.n_row));
  TRY(fill_cells(&job));
  for (size_t i = 0; i < job.n_plan; i++) TRY(fill_plan(&job, &job.plans[i]));
  TRY(hl_pool_run(context, "resampling", job.n_resample, run_resampling, NULL, &job));
  TRY(make_generalization(&job, generalization));
out:
  if (status != HL_OK) {
    hl_generalization_free(*generalization);
    *generalization = NULL;
  }
  clear_job(&job);
  return status;
}
