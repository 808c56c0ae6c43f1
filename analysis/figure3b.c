/* Figure 3b: slices of Figure 3a at 1, 2, 5, 10, 20, 50 and 100 trials: held-out test loss against the number
 * of tasks that the list was learned from. */
#include "analysis/parts.h"
#include "base/error.h"

#include <stdio.h>

FIGURE(figure3b);

static const size_t trials[] = {1, 2, 5, 10, 20, 50, 100};
enum { N_SLICE = sizeof trials / sizeof trials[0] };

hl_status figure3b_check(struct hl_scores *scores, const struct figure_options *options) {
  return figure_check_learner(scores, options, "figure3b", 2);
}

static hl_status add_slice(const struct figure_sizes *sizes, size_t k, struct hl_table *table) {
  hl_status status = HL_OK;
  char name[32];
  snprintf(name, sizeof name, "at:%zu", k);
  for (size_t i = 0; i < sizes->n; i++) {
    const struct hl_series *series = &sizes->runs[i]->series[0];
    if (k <= series->n_trial) TRY(figure_sizes_add_row(series, k, name, sizes->n_train[i], table));
  }
out:
  return status;
}

static hl_status tabulate(const struct figure_sizes *sizes, struct hl_table **table) {
  hl_status status = HL_OK;
  TRY(figure_sizes_new_table(sizes, true, table));
  for (size_t i = 0; i < N_SLICE; i++) TRY(add_slice(sizes, trials[i], *table));
out:
  return status;
}

hl_status figure3b_make(struct hl_scores *scores, const struct figure_options *options,
                        const struct hl_context *context, struct figure_tables *tables) {
  hl_status status = HL_OK;
  const struct figure_sizes *sizes;
  struct hl_table *table = NULL;
  const size_t last = trials[N_SLICE - 1], n_most = options->n_trial;
  TRY(figure_sizes_get(scores, options, n_most > 0 && n_most < last ? n_most : last, context, &sizes));
  status = tabulate(sizes, &table);
  TRY(figure_tables_add(tables, "", table, status));
  TRY(figure_caption(
      table,
      "Held-out test loss after a number of trials (colours, those of the dashed lines in Figure 3a) "
      "against the number of tasks that the list was learned from; medians and 25-75 %% bands over %zu "
      "orders of the tasks.",
      sizes->runs[0]->series[0].n_resample));
out:
  return status;
}
