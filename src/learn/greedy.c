/* Lazy greedy: the gain of a config, sum over tasks of max(0, b_t - q(t,c)), can only shrink while b falls,
 * so an old gain is an upper bound. Configs wait in a heap under their last known gain; the top is evaluated
 * anew until a fresh one stays on top. That one is the argmax, and with equal gains ordered by index the same
 * one that a full search would take (Minoux 1978). */
#include "learn/greedy.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/stream.h"
#include "learn/exact.h"

#include <stdlib.h>
#include <string.h>

enum {
  SPARSE = 8, /* below a task in so many, single ones are looked at: a pass over all costs about that */
  BUCKET = 16777985, /* 2^40 / 65533, rounded up: a step of hl_coarse in units of q */
};

struct candidate {
  int64_t gain; /* an upper bound of what it gains now */
  size_t config;
  size_t round;  /* in which that was found; before, it gained no less */
  bool is_exact; /* it was the gain itself then */
};

struct heap {
  size_t n;
  struct candidate *items;
};

/* Does a come before b? */
static bool precedes(const struct candidate *a, const struct candidate *b) {
  return a->gain != b->gain ? a->gain > b->gain : a->config < b->config;
}

static void sink(struct heap *heap, size_t at) {
  const struct candidate item = heap->items[at];
  for (size_t child; (child = 2 * at + 1) < heap->n; at = child) {
    if (child + 1 < heap->n && precedes(&heap->items[child + 1], &heap->items[child])) child++;
    if (!precedes(&heap->items[child], &item)) break;
    heap->items[at] = heap->items[child];
  }
  heap->items[at] = item;
}

static void drop_top(struct heap *heap) {
  heap->items[0] = heap->items[--heap->n];
  if (heap->n > 0) sink(heap, 0);
}

/* ---- Gains ---- */

/* What is reached so far, by task of the cells. */
struct reached {
  const struct hl_cells *cells;
  const size_t *tasks; /* the train tasks, ascending */
  size_t n_task;
  bool is_dense;   /* whole blocks are looked at, not single tasks */
  int64_t *best;   /* [n_block * HL_BLOCK] q; 0, which nothing is below, off `tasks` */
  int16_t *limits; /* likewise: hl_coarse_limit */
};

static hl_status init_reached(struct reached *reached, const struct hl_cells *cells, const size_t *tasks,
                              size_t n_task) {
  hl_status status = HL_OK;
  const size_t n_padded = cells->n_block * HL_BLOCK;
  *reached = (struct reached){.cells = cells, .tasks = tasks, .n_task = n_task};
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

static void clear_reached(struct reached *reached) {
  free(reached->best);
  free(reached->limits);
}

static inline int64_t gain_on(int64_t best, double score) {
  const int64_t exact = hl_exact(score);
  return best > exact ? best - exact : 0;
}

/* The sum over train tasks of max(0, b_t - q(t,c)). Once a few configs are picked most blocks hold no task
 * that gains: their 16-bit rows say so. */
static int64_t gain_of(const struct reached *reached, size_t config) {
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

static void reach(struct reached *reached, size_t config) {
  const double *valid = reached->cells->valid + config * reached->cells->n_task;
  for (size_t i = 0; i < reached->n_task; i++) {
    const size_t task = reached->tasks[i];
    if (hl_exact(valid[task]) >= reached->best[task]) continue;
    reached->best[task] = hl_exact(valid[task]);
    reached->limits[task] = hl_coarse_limit(valid[task]);
  }
}

/* No less than gain_of, from the 16-bit row alone, for an eighth of its cost. q is rounded: half a unit of
 * 2^-40 each. */
static int64_t bound_of(const struct reached *reached, size_t config) {
  const struct hl_cells *cells = reached->cells;
  const int16_t *coarse = cells->coarse + config * cells->n_block * HL_BLOCK;
  int64_t sum = 0;
  for (size_t i = 0; i < cells->n_block; i++)
    sum += hl_coarse_sum(coarse + i * HL_BLOCK, reached->limits + i * HL_BLOCK);
  return sum * BUCKET + (int64_t)reached->n_task;
}

/* ---- Picks ---- */

/* Nobody gains more than all there is. */
static void fill_heap(struct heap *heap, const struct reached *reached) {
  const int64_t all = (int64_t)reached->n_task * HL_EXACT_ONE;
  for (size_t c = 0; c < reached->cells->n_config; c++) {
    if (!reached->cells->is_kept[c]) continue;
    const int64_t gain = reached->is_dense ? bound_of(reached, c) : all;
    heap->items[heap->n++] = (struct candidate){gain < all ? gain : all, c, 0, false};
  }
  for (size_t i = heap->n / 2; i-- > 0;) sink(heap, i);
}

/* Brings a candidate whose gain is fresh and exact to the top. A stale one is bounded first, where the bound
 * can be told from the gain. */
static void refresh_top(struct heap *heap, size_t round, const struct reached *reached,
                        size_t *n_evaluation) {
  const int64_t blur = (int64_t)reached->n_task * BUCKET;
  struct candidate *top = heap->items;
  while (!(top->round == round && top->is_exact) && top->gain > 0) {
    int64_t gain = top->gain;
    top->is_exact = top->round == round || !reached->is_dense || gain < blur;
    if (top->is_exact)
      top->gain = gain_of(reached, top->config);
    else if ((gain = bound_of(reached, top->config)) < top->gain)
      top->gain = gain;
    top->round = round;
    ++*n_evaluation;
    sink(heap, 0);
  }
}

hl_status hl_greedy_run(const struct hl_cells *cells, const size_t *tasks, size_t n_task, size_t n_most,
                        size_t *picks, size_t *n_pick, size_t *n_evaluation) {
  hl_status status = HL_OK;
  struct heap heap = {0};
  struct reached reached = {0};
  size_t n = 0; /* evaluations */
  *n_pick = 0;
  TRY(init_reached(&reached, cells, tasks, n_task));
  TRY(hl_new_array(cells->n_config, sizeof *heap.items, &heap.items));
  fill_heap(&heap, &reached);
  if (reached.is_dense) n += heap.n;
  while (*n_pick < n_most && heap.n > 0) {
    refresh_top(&heap, *n_pick, &reached, &n);
    if (heap.items[0].gain == 0) break; /* and so is everybody's */
    const size_t pick = heap.items[0].config;
    reach(&reached, pick);
    picks[(*n_pick)++] = pick;
    drop_top(&heap);
  }
  if (n_evaluation != NULL) *n_evaluation = n;
out:
  clear_reached(&reached);
  free(heap.items);
  return status;
}

/* The kept configs that are not among picks[n_pick], ascending. */
static hl_status list_rest(const struct hl_cells *cells, const size_t *picks, size_t n_pick, size_t *rest,
                           size_t *n_rest) {
  bool *is_picked;
  const hl_status status = hl_new_array(cells->n_config, sizeof *is_picked, &is_picked);
  if (status != HL_OK) return status;
  for (size_t i = 0; i < n_pick; i++) is_picked[picks[i]] = true;
  *n_rest = 0;
  for (size_t c = 0; c < cells->n_config; c++) {
    if (cells->is_kept[c] && !is_picked[c]) rest[(*n_rest)++] = c;
  }
  free(is_picked);
  return HL_OK;
}

hl_status hl_order_learn(const struct hl_cells *cells, const size_t *tasks, size_t n_task, size_t n_most,
                         uint64_t seed, size_t resample, size_t *order, size_t *n_order, size_t *n_greedy,
                         size_t *n_evaluation) {
  hl_status status = HL_OK;
  char *purpose = NULL;
  size_t n_rest;
  TRY(hl_greedy_run(cells, tasks, n_task, n_most, order, n_greedy, n_evaluation));
  TRY(list_rest(cells, order, *n_greedy, order + *n_greedy, &n_rest));
  TRY(hl_format_text(&purpose, "tail:%s", cells->set->name));
  if (n_rest > 0) TRY(hl_stream_shuffle(seed, resample, purpose, order + *n_greedy, n_rest));
  *n_order = *n_greedy + n_rest < n_most ? *n_greedy + n_rest : n_most;
out:
  free(purpose);
  return status;
}
