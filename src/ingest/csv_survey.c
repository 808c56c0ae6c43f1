#include "ingest/csv_survey.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"
#include "hyperlist/limits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* While it is made. */
struct making {
  struct csv_survey *survey;
  const struct csv_rows *rows;
  struct csv_task *task;
  struct hl_observation last;              /* kept so far; line 0: none */
  double ends[CSV_N_SPLIT];                /* of the run at hand: its last step with that split; NaN: none */
  size_t n_replica;                        /* of the cell at hand */
  size_t *seen_in;                         /* [replica]: 1 + the task that it was last seen in */
  size_t *replicas, n_name, name_capacity; /* of the task at hand */
};

static bool is_same_loss(double a, double b) {
  return a == b || (isnan(a) && isnan(b));
}

static hl_status check_repeated(const struct csv_rows *rows, const struct hl_observation *a,
                                const struct hl_observation *b) {
  bool is_same = a->present == b->present;
  for (size_t k = 0; k < CSV_N_SPLIT && is_same; k++)
    is_same = !(a->present >> k & 1) || is_same_loss(a->losses[k], b->losses[k]);
  if (is_same) return HL_OK;
  char step[HL_DOUBLE_TEXT];
  return hl_fail(
      HL_INVALID,
      "%s: lines %llu and %llu: found two rows of task %s, config %s, replica '%s', step %s that differ, "
      "expected one",
      rows->path, (unsigned long long)a->line, (unsigned long long)b->line,
      rows->tasks.strings.items[a->task], rows->configs.strings.items[a->config],
      rows->replicas.strings.items[a->replica], hl_format_double(a->step, step));
}

static void end_run(struct making *making) {
  struct csv_task *task = making->task;
  for (size_t k = 0; k < CSV_N_SPLIT; k++) {
    if (making->rows->columns.column[CSV_SPLIT + k] == making->rows->columns.n_field) continue;
    if (isnan(making->ends[k])) task->has_gap = true;
    if (making->ends[k] < task->least_end) task->least_end = making->ends[k];
  }
}

/* The numbers of names, by the natural order of the names. */
static hl_status sort_replicas(const struct csv_rows *rows, size_t n, const size_t *replicas,
                               size_t *sorted) {
  hl_status status = HL_OK;
  struct hl_strings names = {0};
  size_t *order = NULL;
  TRY(hl_new_array(n, sizeof *order, &order));
  for (size_t i = 0; i < n; i++) TRY(hl_strings_add(&names, rows->replicas.strings.items[replicas[i]]));
  TRY(hl_strings_sort(&names, hl_strings_compare_natural, order));
  for (size_t i = 0; i < n; i++) sorted[i] = replicas[order[i]];
out:
  hl_strings_clear(&names);
  free(order);
  return status;
}

static hl_status end_task(struct making *making) {
  hl_status status = HL_OK;
  struct csv_task *task = making->task;
  if (task == NULL) return HL_OK;
  end_run(making);
  TRY(hl_new_array(making->n_name, sizeof *task->replicas, &task->replicas));
  TRY(sort_replicas(making->rows, making->n_name, making->replicas, task->replicas));
  task->n_name = making->n_name;
  making->n_name = 0;
out:
  return status;
}

static hl_status begin_task(struct making *making, const struct hl_observation *now) {
  const hl_status status = end_task(making);
  making->task = &making->survey->tasks[now->task];
  *making->task = (struct csv_task){.first_cell = making->survey->n_cell,
                                    .first_step = now->step,
                                    .last_step = now->step,
                                    .least_end = (double)INFINITY};
  return status;
}

static hl_status begin_cell(struct making *making, const struct hl_observation *now) {
  struct csv_survey *survey = making->survey;
  const struct csv_cell *last = survey->n_cell > 0 ? &survey->cells[survey->n_cell - 1] : NULL;
  const struct csv_cell cell = {.config = now->config, .first = last != NULL ? last->first + last->n : 0};
  const hl_status status =
      hl_grow_array(&survey->cells, &survey->cell_capacity, survey->n_cell + 1, sizeof *survey->cells);
  if (status != HL_OK) return status;
  survey->cells[survey->n_cell++] = cell;
  making->task->n_cell++;
  making->n_replica = 0;
  return HL_OK;
}

static hl_status begin_run(struct making *making, const struct hl_observation *now) {
  struct csv_task *task = making->task;
  for (size_t k = 0; k < CSV_N_SPLIT; k++) making->ends[k] = (double)NAN;
  if (++making->n_replica > task->most_replicas) task->most_replicas = making->n_replica;
  if (making->seen_in[now->replica] == (size_t)now->task + 1) return HL_OK;
  making->seen_in[now->replica] = (size_t)now->task + 1;
  const hl_status status =
      hl_grow_array(&making->replicas, &making->name_capacity, making->n_name + 1, sizeof *making->replicas);
  if (status == HL_OK) making->replicas[making->n_name++] = now->replica;
  return status;
}

static hl_status take(struct making *making, const struct hl_observation *now) {
  struct csv_task *task = making->task;
  if (++making->survey->cells[making->survey->n_cell - 1].n > HL_MAX_CELL_ROWS) {
    return hl_fail(HL_LIMIT, "%s: task %s, config %s: found more than %d rows, the most that is read",
                   making->rows->path, making->rows->tasks.strings.items[now->task],
                   making->rows->configs.strings.items[now->config], (int)HL_MAX_CELL_ROWS);
  }
  task->first_step = fmin(task->first_step, now->step);
  task->last_step = fmax(task->last_step, now->step);
  for (size_t k = 0; k < CSV_N_SPLIT; k++) {
    if (now->present >> k & 1) making->ends[k] = now->step;
  }
  making->last = *now;
  return HL_OK;
}

static hl_status visit(void *user, const struct hl_observation *now, bool *keep) {
  struct making *making = user;
  const struct hl_observation *last = &making->last;
  const bool is_new_task = last->line == 0 || now->task != last->task;
  const bool is_new_cell = is_new_task || now->config != last->config;
  const bool is_new_run = is_new_cell || now->replica != last->replica;
  hl_status status = HL_OK;
  if (!is_new_run && now->step == last->step) {
    *keep = false;
    return check_repeated(making->rows, last, now);
  }
  if (is_new_run && !is_new_task) end_run(making);
  if (is_new_task) TRY(begin_task(making, now));
  if (is_new_cell) TRY(begin_cell(making, now));
  if (is_new_run) TRY(begin_run(making, now));
  status = take(making, now);
out:
  return status;
}

hl_status csv_survey_run(struct csv_survey *survey, const struct csv_rows *rows) {
  hl_status status = HL_OK;
  struct making making = {.survey = survey, .rows = rows};
  *survey = (struct csv_survey){0};
  TRY(hl_new_array(rows->tasks.strings.n, sizeof *survey->tasks, &survey->tasks));
  survey->n_task = rows->tasks.strings.n;
  TRY(hl_new_array(rows->replicas.strings.n, sizeof *making.seen_in, &making.seen_in));
  TRY(hl_observations_sort(rows->observations, visit, &making));
  status = end_task(&making);
out:
  free(making.seen_in);
  free(making.replicas);
  return status;
}

void csv_survey_clear(struct csv_survey *survey) {
  for (size_t i = 0; i < survey->n_task; i++) free(survey->tasks[i].replicas);
  free(survey->tasks);
  free(survey->cells);
  *survey = (struct csv_survey){0};
}
