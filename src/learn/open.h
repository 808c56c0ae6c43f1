/* Open cells: the scores that would still improve what is reached on their tasks.
 *
 * Few are left after some picks. Then every config's gain is known at any time: a pick lowers what is reached
 * on some tasks, and takes from the gains of the configs that are open on these, and of no others, what they
 * lose. A cell that has been reached is closed for good. */
#ifndef HL_LEARN_OPEN_H
#define HL_LEARN_OPEN_H

#include "learn/reached.h"

struct hl_open {
  int64_t *best;  /* [n_task] q reached; borrowed */
  int64_t *gains; /* [n_config]: the sum over tasks of max(0, b_t - q(t,c)) */
  size_t n_step;  /* how many cells have been brought up to date */

  /* The cells by config: those of c are of_config[config_ends[c-1] .. config_ends[c]); likewise by task,
   * where the open ones come first, n_open[t] of them. */
  struct hl_open_cell *of_config, *of_task;
  size_t *config_ends, *task_ends, *n_open;
};

/* cells[n_cell]: all that are open against best[n_task], in any order. Clear it in any case. O(cells +
 * configs + tasks). */
hl_status hl_open_init(struct hl_open *open, size_t n_config, size_t n_task, int64_t *best,
                       const struct hl_open_cell *cells, size_t n_cell);
void hl_open_clear(struct hl_open *open);

/* Picks a config: best and gains are those after it. O(open cells of the tasks that it improves). */
void hl_open_pick(struct hl_open *open, size_t config);

#endif
