/* Series: what is compared, one row a series in one table. A new baseline is one new function and one new row
 * in baselines.c. */
#ifndef HL_GENERALIZE_BASELINES_H
#define HL_GENERALIZE_BASELINES_H

#include "generalize/box.h"
#include "generalize/split.h"
#include "learn/cells.h"

/* One series on one fold of one resampling: the question above, the answer below. */
struct hl_trials {
  uint64_t seed;
  size_t resample;
  enum hl_report report;
  const struct hl_fold *fold;
  const struct hl_cells *cells;   /* of the series' set; the learner's have HL_CELLS_EXACT too */
  const struct hl_points *points; /* the learner's hyperparameters */
  const size_t *best;             /* [n_task] the learner's best config of each task (hl_cells_find_best) */
  size_t n_most;                  /* no more trials than that */

  double *
      sums; /* [cells->n_config] room: after each trial the sum of the scores over the evaluated test tasks */
  size_t n_trial;     /* how many of them there are */
  size_t n_evaluated; /* of the fold's test tasks */
  size_t n_inside;    /* refined search: configs in the box */
};

struct hl_baseline {
  const char *name;
  bool is_of_every_set; /* a series "name:SET" of each set; else one series, of the learner's set */
  bool is_refined;      /* needs hyperparameters and fills n_inside */
  hl_status (*run)(struct hl_trials *trials);
};

/* The learned list itself. */
extern const struct hl_baseline hl_learned;

/* All baselines, in the order in which `all` has them; *n is their number. Static storage. */
const struct hl_baseline *hl_baselines_get_all(size_t *n);

#endif
