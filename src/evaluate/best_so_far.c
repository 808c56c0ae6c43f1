/* Trials come in batches. First the records of a batch are found, a record being a config that is better on a
 * task than all before it: for that a pass over 16-bit rows does, as its order is that of f but for equals.
 * Then the doubles of all records are looked up, each a cache line that is far away, but many at once. Then
 * the trials are told one by one. */
#include "evaluate/best_so_far.h"
#include "base/error.h"
#include "base/memory.h"
#include "learn/sum.h"

#include <stdlib.h>

enum {
  SPARSE = 8,   /* below a task in so many, single ones are looked at: a pass over all costs about that */
  BATCH = 4096, /* records, or more of one trial */
};

struct record {
  uint32_t task, config;
};

struct trying {
  const struct hl_cells *cells;
  const size_t *tasks, *order;
  size_t n_task, n_order;
  bool is_dense;    /* whole blocks are looked at, not single tasks */
  int16_t *limits;  /* [n_block * HL_BLOCK]: hl_coarse_limit of the best f, or one more for 0; HL_COARSE_NEVER
                       off `tasks` */
  uint32_t *chosen; /* [cells->n_task]: the best config */
  size_t n_record, *ends; /* ends[n_order]: of each trial of the batch, behind its records */
  struct record *records; /* [BATCH + n_task] */
  double *found[2];       /* likewise: their f and g */
  struct hl_best_so_far best;
};

/* ---- Records ---- */

static void add_record(struct trying *it, uint32_t task, uint32_t config, int16_t coarse) {
  it->limits[task] = (int16_t)(coarse + (coarse < HL_COARSE_ONE));
  it->chosen[task] = config;
  it->records[it->n_record++] = (struct record){task, config};
}

/* Of a task on which config is below the limit. Equals in 16 bits are told apart by f. */
static void compare(struct trying *it, uint32_t task, uint32_t config, int16_t coarse) {
  const size_t n_task = it->cells->n_task;
  const double *valid = it->cells->valid + task;
  if (coarse + 1 == it->limits[task] && !(valid[config * n_task] < valid[it->chosen[task] * n_task])) return;
  add_record(it, task, config, coarse);
}

static void find_records(struct trying *it, size_t trial) {
  const size_t n_padded = it->cells->n_block * HL_BLOCK;
  const uint32_t config = (uint32_t)it->order[trial];
  const int16_t *coarse = it->cells->coarse + config * n_padded, *limits = it->limits;
  for (size_t first = 0; first < n_padded && it->is_dense; first += HL_BLOCK) {
    if (!hl_coarse_any(coarse + first, limits + first)) continue;
    for (size_t task = first; task < first + HL_BLOCK; task++) { /* none below its limit is behind the end */
      if (coarse[task] < limits[task]) compare(it, (uint32_t)task, config, coarse[task]);
    }
  }
  for (size_t i = 0; i < it->n_task && !it->is_dense; i++) {
    const size_t task = it->tasks[i];
    if (coarse[task] < limits[task]) compare(it, (uint32_t)task, config, coarse[task]);
  }
}

/* The first is everybody's best. */
static void find_first_records(struct trying *it) {
  const uint32_t config = (uint32_t)it->order[0];
  const int16_t *coarse = it->cells->coarse + config * it->cells->n_block * HL_BLOCK;
  for (size_t i = 0; i < it->n_task; i++)
    add_record(it, (uint32_t)it->tasks[i], config, coarse[it->tasks[i]]);
}

/* Of trials from `begin` on, as many as make a batch: returns its end. */
static size_t find_batch(struct trying *it, size_t begin) {
  size_t trial = begin;
  it->n_record = 0;
  for (; trial < it->n_order && it->n_record < BATCH; trial++) {
    if (trial == 0)
      find_first_records(it);
    else
      find_records(it, trial);
    it->ends[trial] = it->n_record;
  }
  return trial;
}

/* ---- Scores ---- */

static hl_status follow(struct hl_best_scores *scores, const struct trying *it, const double *table,
                        double **found) {
  hl_status status = HL_OK;
  scores->table = table;
  TRY(hl_new_array(it->cells->n_block * HL_BLOCK, sizeof(double), &scores->now));
  TRY(hl_new_array(it->cells->n_block, sizeof(double), &scores->block_sums));
  TRY(hl_new_array(BATCH + it->n_task, sizeof(double), found));
out:
  return status;
}

static void look_up(const struct trying *it, const struct hl_best_scores *scores, double *found) {
  const size_t n_task = it->cells->n_task;
  for (size_t i = 0; i < it->n_record && scores->table != NULL; i++)
    found[i] = scores->table[it->records[i].config * n_task + it->records[i].task];
}

/* Takes over records begin .. end, tasks ascending: a block is summed when its last one has been seen, then
 * all blocks. */
static void take_over(const struct trying *it, struct hl_best_scores *scores, const double *found,
                      size_t begin, size_t end) {
  if (begin == end || scores->table == NULL) return;
  for (size_t i = begin; i < end; i++) {
    const size_t task = it->records[i].task, i_block = task / HL_BLOCK;
    scores->now[task] = found[i];
    if (i + 1 < end && it->records[i + 1].task / HL_BLOCK == i_block) continue;
    scores->block_sums[i_block] = hl_sum(scores->now + i_block * HL_BLOCK, HL_BLOCK);
  }
  scores->sum = hl_sum(scores->block_sums, it->cells->n_block);
}

/* ---- All ---- */

static hl_status init(struct trying *it, unsigned parts) {
  hl_status status = HL_OK;
  const struct hl_cells *cells = it->cells;
  const size_t n_padded = cells->n_block * HL_BLOCK;
  it->is_dense = it->n_task >= cells->n_task / SPARSE;
  TRY(hl_new_array(n_padded, sizeof *it->limits, &it->limits));
  TRY(hl_new_array(cells->n_task, sizeof *it->chosen, &it->chosen));
  TRY(hl_new_array(it->n_order, sizeof *it->ends, &it->ends));
  TRY(hl_new_array(BATCH + it->n_task, sizeof *it->records, &it->records));
  if (parts & HL_BEST_VALID) TRY(follow(&it->best.valid, it, cells->valid, &it->found[0]));
  if (parts & HL_BEST_TEST) TRY(follow(&it->best.test, it, cells->test, &it->found[1]));
  for (size_t i = 0; i < n_padded; i++) it->limits[i] = HL_COARSE_NEVER;
out:
  return status;
}

hl_status hl_best_so_far_run(const struct hl_cells *cells, const size_t *tasks, size_t n_task,
                             const size_t *order, size_t n_order, unsigned parts,
                             void (*take)(void *user, const struct hl_best_so_far *best), void *user) {
  hl_status status = HL_OK;
  struct trying it = {.cells = cells, .tasks = tasks, .n_task = n_task, .order = order, .n_order = n_order};
  struct hl_best_so_far *best = &it.best;
  TRY(init(&it, parts));
  while (best->n_trial < n_order) {
    const size_t first = best->n_trial, end = find_batch(&it, first);
    look_up(&it, &best->valid, it.found[0]);
    look_up(&it, &best->test, it.found[1]);
    while (best->n_trial < end) {
      const size_t k = best->n_trial++, begin = k > first ? it.ends[k - 1] : 0;
      take_over(&it, &best->valid, it.found[0], begin, it.ends[k]);
      take_over(&it, &best->test, it.found[1], begin, it.ends[k]);
      take(user, best);
    }
  }
out:
  free(it.limits);
  free(it.chosen);
  free(it.ends);
  free(it.records);
  for (size_t i = 0; i < 2; i++) free(it.found[i]);
  free(best->valid.now);
  free(best->valid.block_sums);
  free(best->test.now);
  free(best->test.block_sums);
  return status;
}
