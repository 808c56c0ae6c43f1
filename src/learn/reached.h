/* What is reached so far on each train task, and what a config would gain on top of it. */
#ifndef HL_LEARN_REACHED_H
#define HL_LEARN_REACHED_H

#include "learn/cells.h"

struct hl_reached {
  const struct hl_cells *cells;
  const size_t *tasks; /* the train tasks, ascending */
  size_t n_task;
  bool is_dense;   /* whole blocks are looked at, not single tasks */
  int64_t *best;   /* [n_block * HL_BLOCK] q; 0, which nothing is below, off `tasks` */
  int16_t *limits; /* likewise: hl_coarse_limit */
};

/* A score that would improve what is reached on its task. */
struct hl_open_cell {
  int64_t exact; /* q */
  uint32_t task, config;
};

/* Nothing yet: 1 on each of tasks[n_task]. Clear it in any case. */
hl_status hl_reached_init(struct hl_reached *reached, const struct hl_cells *cells, const size_t *tasks,
                          size_t n_task);
void hl_reached_clear(struct hl_reached *reached);

/* Adds a config. O(train tasks). */
void hl_reached_add(struct hl_reached *reached, size_t config);

/* The sum over train tasks of max(0, b_t - q(t,c)). O(train tasks). */
int64_t hl_reached_gain(const struct hl_reached *reached, size_t config);

/* No less than the gain, and at most HL_REACHED_BLUR a train task more, for an eighth of its cost; only where
 * is_dense. */
int64_t hl_reached_bound(const struct hl_reached *reached, size_t config);
#define HL_REACHED_BLUR 16777985 /* 2^40 / 65533, rounded up: a step of hl_coarse in units of q */

/* All open cells of kept configs, config by config, task by task: (*cells)[*n_cell], yours to free. *n_cell >
 * most: there may be more than so many, and cells mean nothing. HL_LIMIT: no memory. */
hl_status hl_reached_list_open(const struct hl_reached *reached, size_t most, struct hl_open_cell **cells,
                               size_t *n_cell);

#endif
