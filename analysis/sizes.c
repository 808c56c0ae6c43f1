/* Lists learned from more and more train tasks, tried on the tasks that are left: Figures 3a and 3b. */
#include "analysis/parts.h"
#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

static size_t list_sizes(size_t *n_train) {
  static const size_t steps[] = {1, 2, 5};
  for (size_t i = 0, decade = 1; i < FIGURE_MOST_SIZES; i++) {
    n_train[i] = steps[i % 3] * decade;
    if (i % 3 == 2) decade *= 10;
  }
  return FIGURE_MOST_SIZES;
}

static hl_status run(struct figure_sizes *sizes, struct hl_scores *scores,
                     const struct figure_options *options, size_t n_trial, const struct hl_context *context) {
  const struct hl_generalize_options generalize = {.set = figure_learner(options),
                                                   .baselines = "none",
                                                   .report = HL_REPORT_TEST,
                                                   .missing = options->missing,
                                                   .n_resample = options->n_resample,
                                                   .n_trial = n_trial};
  const size_t n = list_sizes(sizes->n_train);
  sizes->n_trial = n_trial;
  return hl_generalize_sizes(scores, &generalize, sizes->n_train, n, context, sizes->runs, &sizes->n);
}

/* Do those that were made go as far? */
static bool is_enough(const struct figure_sizes *sizes, size_t n_trial) {
  return sizes->n > 0 && (sizes->n_trial == 0 || (n_trial > 0 && n_trial <= sizes->n_trial));
}

hl_status figure_sizes_get(struct hl_scores *scores, const struct figure_options *options, size_t n_trial,
                           const struct hl_context *context, const struct figure_sizes **sizes) {
  struct figure_sizes *kept = options->sizes;
  *sizes = kept;
  if (is_enough(kept, n_trial)) return HL_OK;
  figure_sizes_clear(kept);
  const hl_status status = run(kept, scores, options, n_trial, context);
  if (status != HL_OK) figure_sizes_clear(kept);
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
