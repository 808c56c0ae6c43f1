/* The best config so far: what a user who tries configs in order has in hand after each trial, on some tasks
 * at once.
 *
 * On task t after k trials it is the config with the lowest f among the first k, the earlier one of equals.
 */
#ifndef HL_EVALUATE_BEST_SO_FAR_H
#define HL_EVALUATE_BEST_SO_FAR_H

#include "learn/cells.h"

/* One of the two tables: f, or g, which is 0 on a task without test scores. */
struct hl_best_scores {
  const double *table; /* [n_config][n_task], of the cells; NULL: not followed */
  double *now;         /* [cells->n_task]: of the best so far; 0 on tasks that are not among those tried on */
  double *block_sums;  /* [n_block] */
  double sum;          /* hl_sum_tasks of now */
};

struct hl_best_so_far {
  size_t n_trial; /* so far */
  struct hl_best_scores valid, test;
};

enum hl_best_part { HL_BEST_VALID = 1, HL_BEST_TEST = 2 };

/* Tries configs order[n_order] on tasks[n_task], ascending, of the cells (with HL_CELLS_TEST), and tells take
 * what is so far after each of them; parts says which scores to follow. O(n_order x n_task), with a small
 * factor: see learn/coarse.h. HL_LIMIT: no memory; O(n_order + cells->n_task) of it. */
hl_status hl_best_so_far_run(const struct hl_cells *cells, const size_t *tasks, size_t n_task,
                             const size_t *order, size_t n_order, unsigned parts,
                             void (*take)(void *user, const struct hl_best_so_far *best), void *user);

#endif
