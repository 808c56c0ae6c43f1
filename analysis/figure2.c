/* Figure 2: mean normalized test loss of the best configuration so far, on tasks that nothing was learned
 * from, against trials. The list learned from Adam8p on half of the tasks (black), random search over Adam1p,
 * Adam4p and Adam8p, and random search over Adam8p refined to the box of the train tasks' best
 * configurations, min/max or 90 %. Medians and 25-75 percentiles over 50 random halves of the tasks. */
#include "analysis/parts.h"
#include "base/error.h"
#include "base/pool.h"

FIGURE(figure2);

hl_status figure2_check(struct hl_scores *scores, const struct figure_options *options) {
  return figure_check_learner(scores, options, "figure2", 2);
}

static bool has_hyperparameters(const struct hl_scores *scores, const char *set) {
  size_t i_set;
  return hl_scores_find_set(scores, set, &i_set) == HL_OK &&
         scores->sets[i_set].hyperparameter_values != NULL;
}

hl_status figure2_make(struct hl_scores *scores, const struct figure_options *options,
                       const struct hl_context *context, struct figure_tables *tables) {
  hl_status status = HL_OK;
  struct hl_generalization *generalization = NULL;
  char speedup[700];
  const char *learner = figure_learner(options);
  const bool is_refined = has_hyperparameters(scores, learner);
  const struct figure_curves curves = {.figure = "figure2",
                                       .random_sets = {"adam1p_wide_grid_1k", "adam4p_wide_grid_1k"},
                                       .baselines = is_refined ? "refined-minmax,refined-q90" : ""};
  if (!is_refined) hl_warn(context, "figure2: without refined search: %s has no hyperparameters", learner);
  TRY(figure_make_curves(scores, &curves, options, context, tables, &generalization));
  TRY(figure_caption(
      tables->items[0].table,
      "Mean normalized test loss of the best configuration so far on %zu held-out tasks, lists learned "
      "from %s on the %zu others; medians and 25-75 %% bands over %zu random splits.%s %s.",
      generalization->n_test, figure_set_label(learner), generalization->n_train,
      generalization->series[0].n_resample,
      is_refined ? " Refined search draws from the measured configurations only." : "",
      figure_describe_speedup(generalization, speedup, sizeof speedup)));
out:
  hl_generalization_free(generalization);
  return status;
}
