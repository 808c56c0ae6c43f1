#include "generalize/baselines.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/stream.h"
#include "evaluate/best_so_far.h"
#include "learn/greedy.h"

#include <stdlib.h>

/* ---- From an order of configs to the answer ---- */

static hl_status try_order(struct hl_trials *trials, const size_t *order, size_t n_order) {
  hl_status status = HL_OK;
  struct hl_best_so_far best;
  const bool is_test = trials->report == HL_REPORT_TEST;
  TRY(hl_best_so_far_init(&best, trials->cells, trials->fold->test, trials->fold->n_test));
  trials->n_evaluated = is_test ? best.n_tested : best.n_task;
  trials->n_trial = n_order < trials->n_most ? n_order : trials->n_most;
  for (size_t k = 0; k < trials->n_trial; k++) {
    hl_best_so_far_try(&best, order[k]);
    trials->sums[k] = is_test ? best.test_sum : best.valid_sum;
  }
out:
  hl_best_so_far_clear(&best);
  return status;
}

/* The configs that the missing policy keeps of order[n], in place. */
static size_t keep(const struct hl_cells *cells, size_t *order, size_t n) {
  size_t n_kept = 0;
  for (size_t i = 0; i < n; i++) {
    if (cells->is_kept[order[i]]) order[n_kept++] = order[i];
  }
  return n_kept;
}

static hl_status shuffle(const struct hl_trials *trials, const char *search, size_t *items, size_t n) {
  char *purpose;
  if (n == 0) return HL_OK;
  hl_status status = hl_format_text(&purpose, "%s:%s", search, trials->cells->set->name);
  if (status != HL_OK) return status;
  status = hl_stream_shuffle(trials->seed, trials->resample, purpose, items, n);
  free(purpose);
  return status;
}

/* ---- Learned lists ---- */

static hl_status learn_and_try(struct hl_trials *trials, const size_t *tasks, size_t n_task) {
  hl_status status = HL_OK;
  size_t *order = NULL, n_order, n_greedy;
  TRY(hl_new_array(trials->cells->n_config, sizeof *order, &order));
  TRY(hl_order_learn(trials->cells, tasks, n_task, trials->n_most, trials->seed, trials->resample, order,
                     &n_order, &n_greedy));
  TRY(try_order(trials, order, n_order));
out:
  free(order);
  return status;
}

static hl_status run_learned(struct hl_trials *trials) {
  return learn_and_try(trials, trials->fold->train, trials->fold->n_train);
}

/* The bound: a list that has seen the very tasks it is tested on. */
static hl_status run_best_case(struct hl_trials *trials) {
  return learn_and_try(trials, trials->fold->test, trials->fold->n_test);
}

/* ---- Random search ---- */

static hl_status run_random(struct hl_trials *trials) {
  hl_status status = HL_OK;
  const size_t n = trials->cells->n_config;
  size_t *order = NULL;
  TRY(hl_new_array(n, sizeof *order, &order));
  for (size_t c = 0; c < n; c++) order[c] = c;
  TRY(shuffle(trials, "random", order, n));
  TRY(try_order(trials, order, keep(trials->cells, order, n)));
out:
  free(order);
  return status;
}

/* ---- Refined random search: among the measured configs inside a box of the train tasks' best ---- */

/* The configs inside the box of the train tasks' best, ascending. */
static hl_status list_inside(const struct hl_trials *trials, double tail, size_t *inside, size_t *n_inside) {
  hl_status status = HL_OK;
  const struct hl_cells *cells = trials->cells;
  struct hl_box box = {0};
  size_t *best = NULL, n_best = 0;
  *n_inside = 0;
  TRY(hl_new_array(trials->fold->n_train, sizeof *best, &best));
  for (size_t i = 0; i < trials->fold->n_train; i++) {
    const size_t config = trials->best[trials->fold->train[i]];
    if (config < cells->n_config) best[n_best++] = config;
  }
  TRY(hl_box_init(&box, trials->points, best, n_best, tail));
  for (size_t c = 0; c < cells->n_config; c++) {
    if (cells->is_kept[c] && hl_box_contains(&box, trials->points, c)) inside[(*n_inside)++] = c;
  }
out:
  hl_box_clear(&box);
  free(best);
  return status;
}

static hl_status run_refined(struct hl_trials *trials, const char *name, double tail) {
  hl_status status = HL_OK;
  size_t *order = NULL;
  TRY(hl_new_array(trials->cells->n_config, sizeof *order, &order));
  TRY(list_inside(trials, tail, order, &trials->n_inside));
  TRY(shuffle(trials, name, order, trials->n_inside));
  TRY(try_order(trials, order, trials->n_inside));
out:
  free(order);
  return status;
}

static hl_status run_refined_minmax(struct hl_trials *trials) {
  return run_refined(trials, "refined-minmax", 0);
}

static hl_status run_refined_q90(struct hl_trials *trials) {
  return run_refined(trials, "refined-q90", 0.05);
}

/* ---- The table ---- */

const struct hl_baseline hl_learned = {"learned", false, false, run_learned};

static const struct hl_baseline baselines[] = {
    {"random", true, false, run_random},
    {"refined-minmax", false, true, run_refined_minmax},
    {"refined-q90", false, true, run_refined_q90},
    {"best-case", false, false, run_best_case},
};

const struct hl_baseline *hl_baselines_get_all(size_t *n) {
  *n = sizeof baselines / sizeof baselines[0];
  return baselines;
}
