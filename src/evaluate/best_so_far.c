#include "evaluate/best_so_far.h"
#include "base/error.h"
#include "base/memory.h"
#include "learn/sum.h"

#include <stdlib.h>

enum {
  SPARSE = 8
}; /* below a task in so many, single ones are looked at: a pass over all costs about that */

hl_status hl_best_so_far_init(struct hl_best_so_far *best, const struct hl_cells *cells, const size_t *tasks,
                              size_t n_task) {
  hl_status status = HL_OK;
  const size_t n_padded = cells->n_block * HL_BLOCK;
  *best = (struct hl_best_so_far){.cells = cells, .tasks = tasks, .n_task = n_task};
  best->is_dense = n_task >= cells->n_task / SPARSE;
  TRY(hl_new_array(n_padded, sizeof(double), &best->valid));
  TRY(hl_new_array(n_padded, sizeof(double), &best->test));
  TRY(hl_new_array(n_padded, sizeof(int16_t), &best->limits));
  TRY(hl_new_array(cells->n_block, sizeof(double), &best->valid_sums));
  TRY(hl_new_array(cells->n_block, sizeof(double), &best->test_sums));
  for (size_t i = 0; i < n_padded; i++) best->limits[i] = HL_COARSE_NEVER;
  for (size_t i = 0; i < n_task; i++) best->n_tested += cells->is_tested[tasks[i]];
out:
  return status;
}

static void take(struct hl_best_so_far *best, size_t task, double valid, double test) {
  best->valid[task] = valid;
  best->test[task] = test;
  best->limits[task] = hl_coarse_limit(valid);
}

static void sum_block(struct hl_best_so_far *best, size_t i_block) {
  best->valid_sums[i_block] = hl_sum(best->valid + i_block * HL_BLOCK, HL_BLOCK);
  best->test_sums[i_block] = hl_sum(best->test + i_block * HL_BLOCK, HL_BLOCK);
}

/* Doubles, each a cache line that is far away, are looked at only where the block's 16 bits say that they may
 * be better. */
static bool try_block(struct hl_best_so_far *best, size_t i_block, const int16_t *coarse, const double *valid,
                      const double *test) {
  const int16_t *limits = best->limits + i_block * HL_BLOCK;
  const size_t first = i_block * HL_BLOCK, n_task = best->cells->n_task;
  const size_t end = first + HL_BLOCK < n_task ? first + HL_BLOCK : n_task;
  bool is_better = false;
  for (size_t task = first; task < end; task++) {
    if (coarse[task - first] >= limits[task - first] || !(valid[task] < best->valid[task])) continue;
    take(best, task, valid[task], test[task]);
    is_better = true;
  }
  if (is_better) sum_block(best, i_block);
  return is_better;
}

static bool try_blocks(struct hl_best_so_far *best, size_t config, const double *valid, const double *test) {
  const size_t n_block = best->cells->n_block;
  const int16_t *coarse = best->cells->coarse + config * n_block * HL_BLOCK;
  bool is_better = false;
  for (size_t i = 0; i < n_block; i++) {
    if (hl_coarse_any(coarse + i * HL_BLOCK, best->limits + i * HL_BLOCK))
      is_better |= try_block(best, i, coarse + i * HL_BLOCK, valid, test);
  }
  return is_better;
}

/* Task by task; the first trial is everybody's best. */
static bool try_tasks(struct hl_best_so_far *best, const double *valid, const double *test) {
  bool is_better = false;
  size_t changed = SIZE_MAX; /* a block, summed when its last task has been seen */
  for (size_t i = 0; i < best->n_task; i++) {
    const size_t task = best->tasks[i];
    if (best->n_trial > 0 && !(valid[task] < best->valid[task])) continue;
    take(best, task, valid[task], test[task]);
    if (changed != SIZE_MAX && changed != task / HL_BLOCK) sum_block(best, changed);
    changed = task / HL_BLOCK;
    is_better = true;
  }
  if (is_better) sum_block(best, changed);
  return is_better;
}

void hl_best_so_far_try(struct hl_best_so_far *best, size_t config) {
  const struct hl_cells *cells = best->cells;
  const double *valid = cells->valid + config * cells->n_task, *test = cells->test + config * cells->n_task;
  const bool by_block = best->is_dense && best->n_trial > 0;
  const bool is_better = by_block ? try_blocks(best, config, valid, test) : try_tasks(best, valid, test);
  best->n_trial++;
  if (!is_better) return;
  best->valid_sum = hl_sum(best->valid_sums, cells->n_block);
  best->test_sum = hl_sum(best->test_sums, cells->n_block);
}

void hl_best_so_far_clear(struct hl_best_so_far *best) {
  free(best->valid);
  free(best->test);
  free(best->limits);
  free(best->valid_sums);
  free(best->test_sums);
  *best = (struct hl_best_so_far){0};
}
