/* The greedy order of configs, exact and lazy (see hyperlist/list.h for what it minimizes). */
#ifndef HL_LEARN_GREEDY_H
#define HL_LEARN_GREEDY_H

#include "learn/cells.h"

/* Picks up to n_most of the kept configs for the tasks[n_task] of cells until no
 * config improves any task: their indices in picks[*n_pick], first pick first. picks has room for n_most or
 * all configs, whichever is less. *n_evaluation: how often a config was held against the tasks; NULL: who
 * cares. */
hl_status hl_greedy_run(const struct hl_cells *cells, const size_t *tasks, size_t n_task, size_t n_most,
                        size_t *picks, size_t *n_pick, size_t *n_evaluation);

/* The whole learned order: the greedy picks, then, up to n_most, the other kept configs shuffled by stream
 * "<seed>/<resample>/tail:<set>". order has room for all configs; *n_order of it are written, *n_greedy of
 * them picks; n_evaluation as above. */
hl_status hl_order_learn(const struct hl_cells *cells, const size_t *tasks, size_t n_task, size_t n_most,
                         uint64_t seed, size_t resample, size_t *order, size_t *n_order, size_t *n_greedy,
                         size_t *n_evaluation);

#endif
