/* Series: what is compared. A new baseline is one new file, baseline_NAME.c, and one new row in the table of
 * baselines.c. */
#ifndef HL_GENERALIZE_BASELINE_H
#define HL_GENERALIZE_BASELINE_H

#include "generalize/trials.h"

/* A series is either run on every fold, or its curves on the single tasks do not depend on the folds, and are
 * tabulated once. */
struct hl_baseline {
  const char *name;
  bool is_of_every_set; /* a series "name:SET" of each set; else one series, of the learner's set */
  bool is_refined;      /* needs hyperparameters; fills n_inside and enclosed */

  /* Fills the answer of trials, mostly by hl_trials_try. NULL where tabulate is given. */
  hl_status (*run)(struct hl_trials *trials);

  /* Fills curves[cells->n_task][n_trial] with the score reported on each task after each trial; n_trial is at
   * most the number of kept configs. May use threads. NULL where run is given. */
  hl_status (*tabulate)(const struct hl_cells *cells, enum hl_report report, size_t n_trial,
                        const struct hl_context *context, double *curves);
};

/* What can be asked for: in the order in which `all` has them. */
struct hl_baseline_table {
  size_t n;
  const struct hl_baseline *const *items;
};

const struct hl_baseline_table *hl_baselines_get_all(void);

/* The learned list itself. */
extern const struct hl_baseline hl_learned;

/* The baselines, one a file. */
extern const struct hl_baseline hl_random, hl_refined_minmax, hl_refined_q90, hl_refined_q90_joint,
    hl_best_case, hl_oracle, hl_expected;

/* hl_generalize with another table of baselines. */
hl_status hl_generalize_among(const struct hl_baseline_table *baselines, struct hl_scores *scores,
                              const struct hl_generalize_options *options, const struct hl_context *context,
                              struct hl_generalization **generalization);

#endif
