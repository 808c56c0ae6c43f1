/* hl_learn: from scores to a list. */
#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/ranks.h"
#include "hyperlist/limits.h"
#include "hyperlist/list.h"
#include "learn/cells.h"
#include "learn/exact.h"
#include "learn/greedy.h"
#include "learn/sum.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct learning {
  struct hl_scores *scores;
  size_t i_set;
  const struct hl_score_set *set;
  size_t n_row, *rows; /* the train tasks; of several ranks each has cells of some blocks of them: */
  size_t first_block, n_block;
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

static hl_status fill_entries(const struct learning *learning, const double *objectives,
                              struct hl_list *list) {
  hl_status status = HL_OK;
  TRY(hl_new_array(learning->n_order, sizeof *list->entries, &list->entries));
  list->n_entry = learning->n_order;
  for (size_t i = 0; i < list->n_entry; i++) {
    struct hl_list_entry *entry = &list->entries[i];
    TRY(fill_entry(learning->set, learning->order[i], entry));
    entry->phase = i < learning->n_greedy ? HL_PHASE_GREEDY : HL_PHASE_RANDOM;
    entry->objective = objectives[i];
  }
out:
  return status;
}

static hl_status make_list(const struct learning *learning, const struct hl_learn_options *options,
                           uint64_t seed, const double *objectives, struct hl_list **list) {
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
  TRY(fill_entries(learning, objectives, made));
out:
  return status;
}

/* ---- J: the double mean of the best f in task order, as hl_sum_tasks has it ---- */

/* Which blocks of tasks are a rank's: as many as the others', or one more. */
static void find_blocks(const struct learning *learning, size_t rank, size_t n_rank, size_t *first,
                        size_t *n) {
  const size_t n_block = hl_n_block(learning->n_row);
  *first = n_block * rank / n_rank;
  *n = n_block * (rank + 1) / n_rank - *first;
}

/* sums[n_order][n_block]: of each of this rank's blocks after each entry. */
static hl_status sum_blocks(const struct learning *learning, double *sums) {
  const struct hl_cells *cells = &learning->cells;
  double *best;
  const hl_status status = hl_new_array(cells->n_task, sizeof *best, &best);
  if (status != HL_OK) return status;
  for (size_t i = 0; i < cells->n_task; i++) best[i] = 1;
  for (size_t k = 0; k < learning->n_order; k++) {
    const double *valid = cells->valid + learning->order[k] * cells->n_task;
    for (size_t i = 0; i < cells->n_task; i++) best[i] = valid[i] < best[i] ? valid[i] : best[i];
    for (size_t b = 0; b < learning->n_block; b++) {
      const size_t left = cells->n_task - b * HL_BLOCK;
      sums[k * learning->n_block + b] = hl_sum(best + b * HL_BLOCK, left < HL_BLOCK ? left : HL_BLOCK);
    }
  }
  free(best);
  return HL_OK;
}

struct chains {
  const struct learning *learning;
  size_t n_rank;
  double (*sums)[4]; /* [n_order] */
};

/* The blocks of a rank behind those of the ranks before it. */
static hl_status add_blocks(void *user, size_t rank, const void *bytes, size_t n_byte) {
  const struct chains *chains = user;
  const double *sums = bytes;
  size_t first, n;
  (void)n_byte;
  find_blocks(chains->learning, rank, chains->n_rank, &first, &n);
  for (size_t k = 0; k < chains->learning->n_order; k++) {
    for (size_t b = 0; b < n; b++) chains->sums[k][(first + b) % 4] += sums[k * n + b];
  }
  return HL_OK;
}

/* objectives[n_order], the same on all ranks. */
static hl_status find_objectives(const struct learning *learning, const struct hl_context *context,
                                 double *objectives) {
  const size_t n_sum = learning->n_order * learning->n_block;
  double *sums = NULL;
  struct chains chains = {.learning = learning, .n_rank = hl_ranks_size(context)};
  hl_status status = hl_new_array(n_sum, sizeof *sums, &sums);
  if (status == HL_OK) status = hl_new_array(learning->n_order, sizeof *chains.sums, &chains.sums);
  if (status == HL_OK) status = sum_blocks(learning, sums);
  TRY(hl_ranks_agree(context, status));
  TRY(hl_ranks_gather(context, sums, n_sum * sizeof *sums, add_blocks, &chains));
  for (size_t k = 0; k < learning->n_order; k++) {
    const double *four = chains.sums[k];
    objectives[k] = ((four[0] + four[1]) + (four[2] + four[3])) / (double)learning->n_row;
  }
  TRY(hl_ranks_broadcast(context, objectives, learning->n_order * sizeof *objectives));
out:
  free(chains.sums);
  free(sums);
  return status;
}

/* ---- The order ---- */

static hl_status prepare(struct learning *learning, const struct hl_learn_options *options,
                         const struct hl_context *context) {
  hl_status status = HL_OK;
  const uint8_t *degenerate = hl_cells_get_degenerate(learning->scores, learning->set);
  TRY(hl_cells_select_rows(learning->scores, options->tasks, degenerate, &learning->rows, &learning->n_row));
  if (options->missing == HL_MISSING_DROP_TASK) {
    TRY(hl_cells_drop_holes(learning->scores, learning->i_set, 0, learning->rows, &learning->n_row));
  }
  if (learning->n_row > HL_MAX_TASKS)
    FAIL(HL_LIMIT, "found %zu tasks, at most %d are summed exactly", learning->n_row, HL_MAX_TASKS);
  find_blocks(learning, hl_ranks_rank(context), hl_ranks_size(context), &learning->first_block,
              &learning->n_block);
  const size_t first = learning->first_block * HL_BLOCK, left = learning->n_row - first;
  const size_t n_mine = learning->n_block * HL_BLOCK;
  TRY(hl_cells_init(&learning->cells, learning->scores, learning->set, learning->rows + first,
                    n_mine < left ? n_mine : left, options->missing, 0, context));
  TRY(hl_new_array(learning->cells.n_config, sizeof *learning->order, &learning->order));
out:
  return status;
}

/* What each rank has counted on its tasks becomes what all have. */
static hl_status share_counts(struct learning *learning, int64_t *counts, const struct hl_context *context) {
  struct hl_cells *cells = &learning->cells;
  const size_t n = cells->n_config;
  HL_ASSUME(counts != NULL); /* hl_new_array gives an array or fails */
  for (size_t c = 0; c < n; c++) counts[c] = !cells->is_kept[c];
  counts[n] = cells->n_missing;
  counts[n + 1] = cells->n_diverged < 0 ? 0 : cells->n_diverged;
  counts[n + 2] = cells->n_diverged < 0;
  const hl_status status = hl_ranks_sum(context, counts, n + 3);
  if (status != HL_OK) return status;
  cells->n_kept = 0;
  for (size_t c = 0; c < n; c++) cells->n_kept += cells->is_kept[c] = counts[c] == 0;
  cells->n_missing = counts[n];
  cells->n_diverged = counts[n + 2] > 0 ? -1 : counts[n + 1];
  if (cells->n_kept > 0) return HL_OK;
  return hl_fail(HL_INVALID,
                 "%s: set %s: found no config without a missing cell on the %zu tasks in use, expected one",
                 learning->scores->path, learning->set->name, learning->n_row);
}

static hl_status order_configs(struct learning *learning, const struct hl_learn_options *options,
                               const struct hl_context *context, uint64_t seed) {
  double start = hl_clock_seconds();
  const size_t n_most = options->n_entry > 0 ? options->n_entry : SIZE_MAX;
  size_t *tasks = NULL;
  int64_t *counts = NULL;
  hl_status status = prepare(learning, options, context);
  if (status == HL_OK) status = hl_new_array(learning->set->configs.n + 3, sizeof *counts, &counts);
  if (status == HL_OK) status = hl_new_array(learning->cells.n_task, sizeof *tasks, &tasks);
  TRY(hl_ranks_agree(context, status));
  TRY(share_counts(learning, counts, context));
  learning->effort.seconds_before = hl_clock_seconds() - start;
  start = hl_clock_seconds();
  for (size_t i = 0; i < learning->cells.n_task; i++) tasks[i] = i;
  TRY(hl_order_learn(&learning->cells, tasks, learning->cells.n_task, n_most, seed, 0, context,
                     learning->order, &learning->n_order, &learning->n_greedy, &learning->effort));
  learning->effort.seconds = hl_clock_seconds() - start;
out:
  free(tasks);
  free(counts);
  return status;
}

hl_status hl_learn(struct hl_scores *scores, const struct hl_learn_options *options,
                   const struct hl_context *context, struct hl_list **list) {
  hl_status status = HL_OK;
  struct learning learning = {.scores = scores};
  double *objectives = NULL;
  const uint64_t seed = context != NULL ? context->seed : 0;
  *list = NULL;
  TRY(hl_scores_find_set(scores, options->set, &learning.i_set));
  learning.set = &scores->sets[learning.i_set];
  TRY(order_configs(&learning, options, context, seed));
  TRY(hl_new_array(learning.n_order, sizeof *objectives, &objectives));
  TRY(find_objectives(&learning, context, objectives));
  TRY(make_list(&learning, options, seed, objectives, list));
out:
  if (status != HL_OK) {
    hl_list_free(*list);
    *list = NULL;
  }
  hl_cells_clear(&learning.cells);
  free(objectives);
  free(learning.order);
  free(learning.rows);
  return status;
}
