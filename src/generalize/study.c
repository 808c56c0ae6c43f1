#include "generalize/study.h"
#include "base/error.h"
#include "base/farm.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/pool.h"
#include "base/ranks.h"

#include "hyperlist/version.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

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

static uint64_t hash_numbers(uint64_t hash, size_t n, const size_t *numbers) {
  return hl_hash_more(hash, numbers, n * sizeof *numbers);
}

/* Of what is the same for all splits: it takes a pass over the tables. */
static uint64_t find_tables_key(const struct hl_study *study) {
  uint64_t hash = 0;
  for (size_t i = 0; i < study->scores->n_set; i++) {
    const struct hl_cells *cells = &study->cells[i];
    const size_t n_cell = cells->n_task * cells->n_config;
    if (n_cell == 0) continue;
    hash = hl_hash_more(hash, cells->valid, n_cell * sizeof *cells->valid);
    hash = hl_hash_more(hash, cells->test, n_cell * sizeof *cells->test);
    hash = hl_hash_more(hash, cells->is_tested, cells->n_task * sizeof *cells->is_tested);
    hash = hl_hash_more(hash, cells->is_kept, cells->n_config * sizeof *cells->is_kept);
  }
  const struct hl_points *points = &study->points;
  return hl_hash_more(hash, points->coordinates,
                      points->n_config * points->n_dimension * sizeof *points->coordinates);
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
  if (context != NULL && context->journal != NULL) study->tables_key = find_tables_key(study);
out:
  return status;
}

hl_status hl_study_split(struct hl_study *study, size_t n_train) {
  struct hl_split_options options = study->splitter.options;
  options.train_tasks = n_train;
  hl_splitter_clear(&study->splitter);
  return hl_splitter_init(&study->splitter, &options, study->scores, study->rows, study->n_row);
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

/* ---- One answer ---- */

/* As it travels. */
struct packed_answer {
  uint64_t n_trial, n_evaluated, n_inside;
  double enclosed;
  double numbers[]; /* sums[n_trial], with values also values[n_trial][n_test] */
};

struct running {
  const struct hl_study *study;
  bool with_values;
  size_t n_fold; /* of all resamplings */
  struct runner {
    size_t i_fold; /* of all resamplings; SIZE_MAX: none yet */
    struct hl_fold fold;
    struct packed_answer *answer; /* room for the longest */
  } * runners;                    /* [threads] */
  hl_status (*take)(void *user, const struct hl_answer *answer);
  void *user;
  struct runner taker; /* the fold of the answers that are taken */
};

/* Which series item i is of, and which fold of all resamplings: series by series, so that one can be told
 * before the next begins, or, with the values of all tasks, fold by fold. */
static size_t locate(const struct running *it, size_t i, size_t *i_fold) {
  const size_t n_series = it->study->plans.n;
  *i_fold = it->with_values ? i / n_series : i % it->n_fold;
  return it->with_values ? i % n_series : i / it->n_fold;
}

static hl_status enter_fold(const struct hl_study *study, size_t i_fold, struct runner *runner) {
  const size_t n_fold = study->splitter.n_fold;
  if (runner->i_fold == i_fold) return HL_OK;
  hl_fold_clear(&runner->fold);
  runner->i_fold = i_fold;
  return hl_splitter_split(&study->splitter, study->seed, i_fold / n_fold, i_fold % n_fold, &runner->fold);
}

static struct hl_trials ask(const struct hl_study *study, size_t i_fold, size_t i_series) {
  const struct hl_study_series *series = &study->series[i_series];
  return (struct hl_trials){.seed = study->seed,
                            .resample = i_fold / study->splitter.n_fold,
                            .report = study->report,
                            .cells = series->cells,
                            .points = &study->points,
                            .best = study->best,
                            .n_most = series->n_room};
}

/* Item i: one series on one fold. */
static hl_status run_series(void *user, size_t i, size_t i_thread, const void **result, size_t *n_byte) {
  hl_status status = HL_OK;
  const struct running *it = user;
  const struct hl_study *study = it->study;
  size_t i_fold;
  const size_t i_series = locate(it, i, &i_fold);
  const struct hl_study_series *series = &study->series[i_series];
  struct runner *runner = &it->runners[i_thread];
  TRY(enter_fold(study, i_fold, runner));
  struct packed_answer *answer = runner->answer;
  struct hl_trials trials = ask(study, i_fold, i_series);
  trials.fold = &runner->fold;
  trials.sums = answer->numbers;
  trials.values = it->with_values ? answer->numbers + series->n_room : NULL;
  if (series->curves == NULL)
    TRY(series->baseline->run(&trials));
  else
    hl_trials_look_up(&trials, series->curves, series->n_tabulated);
  answer->n_trial = trials.n_trial;
  answer->n_evaluated = trials.n_evaluated;
  answer->n_inside = trials.n_inside;
  answer->enclosed = trials.enclosed;
  const size_t n_value = it->with_values ? trials.n_trial * runner->fold.n_test : 0;
  memmove(answer->numbers + trials.n_trial, answer->numbers + series->n_room, n_value * sizeof(double));
  *result = answer;
  *n_byte = sizeof *answer + (trials.n_trial + n_value) * sizeof(double);
out:
  return status;
}

static hl_status take_packed(void *user, size_t i, const void *result, size_t n_byte) {
  hl_status status = HL_OK;
  struct running *it = user;
  const struct hl_study *study = it->study;
  size_t i_fold;
  const size_t i_series = locate(it, i, &i_fold), n_fold = study->splitter.n_fold;
  struct packed_answer head;
  // cppcheck-suppress invalidPointerCast ; doubles were packed there
  double *numbers = (double *)((char *)(uintptr_t)result + sizeof head); /* nobody writes */
  struct hl_answer answer = {.resample = i_fold / n_fold,
                             .i_fold = i_fold % n_fold,
                             .i_series = i_series,
                             .trials = ask(study, i_fold, i_series)};
  (void)n_byte;
  memcpy(&head, result, sizeof head);
  answer.trials.n_trial = (size_t)head.n_trial;
  answer.trials.n_evaluated = (size_t)head.n_evaluated;
  answer.trials.n_inside = (size_t)head.n_inside;
  answer.trials.enclosed = head.enclosed;
  answer.trials.sums = numbers;
  if (it->with_values) {
    TRY(enter_fold(study, i_fold, &it->taker));
    answer.trials.fold = &it->taker.fold;
    answer.trials.values = numbers + head.n_trial;
  }
  TRY(it->take(it->user, &answer));
out:
  return status;
}

/* ---- All of them ---- */

/* All that answers depend on, for the journal: what is computed with, not where it came from. */
static uint64_t find_key(const struct hl_study *study, bool with_values) {
  const struct hl_splitter *splitter = &study->splitter;
  const struct hl_split_options *options = &splitter->options;
  const size_t layout = 2; /* what item i is */
  const size_t head[] = {layout,          study->report,      with_values,      study->learner,
                         study->n_row,    splitter->n_fold,   splitter->n_pool, options->train_tasks,
                         options->k_fold, options->leave_out, study->plans.n};
  if (study->context == NULL || study->context->journal == NULL) return 0;
  uint64_t hash = hl_hash_more(study->tables_key, HL_VERSION_STRING, sizeof HL_VERSION_STRING);
  hash = hash_numbers(hash, sizeof head / sizeof *head, head);
  hash = hl_hash_more(hash, &study->seed, sizeof study->seed);
  hash = hl_hash_more(hash, &options->train_fraction, sizeof options->train_fraction);
  hash = hash_numbers(hash, splitter->n_pool, splitter->pool);
  if (splitter->groups != NULL) hash = hash_numbers(hash, study->n_row, splitter->groups);
  for (size_t s = 0; s < study->plans.n; s++) {
    hash = hash_numbers(hash, 1, &study->series[s].n_room);
    hash = hl_hash_more(hash, study->series[s].name, strlen(study->series[s].name) + 1);
  }
  return hash;
}

/* Bytes of the longest answer. */
static size_t most_bytes(const struct hl_study *study, bool with_values) {
  size_t n_room = 0, n;
  for (size_t s = 0; s < study->plans.n; s++) {
    if (study->series[s].n_room > n_room) n_room = study->series[s].n_room;
  }
  const size_t n_each = 1 + (with_values ? study->splitter.n_test_most : 0);
  if (!hl_multiply(n_room, n_each, &n) || !hl_multiply(n, sizeof(double), &n)) return SIZE_MAX;
  return n < SIZE_MAX - sizeof(struct packed_answer) ? sizeof(struct packed_answer) + n : SIZE_MAX;
}

static hl_status make_runners(struct running *it, size_t n_thread) {
  hl_status status = HL_OK;
  TRY(hl_new_array(n_thread, sizeof *it->runners, &it->runners));
  for (size_t i = 0; i < n_thread; i++) {
    it->runners[i].i_fold = SIZE_MAX;
    TRY(hl_new_array(most_bytes(it->study, it->with_values), 1, &it->runners[i].answer));
  }
out:
  return status;
}

hl_status hl_study_run(const struct hl_study *study, bool with_values,
                       hl_status (*take)(void *user, const struct hl_answer *answer), void *user) {
  hl_status status = HL_OK;
  struct running it = {
      .study = study, .with_values = with_values, .take = take, .user = user, .taker = {.i_fold = SIZE_MAX}};
  size_t n = 0, n_thread = 0;
  if (!hl_multiply(study->n_resample, study->splitter.n_fold, &it.n_fold) ||
      !hl_multiply(it.n_fold, study->plans.n, &n)) {
    status = hl_fail(HL_LIMIT, "found %zu resamplings of %zu folds, which is too many to count",
                     study->n_resample, study->splitter.n_fold);
  }
  n_thread = hl_pool_threads(study->context, n);
  if (status == HL_OK) status = make_runners(&it, n_thread);
  TRY(hl_ranks_agree(study->context, status));
  const struct hl_farm farm = {.what = "generalizing",
                               .n = n,
                               .most_bytes = most_bytes(study, with_values),
                               .key = find_key(study, with_values),
                               .work = run_series,
                               .take = take_packed,
                               .user = &it};
  TRY(hl_farm_run(study->context, &farm));
out:
  for (size_t i = 0; it.runners != NULL && i < n_thread; i++) {
    hl_fold_clear(&it.runners[i].fold);
    free(it.runners[i].answer);
  }
  free(it.runners);
  hl_fold_clear(&it.taker.fold);
  return status;
}
