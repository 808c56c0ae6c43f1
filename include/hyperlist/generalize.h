/* Generalization: learn on some tasks, try on others, many times over, beside what one would do without
 * learning.
 *
 * Each resampling splits the tasks anew into train and test tasks, in one or more folds. A series (a learned
 * list, random search, refined random search, ...) is a curve of the mean score of the best config so far on
 * the test tasks of all folds against trials (evaluate.h); of the resamplings' curves median, quartiles and
 * mean are kept. Whatever is random has a stream of its own, so that a series does not depend on which others
 * are asked for, nor on the number of threads. */
#ifndef HYPERLIST_GENERALIZE_H
#define HYPERLIST_GENERALIZE_H

#include "hyperlist/context.h"
#include "hyperlist/missing.h"
#include "hyperlist/scores.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum hl_report { HL_REPORT_TEST, HL_REPORT_VALID };

#define HL_DEFAULT_RESAMPLES 50
#define HL_DEFAULT_BASELINES "random,refined-minmax,refined-q90,best-case"

/* What is left out as one: a task, a family (hl_task_family), a kind. */
enum hl_leave_out { HL_LEAVE_OUT_NONE, HL_LEAVE_OUT_TASK, HL_LEAVE_OUT_FAMILY, HL_LEAVE_OUT_KIND };

/* How tasks are split. In each resampling they are shuffled (stream "split"), and then
 *
 * - by default the first train, half of them (rounded down) or as many as train_tasks or train_fraction say,
 *   and the others test;
 * - with hold_out the selected tasks test, and the others, which alone are shuffled, train;
 * - with k_fold the shuffled tasks are cut into so many folds, whose sizes differ by at most 1, the larger
 *   ones first; each fold tests once, and the others train;
 * - with leave_out each task, family or kind tests once, and the others train.
 *
 * In the last three cases train_tasks and train_fraction limit the train side, in each resampling anew: of
 * the tasks that may train the first so many in shuffled order do (all, where there are not as many), or
 * floor(train_fraction x their number). At most one of hold_out, k_fold and leave_out is given, as each says
 * which tasks test, and at most one of train_tasks and train_fraction. */
struct hl_split_options {
  const char *hold_out; /* a selector (selector.h); NULL: none */
  size_t train_tasks;
  double train_fraction; /* in (0, 1); in (0, 1] where it limits */
  size_t k_fold;         /* from 2 to the number of tasks */
  enum hl_leave_out leave_out;
};

/* All zero but `set` is the default, the paper's. */
struct hl_generalize_options {
  const char *set; /* the learner's */
  struct hl_split_options split;
  size_t n_resample; /* 0: 50; with leave_out 1, as its folds are always the same: more of them differ only
                        in random orders and in a limited train side */
  const char *baselines; /* comma-separated; NULL: HL_DEFAULT_BASELINES. See hl_generalize */
  enum hl_report report;
  enum hl_missing missing;
  size_t n_trial;   /* stop the curves there; 0: at their end */
  bool keep_values; /* the curve of each resampling too, not their quantiles and mean alone */
};

struct hl_series {
  char *name;
  size_t n_trial;                    /* rows of the curve */
  double *q25, *median, *q75, *mean; /* [n_trial] */
  size_t n_task;                     /* evaluated tasks; where that differs between resamplings, the fewest */
  size_t n_resample;
  double *values;   /* [n_resample][n_trial]: the curve of each resampling; NULL unless they are kept */
  size_t *n_tasks;  /* [n_resample]: on how many tasks each of them was evaluated */
  size_t n_box;     /* for refined search one a fold of each resampling, else 0 */
  size_t *n_inside; /* [n_box]: how many configs it holds, ascending; NULL for other series */
  double *enclosed; /* [n_box]: which share of the best configs it was made of lies inside, ascending; 0 where
                       there were none; NULL for other series */
};

struct hl_generalization {
  size_t n_series;
  struct hl_series *series; /* "learned" first, then the baselines in the order asked for */
  size_t n_task;            /* those in use; of them in each fold */
  size_t n_train, n_train_most, n_test, n_test_most; /* the fewest and the most */
  size_t n_fold, n_resample;                         /* n_fold: of each resampling */
  int64_t n_missing,
      n_diverged; /* cells of the learner's set on the tasks in use; n_diverged is -1 where unknown */
};

/* Runs the resamplings in threads. Tasks that are degenerate in any set of the file take no part. A
 * resampling's value is the mean over the test tasks of all its folds. Baselines:
 *
 * - random:SET: a uniformly random order of the set's configs, one for all tasks of a resampling;
 * - refined-minmax: a random order of the learner's configs inside the bounding box of the train tasks' best
 *   configs;
 * - refined-q90: likewise, inside the box between the 5th and 95th percentile of each hyperparameter;
 * - refined-q90-joint: likewise, inside the bounding box shrunk towards the medians by one factor for all
 *   hyperparameters, as far as it still holds 90 % of the best configs;
 * - best-case: a list learned on the test tasks themselves;
 * - oracle: each test task's own best config of the learner's set (lowest f, ties to the lower index), from
 *   the first trial on: no order can do better in f;
 * - expected:SET: the exact expectation of random:SET at each trial, over all orders;
 * - random, expected: that of every set; all: every baseline there is; none.
 *
 * Streams are named by seed, resampling and purpose, not by fold: what is shuffled is ascending, so that
 * folds with the same configs to shuffle share one order, and random search has one order a resampling
 * whatever the split.
 *
 * A curve that ends before the series does stays at its last value (1 if it has none). HL_MISSING_DROP_TASK
 * asks all sets in use, HL_MISSING_DROP_CONFIG drops configs that are missing on any task in use, train or
 * test. Refined search needs hyperparameters: without them it is left out with a warning, or refused if asked
 * for by name. HL_USAGE: unknown set or baseline, a selector that matches nothing, options that contradict
 * each other, a split without train or test tasks; HL_INVALID: no task left, fewer than two tasks to split,
 * test tasks without test scores, a score outside [0, 1], a missing cell under HL_MISSING_ERROR. O(series x
 * resamplings x folds x tasks x configs), but for expected O(tasks x configs^2), once. */
HL_API hl_status hl_generalize(struct hl_scores *scores, const struct hl_generalize_options *options,
                               const struct hl_context *context, struct hl_generalization **generalization);

/* hl_generalize for each of n_train[n], ascending, in place of options->split.train_tasks: from tables that
 * are made ready once, and, where the train tasks are the first of a shuffle, on nested ones. Stops before a
 * number that leaves no task of those in use; *n_run are made, of those before a failure too, in
 * generalizations[n], which are yours to free. HL_USAGE: n_train[0] is too many. */
HL_API hl_status hl_generalize_sizes(struct hl_scores *scores, const struct hl_generalize_options *options,
                                     const size_t *n_train, size_t n, const struct hl_context *context,
                                     struct hl_generalization **generalizations, size_t *n_run);

/* One series on the test tasks of one fold. All of it is lent for the time of the call. */
struct hl_task_curves {
  const char *series;
  size_t resample;
  size_t n_task;
  const size_t *tasks;  /* [n_task]: rows of the scores file, ascending */
  size_t n_trial;       /* the series' */
  const double *values; /* [n_trial][n_task]: the score reported of the best config so far; NaN: none, on a
                           task without test scores */
};

typedef hl_status (*hl_task_curves_visitor)(void *user, const struct hl_task_curves *curves);

/* Does it again and hands over, task by task, what hl_generalize averages: in ascending order of resampling,
 * then fold, then series, one at a time, from any thread. Scores, options and seed must be those that
 * `generalization` was made from. Nothing is kept, so that memory does not grow with the number of
 * resamplings: O(threads x series x trials x test tasks of a fold). A failure of the visitor ends the run and
 * is returned. */
HL_API hl_status hl_generalize_tasks(struct hl_scores *scores, const struct hl_generalize_options *options,
                                     const struct hl_context *context,
                                     const struct hl_generalization *generalization,
                                     hl_task_curves_visitor visit, void *user);

/* The series of that name, or NULL. */
HL_API const struct hl_series *hl_generalization_find(const struct hl_generalization *generalization,
                                                      const char *name);

/* The first trial (from 1) at which the series' median is at most `target`; 0: it never is. O(n_trial). */
HL_API size_t hl_series_trials_to_reach(const struct hl_series *series, double target);

/* Legal on NULL. */
HL_API void hl_generalization_free(struct hl_generalization *generalization);

#ifdef __cplusplus
}
#endif
#endif
