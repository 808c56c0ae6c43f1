#include "generalize/series_table.h"
#include "base/error.h"

#include <inttypes.h>
#include <stdbool.h>

static hl_status add_box_notes(const struct hl_series *series, bool *has_box, struct hl_table *table) {
  hl_status status = HL_OK;
  const size_t n = series->n_resample;
  if (series->n_inside == NULL) return HL_OK;
  if (!*has_box) {
    TRY(hl_table_note(table, "refined search draws from the measured configs only, those inside its box"));
    *has_box = true;
  }
  /* an even number of resamplings has its median between two counts */
  const double median = 0.5 * (double)(series->n_inside[(n - 1) / 2] + series->n_inside[n / 2]);
  TRY(hl_table_note(table, "%s: configs inside: min %zu, median %g, max %zu", series->name,
                    series->n_inside[0], median, series->n_inside[n - 1]));
out:
  return status;
}

static hl_status add_notes(const struct hl_generalization *generalization, struct hl_table *table) {
  hl_status status = HL_OK;
  bool has_box = false;
  TRY(hl_table_note(table, "tasks: %zu, of them train %zu, test %zu", generalization->n_task,
                    generalization->n_train, generalization->n_test));
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

static hl_status add_series(const struct hl_series *series, struct hl_table *table) {
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

hl_status hl_series_tabulate(const struct hl_generalization *generalization, struct hl_table **table) {
  static const struct hl_column columns[] = {{"series", HL_CELL_TEXT},     {"trials", HL_CELL_INTEGER},
                                             {"q25", HL_CELL_NUMBER},      {"median", HL_CELL_NUMBER},
                                             {"q75", HL_CELL_NUMBER},      {"mean", HL_CELL_NUMBER},
                                             {"n_tasks", HL_CELL_INTEGER}, {"n_resamples", HL_CELL_INTEGER}};
  hl_status status = HL_OK;
  TRY(hl_table_new(columns, sizeof columns / sizeof columns[0], table));
  TRY(add_notes(generalization, *table));
  for (size_t i = 0; i < generalization->n_series; i++) TRY(add_series(&generalization->series[i], *table));
out:
  return status;
}
