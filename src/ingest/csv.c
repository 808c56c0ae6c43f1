/* Long CSV tables: one row a (config, task, replica, step), columns as --columns says. A file holds many
 * tasks, a table each.
 *
 * Opening it reads all rows, in any order, into observations sorted by run; a task's curves are put on its
 * grid when they are asked for. Rows are those of all configs of the file, so that a set does not grow from
 * task to task. Replicas may bear any names: within a task they are numbered in the natural order of their
 * names, or, where names are not shared between configs (run ids), in that order within each config. An
 * archive does not keep their names, so replicas are added to stored ones only by a file that has all of
 * them. */
#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"
#include "hyperlist/limits.h"
#include "ingest/configs.h"
#include "ingest/csv_survey.h"
#include "ingest/regrid.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_GRID = 51 }; /* the release's number of points */

struct csv_file {
  char *path;
  const struct hl_load_options *options;
  struct csv_rows rows;
  struct csv_survey survey;
  struct hl_curves curves;
  size_t *order;              /* [n_task]: number of the name of each, names in byte order */
  size_t *config_row;         /* [config]: its row among curves.configs */
  size_t splits[CSV_N_SPLIT]; /* of curves.splits: which of the roles each is */
  /* The task at hand. */
  struct hl_regrid grid;
  const struct csv_cell **cells;       /* [row]; NULL: no run */
  size_t *rank;                        /* [replica]: place of its name among the task's */
  bool shares_names;                   /* replicas are numbered by rank, not within each config */
  struct hl_observation *observations; /* of a cell */
  double *steps, *losses;              /* of a run's split */
  size_t observation_capacity, step_capacity, loss_capacity;
};

/* ---- Names ---- */

static hl_status order_names(struct csv_file *file) {
  hl_status status = HL_OK;
  struct hl_strings tasks = {0};
  struct hl_curves *curves = &file->curves;
  const struct hl_strings *configs = &file->rows.configs.strings;
  size_t *from = NULL;
  TRY(hl_strings_copy(&file->rows.tasks.strings, &tasks));
  TRY(hl_new_array(tasks.n, sizeof *file->order, &file->order));
  TRY(hl_strings_sort(&tasks, strcmp, file->order));
  TRY(hl_strings_copy(configs, &curves->configs));
  TRY(hl_new_array(configs->n, sizeof *from, &from));
  TRY(hl_new_array(configs->n, sizeof *file->config_row, &file->config_row));
  TRY(hl_strings_sort(&curves->configs, hl_strings_compare_natural, from));
  for (size_t i = 0; i < configs->n; i++) file->config_row[from[i]] = i;
  for (size_t k = 0; k < CSV_N_SPLIT; k++) {
    if (file->rows.columns.column[CSV_SPLIT + k] == file->rows.columns.n_field) continue;
    file->splits[curves->splits.n] = k;
    TRY(hl_strings_add(&curves->splits, csv_role_names[CSV_SPLIT + k]));
  }
out:
  hl_strings_clear(&tasks);
  free(from);
  return status;
}

/* ---- Hyperparameters: those of the columns, or of the configs' names or --configs, which they must not
 * contradict ---- */

static hl_status compare_known(const struct csv_file *file) {
  const struct hl_curves *curves = &file->curves;
  const struct hl_strings *own = &file->rows.columns.hyperparameters;
  for (size_t h = 0; h < own->n; h++) {
    size_t column = 0;
    while (column < curves->hyperparameters.n &&
           strcmp(curves->hyperparameters.items[column], own->items[h]) != 0)
      column++;
    for (size_t c = 0; c < curves->configs.n && column < curves->hyperparameters.n; c++) {
      const double found = file->rows.values[c * own->n + h];
      const double known =
          curves->hyperparameter_values[file->config_row[c] * curves->hyperparameters.n + column];
      if (isnan(found) || isnan(known) || fabs(found - known) <= 1e-12 * fabs(known)) continue;
      return hl_fail(HL_INVALID,
                     "%s: line %llu, config %s: found %s %.17g, expected %.17g as its name or --configs says",
                     file->path, (unsigned long long)file->rows.value_lines[c * own->n + h],
                     file->rows.configs.strings.items[c], own->items[h], found, known);
    }
  }
  return HL_OK;
}

static hl_status fill_hyperparameters(struct csv_file *file) {
  hl_status status = HL_OK;
  struct hl_curves *curves = &file->curves;
  const struct hl_strings *own = &file->rows.columns.hyperparameters;
  TRY(hl_configs_fill(curves, file->options, file->path));
  if (own->n == 0) goto out;
  if (curves->hyperparameters.n > 0) return compare_known(file);
  TRY(hl_strings_copy(own, &curves->hyperparameters));
  TRY(hl_new_array(curves->configs.n * own->n, sizeof(double), &curves->hyperparameter_values));
  for (size_t c = 0; c < curves->configs.n; c++) {
    memcpy(curves->hyperparameter_values + file->config_row[c] * own->n, file->rows.values + c * own->n,
           own->n * sizeof(double));
  }
out:
  return status;
}

/* ---- Reading ---- */

/* A config's curves of one split of one run: observations[n] of the run. */
static size_t fill_curve(struct csv_file *file, const struct hl_observation *observations, size_t n,
                         size_t split, double *values) {
  size_t n_seen = 0;
  for (size_t i = 0; i < n; i++) {
    if (!(observations[i].present >> split & 1)) continue;
    file->steps[n_seen] = observations[i].step;
    file->losses[n_seen++] = observations[i].losses[split];
  }
  if (n_seen == 0) return 0; /* its values stay NaN */
  return hl_regrid(&file->grid, n_seen, file->steps, file->losses,
                   file->options->after_end == HL_AFTER_END_HOLD, values, file->curves.splits.n);
}

static void fill_run(struct csv_file *file, const struct hl_observation *observations, size_t n,
                     double *values, int32_t *observed) {
  for (size_t i = 0; i < file->curves.splits.n; i++) {
    const size_t n_observed = fill_curve(file, observations, n, file->splits[i], values + i);
    if (observed != NULL) observed[i] = (int32_t)n_observed;
  }
}

/* Where a run goes: by its replica's rank in the task, or where names are not shared, by that among the
 * config's own. */
static size_t find_place(const struct csv_file *file, size_t n, uint32_t replica) {
  size_t place = 0;
  if (file->shares_names) return file->rank[replica];
  for (size_t i = 0; i < n; i++) {
    const uint32_t other = file->observations[i].replica;
    const bool is_first = i == 0 || other != file->observations[i - 1].replica;
    place += is_first && file->rank[other] < file->rank[replica];
  }
  return place;
}

static hl_status read_cell(struct csv_file *file, const struct csv_cell *cell) {
  hl_status status = HL_OK;
  TRY(hl_grow_array(&file->observations, &file->observation_capacity, cell->n, sizeof *file->observations));
  TRY(hl_grow_array(&file->steps, &file->step_capacity, cell->n, sizeof *file->steps));
  TRY(hl_grow_array(&file->losses, &file->loss_capacity, cell->n, sizeof *file->losses));
  status = hl_observations_read(file->rows.observations, cell->first, cell->n, file->observations);
out:
  return status;
}

/* A config's row: its runs, one after the other. */
static void fill_row(struct csv_file *file, size_t n, double *values, uint8_t *ran, int32_t *observed) {
  const struct hl_curves *curves = &file->curves;
  const size_t n_split = curves->splits.n;
  for (size_t begin = 0, end; begin < n; begin = end) {
    const uint32_t replica = file->observations[begin].replica;
    const size_t place = find_place(file, n, replica);
    for (end = begin + 1; end < n && file->observations[end].replica == replica;) end++;
    ran[place] = 1;
    fill_run(file, file->observations + begin, end - begin, values + place * curves->n_step * n_split,
             observed != NULL ? observed + place * n_split : NULL);
  }
}

static hl_status csv_read(struct hl_curves *curves, size_t first, size_t n, void *values, uint8_t *ran,
                          int32_t *observed) {
  struct csv_file *file = curves->source;
  const size_t n_run = curves->n_replica, n_split = curves->splits.n,
               n_value = n_run * curves->n_step * n_split;
  hl_status status = HL_OK;
  for (size_t i = 0; i < n; i++) {
    const struct csv_cell *cell = file->cells[first + i];
    double *row = (double *)values + i * n_value;
    for (size_t k = 0; k < n_value; k++) row[k] = (double)NAN;
    memset(ran + i * n_run, 0, n_run);
    for (size_t k = 0; observed != NULL && k < n_run * n_split; k++) observed[i * n_run * n_split + k] = 0;
    if (cell == NULL) continue;
    TRY(read_cell(file, cell));
    fill_row(file, cell->n, row, ran + i * n_run, observed != NULL ? observed + i * n_run * n_split : NULL);
  }
out:
  return status;
}

/* ---- One task ---- */

static int compare_steps(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static size_t sort_steps(double *steps, size_t n) {
  size_t n_unique = 0;
  if (n == 0) return 0;
  qsort(steps, n, sizeof *steps, compare_steps);
  for (size_t i = 0; i < n; i++) {
    if (i == 0 || steps[i] != steps[n_unique - 1]) steps[n_unique++] = steps[i];
  }
  return n_unique;
}

/* --grid own: the union of the task's steps. */
static hl_status unite_steps(struct csv_file *file, const struct csv_task *task, size_t *n_step,
                             double **steps) {
  hl_status status = HL_OK;
  size_t n = 0, capacity = 0, n_sorted = 0;
  *steps = NULL;
  for (size_t i = 0; i < task->n_cell; i++) {
    const struct csv_cell *cell = &file->survey.cells[task->first_cell + i];
    TRY(read_cell(file, cell));
    TRY(hl_grow_array(steps, &capacity, n + cell->n, sizeof **steps));
    for (size_t k = 0; k < cell->n; k++) (*steps)[n++] = file->observations[k].step;
    if (n > 2 * n_sorted + HL_MAX_CELL_ROWS) n = n_sorted = sort_steps(*steps, n);
  }
  HL_ASSUME(*steps != NULL); /* a task has rows */
  *n_step = sort_steps(*steps, n);
out:
  return status;
}

/* The grid that the task has had before, else a new one. */
static hl_status choose_grid(struct csv_file *file, const struct csv_task *task) {
  hl_status status = HL_OK;
  const struct hl_load_options *options = file->options;
  struct hl_curves *curves = &file->curves;
  const double *known = NULL;
  size_t n_known = 0;
  free(curves->steps);
  curves->steps = NULL;
  if (options->find_grid != NULL) TRY(options->find_grid(options->user, curves->task, &n_known, &known));
  if (n_known == 0 && options->grid == HL_GRID_OWN) {
    TRY(unite_steps(file, task, &curves->n_step, &curves->steps));
  } else {
    const size_t n_wanted = options->grid > 0 ? options->grid : DEFAULT_GRID;
    curves->n_step = n_known > 0 ? n_known : task->first_step == task->last_step ? 1 : n_wanted;
    TRY(hl_new_array(curves->n_step, sizeof *curves->steps, &curves->steps));
    hl_grid_fill(task->first_step, task->last_step, curves->n_step, curves->steps);
    if (n_known > 0) memcpy(curves->steps, known, n_known * sizeof *known);
  }
  file->grid =
      (struct hl_regrid){curves->n_step, curves->steps, hl_grid_is_uniform(curves->n_step, curves->steps)};
out:
  return status;
}

/* Names that each config has for itself would make tables of holes: twice as many as any config has replicas
 * are taken for such. */
static void number_replicas(struct csv_file *file, const struct csv_task *task) {
  file->shares_names = task->n_name <= 2 * task->most_replicas;
  file->curves.n_replica = file->shares_names ? task->n_name : task->most_replicas;
  for (size_t i = 0; i < task->n_name; i++) file->rank[task->replicas[i]] = i;
}

static hl_status check_row(const struct csv_file *file) {
  const struct hl_curves *curves = &file->curves;
  size_t n_byte;
  if (hl_multiply(curves->n_replica, curves->n_step, &n_byte) &&
      hl_multiply(n_byte, curves->splits.n, &n_byte) &&
      n_byte <= hl_limit_size(HL_LIMIT_CURVES) / sizeof(double)) {
    return HL_OK;
  }
  return hl_fail(HL_LIMIT,
                 "%s: task %s: found %zu replicas on %zu grid points, expected at most %zu bytes a config",
                 file->path, curves->task, curves->n_replica, curves->n_step, hl_limit_size(HL_LIMIT_CURVES));
}

static hl_status csv_get(void *user, size_t i, struct hl_curves **curves) {
  struct csv_file *file = user;
  const size_t number = file->order[i];
  const struct csv_task *task = &file->survey.tasks[number];
  hl_status status = HL_OK;
  *curves = &file->curves;
  free(file->curves.task);
  file->curves.task = NULL;
  TRY(hl_copy_text(file->rows.tasks.strings.items[number], &file->curves.task));
  for (size_t k = 0; k < file->curves.configs.n; k++) file->cells[k] = NULL;
  for (size_t k = 0; k < task->n_cell; k++) {
    const struct csv_cell *cell = &file->survey.cells[task->first_cell + k];
    file->cells[file->config_row[cell->config]] = cell;
  }
  TRY(choose_grid(file, task));
  number_replicas(file, task);
  TRY(check_row(file));
  const double end = file->curves.steps[file->curves.n_step - 1];
  file->curves.has_observed =
      task->has_gap || (file->options->after_end == HL_AFTER_END_MISSING && task->least_end < end);
out:
  return status;
}

/* ---- A file ---- */

static void csv_close(void *user) {
  struct csv_file *file = user;
  if (file == NULL) return;
  csv_survey_clear(&file->survey);
  csv_rows_clear(&file->rows);
  hl_curves_clear(&file->curves);
  free(file->order);
  free(file->config_row);
  free(file->cells);
  free(file->rank);
  free(file->observations);
  free(file->steps);
  free(file->losses);
  free(file->path);
  free(file);
}

static hl_status name_set(struct csv_file *file) {
  hl_status status = HL_OK;
  if (file->options->set != NULL) return hl_copy_text(file->options->set, &file->curves.set);
  const bool is_tsv = hl_has_suffix(file->path, ".tsv") || hl_has_suffix(file->path, ".tsv.gz");
  status = hl_curves_copy_stem(file->path, is_tsv ? ".tsv" : ".csv", &file->curves.set);
  return status;
}

static hl_status csv_open(const char *path, const struct hl_load_options *options, void **out) {
  hl_status status = HL_OK;
  struct csv_file *file = NULL;
  *out = NULL;
  TRY(hl_new_array(1, sizeof *file, &file));
  file->options = options;
  file->curves.read = csv_read;
  file->curves.source = file;
  file->curves.is_double = true;
  TRY(hl_copy_text(path, &file->path));
  TRY(name_set(file));
  TRY(csv_rows_read(&file->rows, file->path, options));
  TRY(csv_survey_run(&file->survey, &file->rows));
  TRY(order_names(file));
  TRY(fill_hyperparameters(file));
  TRY(hl_new_array(file->curves.configs.n, sizeof *file->cells, &file->cells));
  TRY(hl_new_array(file->rows.replicas.strings.n, sizeof *file->rank, &file->rank));
  *out = file;
  return HL_OK;
out:
  csv_close(file);
  return status;
}

static size_t csv_count(const void *user) {
  const struct csv_file *file = user;
  return file->survey.n_task;
}

static bool csv_fits_name(const char *name) {
  return hl_has_suffix(name, ".csv"); /* a folder's .tsv are rather tables about curves; they may be named */
}

/* Text whose first line has a delimiter and does not begin as JSON does. */
static hl_status csv_fits_content(const unsigned char *head, size_t n, bool *fits) {
  size_t end = 0, n_delimiter = 0;
  *fits = false;
  for (; end < n && head[end] != '\n' && head[end] != '\r'; end++) {
    if (head[end] < ' ' && head[end] != '\t') return HL_OK;
    n_delimiter += strchr(",;\t", head[end]) != NULL;
  }
  *fits = n_delimiter > 0 && strchr("[{", head[0]) == NULL;
  return HL_OK;
}

const struct hl_loader hl_loader_csv = {
    .format = "csv",
    .takes = HL_TAKES_COLUMNS | HL_TAKES_GRID | HL_TAKES_AFTER_END | HL_TAKES_MAXIMIZE,
    .fits_name = csv_fits_name,
    .fits_content = csv_fits_content,
    .open = csv_open,
    .count = csv_count,
    .get = csv_get,
    .close = csv_close,
    .is_in_turn = true,
};
