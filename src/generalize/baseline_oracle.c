/* The oracle: on each task its own best config, from the first trial on. As choosing goes by f, no order can
 * be better in f, and in the test score what is read off is that config's, which chance may beat. */
#include "generalize/baseline.h"

/* The kept config with the lowest f, ties to the lower index. */
static size_t find_best(const struct hl_cells *cells, size_t task) {
  size_t best = cells->n_config;
  for (size_t c = 0; c < cells->n_config; c++) {
    if (!cells->is_kept[c]) continue;
    if (best == cells->n_config ||
        cells->valid[c * cells->n_task + task] < cells->valid[best * cells->n_task + task])
      best = c;
  }
  return best;
}

static hl_status tabulate(const struct hl_cells *cells, enum hl_report report, size_t n_trial,
                          const struct hl_context *context, double *curves) {
  const double *scores = report == HL_REPORT_TEST ? cells->test : cells->valid;
  (void)context;
  for (size_t i = 0; i < cells->n_task; i++) {
    const double score = scores[find_best(cells, i) * cells->n_task + i];
    for (size_t k = 0; k < n_trial; k++) curves[i * n_trial + k] = score;
  }
  return HL_OK;
}

const struct hl_baseline hl_oracle = {.name = "oracle", .tabulate = tabulate};
