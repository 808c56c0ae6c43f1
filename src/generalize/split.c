#include "generalize/split.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/stream.h"
#include "hyperlist/selector.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- How ---- */

static hl_status mark_held_out(struct hl_splitter *splitter, const char *selector,
                               const struct hl_scores *scores, const size_t *rows) {
  hl_status status = HL_OK;
  size_t *selected = NULL, n_selected, at = 0;
  TRY(hl_select_tasks(&scores->tasks, &scores->kinds, selector, &selected, &n_selected));
  TRY(hl_new_array(splitter->n_task, sizeof(bool), &splitter->is_held_out));
  for (size_t i = 0; i < splitter->n_task; i++) { /* both are ascending */
    while (at < n_selected && selected[at] < rows[i]) at++;
    splitter->is_held_out[i] = at < n_selected && selected[at] == rows[i];
    splitter->n_test += splitter->is_held_out[i];
  }
  if (splitter->n_test == 0) {
    FAIL(HL_INVALID,
         "%s: found only degenerate or dropped tasks among those held out ('%s'), expected one to test on",
         scores->path, selector);
  }
  if (splitter->n_test == splitter->n_task) {
    FAIL(HL_USAGE, "holding out '%s' leaves none of the %zu tasks to train on", selector, splitter->n_task);
  }
out:
  free(selected);
  return status;
}

/* How many of the pool train. A fraction times a count is rounded down, but for what the product lost in
 * rounding: 0.29 of 100 is 29. */
static size_t count_train(const struct hl_split_options *options, size_t n_pool) {
  const bool is_held_out = options->hold_out != NULL;
  if (options->train_tasks > 0) {
    return is_held_out && options->train_tasks > n_pool ? n_pool : options->train_tasks;
  }
  if (options->train_fraction > 0) return (size_t)floor(options->train_fraction * (double)n_pool + 1e-9);
  return is_held_out ? n_pool : n_pool / 2;
}

static hl_status check_train(const struct hl_splitter *splitter, const struct hl_split_options *options,
                             const struct hl_scores *scores) {
  const size_t most = splitter->is_held_out != NULL ? splitter->n_pool : splitter->n_pool - 1;
  if (most == 0) {
    return hl_fail(HL_INVALID, "%s: found 1 task in use, expected at least 2 to split into train and test",
                   scores->path);
  }
  if (splitter->n_train >= 1 && splitter->n_train <= most) return HL_OK;
  const char *what = options->train_tasks > 0 ? "number" : "fraction";
  return hl_fail(HL_USAGE, "%s of train tasks: found %zu of %zu, expected 1 to %zu", what, splitter->n_train,
                 splitter->n_pool, most);
}

hl_status hl_splitter_init(struct hl_splitter *splitter, const struct hl_split_options *options,
                           const struct hl_scores *scores, const size_t *rows, size_t n_row) {
  hl_status status = HL_OK;
  *splitter = (struct hl_splitter){.n_task = n_row};
  TRY(hl_new_array(n_row, sizeof *splitter->pool, &splitter->pool));
  if (options->hold_out != NULL) TRY(mark_held_out(splitter, options->hold_out, scores, rows));
  for (size_t i = 0; i < n_row; i++) {
    if (splitter->is_held_out == NULL || !splitter->is_held_out[i]) splitter->pool[splitter->n_pool++] = i;
  }
  splitter->n_train = count_train(options, splitter->n_pool);
  TRY(check_train(splitter, options, scores));
  if (splitter->is_held_out == NULL) splitter->n_test = splitter->n_pool - splitter->n_train;
out:
  return status;
}

void hl_splitter_clear(struct hl_splitter *splitter) {
  free(splitter->pool);
  free(splitter->is_held_out);
  *splitter = (struct hl_splitter){0};
}

/* ---- Each time ---- */

/* is_train[n_task]: the first n_train of the shuffled pool. */
static hl_status draw_train(const struct hl_splitter *splitter, uint64_t seed, size_t resample,
                            bool *is_train) {
  hl_status status = HL_OK;
  size_t *pool = NULL;
  TRY(hl_new_array(splitter->n_pool, sizeof *pool, &pool));
  memcpy(pool, splitter->pool, splitter->n_pool * sizeof *pool);
  if (splitter->n_train < splitter->n_pool)
    TRY(hl_stream_shuffle(seed, resample, "split", pool, splitter->n_pool));
  for (size_t i = 0; i < splitter->n_train; i++) is_train[pool[i]] = true;
out:
  free(pool);
  return status;
}

hl_status hl_splitter_split(const struct hl_splitter *splitter, uint64_t seed, size_t resample,
                            struct hl_fold *fold) {
  hl_status status = HL_OK;
  bool *is_train = NULL;
  *fold = (struct hl_fold){0};
  TRY(hl_new_array(splitter->n_task, sizeof *is_train, &is_train));
  TRY(hl_new_array(splitter->n_train, sizeof *fold->train, &fold->train));
  TRY(hl_new_array(splitter->n_test, sizeof *fold->test, &fold->test));
  TRY(draw_train(splitter, seed, resample, is_train));
  for (size_t i = 0; i < splitter->n_task; i++) {
    const bool is_test = splitter->is_held_out != NULL ? splitter->is_held_out[i] : !is_train[i];
    if (is_train[i]) fold->train[fold->n_train++] = i;
    if (is_test) fold->test[fold->n_test++] = i;
  }
out:
  free(is_train);
  return status;
}

void hl_fold_clear(struct hl_fold *fold) {
  free(fold->train);
  free(fold->test);
  *fold = (struct hl_fold){0};
}
