#include "learn/reached.h"
#include "base/error.h"
#include "base/memory.h"
#include "learn/exact.h"

#include <stdlib.h>

enum {
  SPARSE = 8
}; /* below a task in so many, single ones are looked at: a pass over all costs about that */

hl_status hl_reached_init(struct hl_reached *reached, const struct hl_cells *cells, const size_t *tasks,
                          size_t n_task) {
  hl_status status = HL_OK;
  const size_t n_padded = cells->n_block * HL_BLOCK;
  *reached = (struct hl_reached){.cells = cells, .tasks = tasks, .n_task = n_task};
  reached->is_dense = n_task >= cells->n_task / SPARSE;
  TRY(hl_new_array(n_padded, sizeof *reached->best, &reached->best));
  TRY(hl_new_array(n_padded, sizeof *reached->limits, &reached->limits));
  for (size_t i = 0; i < n_padded; i++) reached->limits[i] = HL_COARSE_NEVER;
  for (size_t i = 0; i < n_task; i++) {
    reached->best[tasks[i]] = HL_EXACT_ONE;
    reached->limits[tasks[i]] = hl_coarse_limit(1);
  }
out:
  return status;
}

void hl_reached_clear(struct hl_reached *reached) {
  free(reached->best);
  free(reached->limits);
}

void hl_reached_add(struct hl_reached *reached, size_t config) {
  const double *valid = reached->cells->valid + config * reached->cells->n_task;
  for (size_t i = 0; i < reached->n_task; i++) {
    const size_t task = reached->tasks[i];
    if (hl_exact(valid[task]) >= reached->best[task]) continue;
    reached->best[task] = hl_exact(valid[task]);
    reached->limits[task] = hl_coarse_limit(valid[task]);
  }
}

static inline int64_t gain_on(int64_t best, double score) {
  const int64_t exact = hl_exact(score);
  return best > exact ? best - exact : 0;
}

/* Once a few configs are picked many blocks hold no task that gains: their 16-bit rows say so. */
int64_t hl_reached_gain(const struct hl_reached *reached, size_t config) {
  const struct hl_cells *cells = reached->cells;
  const size_t n_task = cells->n_task;
  const double *valid = cells->valid + config * n_task;
  const int64_t *best = reached->best;
  const int16_t *coarse = cells->coarse + config * cells->n_block * HL_BLOCK;
  int64_t sum = 0;
  for (size_t i = 0; i < reached->n_task && !reached->is_dense; i++)
    sum += gain_on(best[reached->tasks[i]], valid[reached->tasks[i]]);
  for (size_t first = 0; first < n_task && reached->is_dense; first += HL_BLOCK) {
    const size_t end = first + HL_BLOCK < n_task ? first + HL_BLOCK : n_task;
    if (!hl_coarse_any(coarse + first, reached->limits + first)) continue;
    for (size_t i = first; i < end; i++) sum += gain_on(best[i], valid[i]);
  }
  return sum;
}

/* From the 16-bit row alone. q is rounded: half a unit of 2^-40 each. */
int64_t hl_reached_bound(const struct hl_reached *reached, size_t config) {
  const struct hl_cells *cells = reached->cells;
  const int16_t *coarse = cells->coarse + config * cells->n_block * HL_BLOCK;
  const uint64_t sum = hl_coarse_sum(coarse, reached->limits, cells->n_block);
  return (int64_t)sum * HL_REACHED_BLUR + (int64_t)reached->n_task;
}

/* ---- Open cells ---- */

struct listing {
  const struct hl_reached *reached;
  struct hl_open_cell *cells; /* [most + HL_BLOCK] */
  size_t n, most;
};

/* Without a branch on the scores, which nobody can foresee. */
static inline void offer(struct listing *it, size_t config, size_t task, bool may_be_open) {
  it->cells[it->n] = (struct hl_open_cell){0, (uint32_t)task, (uint32_t)config};
  it->n += may_be_open;
}

static void offer_config(struct listing *it, size_t config) {
  const struct hl_reached *reached = it->reached;
  const size_t n_padded = reached->cells->n_block * HL_BLOCK;
  const int16_t *coarse = reached->cells->coarse + config * n_padded, *limits = reached->limits;
  for (size_t first = 0; first < n_padded && reached->is_dense && it->n <= it->most; first += HL_BLOCK) {
    if (!hl_coarse_any(coarse + first, limits + first)) continue;
    for (size_t task = first; task < first + HL_BLOCK; task++) /* none below its limit is behind the end */
      offer(it, config, task, coarse[task] < limits[task]);
  }
  for (size_t i = 0; i < reached->n_task && !reached->is_dense && it->n <= it->most; i++)
    offer(it, config, reached->tasks[i], coarse[reached->tasks[i]] < limits[reached->tasks[i]]);
}

/* Fills in q, and leaves only what is open by it. A loop of its own, as each score is a cache line that is
 * far away, and many can be on their way at once where no branch waits for them. */
static void look_up(struct listing *it) {
  const struct hl_reached *reached = it->reached;
  const struct hl_cells *cells = reached->cells;
  size_t n = 0;
  for (size_t i = 0; i < it->n; i++) {
    const struct hl_open_cell cell = it->cells[i];
    const int64_t exact = hl_exact(cells->valid[cell.config * cells->n_task + cell.task]);
    it->cells[n] = (struct hl_open_cell){exact, cell.task, cell.config};
    n += exact < reached->best[cell.task];
  }
  it->n = n;
}

hl_status hl_reached_list_open(const struct hl_reached *reached, size_t most, struct hl_open_cell **cells,
                               size_t *n_cell) {
  struct listing it = {.reached = reached, .most = most};
  const hl_status status = hl_new_room((most + HL_BLOCK) * sizeof *it.cells, &it.cells);
  if (status != HL_OK) return status;
  for (size_t c = 0; c < reached->cells->n_config && it.n <= most; c++) {
    if (reached->cells->is_kept[c]) offer_config(&it, c);
  }
  *cells = it.cells;
  *n_cell = it.n;
  if (it.n <= most) look_up(&it);
  if (it.n <= most) *n_cell = it.n;
  return HL_OK;
}
