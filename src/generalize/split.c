#include "generalize/split.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/stream.h"
#include "hyperlist/selector.h"
#include "hyperlist/task.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Which tasks test together ---- */

static hl_status mark_held_out(struct hl_splitter *splitter, const char *selector,
                               const struct hl_scores *scores, const size_t *rows) {
  hl_status status = HL_OK;
  size_t *selected = NULL, n_selected, at = 0, n_test = 0;
  TRY(hl_select_tasks(&scores->tasks, &scores->kinds, selector, &selected, &n_selected));
  TRY(hl_new_array(splitter->n_task, sizeof(bool), &splitter->is_held_out));
  for (size_t i = 0; i < splitter->n_task; i++) { /* both are ascending */
    while (at < n_selected && selected[at] < rows[i]) at++;
    splitter->is_held_out[i] = at < n_selected && selected[at] == rows[i];
    n_test += splitter->is_held_out[i];
  }
  if (n_test == 0) {
    FAIL(HL_INVALID,
         "%s: found only degenerate or dropped tasks among those held out ('%s'), expected one to test on",
         scores->path, selector);
  }
  if (n_test == splitter->n_task) {
    FAIL(HL_USAGE, "holding out '%s' leaves none of the %zu tasks to train on", selector, splitter->n_task);
  }
out:
  free(selected);
  return status;
}

static bool are_of_one_group(enum hl_leave_out unit, const struct hl_scores *scores, size_t a, size_t b) {
  const char *const name_a = scores->tasks.items[a], *const name_b = scores->tasks.items[b];
  if (unit == HL_LEAVE_OUT_TASK) return a == b;
  if (unit == HL_LEAVE_OUT_KIND) {
    const bool is_told = a < scores->kinds.n && b < scores->kinds.n;
    return strcmp(is_told ? scores->kinds.items[a] : hl_task_kind(name_a),
                  is_told ? scores->kinds.items[b] : hl_task_kind(name_b)) == 0;
  }
  size_t n_a, n_b;
  const char *const family_a = hl_task_family(name_a, &n_a), *const family_b = hl_task_family(name_b, &n_b);
  return n_a == n_b && memcmp(family_a, family_b, n_a) == 0;
}

/* Groups are numbered by their first tasks. O(tasks x groups). */
static hl_status find_groups(struct hl_splitter *splitter, const struct hl_scores *scores,
                             const size_t *rows) {
  static const char *const units[] = {"", "task", "family", "kind"};
  hl_status status = HL_OK;
  const enum hl_leave_out unit = splitter->options.leave_out;
  size_t *firsts = NULL;
  TRY(hl_new_array(splitter->n_task, sizeof *firsts, &firsts));
  TRY(hl_new_array(splitter->n_task, sizeof *splitter->groups, &splitter->groups));
  splitter->n_fold = 0;
  for (size_t i = 0; i < splitter->n_task; i++) {
    size_t group = unit == HL_LEAVE_OUT_TASK ? i : 0;
    while (group < splitter->n_fold && !are_of_one_group(unit, scores, rows[i], firsts[group])) group++;
    if (group == splitter->n_fold) firsts[splitter->n_fold++] = rows[i];
    splitter->groups[i] = group;
  }
  if (splitter->n_fold < 2) {
    FAIL(HL_USAGE, "leaving one %s out leaves none of the %zu tasks in use to train on: all are of one",
         units[unit], splitter->n_task);
  }
out:
  free(firsts);
  return status;
}

static hl_status find_folds(struct hl_splitter *splitter, const struct hl_scores *scores,
                            const size_t *rows) {
  const struct hl_split_options *options = &splitter->options;
  splitter->n_fold = 1;
  if (options->hold_out != NULL) return mark_held_out(splitter, options->hold_out, scores, rows);
  if (splitter->n_task < 2) {
    return hl_fail(HL_INVALID, "%s: found 1 task in use, expected at least 2 to split into train and test",
                   scores->path);
  }
  if (options->leave_out != HL_LEAVE_OUT_NONE) return find_groups(splitter, scores, rows);
  if (options->k_fold == 0) return HL_OK;
  splitter->n_fold = options->k_fold;
  if (options->k_fold >= 2 && options->k_fold <= splitter->n_task) return HL_OK;
  return hl_fail(HL_USAGE, "k-fold: found %zu folds of %zu tasks in use, expected 2 to %zu", options->k_fold,
                 splitter->n_task, splitter->n_task);
}

/* ---- How many train ---- */

/* Is the train side what is left by the test side, and so only limited by the options? */
static bool is_test_given(const struct hl_splitter *splitter) {
  return splitter->is_held_out != NULL || splitter->groups != NULL || splitter->options.k_fold > 0;
}

/* Of n tasks that may train. A fraction times a count is rounded down, but for what the product lost in
 * rounding: 0.29 of 100 is 29. */
static size_t count_train(const struct hl_splitter *splitter, size_t n) {
  const struct hl_split_options *options = &splitter->options;
  if (options->train_tasks > 0) {
    return is_test_given(splitter) && options->train_tasks > n ? n : options->train_tasks;
  }
  if (options->train_fraction > 0) return (size_t)floor(options->train_fraction * (double)n + 1e-9);
  return is_test_given(splitter) ? n : n / 2;
}

/* The k-th of so many parts of n, larger ones first: where it begins; its end is where the next one does. */
static size_t cut(size_t n, size_t n_part, size_t k) {
  return k * (n / n_part) + (k < n % n_part ? k : n % n_part);
}

static size_t count_test(const struct hl_splitter *splitter, size_t i_fold) {
  const size_t n = splitter->n_task, n_fold = splitter->n_fold;
  if (splitter->is_held_out != NULL) return n - splitter->n_pool;
  if (splitter->options.k_fold > 0) return cut(n, n_fold, i_fold + 1) - cut(n, n_fold, i_fold);
  if (splitter->groups == NULL) return n - count_train(splitter, n);
  size_t n_test = 0;
  for (size_t i = 0; i < n; i++) n_test += splitter->groups[i] == i_fold;
  return n_test;
}

static hl_status check_train(const struct hl_splitter *splitter, size_t n_train, size_t n, size_t most) {
  if (n_train >= 1 && n_train <= most) return HL_OK;
  const char *what = splitter->options.train_tasks > 0 ? "number" : "fraction";
  return hl_fail(HL_USAGE, "%s of train tasks: found %zu of %zu, expected 1 to %zu", what, n_train, n, most);
}

static hl_status count_tasks(struct hl_splitter *splitter) {
  hl_status status = HL_OK;
  if (!is_test_given(splitter)) {
    TRY(check_train(splitter, count_train(splitter, splitter->n_task), splitter->n_task,
                    splitter->n_task - 1));
  }
  for (size_t i = 0; i < splitter->n_fold; i++) {
    const size_t n_test = count_test(splitter, i);
    const size_t n_other = splitter->is_held_out != NULL ? splitter->n_pool : splitter->n_task - n_test;
    const size_t n_train = is_test_given(splitter) ? count_train(splitter, n_other) : n_other;
    TRY(check_train(splitter, n_train, n_other, n_other));
    if (i == 0 || n_train < splitter->n_train) splitter->n_train = n_train;
    if (i == 0 || n_test < splitter->n_test) splitter->n_test = n_test;
    if (n_train > splitter->n_train_most) splitter->n_train_most = n_train;
    if (n_test > splitter->n_test_most) splitter->n_test_most = n_test;
  }
out:
  return status;
}

static hl_status check_options(const struct hl_split_options *options) {
  const int n_test_side =
      (options->hold_out != NULL) + (options->k_fold > 0) + (options->leave_out != HL_LEAVE_OUT_NONE);
  if (n_test_side > 1) {
    return hl_fail(HL_USAGE,
                   "hold-out, k-fold and leave-one-out: found %d of them, expected at most one, as "
                   "each says which tasks test",
                   n_test_side);
  }
  if (options->train_tasks > 0 && options->train_fraction > 0) {
    return hl_fail(HL_USAGE, "train-tasks and train-fraction: found both, expected at most one of them");
  }
  return HL_OK;
}

hl_status hl_splitter_init(struct hl_splitter *splitter, const struct hl_split_options *options,
                           const struct hl_scores *scores, const size_t *rows, size_t n_row) {
  hl_status status = HL_OK;
  *splitter = (struct hl_splitter){.options = *options, .n_task = n_row};
  TRY(check_options(options));
  TRY(find_folds(splitter, scores, rows));
  TRY(hl_new_array(n_row, sizeof *splitter->pool, &splitter->pool));
  for (size_t i = 0; i < n_row; i++) {
    if (splitter->is_held_out == NULL || !splitter->is_held_out[i]) splitter->pool[splitter->n_pool++] = i;
  }
  TRY(count_tasks(splitter));
out:
  return status;
}

void hl_splitter_clear(struct hl_splitter *splitter) {
  free(splitter->pool);
  free(splitter->is_held_out);
  free(splitter->groups);
  *splitter = (struct hl_splitter){0};
}

/* ---- Each time ---- */

/* is_test[n_task], from the shuffled pool. */
static void mark_test(const struct hl_splitter *splitter, const size_t *pool, size_t i_fold, bool *is_test) {
  const size_t n = splitter->n_task, n_fold = splitter->n_fold;
  size_t begin = 0, end = 0; /* of the pool */
  if (splitter->options.k_fold > 0) {
    begin = cut(n, n_fold, i_fold);
    end = cut(n, n_fold, i_fold + 1);
  } else if (!is_test_given(splitter)) {
    begin = count_train(splitter, n);
    end = n;
  }
  for (size_t i = begin; i < end; i++) is_test[pool[i]] = true;
  for (size_t i = 0; i < n; i++) {
    if (splitter->is_held_out != NULL) is_test[i] = splitter->is_held_out[i];
    if (splitter->groups != NULL) is_test[i] = splitter->groups[i] == i_fold;
  }
}

/* is_train[n_task]: of the shuffled pool the first that do not test, as many as shall train. */
static void mark_train(const struct hl_splitter *splitter, const size_t *pool, const bool *is_test,
                       bool *is_train) {
  size_t n_other = 0, n_marked = 0;
  for (size_t i = 0; i < splitter->n_pool; i++) n_other += !is_test[pool[i]];
  const size_t n_train = is_test_given(splitter) ? count_train(splitter, n_other) : n_other;
  for (size_t i = 0; i < splitter->n_pool && n_marked < n_train; i++) {
    if (is_test[pool[i]]) continue;
    is_train[pool[i]] = true;
    n_marked++;
  }
}

hl_status hl_splitter_split(const struct hl_splitter *splitter, uint64_t seed, size_t resample, size_t i_fold,
                            struct hl_fold *fold) {
  hl_status status = HL_OK;
  bool *is_test = NULL, *is_train = NULL;
  size_t *pool = NULL;
  const size_t n = splitter->n_task;
  *fold = (struct hl_fold){0};
  TRY(hl_new_array(n, sizeof *is_test, &is_test));
  TRY(hl_new_array(n, sizeof *is_train, &is_train));
  TRY(hl_new_array(splitter->n_pool, sizeof *pool, &pool));
  TRY(hl_new_array(splitter->n_train_most, sizeof *fold->train, &fold->train));
  TRY(hl_new_array(splitter->n_test_most, sizeof *fold->test, &fold->test));
  memcpy(pool, splitter->pool, splitter->n_pool * sizeof *pool);
  TRY(hl_stream_shuffle(seed, resample, "split", pool, splitter->n_pool));
  mark_test(splitter, pool, i_fold, is_test);
  mark_train(splitter, pool, is_test, is_train);
  for (size_t i = 0; i < n; i++) {
    if (is_train[i]) fold->train[fold->n_train++] = i;
    if (is_test[i]) fold->test[fold->n_test++] = i;
  }
out:
  free(is_test);
  free(is_train);
  free(pool);
  return status;
}

void hl_fold_clear(struct hl_fold *fold) {
  free(fold->train);
  free(fold->test);
  *fold = (struct hl_fold){0};
}
