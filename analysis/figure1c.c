/* Figure 1c: histogram of the training times of the tasks: seconds a step, on average, times the steps of a
 * run. */
#include "analysis/parts.h"
#include "base/error.h"
#include "base/memory.h"

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <stdlib.h>

FIGURE(figure1c);

/* NaN where unknown. */
static double get_seconds(const struct hl_scores *scores, size_t task) {
  return scores->seconds_per_step[task] * scores->last_step[task];
}

hl_status figure1c_check(struct hl_scores *scores, const struct figure_options *options) {
  (void)options;
  for (size_t t = 0; t < scores->tasks.n; t++) {
    if (get_seconds(scores, t) > 0) return HL_OK;
  }
  return hl_fail(
      HL_USAGE,
      "figure1c: %s knows no task's training time (seconds_per_step, from the task_metadata.tsv beside "
      "the curves, and last_step)",
      scores->path);
}

hl_status figure1c_make(struct hl_scores *scores, const struct figure_options *options,
                        const struct hl_context *context, struct figure_tables *tables) {
  hl_status status = HL_OK;
  struct hl_table *table = NULL;
  double *seconds = NULL;
  size_t n = 0;
  (void)options, (void)context;
  TRY(hl_new_array(scores->tasks.n, sizeof *seconds, &seconds));
  for (size_t t = 0; t < scores->tasks.n; t++) {
    if (get_seconds(scores, t) > 0) seconds[n++] = get_seconds(scores, t);
  }
  gsl_sort(seconds, 1, n);
  status = figure_tabulate_histogram(seconds, n, &table);
  TRY(figure_tables_add(tables, "", table, status));
  TRY(hl_table_note(table, "tasks without a known training time: %zu", scores->tasks.n - n));
  TRY(figure_caption(
      table,
      "Training times of one run (steps times mean seconds a step) on %zu tasks, from %.3g to %.3g "
      "seconds, median %.3g.",
      n, seconds[0], seconds[n - 1], gsl_stats_median_from_sorted_data(seconds, 1, n)));
out:
  free(seconds);
  return status;
}
