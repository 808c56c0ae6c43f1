/* Splits: which tasks train and which test, in each resampling. */
#ifndef HL_GENERALIZE_SPLIT_H
#define HL_GENERALIZE_SPLIT_H

#include "hyperlist/generalize.h"

#include <stdbool.h>

/* A resampling's value is the mean over the test tasks of all its folds. So far every resampling has one
 * fold; cross-validation is more folds, and nothing else. Tasks are numbered 0 .. n_task-1, in the order of
 * the rows in use. */
struct hl_splitter {
  size_t n_task;
  size_t n_pool, *pool; /* the tasks that are shuffled, ascending: all, or those that are not held out */
  size_t n_train;       /* the first so many of the pool train */
  bool *is_held_out;    /* [n_task]: these test; NULL: the rest of the pool does */
  size_t n_test;
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

/* The fold of one resampling: a pure function of seed and resample (stream "split"). Clear it in any case.
 * O(n_task). */
hl_status hl_splitter_split(const struct hl_splitter *splitter, uint64_t seed, size_t resample,
                            struct hl_fold *fold);
void hl_fold_clear(struct hl_fold *fold);

#endif
