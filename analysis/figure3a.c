/* Figure 3a: held-out test loss of the best configuration so far against trials, for lists learned from 1, 2,
 * 5, 10, ... tasks and tried on all others. Medians and 25-75 percentiles over 50 orders of the tasks. */
#include "analysis/parts.h"
#include "base/error.h"

#include <stdio.h>

FIGURE(figure3a);

hl_status figure3a_check(struct hl_scores *scores, const struct figure_options *options) {
  return figure_check_learner(scores, options, "figure3a", 2);
}

static hl_status tabulate(const struct figure_sizes *sizes, struct hl_table **table) {
  hl_status status = HL_OK;
  char name[32];
  TRY(figure_sizes_new_table(sizes, false, table));
  for (size_t i = 0; i < sizes->n; i++) {
    const struct hl_series *series = &sizes->runs[i]->series[0];
    snprintf(name, sizeof name, "learned:%zu", sizes->n_train[i]);
    for (size_t k = 1; k <= series->n_trial; k++) TRY(figure_sizes_add_row(series, k, name, k, *table));
  }
out:
  return status;
}

hl_status figure3a_make(struct hl_scores *scores, const struct figure_options *options,
                        const struct hl_context *context, struct figure_tables *tables) {
  hl_status status = HL_OK;
  const struct figure_sizes *sizes;
  struct hl_table *table = NULL;
  TRY(figure_sizes_get(scores, options, options->n_trial, context, &sizes));
  status = tabulate(sizes, &table);
  TRY(figure_tables_add(tables, "", table, status));
  const struct hl_series *first = &sizes->runs[0]->series[0], *last = &sizes->runs[sizes->n - 1]->series[0];
  const size_t k = first->n_trial < 10 ? first->n_trial : 10;
  TRY(figure_caption(
      table,
      "Held-out test loss against trials of lists learned from %s on 1 to %zu tasks and tried on all "
      "others; medians and 25-75 %% bands over %zu orders of the tasks. After %zu trials the median is "
      "%.3g for lists learned from 1 task and %.3g for those learned from %zu.",
      figure_set_label(figure_learner(options)), sizes->n_train[sizes->n - 1], first->n_resample, k,
      first->median[k - 1], last->median[k - 1], sizes->n_train[sizes->n - 1]));
out:
  return status;
}
