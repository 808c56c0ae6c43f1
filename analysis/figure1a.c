/* Figure 1a: histogram of the numbers of parameters of the tasks, over orders of magnitude. */
#include "analysis/parts.h"
#include "base/error.h"
#include "base/memory.h"

#include <inttypes.h>
#include <stdlib.h>

FIGURE(figure1a);

hl_status figure1a_check(struct hl_scores *scores, const struct figure_options *options) {
  (void)options;
  for (size_t t = 0; t < scores->tasks.n; t++) {
    if (scores->n_params[t] > 0) return HL_OK;
  }
  return hl_fail(
      HL_USAGE,
      "figure1a: %s knows no task's number of parameters (n_params, from the task_metadata.tsv beside "
      "the curves)",
      scores->path);
}

hl_status figure1a_make(struct hl_scores *scores, const struct figure_options *options,
                        const struct hl_context *context, struct figure_tables *tables) {
  hl_status status = HL_OK;
  struct hl_table *table = NULL;
  double *counts = NULL;
  size_t n = 0;
  int64_t least = INT64_MAX, most = 0;
  (void)options, (void)context;
  TRY(hl_new_array(scores->tasks.n, sizeof *counts, &counts));
  for (size_t t = 0; t < scores->tasks.n; t++) {
    const int64_t count = scores->n_params[t];
    if (count <= 0) continue;
    counts[n++] = (double)count;
    if (count < least) least = count;
    if (count > most) most = count;
  }
  status = figure_tabulate_histogram(counts, n, &table);
  TRY(figure_tables_add(tables, "", table, status));
  TRY(hl_table_note(table, "tasks without a known number of parameters: %zu", scores->tasks.n - n));
  TRY(figure_caption(table, "Numbers of parameters of %zu tasks, from %" PRId64 " to %" PRId64 ".", n, least,
                     most));
out:
  free(counts);
  return status;
}
