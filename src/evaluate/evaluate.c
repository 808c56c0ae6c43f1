#include "hyperlist/evaluate.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"
#include "evaluate/best_so_far.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct evaluating {
  const struct hl_list *list;
  struct hl_scores *scores;
  size_t i_set;
  const struct hl_score_set *set;
  size_t n_row, *rows; /* the tasks in use */
  struct hl_cells cells;
  size_t n_order, *order; /* the list's configs as rows of the set */
};

/* The order in which configs are tried: the list's, without those that are left out. */
static hl_status find_order(struct evaluating *it, bool skip_unknown, struct hl_evaluation *evaluation) {
  hl_status status = HL_OK;
  const struct hl_strings *configs = &it->set->configs;
  TRY(hl_new_array(it->list->n_entry, sizeof *it->order, &it->order));
  for (size_t i = 0; i < it->list->n_entry; i++) {
    const char *name = it->list->entries[i].config;
    const size_t config = hl_strings_find_sorted(configs, name, hl_strings_compare_natural);
    if (config == configs->n) {
      if (!skip_unknown) {
        FAIL(HL_INVALID, "%s: set %s: found no config %s (rank %zu of the list), expected all of the list's",
             it->scores->path, it->set->name, name, i + 1);
      }
      evaluation->n_unknown++;
    } else if (!it->cells.is_kept[config]) {
      evaluation->n_dropped++;
    } else {
      it->order[it->n_order++] = config;
      TRY(hl_strings_add(&evaluation->configs, name));
    }
  }
  if (it->n_order == 0) {
    FAIL(HL_INVALID, "%s: set %s: found none of the list's %zu configs to evaluate, expected one",
         it->scores->path, it->set->name, it->list->n_entry);
  }
out:
  return status;
}

struct keeping {
  const struct evaluating *it;
  struct hl_evaluation *evaluation;
};

static void keep_trial(void *user, const struct hl_best_so_far *best) {
  const struct keeping *keeping = user;
  const struct hl_evaluation *to = keeping->evaluation;
  const size_t n_row = keeping->it->n_row, k = best->n_trial - 1;
  to->valid[k] = best->valid.sum / (double)n_row;
  to->test[k] = to->n_tested > 0 ? best->test.sum / (double)to->n_tested : (double)NAN;
  for (size_t i = 0; i < n_row && to->task_valid != NULL; i++) {
    const bool is_tested = keeping->it->cells.is_tested[i];
    to->task_valid[i * to->n_trial + k] = best->valid.now[i];
    to->task_test[i * to->n_trial + k] = is_tested ? best->test.now[i] : (double)NAN;
  }
}

static hl_status run_trials(const struct evaluating *it, bool per_task, struct hl_evaluation *evaluation) {
  hl_status status = HL_OK;
  size_t *tasks = NULL, n_cell;
  TRY(hl_new_array(it->n_row, sizeof *tasks, &tasks));
  for (size_t i = 0; i < it->n_row; i++) tasks[i] = i;
  evaluation->n_trial = it->n_order;
  for (size_t i = 0; i < it->n_row; i++) evaluation->n_tested += it->cells.is_tested[i];
  TRY(hl_new_array(it->n_order, sizeof(double), &evaluation->valid));
  TRY(hl_new_array(it->n_order, sizeof(double), &evaluation->test));
  if (per_task) {
    if (!hl_multiply(it->n_row, it->n_order, &n_cell)) n_cell = SIZE_MAX;
    TRY(hl_new_array(n_cell, sizeof(double), &evaluation->task_valid));
    TRY(hl_new_array(n_cell, sizeof(double), &evaluation->task_test));
  }
  struct keeping keeping = {it, evaluation};
  TRY(hl_best_so_far_run(&it->cells, tasks, it->n_row, it->order, it->n_order, HL_BEST_VALID | HL_BEST_TEST,
                         keep_trial, &keeping));
out:
  free(tasks);
  return status;
}

/* Are the tasks among those the list was learned from? */
static hl_status count_own(const struct hl_list *list, struct hl_evaluation *evaluation) {
  hl_status status = HL_OK;
  struct hl_strings own = {0};
  TRY(hl_strings_copy(&list->train_tasks, &own));
  TRY(hl_strings_sort(&own, strcmp, NULL));
  for (size_t i = 0; i < evaluation->tasks.n; i++) {
    evaluation->n_own += hl_strings_find_sorted(&own, evaluation->tasks.items[i], strcmp) < own.n;
  }
out:
  hl_strings_clear(&own);
  return status;
}

/* Keeps the rows whose tasks are among these. */
static hl_status keep_among(struct evaluating *it, const struct hl_strings *among) {
  size_t n = 0;
  for (size_t i = 0; i < it->n_row; i++) {
    const char *task = it->scores->tasks.items[it->rows[i]];
    if (hl_strings_find_sorted(among, task, strcmp) < among->n) it->rows[n++] = it->rows[i];
  }
  it->n_row = n;
  return n > 0
             ? HL_OK
             : hl_fail(HL_INVALID, "%s: found no task that all lists can be evaluated on", it->scores->path);
}

static hl_status prepare(struct evaluating *it, const struct hl_evaluate_options *options,
                         struct hl_evaluation *evaluation) {
  hl_status status = HL_OK;
  const uint8_t *degenerate = hl_cells_get_degenerate(it->scores, it->set);
  TRY(hl_cells_select_rows(it->scores, options->tasks, degenerate, &it->rows, &it->n_row));
  if (options->among != NULL) TRY(keep_among(it, options->among));
  if (options->missing == HL_MISSING_DROP_TASK) {
    TRY(hl_cells_drop_holes(it->scores, it->i_set, HL_CELLS_TEST, it->rows, &it->n_row));
  }
  TRY(hl_cells_init(&it->cells, it->scores, it->set, it->rows, it->n_row, options->missing, HL_CELLS_TEST,
                    NULL));
  for (size_t i = 0; i < it->n_row; i++) {
    TRY(hl_strings_add(&evaluation->tasks, it->scores->tasks.items[it->rows[i]]));
  }
  evaluation->n_missing = it->cells.n_missing;
  evaluation->n_diverged = it->cells.n_diverged;
out:
  return status;
}

hl_status hl_evaluate(const struct hl_list *list, struct hl_scores *scores,
                      const struct hl_evaluate_options *options, struct hl_evaluation **evaluation) {
  hl_status status = HL_OK;
  struct evaluating it = {.list = list, .scores = scores};
  *evaluation = NULL;
  TRY(hl_scores_find_set(scores, list->set, &it.i_set));
  it.set = &scores->sets[it.i_set];
  TRY(hl_new_array(1, sizeof **evaluation, evaluation));
  TRY(prepare(&it, options, *evaluation));
  TRY(find_order(&it, options->skip_unknown, *evaluation));
  TRY(run_trials(&it, options->per_task, *evaluation));
  TRY(count_own(list, *evaluation));
out:
  if (status != HL_OK) {
    hl_evaluation_free(*evaluation);
    *evaluation = NULL;
  }
  hl_cells_clear(&it.cells);
  free(it.order);
  free(it.rows);
  return status;
}

void hl_evaluation_free(struct hl_evaluation *evaluation) {
  if (evaluation == NULL) return;
  hl_strings_clear(&evaluation->configs);
  hl_strings_clear(&evaluation->tasks);
  free(evaluation->valid);
  free(evaluation->test);
  free(evaluation->task_valid);
  free(evaluation->task_test);
  free(evaluation);
}
