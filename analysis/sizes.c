/* Lists learned from more and more train tasks, tried on the tasks that are left: Figures 3a and 3b. */
#include "analysis/parts.h"
#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

static hl_status run_size(struct hl_scores *scores, const struct figure_options *options, size_t n_train,
                          size_t n_trial, const struct hl_context *context,
                          struct hl_generalization **generalization) {
  const struct hl_generalize_options generalize = {.set = figure_learner(options),
                                                   .split = {.train_tasks = n_train},
                                                   .baselines = "none",
                                                   .report = HL_REPORT_TEST,
                                                   .missing = options->missing,
                                                   .n_resample = options->n_resample,
                                                   .n_trial = n_trial};
  return hl_generalize(scores, &generalize, context, generalization);
}

hl_status figure_sizes_run(struct figure_sizes *sizes, struct hl_scores *scores,
                           const struct figure_options *options, size_t n_trial,
                           const struct hl_context *context) {
  static const size_t steps[] = {1, 2, 5};
  hl_status status = HL_OK;
  *sizes = (struct figure_sizes){0};
  for (size_t n_train = 1, decade = 1; sizes->n < FIGURE_MOST_SIZES;) {
    TRY(run_size(scores, options, n_train, n_trial, context, &sizes->runs[sizes->n]));
    sizes->n_train[sizes->n++] = n_train;
    if (sizes->n % 3 == 0) decade *= 10;
    n_train = steps[sizes->n % 3] * decade;
    if (n_train >= sizes->runs[0]->n_task) break; /* one at least is to be left */
  }
out:
  return status;
}

void figure_sizes_clear(struct figure_sizes *sizes) {
  for (size_t i = 0; i < sizes->n; i++) hl_generalization_free(sizes->runs[i]);
  *sizes = (struct figure_sizes){0};
}

#define COLUMNS(x)                                                                                           \
  {                                                                                                          \
    {"series", HL_CELL_TEXT}, {x, HL_CELL_INTEGER}, {"q25", HL_CELL_NUMBER}, {"median", HL_CELL_NUMBER},     \
        {"q75", HL_CELL_NUMBER}, {"mean", HL_CELL_NUMBER}, {"n_tasks", HL_CELL_INTEGER},                     \
        {"n_resamples", HL_CELL_INTEGER},                                                                    \
  }

hl_status figure_sizes_new_table(const struct figure_sizes *sizes, bool is_by_size, struct hl_table **table) {
  static const struct hl_column by_trial[] = COLUMNS("trials"), by_size[] = COLUMNS("n_train");
  const struct hl_generalization *any = sizes->runs[0];
  hl_status status = HL_OK;
  TRY(hl_table_new(is_by_size ? by_size : by_trial, sizeof by_trial / sizeof by_trial[0], table));
  TRY(hl_table_note(*table, "tasks: %zu; what a list is not learned from it is tried on", any->n_task));
  TRY(figure_note_cells(*table, any->n_missing, any->n_diverged));
out:
  return status;
}

hl_status figure_sizes_add_row(const struct hl_series *series, size_t k, const char *name, size_t x,
                               struct hl_table *table) {
  const struct hl_cell row[] = {{.text = name},
                                {.integer = (int64_t)x},
                                {.number = series->q25[k - 1]},
                                {.number = series->median[k - 1]},
                                {.number = series->q75[k - 1]},
                                {.number = series->mean[k - 1]},
                                {.integer = (int64_t)series->n_task},
                                {.integer = (int64_t)series->n_resample}};
  return hl_table_add(table, row);
}
