/* Learned lists: on the train tasks, and, as a bound, on the test tasks. */
#include "base/error.h"
#include "base/memory.h"
#include "generalize/baseline.h"
#include "learn/greedy.h"

#include <stdlib.h>

static hl_status learn_and_try(struct hl_trials *trials, const size_t *tasks, size_t n_task) {
  hl_status status = HL_OK;
  size_t *order = NULL, n_order, n_greedy;
  TRY(hl_new_array(trials->cells->n_config, sizeof *order, &order));
  TRY(hl_order_learn(trials->cells, tasks, n_task, trials->n_most, trials->seed, trials->resample, NULL,
                     order, &n_order, &n_greedy, NULL));
  TRY(hl_trials_try(trials, order, n_order));
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

const struct hl_baseline hl_learned = {.name = "learned", .run = run_learned};
const struct hl_baseline hl_best_case = {.name = "best-case", .run = run_best_case};
