/* Figure 2: mean normalized test loss of the best configuration so far, on tasks that nothing was learned
 * from, against trials. The list learned from Adam8p on half of the tasks (black), random search over Adam1p,
 * Adam4p and Adam8p, and random search over Adam8p refined to the box of the train tasks' best
 * configurations, min/max or 90 %. Medians and 25-75 percentiles over 50 random halves of the tasks. */
#include "analysis/figures.h"
#include "base/error.h"
#include "base/pool.h"
#include "generalize/series_table.h"

#include <stdio.h>

static const char learned_set[] = "adam8p_wide_grid_1k";
static const char *const random_sets[] = {"adam1p_wide_grid_1k", "adam4p_wide_grid_1k",
                                          "adam8p_wide_grid_1k"};
enum { N_RANDOM_SET = sizeof random_sets / sizeof random_sets[0] };

static bool has_set(const struct hl_scores *scores, const char *name) {
  size_t i_set;
  return hl_scores_find_set(scores, name, &i_set) == HL_OK;
}

hl_status figure2_check(const struct hl_scores *scores) {
  if (has_set(scores, learned_set)) return HL_OK;
  return hl_fail(HL_USAGE, "figure2: %s has no set %s, which the list is learned from", scores->path,
                 learned_set);
}

static void choose_baselines(const struct hl_scores *scores, char *baselines, size_t size) {
  size_t used = 0;
  for (size_t i = 0; i < N_RANDOM_SET; i++) {
    if (!has_set(scores, random_sets[i])) continue;
    used += (size_t)snprintf(baselines + used, size - used, "random:%s,", random_sets[i]);
  }
  snprintf(baselines + used, size - used, "refined-minmax,refined-q90");
}

/* Where the scores have not all of the sets, the figure shows the others and says so. */
static hl_status tell_absent(const struct hl_scores *scores, const struct hl_context *context,
                             struct hl_table *table) {
  for (size_t i = 0; i < N_RANDOM_SET; i++) {
    if (has_set(scores, random_sets[i])) continue;
    hl_warn(context, "figure2: without random search over %s, which %s lacks", random_sets[i], scores->path);
    const hl_status status =
        hl_table_note(table, "without random:%s: the scores lack that set", random_sets[i]);
    if (status != HL_OK) return status;
  }
  return HL_OK;
}

hl_status figure2_make(struct hl_scores *scores, const struct figure_options *options,
                       const struct hl_context *context, struct figure_tables *tables) {
  hl_status status = HL_OK;
  struct hl_generalization *generalization = NULL;
  struct hl_table *curves = NULL, *speedup = NULL;
  char baselines[256];
  choose_baselines(scores, baselines, sizeof baselines);
  const struct hl_generalize_options generalize = {.set = learned_set,
                                                   .baselines = baselines,
                                                   .report = HL_REPORT_TEST,
                                                   .missing = options->missing,
                                                   .n_resample = options->n_resample,
                                                   .n_trial = options->n_trial};
  TRY(hl_generalize(scores, &generalize, context, &generalization));
  status = hl_series_tabulate(generalization, &curves);
  TRY(figure_tables_add(tables, "", curves, status));
  TRY(tell_absent(scores, context, curves));
  status = figure_tabulate_speedup(generalization, &speedup);
  TRY(figure_tables_add(tables, ".speedup", speedup, status));
out:
  hl_generalization_free(generalization);
  return status;
}
