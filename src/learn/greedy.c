/* Lazy greedy: the gain of a config, sum over tasks of max(0, b_t - q(t,c)), can only shrink while b falls,
 * so an old gain is an upper bound. Configs wait in a heap under their last known gain; the top is evaluated
 * anew until a fresh one stays on top. That one is the argmax, and with equal gains ordered by index the same
 * one that a full search would take (Minoux 1978).
 *
 * Gains are found anew from the tables only for the first picks. As soon as few cells are open (learn/open.h)
 * these are listed, and from then on say what is gained now. */
#include "learn/greedy.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/ranks.h"
#include "base/stream.h"
#include "learn/exact.h"
#include "learn/open.h"
#include "learn/reached.h"

#include <stdlib.h>
#include <string.h>

enum {
  BATCH = 64,       /* gains that ranks find together, and */
  GROWTH = 4,       /* so many times more each time while a pick is not settled */
  FEW = 64,         /* open cells are few where less than one in so many is, and */
  FIRST_LOOK = 32,  /* picks, below which they are not with many train tasks */
  FEW_ENOUGH = 256, /* so many are few in any case */
};

struct candidate {
  int64_t gain; /* an upper bound of what it gains now */
  uint32_t config;
  uint32_t round; /* in which that was found; before, it gained no less */
  bool is_exact;  /* it was the gain itself then */
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

/* ---- Picks from the tables ---- */

/* A run. Of several ranks all have the same heap, and the gains of the first so many in it are found
 * together: an exchange costs more than a few gains too many. */
struct run {
  const struct hl_context *context;
  struct hl_reached reached;
  size_t n_everywhere; /* train tasks of all ranks */
  struct heap heap;
  size_t n_most, n_pick, *picks;
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

/* Everybody's gain, or a bound of it where one can be had for less; nobody gains more than all there is. */
static hl_status fill_heap(struct run *run) {
  hl_status status = HL_OK;
  const struct hl_reached *reached = &run->reached;
  const struct hl_cells *cells = reached->cells;
  const int64_t all = (int64_t)run->n_everywhere * HL_EXACT_ONE;
  struct heap *heap = &run->heap;
  for (size_t c = 0; c < cells->n_config; c++) {
    if (!cells->is_kept[c]) continue;
    run->gains[heap->n] = reached->is_dense ? hl_reached_bound(reached, c) : hl_reached_gain(reached, c);
    heap->items[heap->n++] = (struct candidate){all, (uint32_t)c, 0, !reached->is_dense};
  }
  TRY(sum_gains(run, heap->n));
  for (size_t i = 0; i < heap->n; i++) {
    if (run->gains[i] < all) heap->items[i].gain = run->gains[i];
  }
  for (size_t i = heap->n / 2; i-- > 0;) sink(heap, i);
out:
  return status;
}

static bool is_fresh(const struct candidate *candidate, uint32_t round) {
  return (candidate->round == round && candidate->is_exact) || candidate->gain <= 0;
}

/* Brings a candidate whose gain is fresh and exact to the top. A stale one is bounded first, where the bound
 * can be told from the gain. */
static hl_status refresh_top(struct run *run) {
  const struct hl_reached *reached = &run->reached;
  const int64_t blur = (int64_t)run->n_everywhere * HL_REACHED_BLUR;
  const uint32_t round = (uint32_t)run->n_pick;
  struct heap *heap = &run->heap;
  for (size_t n = run->n_batch; !is_fresh(&heap->items[0], round); n *= run->growth) {
    size_t n_stale = 0;
    if (n > heap->n) n = heap->n;
    for (size_t i = 0; i < n; i++) {
      struct candidate *item = &heap->items[i];
      if (is_fresh(item, round)) continue;
      item->is_exact = item->round == round || !reached->is_dense || item->gain < blur;
      run->gains[n_stale] =
          item->is_exact ? hl_reached_gain(reached, item->config) : hl_reached_bound(reached, item->config);
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

/* Until there are n picks, or nobody gains (and *is_done). */
static hl_status pick_from_tables(struct run *run, size_t n, bool *is_done) {
  while (run->n_pick < n && run->heap.n > 0) {
    const hl_status status = refresh_top(run);
    if (status != HL_OK) return status;
    if (run->heap.items[0].gain == 0) break;
    hl_reached_add(&run->reached, run->heap.items[0].config);
    run->picks[run->n_pick++] = run->heap.items[0].config;
    drop_top(&run->heap);
  }
  *is_done = run->n_pick < n || n == run->n_most;
  return HL_OK;
}

/* ---- Picks from the open cells ---- */

/* Those of all ranks, on the first of them. */
struct everywhere {
  size_t *first_tasks; /* of each rank, among all */
  size_t n_task, n_cell, room_of_ranks, room_of_tasks, room_of_cells;
  int64_t *best;
  struct hl_open_cell *cells;
};

static hl_status take_best(void *user, size_t rank, const void *bytes, size_t n_byte) {
  hl_status status = HL_OK;
  struct everywhere *it = user;
  const size_t n_task = n_byte / sizeof *it->best;
  TRY(hl_grow_array(&it->first_tasks, &it->room_of_ranks, rank + 1, sizeof *it->first_tasks));
  TRY(hl_grow_array(&it->best, &it->room_of_tasks, it->n_task + n_task, sizeof *it->best));
  it->first_tasks[rank] = it->n_task;
  if (n_task > 0) memcpy(it->best + it->n_task, bytes, n_byte);
  it->n_task += n_task;
out:
  return status;
}

static hl_status take_cells(void *user, size_t rank, const void *bytes, size_t n_byte) {
  struct everywhere *it = user;
  const size_t n_cell = n_byte / sizeof *it->cells;
  const hl_status status =
      hl_grow_array(&it->cells, &it->room_of_cells, it->n_cell + n_cell, sizeof *it->cells);
  if (status != HL_OK) return status;
  if (n_cell > 0) memcpy(it->cells + it->n_cell, bytes, n_byte);
  for (size_t i = 0; i < n_cell; i++) it->cells[it->n_cell + i].task += (uint32_t)it->first_tasks[rank];
  it->n_cell += n_cell;
  return HL_OK;
}

/* The heap's candidates wait under what they gained some picks ago. */
static void pick_open(struct run *run, struct hl_open *open) {
  struct heap *heap = &run->heap;
  while (run->n_pick < run->n_most && heap->n > 0) {
    struct candidate *top = &heap->items[0];
    if (top->gain != open->gains[top->config]) {
      top->gain = open->gains[top->config];
      sink(heap, 0);
      continue;
    }
    if (top->gain == 0) break;
    run->picks[run->n_pick++] = top->config;
    hl_open_pick(open, top->config);
    drop_top(heap);
  }
}

static hl_status pick_from(struct run *run, struct everywhere *it) {
  struct hl_open open;
  const hl_status status =
      hl_open_init(&open, run->reached.cells->n_config, it->n_task, it->best, it->cells, it->n_cell);
  if (status == HL_OK) pick_open(run, &open);
  run->effort.n_step += open.n_step;
  hl_open_clear(&open);
  return status;
}

/* The first rank makes all picks that are left, from everybody's cells[n_cell], and tells the others. */
static hl_status pick_from_open(struct run *run, const struct hl_open_cell *cells, size_t n_cell) {
  hl_status status = HL_OK;
  const struct hl_reached *reached = &run->reached;
  const struct hl_context *context = run->context;
  struct everywhere it = {0};
  TRY(hl_ranks_agree(context, hl_ranks_gather(context, reached->best,
                                              reached->cells->n_task * sizeof *it.best, take_best, &it)));
  TRY(hl_ranks_agree(context, hl_ranks_gather(context, cells, n_cell * sizeof *cells, take_cells, &it)));
  if (hl_ranks_is_first(context)) status = pick_from(run, &it);
  TRY(hl_ranks_agree(context, status));
  TRY(hl_ranks_broadcast(context, &run->n_pick, sizeof run->n_pick));
  TRY(hl_ranks_broadcast(context, run->picks, run->n_pick * sizeof *run->picks));
out:
  free(it.first_tasks);
  free(it.best);
  free(it.cells);
  return status;
}

/* If the open cells are few on all ranks, makes all picks that are left. */
static hl_status try_open(struct run *run, bool *is_done) {
  hl_status status = HL_OK;
  const struct hl_cells *cells = run->reached.cells;
  const size_t n_few = cells->n_task * cells->n_config / FEW + FEW_ENOUGH;
  const size_t most = n_few / hl_ranks_size(run->context); /* so that the first has room for everybody's */
  struct hl_open_cell *open = NULL;
  size_t n_open;
  TRY(hl_ranks_agree(run->context, hl_reached_list_open(&run->reached, most, &open, &n_open)));
  int64_t n_rank_with_many = n_open > most;
  TRY(hl_ranks_sum(run->context, &n_rank_with_many, 1));
  run->effort.n_evaluation += cells->n_kept;
  *is_done = n_rank_with_many == 0;
  if (*is_done) TRY(pick_from_open(run, open, n_open));
out:
  free(open);
  return status;
}

/* ---- All picks ---- */

static hl_status init_run(struct run *run, const struct hl_cells *cells, const size_t *tasks, size_t n_task,
                          const struct hl_context *context) {
  hl_status status = HL_OK;
  const bool is_alone = hl_ranks_size(context) == 1;
  *run = (struct run){.context = context, .n_batch = is_alone ? 1 : BATCH, .growth = is_alone ? 1 : GROWTH};
  TRY(hl_reached_init(&run->reached, cells, tasks, n_task));
  TRY(hl_new_array(cells->n_config, sizeof *run->heap.items, &run->heap.items));
  TRY(hl_new_array(cells->n_config, sizeof(struct candidate *), &run->stale));
  TRY(hl_new_array(cells->n_config, sizeof *run->gains, &run->gains));
out:
  return status;
}

static void clear_run(struct run *run) {
  hl_reached_clear(&run->reached);
  free(run->heap.items);
  free(run->stale);
  free(run->gains);
}

hl_status hl_greedy_run(const struct hl_cells *cells, const size_t *tasks, size_t n_task, size_t n_most,
                        const struct hl_context *context, size_t *picks, size_t *n_pick,
                        struct hl_learn_effort *effort) {
  hl_status status = HL_OK;
  struct run run;
  bool is_done = false;
  int64_t n_everywhere = (int64_t)n_task;
  *n_pick = 0;
  TRY(hl_ranks_agree(context, init_run(&run, cells, tasks, n_task, context)));
  run.n_most = n_most;
  run.picks = picks;
  TRY(hl_ranks_sum(context, &n_everywhere, 1));
  run.n_everywhere = (size_t)n_everywhere;
  TRY(fill_heap(&run));
  for (size_t n = run.reached.is_dense ? FIRST_LOOK : 1; !is_done; n *= 2) {
    TRY(pick_from_tables(&run, n < n_most ? n : n_most, &is_done));
    if (!is_done) TRY(try_open(&run, &is_done));
  }
  *n_pick = run.n_pick;
  if (effort != NULL) {
    effort->n_evaluation += run.effort.n_evaluation;
    effort->n_step += run.effort.n_step;
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
