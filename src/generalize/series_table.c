#include "generalize/series_table.h"
#include "base/error.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

/* ---- Notes ---- */

static hl_status add_box_notes(const struct hl_series *series, bool *has_box, struct hl_table *table) {
  hl_status status = HL_OK;
  const size_t n = series->n_box, below = (n - 1) / 2, above = n / 2; /* the median, or what it is between */
  if (n == 0) return HL_OK;
  if (!*has_box) {
    TRY(hl_table_note(table, "refined search draws from the measured configs only, those inside its box"));
    *has_box = true;
  }
  const double median = 0.5 * (double)(series->n_inside[below] + series->n_inside[above]);
  TRY(hl_table_note(table, "%s: configs inside: min %zu, median %g, max %zu", series->name,
                    series->n_inside[0], median, series->n_inside[n - 1]));
  TRY(hl_table_note(table,
                    "%s: share of the train tasks' best configs inside: min %.4g, median %.4g, max %.4g",
                    series->name, series->enclosed[0],
                    0.5 * (series->enclosed[below] + series->enclosed[above]), series->enclosed[n - 1]));
out:
  return status;
}

/* "7", or "7 to 8". */
static const char *describe_range(size_t low, size_t high, char text[64]) {
  snprintf(text, 64, low < high ? "%zu to %zu" : "%zu", low, high);
  return text;
}

static hl_status add_split_note(const struct hl_generalization *generalization, struct hl_table *table) {
  char train[64], test[64];
  describe_range(generalization->n_train, generalization->n_train_most, train);
  describe_range(generalization->n_test, generalization->n_test_most, test);
  if (generalization->n_fold == 1) {
    return hl_table_note(table, "tasks: %zu, of them train %s, test %s", generalization->n_task, train, test);
  }
  return hl_table_note(table, "tasks: %zu, in each of %zu folds train %s, test %s", generalization->n_task,
                       generalization->n_fold, train, test);
}

static hl_status add_notes(const struct hl_generalization *generalization, struct hl_table *table) {
  hl_status status = HL_OK;
  bool has_box = false;
  TRY(add_split_note(generalization, table));
  TRY(hl_table_note(table, "missing cells: %" PRId64, generalization->n_missing));
  if (generalization->n_diverged >= 0) {
    TRY(hl_table_note(table, "diverged cells: %" PRId64, generalization->n_diverged));
  } else {
    TRY(hl_table_note(table, "diverged cells: unknown"));
  }
  for (size_t i = 0; i < generalization->n_series; i++) {
    TRY(add_box_notes(&generalization->series[i], &has_box, table));
  }
out:
  return status;
}

/* ---- Columns ---- */

#define COUNT(columns) (sizeof(columns) / sizeof(columns)[0])

static const struct hl_column summary_columns[] = {
    {"series", HL_CELL_TEXT},     {"trials", HL_CELL_INTEGER},     {"q25", HL_CELL_NUMBER},
    {"median", HL_CELL_NUMBER},   {"q75", HL_CELL_NUMBER},         {"mean", HL_CELL_NUMBER},
    {"n_tasks", HL_CELL_INTEGER}, {"n_resamples", HL_CELL_INTEGER}};

static const struct hl_column resample_columns[] = {{"series", HL_CELL_TEXT},
                                                    {"resample", HL_CELL_INTEGER},
                                                    {"trials", HL_CELL_INTEGER},
                                                    {"value", HL_CELL_NUMBER},
                                                    {"n_tasks", HL_CELL_INTEGER}};

static const struct hl_column task_columns[] = {{"series", HL_CELL_TEXT},
                                                {"resample", HL_CELL_INTEGER},
                                                {"task", HL_CELL_TEXT},
                                                {"trials", HL_CELL_INTEGER},
                                                {"value", HL_CELL_NUMBER}};

static const struct {
  const struct hl_column *columns;
  size_t n;
} tables[] = {{summary_columns, COUNT(summary_columns)},
              {resample_columns, COUNT(resample_columns)},
              {task_columns, COUNT(task_columns)}};

hl_status hl_series_new_table(const struct hl_generalization *generalization, enum hl_series_rows rows,
                              struct hl_table **table) {
  const hl_status status = hl_table_new(tables[rows].columns, tables[rows].n, table);
  return status == HL_OK ? add_notes(generalization, *table) : status;
}

/* ---- Rows ---- */

static hl_status add_summary(const struct hl_series *series, struct hl_table *table) {
  hl_status status = HL_OK;
  for (size_t k = 0; k < series->n_trial; k++) {
    const struct hl_cell row[] = {{.text = series->name},
                                  {.integer = (int64_t)k + 1},
                                  {.number = series->q25[k]},
                                  {.number = series->median[k]},
                                  {.number = series->q75[k]},
                                  {.number = series->mean[k]},
                                  {.integer = (int64_t)series->n_task},
                                  {.integer = (int64_t)series->n_resample}};
    TRY(hl_table_add(table, row));
  }
out:
  return status;
}

static hl_status add_resamples(const struct hl_series *series, struct hl_table *table) {
  hl_status status = HL_OK;
  for (size_t r = 0; r < series->n_resample; r++) {
    for (size_t k = 0; k < series->n_trial; k++) {
      const struct hl_cell row[] = {{.text = series->name},
                                    {.integer = (int64_t)r},
                                    {.integer = (int64_t)k + 1},
                                    {.number = series->values[r * series->n_trial + k]},
                                    {.integer = (int64_t)series->n_tasks[r]}};
      TRY(hl_table_add(table, row));
    }
  }
out:
  return status;
}

hl_status hl_series_add_rows(const struct hl_generalization *generalization, enum hl_series_rows rows,
                             struct hl_table *table) {
  hl_status status = HL_OK;
  for (size_t i = 0; i < generalization->n_series && status == HL_OK; i++) {
    const struct hl_series *series = &generalization->series[i];
    status = rows == HL_SERIES_SUMMARY ? add_summary(series, table) : add_resamples(series, table);
  }
  return status;
}

hl_status hl_series_add_task_rows(const struct hl_task_curves *curves, const struct hl_scores *scores,
                                  struct hl_table *table) {
  hl_status status = HL_OK;
  for (size_t i = 0; i < curves->n_task; i++) {
    for (size_t k = 0; k < curves->n_trial; k++) {
      const struct hl_cell row[] = {{.text = curves->series},
                                    {.integer = (int64_t)curves->resample},
                                    {.text = scores->tasks.items[curves->tasks[i]]},
                                    {.integer = (int64_t)k + 1},
                                    {.number = curves->values[k * curves->n_task + i]}};
      TRY(hl_table_add(table, row));
    }
  }
out:
  return status;
}

hl_status hl_series_tabulate(const struct hl_generalization *generalization, struct hl_table **table) {
  const hl_status status = hl_series_new_table(generalization, HL_SERIES_SUMMARY, table);
  return status == HL_OK ? hl_series_add_rows(generalization, HL_SERIES_SUMMARY, *table) : status;
}
