/* Generalization: learn on some tasks, try on others, many times over, beside what one would do without
 * learning.
 *
 * Each resampling splits the tasks anew into train and test tasks. A series (a learned list, random search,
 * refined random search, ...) is a curve of the mean score of the best config so far on the test tasks
 * against trials (evaluate.h); of the resamplings' curves median, quartiles and mean are kept. Whatever is
 * random has a stream of its own, so that a series does not depend on which others are asked for, nor on the
 * number of threads. */
#ifndef HYPERLIST_GENERALIZE_H
#define HYPERLIST_GENERALIZE_H

#include "hyperlist/context.h"
#include "hyperlist/missing.h"
#include "hyperlist/scores.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum hl_report { HL_REPORT_TEST, HL_REPORT_VALID };

#define HL_DEFAULT_RESAMPLES 50
#define HL_DEFAULT_BASELINES "random,refined-minmax,refined-q90,best-case"

/* How tasks are split. Without hold_out all tasks are shuffled (stream "split"): the first n_train train, the
 * others test. With it the selected tasks test, and of the others, shuffled likewise, the first n_train
 * train. n_train is train_tasks, or else floor(train_fraction x the tasks shuffled); if neither is given,
 * half of them, with hold_out all of them. With hold_out train_tasks is a limit: where there are not as many
 * all train. */
struct hl_split_options {
  const char *hold_out; /* a selector (selector.h); NULL: none */
  size_t train_tasks;
  double train_fraction; /* in (0, 1), with hold_out in (0, 1] */
};

/* All zero but `set` is the default, the paper's. */
struct hl_generalize_options {
  const char *set; /* the learner's */
  struct hl_split_options split;
  size_t n_resample;     /* 0: 50 */
  const char *baselines; /* comma-separated; NULL: HL_DEFAULT_BASELINES. See hl_generalize */
  enum hl_report report;
  enum hl_missing missing;
  size_t n_trial; /* stop the curves there; 0: at their end */
};

struct hl_series {
  char *name;
  size_t n_trial;                    /* rows of the curve */
  double *q25, *median, *q75, *mean; /* [n_trial] */
  size_t n_task;                     /* evaluated tasks; where that differs between resamplings, the fewest */
  size_t n_resample;
  size_t *n_inside; /* [n_resample] for refined search: how many configs its box holds, ascending; NULL for
                       other series */
};

struct hl_generalization {
  size_t n_series;
  struct hl_series *series; /* "learned" first, then the baselines in the order asked for */
  size_t n_task;            /* those in use, n_train and n_test of them in each resampling */
  size_t n_train, n_test;
  int64_t n_missing,
      n_diverged; /* cells of the learner's set on the tasks in use; n_diverged is -1 where unknown */
};

/* Runs the resamplings in threads. Tasks that are degenerate in any set of the file take no part. Baselines:
 *   random:SET       a uniformly random order of the set's configs, one for all tasks of a resampling;
 * `random` is every set's refined-minmax   a random order of the learner's configs inside the bounding box of
 * the train tasks' best configs refined-q90      likewise, of the box between the 5th and 95th percentile of
 * each hyperparameter best-case        a list learned on the test tasks themselves all, none        every
 * baseline there is; none A curve that ends before the series does stays at its last value (1 if it has
 * none). HL_MISSING_DROP_TASK asks all sets in use, HL_MISSING_DROP_CONFIG drops configs that are missing on
 * any task in use, train or test. Refined search needs hyperparameters: without them it is left out with a
 * warning, or refused if asked for by name. HL_USAGE: unknown set or baseline, a selector that matches
 * nothing, a split without train or test tasks; HL_INVALID: no task left, fewer than two tasks to split, test
 * tasks without test scores, a score outside [0, 1], a missing cell under HL_MISSING_ERROR. O(series x
 * resamplings x tasks x configs). */
HL_API hl_status hl_generalize(struct hl_scores *scores, const struct hl_generalize_options *options,
                               const struct hl_context *context, struct hl_generalization **generalization);

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
