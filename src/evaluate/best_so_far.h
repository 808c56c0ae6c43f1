/* The best config so far: what a user who tries configs in order has in hand after each trial, on some tasks
 * at once.
 *
 * On task t after k trials it is the config with the lowest f among the first k, the earlier one of equals.
 */
#ifndef HL_EVALUATE_BEST_SO_FAR_H
#define HL_EVALUATE_BEST_SO_FAR_H

#include "learn/cells.h"

struct hl_best_so_far {
  const struct hl_cells *cells; /* with HL_CELLS_TEST */
  const size_t *tasks;          /* ascending; borrowed */
  size_t n_task, n_tested;      /* n_tested: of them, those with test scores */
  double *valid, *test; /* [cells->n_task]: f and g of the best so far; g is 0 on a task without test scores;
                           both are 0 on tasks that are not among `tasks` */
  double valid_sum, test_sum; /* over tasks: see hl_best_so_far_try */

  bool is_dense;   /* whole blocks are looked at, not single tasks */
  size_t n_trial;  /* tried so far */
  int16_t *limits; /* [n_block * HL_BLOCK]: hl_coarse_limit of valid; HL_COARSE_NEVER off `tasks` */
  double *valid_sums, *test_sums; /* [n_block] */
};

/* Before the first trial. Clear it in any case. O(cells->n_task). */
hl_status hl_best_so_far_init(struct hl_best_so_far *best, const struct hl_cells *cells, const size_t *tasks,
                              size_t n_task);

/* Tries one config more and brings valid, test and both sums (hl_sum_tasks) up to date; a trial that changes
 * one block of tasks costs the sum of one block. O(n_task), with a small factor: see learn/coarse.h. */
void hl_best_so_far_try(struct hl_best_so_far *best, size_t config);

void hl_best_so_far_clear(struct hl_best_so_far *best);

#endif
