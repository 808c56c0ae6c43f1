/* Lazy greedy: the gain of a config, sum over tasks of max(0, b_t - q(t,c)), can only shrink while b falls,
 * so an old gain is an upper bound. Configs wait in a heap under their last known gain; the top is evaluated
 * anew until a fresh one stays on top. That one is the argmax, and with equal gains ordered by index the same
 * one that a full search would take (Minoux 1978). */
#include "learn/greedy.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/ranks.h"
#include "base/stream.h"
#include "learn/exact.h"

#include <stdlib.h>
#include <string.h>

enum {
  SPARSE = 8, /* below a task in so many, single ones are looked at: a pass over all costs about that */
  BATCH = 64, /* gains that ranks find together, and */
  GROWTH = 4, /* so many times more each time while a pick is not settled */
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
  const size_t *tasks;         /* the train tasks, ascending */
  size_t n_task, n_everywhere; /* of this rank, of all */
  bool is_dense;               /* whole blocks are looked at, not single tasks */
  int64_t *best;               /* [n_block * HL_BLOCK] q; 0, which nothing is below, off `tasks` */
  int16_t *limits;             /* likewise: hl_coarse_limit */
};

static hl_status init_reached(struct reached *reached, const struct hl_cells *cells, const size_t *tasks,
                              size_t n_task) {
  hl_status status = HL_OK;
  const size_t n_padded = cells->n_block * HL_BLOCK;
  *reached = (struct reached){.cells = cells, .tasks = tasks, .n_task = n_task, .n_everywhere = n_task};
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

/* A run. Of several ranks all have the same heap, and the gains of the first so many in it are found
 * together: an exchange costs more than a few gains too many. */
struct run {
  const struct hl_context *context;
  struct reached reached;
  struct heap heap;
  size_t n_batch, growth;   /* while a pick is not settled, so many times more each time */
  struct candidate **stale; /* [n_config] */
  int64_t *gains;           /* [n_config] */
  struct hl_learn_effort effort;
};

/* On all ranks, of the first n of run->gains. */
static hl_status sum_gains(struct run *run, size_t n) {
  run->effort.n_evaluation += n;
  run->effort.n_exchange++;
  return hl_ranks_sum(run->context, run->gains, n);
}

/* Nobody gains more than all there is. */
static hl_status fill_heap(struct run *run) {
  hl_status status = HL_OK;
  const struct reached *reached = &run->reached;
  const struct hl_cells *cells = reached->cells;
  const int64_t all = (int64_t)reached->n_everywhere * HL_EXACT_ONE;
  struct heap *heap = &run->heap;
  for (size_t c = 0; c < cells->n_config; c++) {
    if (!cells->is_kept[c]) continue;
    if (reached->is_dense) run->gains[heap->n] = bound_of(reached, c);
    heap->items[heap->n++] = (struct candidate){all, c, 0, false};
  }
  if (!reached->is_dense) return HL_OK;
  TRY(sum_gains(run, heap->n));
  for (size_t i = 0; i < heap->n; i++) {
    if (run->gains[i] < all) heap->items[i].gain = run->gains[i];
  }
  for (size_t i = heap->n / 2; i-- > 0;) sink(heap, i);
out:
  return status;
}

static bool is_fresh(const struct candidate *candidate, size_t round) {
  return (candidate->round == round && candidate->is_exact) || candidate->gain <= 0;
}

/* Brings a candidate whose gain is fresh and exact to the top. A stale one is bounded first, where the bound
 * can be told from the gain. */
static hl_status refresh_top(struct run *run, size_t round) {
  const struct reached *reached = &run->reached;
  const int64_t blur = (int64_t)reached->n_everywhere * BUCKET;
  struct heap *heap = &run->heap;
  for (size_t n = run->n_batch; !is_fresh(&heap->items[0], round); n *= run->growth) {
    size_t n_stale = 0;
    if (n > heap->n) n = heap->n;
    for (size_t i = 0; i < n; i++) {
      struct candidate *item = &heap->items[i];
      if (is_fresh(item, round)) continue;
      item->is_exact = item->round == round || !reached->is_dense || item->gain < blur;
      run->gains[n_stale] = item->is_exact ? gain_of(reached, item->config) : bound_of(reached, item->config);
      run->stale[n_stale++] = item;
    }
    const hl_status status = sum_gains(run, n_stale);
    if (status != HL_OK) return status;
    for (size_t i = 0; i < n_stale; i++) {
      struct candidate *item = run->stale[i];
      if (item->is_exact || run->gains[i] < item->gain) item->gain = run->gains[i];
      item->round = round;
    }
    for (size_t i = n; i-- > 0;) sink(heap, i); /* they only fell */
  }
  return HL_OK;
}

static hl_status init_run(struct run *run, const struct hl_cells *cells, const size_t *tasks, size_t n_task,
                          const struct hl_context *context) {
  hl_status status = HL_OK;
  *run = (struct run){.context = context,
                      .n_batch = hl_ranks_size(context) > 1 ? BATCH : 1,
                      .growth = hl_ranks_size(context) > 1 ? GROWTH : 1};
  TRY(init_reached(&run->reached, cells, tasks, n_task));
  TRY(hl_new_array(cells->n_config, sizeof *run->heap.items, &run->heap.items));
  TRY(hl_new_array(cells->n_config, sizeof(struct candidate *), &run->stale));
  TRY(hl_new_array(cells->n_config, sizeof *run->gains, &run->gains));
out:
  return status;
}

static void clear_run(struct run *run) {
  clear_reached(&run->reached);
  free(run->heap.items);
  free(run->stale);
  free(run->gains);
}

hl_status hl_greedy_run(const struct hl_cells *cells, const size_t *tasks, size_t n_task, size_t n_most,
                        const struct hl_context *context, size_t *picks, size_t *n_pick,
                        struct hl_learn_effort *effort) {
  hl_status status = HL_OK;
  struct run run;
  int64_t n_everywhere = (int64_t)n_task;
  *n_pick = 0;
  TRY(hl_ranks_agree(context, init_run(&run, cells, tasks, n_task, context)));
  TRY(hl_ranks_sum(context, &n_everywhere, 1));
  run.reached.n_everywhere = (size_t)n_everywhere;
  TRY(fill_heap(&run));
  while (*n_pick < n_most && run.heap.n > 0) {
    TRY(refresh_top(&run, *n_pick));
    if (run.heap.items[0].gain == 0) break; /* and so is everybody's */
    const size_t pick = run.heap.items[0].config;
    reach(&run.reached, pick);
    picks[(*n_pick)++] = pick;
    drop_top(&run.heap);
  }
  if (effort != NULL) {
    effort->n_evaluation += run.effort.n_evaluation;
    effort->n_exchange += run.effort.n_exchange;
  }
out:
  clear_run(&run);
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
                         uint64_t seed, size_t resample, const struct hl_context *context, size_t *order,
                         size_t *n_order, size_t *n_greedy, struct hl_learn_effort *effort) {
  hl_status status = HL_OK;
  char *purpose = NULL;
  size_t n_rest;
  TRY(hl_greedy_run(cells, tasks, n_task, n_most, context, order, n_greedy, effort));
  TRY(list_rest(cells, order, *n_greedy, order + *n_greedy, &n_rest));
  TRY(hl_format_text(&purpose, "tail:%s", cells->set->name));
  if (n_rest > 0) TRY(hl_stream_shuffle(seed, resample, purpose, order + *n_greedy, n_rest));
  *n_order = *n_greedy + n_rest < n_most ? *n_greedy + n_rest : n_most;
out:
  free(purpose);
  return status;
}
