/* A study: what the folds of all resamplings share, made once, and the running of all series on all folds. */
#ifndef HL_GENERALIZE_STUDY_H
#define HL_GENERALIZE_STUDY_H

#include "generalize/plan.h"

/* One series. */
struct hl_study_series {
  const char *name;
  const struct hl_baseline *baseline;
  const struct hl_cells *cells;
  size_t n_room;  /* trials at most */
  double *curves; /* [n_row][n_tabulated] of a baseline that tabulates them; else NULL */
  size_t n_tabulated;
};

struct hl_study {
  const struct hl_scores *scores;
  const struct hl_context *context;
  enum hl_report report;
  uint64_t seed;
  size_t n_resample, learner; /* learner: its i_set */
  size_t n_row, *rows;        /* the tasks in use */
  struct hl_splitter splitter;
  struct hl_plans plans;
  struct hl_study_series *series; /* [plans.n] */
  struct hl_cells *cells;         /* [n_set]; of sets that no series is of: empty */
  struct hl_points points;
  size_t *best;        /* [n_row] */
  uint64_t tables_key; /* for the journal, if there is one: of cells and points */
};

/* Clear it in any case. Scores must outlive it. */
hl_status hl_study_init(struct hl_study *study, const struct hl_baseline_table *baselines,
                        struct hl_scores *scores, const struct hl_generalize_options *options,
                        const struct hl_context *context);
void hl_study_clear(struct hl_study *study);

/* Splits the tasks anew, with another number of train tasks. */
hl_status hl_study_split(struct hl_study *study, size_t n_train);

/* What one series answered on one fold. */
struct hl_answer {
  size_t resample, i_fold, i_series;
  struct hl_trials trials;
};

/* Runs all series on all folds, in the threads of all ranks (base/ranks.h). On rank 0 the answers are lent to
 * `take`, one at a time, in ascending order of series, resampling and fold; with_values: trials have values
 * and the fold, and the order is that of resampling, fold and series. */
hl_status hl_study_run(const struct hl_study *study, bool with_values,
                       hl_status (*take)(void *user, const struct hl_answer *answer), void *user);

#endif
