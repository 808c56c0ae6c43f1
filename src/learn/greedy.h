/* The greedy order of configs, exact and lazy (see hyperlist/list.h for what it minimizes). */
#ifndef HL_LEARN_GREEDY_H
#define HL_LEARN_GREEDY_H

#include "hyperlist/list.h"
#include "learn/cells.h"

/* Picks up to n_most of the kept configs for the tasks[n_task] of cells until no config improves any task:
 * their indices in picks[*n_pick], first pick first. picks has room for n_most or all configs, whichever is
 * less. Of several ranks (base/ranks.h) each has cells of its own tasks, all of which it gives, and all get
 * the picks for all tasks; a NULL context is one rank. What it took is added to effort; NULL: who cares. */
hl_status hl_greedy_run(const struct hl_cells *cells, const size_t *tasks, size_t n_task, size_t n_most,
                        const struct hl_context *context, size_t *picks, size_t *n_pick,
                        struct hl_learn_effort *effort);

/* The whole learned order: the greedy picks, then, up to n_most, the other kept configs shuffled by stream
 * "<seed>/<resample>/tail:<set>". order has room for all configs; *n_order of it are written, *n_greedy of
 * them picks; context and effort as above. */
hl_status hl_order_learn(const struct hl_cells *cells, const size_t *tasks, size_t n_task, size_t n_most,
                         uint64_t seed, size_t resample, const struct hl_context *context, size_t *order,
                         size_t *n_order, size_t *n_greedy, struct hl_learn_effort *effort);

#endif
