/* Trials: what a series is asked on one fold of one resampling, and what baselines need to answer it. */
#ifndef HL_GENERALIZE_TRIALS_H
#define HL_GENERALIZE_TRIALS_H

#include "generalize/box.h"
#include "generalize/split.h"
#include "learn/cells.h"

struct hl_trials {
  /* The question. */
  uint64_t seed;
  size_t resample;
  enum hl_report report;
  const struct hl_fold *fold;
  const struct hl_cells *cells;   /* of the series' set */
  const struct hl_points *points; /* the learner's hyperparameters */
  const size_t *best;             /* [n_task] the learner's best config of each task (hl_cells_find_best) */
  size_t n_most;                  /* no more trials than that */

  /* The answer. */
  double *sums;   /* [n_most] room: after each trial the sum of the scores over the evaluated test tasks */
  double *values; /* [n_most][fold->n_test] room for the scores themselves; NULL: not asked for. What is
                     there of a task without test scores means nothing */
  size_t n_trial; /* how many trials there are */
  size_t n_evaluated; /* of the fold's test tasks */
  size_t n_inside;    /* refined search: configs in the box, */
  double enclosed;    /* and the share of the best configs that are */
};

/* Tries the configs order[n_order] one after the other. O(n_order x test tasks). */
hl_status hl_trials_try(struct hl_trials *trials, const size_t *order, size_t n_order);

/* Takes the answer from curves[cells->n_task][n_trial] of all tasks. */
void hl_trials_look_up(struct hl_trials *trials, const double *curves, size_t n_trial);

/* Shuffles items[n] by the stream "<seed>/<resample>/<search>:<set>". */
hl_status hl_trials_shuffle(const struct hl_trials *trials, const char *search, size_t *items, size_t n);

#endif
