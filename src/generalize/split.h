/* Splits: which tasks train and which test, in each fold of each resampling. */
#ifndef HL_GENERALIZE_SPLIT_H
#define HL_GENERALIZE_SPLIT_H

#include "hyperlist/generalize.h"

#include <stdbool.h>

/* Tasks are numbered 0 .. n_task-1, in the order of the rows in use. */
struct hl_splitter {
  struct hl_split_options options;
  size_t n_task, n_fold;
  size_t n_pool, *pool; /* the tasks that are shuffled, ascending: all, or those that are not held out */
  bool *is_held_out;    /* [n_task]: with hold_out, else NULL */
  size_t *groups;       /* [n_task]: with leave_out, in which fold each task tests; else NULL */
  size_t n_train, n_train_most, n_test, n_test_most; /* the fewest and the most in a fold */
};

struct hl_fold {
  size_t n_train, n_test;
  size_t *train, *test; /* ascending */
};

/* For the tasks rows[n_row] of the scores. HL_USAGE and HL_INVALID as hl_generalize says. Clear it in any
 * case. */
hl_status hl_splitter_init(struct hl_splitter *splitter, const struct hl_split_options *options,
                           const struct hl_scores *scores, const size_t *rows, size_t n_row);
void hl_splitter_clear(struct hl_splitter *splitter);

/* One fold of one resampling: a pure function of seed, resample and i_fold. Clear it in any case. O(n_task).
 */
hl_status hl_splitter_split(const struct hl_splitter *splitter, uint64_t seed, size_t resample, size_t i_fold,
                            struct hl_fold *fold);
void hl_fold_clear(struct hl_fold *fold);

#endif
