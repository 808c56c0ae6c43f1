/* Lazy greedy: the gain of a config, sum over tasks of max(0, b_t - q(t,c)), can only shrink while b falls,
 * so an old gain is an upper bound. Configs wait in a heap under their last known gain; the top is evaluated
 * anew until a fresh one stays on top. That one is the argmax, and with equal gains ordered by index the same
 * one that a full search would take (Minoux 1978). */
#include "learn/greedy.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/stream.h"

#include <stdlib.h>
#include <string.h>

struct candidate {
  int64_t gain; /* as of `round`, an upper bound later */
  size_t config, round;
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

static int64_t gain_of(const struct hl_cells *cells, size_t config, const size_t *tasks, size_t n_task,
                       const int64_t *best) {
  const int64_t *exact = cells->exact + config * cells->n_task;
  int64_t sum = 0;
  for (size_t i = 0; i < n_task; i++) {
    const int64_t gain = best[i] - exact[tasks[i]];
    sum += gain > 0 ? gain : 0;
  }
  return sum;
}

static void fill_heap(struct heap *heap, const struct hl_cells *cells, const size_t *tasks, size_t n_task,
                      const int64_t *best) {
  for (size_t c = 0; c < cells->n_config; c++) {
    if (!cells->is_kept[c]) continue;
    heap->items[heap->n++] = (struct candidate){gain_of(cells, c, tasks, n_task, best), c, 0};
  }
  for (size_t i = heap->n / 2; i-- > 0;) sink(heap, i);
}

/* Brings a candidate whose gain is fresh to the top. */
static void refresh_top(struct heap *heap, size_t round, const struct hl_cells *cells, const size_t *tasks,
                        size_t n_task, const int64_t *best) {
  struct candidate *top = heap->items;
  while (top->round != round && top->gain > 0) {
    top->gain = gain_of(cells, top->config, tasks, n_task, best);
    top->round = round;
    sink(heap, 0);
  }
}

hl_status hl_greedy_run(const struct hl_cells *cells, const size_t *tasks, size_t n_task, size_t n_most,
                        size_t *picks, size_t *n_pick) {
  hl_status status = HL_OK;
  struct heap heap = {0};
  int64_t *best = NULL;
  *n_pick = 0;
  TRY(hl_new_array(n_task, sizeof *best, &best));
  TRY(hl_new_array(cells->n_config, sizeof *heap.items, &heap.items));
  for (size_t i = 0; i < n_task; i++) best[i] = HL_EXACT_ONE;
  fill_heap(&heap, cells, tasks, n_task, best);
  while (*n_pick < n_most && heap.n > 0) {
    refresh_top(&heap, *n_pick, cells, tasks, n_task, best);
    if (heap.items[0].gain == 0) break; /* and so is everybody's */
    const size_t pick = heap.items[0].config;
    const int64_t *exact = cells->exact + pick * cells->n_task;
    for (size_t i = 0; i < n_task; i++) best[i] = exact[tasks[i]] < best[i] ? exact[tasks[i]] : best[i];
    picks[(*n_pick)++] = pick;
    drop_top(&heap);
  }
out:
  free(heap.items);
  free(best);
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
                         uint64_t seed, size_t resample, size_t *order, size_t *n_order, size_t *n_greedy) {
  hl_status status = HL_OK;
  char *purpose = NULL;
  size_t n_rest;
  TRY(hl_greedy_run(cells, tasks, n_task, n_most, order, n_greedy));
  TRY(list_rest(cells, order, *n_greedy, order + *n_greedy, &n_rest));
  TRY(hl_format_text(&purpose, "tail:%s", cells->set->name));
  if (n_rest > 0) TRY(hl_stream_shuffle(seed, resample, purpose, order + *n_greedy, n_rest));
  *n_order = *n_greedy + n_rest < n_most ? *n_greedy + n_rest : n_most;
out:
  free(purpose);
  return status;
}
