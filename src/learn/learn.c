/* hl_learn: from scores to a list. */
#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"
#include "hyperlist/list.h"
#include "learn/cells.h"
#include "learn/greedy.h"
#include "learn/sum.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct learning {
  struct hl_scores *scores;
  size_t i_set;
  const struct hl_score_set *set;
  size_t n_row, *rows; /* the train tasks */
  struct hl_cells cells;
  size_t n_order, n_greedy, *order;
  struct hl_learn_effort effort;
};

static hl_status copy_objective(const struct learning *learning, enum hl_missing missing,
                                struct hl_objective *to) {
  hl_status status = HL_OK;
  const struct hl_scores *from = learning->scores;
  TRY(hl_copy_text(from->valid_split, &to->valid_split));
  TRY(hl_copy_text(from->replicas, &to->replicas));
  TRY(hl_copy_text(from->best_over, &to->best_over));
  TRY(hl_copy_text(from->aggregate, &to->aggregate));
  TRY(hl_copy_text(from->test_constants, &to->test_constants));
  TRY(hl_copy_text(hl_missing_name(missing), &to->missing));
  to->n_missing = learning->cells.n_missing;
  to->n_diverged = learning->cells.n_diverged;
out:
  return status;
}

/* Lowers best[n_task] to the config's f and returns the mean: J in double. */
static double lower_best(const struct hl_cells *cells, size_t config, double *best) {
  const double *valid = cells->valid + config * cells->n_task;
  for (size_t i = 0; i < cells->n_task; i++) best[i] = valid[i] < best[i] ? valid[i] : best[i];
  return hl_sum_tasks(best, cells->n_task) / (double)cells->n_task;
}

static hl_status fill_entry(const struct hl_score_set *set, size_t config, struct hl_list_entry *entry) {
  hl_status status = HL_OK;
  const size_t n = set->hyperparameters.n;
  entry->index = config;
  TRY(hl_copy_text(set->configs.items[config], &entry->config));
  TRY(hl_new_array(n, sizeof(double), &entry->hyperparameters));
  for (size_t i = 0; i < n; i++) {
    entry->hyperparameters[i] =
        set->hyperparameter_values != NULL ? set->hyperparameter_values[config * n + i] : (double)NAN;
  }
out:
  return status;
}

static hl_status fill_entries(const struct learning *learning, struct hl_list *list) {
  hl_status status = HL_OK;
  double *best = NULL;
  TRY(hl_new_array(learning->n_row, sizeof *best, &best));
  for (size_t i = 0; i < learning->n_row; i++) best[i] = 1;
  TRY(hl_new_array(learning->n_order, sizeof *list->entries, &list->entries));
  list->n_entry = learning->n_order;
  for (size_t i = 0; i < list->n_entry; i++) {
    struct hl_list_entry *entry = &list->entries[i];
    TRY(fill_entry(learning->set, learning->order[i], entry));
    entry->phase = i < learning->n_greedy ? HL_PHASE_GREEDY : HL_PHASE_RANDOM;
    entry->objective = lower_best(&learning->cells, learning->order[i], best);
  }
out:
  free(best);
  return status;
}

static hl_status make_list(const struct learning *learning, const struct hl_learn_options *options,
                           uint64_t seed, struct hl_list **list) {
  hl_status status = HL_OK;
  struct hl_list *made;
  TRY(hl_new_array(1, sizeof *made, &made));
  *list = made;
  made->seed = seed;
  TRY(hl_copy_text(learning->set->name, &made->set));
  TRY(copy_objective(learning, options->missing, &made->objective));
  for (size_t i = 0; i < learning->n_row; i++) {
    TRY(hl_strings_add(&made->train_tasks, learning->scores->tasks.items[learning->rows[i]]));
  }
  TRY(hl_strings_copy(&learning->set->hyperparameters, &made->hyperparameters));
  made->effort = learning->effort;
  TRY(fill_entries(learning, made));
out:
  return status;
}

static hl_status prepare(struct learning *learning, const struct hl_learn_options *options,
                         const struct hl_context *context) {
  hl_status status = HL_OK;
  const uint8_t *degenerate = hl_cells_get_degenerate(learning->scores, learning->set);
  TRY(hl_cells_select_rows(learning->scores, options->tasks, degenerate, &learning->rows, &learning->n_row));
  if (options->missing == HL_MISSING_DROP_TASK) {
    TRY(hl_cells_drop_holes(learning->scores, learning->i_set, 0, learning->rows, &learning->n_row));
  }
  TRY(hl_cells_init(&learning->cells, learning->scores, learning->set, learning->rows, learning->n_row,
                    options->missing, 0, context));
  TRY(hl_new_array(learning->cells.n_config, sizeof *learning->order, &learning->order));
out:
  return status;
}

static hl_status order_configs(struct learning *learning, const struct hl_learn_options *options,
                               const struct hl_context *context, uint64_t seed) {
  hl_status status = HL_OK;
  double start = hl_clock_seconds();
  const size_t n_most = options->n_entry > 0 ? options->n_entry : SIZE_MAX;
  size_t *tasks = NULL;
  TRY(prepare(learning, options, context));
  learning->effort.seconds_before = hl_clock_seconds() - start;
  start = hl_clock_seconds();
  TRY(hl_new_array(learning->n_row, sizeof *tasks, &tasks));
  for (size_t i = 0; i < learning->n_row; i++) tasks[i] = i;
  TRY(hl_order_learn(&learning->cells, tasks, learning->n_row, n_most, seed, 0, learning->order,
                     &learning->n_order, &learning->n_greedy, &learning->effort.n_evaluation));
  learning->effort.seconds = hl_clock_seconds() - start;
out:
  free(tasks);
  return status;
}

hl_status hl_learn(struct hl_scores *scores, const struct hl_learn_options *options,
                   const struct hl_context *context, struct hl_list **list) {
  hl_status status = HL_OK;
  struct learning learning = {.scores = scores};
  const uint64_t seed = context != NULL ? context->seed : 0;
  *list = NULL;
  TRY(hl_scores_find_set(scores, options->set, &learning.i_set));
  learning.set = &scores->sets[learning.i_set];
  TRY(order_configs(&learning, options, context, seed));
  TRY(make_list(&learning, options, seed, list));
out:
  if (status != HL_OK) {
    hl_list_free(*list);
    *list = NULL;
  }
  hl_cells_clear(&learning.cells);
  free(learning.order);
  free(learning.rows);
  return status;
}
