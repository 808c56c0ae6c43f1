/* One kind of tasks held out, lists learned from the other kinds: Figures 3c and 3d. */
#include "analysis/parts.h"
#include "base/error.h"
#include "base/memory.h"

#include <stdlib.h>

enum { MOST_TRAIN_TASKS = 700 };

hl_status figure_check_kind(const struct hl_scores *scores, const struct figure_options *options,
                            const char *figure, const char *kind) {
  const hl_status status = figure_check_learner(scores, options, figure, 2);
  if (status != HL_OK) return status;
  const size_t n = figure_count_tasks(scores, kind), n_other = figure_count_tasks(scores, NULL) - n;
  if (n > 0 && n_other > 0) return HL_OK;
  return hl_fail(HL_USAGE, "%s: %s has no tasks of %s kind %s, which are to be %s", figure, scores->path,
                 n > 0 ? "another kind than" : "the", kind, n > 0 ? "learned from" : "held out");
}

hl_status figure_make_kind(struct hl_scores *scores, const struct figure_options *options, const char *figure,
                           const char *kind, const char *kind_in_words, const struct hl_context *context,
                           struct figure_tables *tables) {
  hl_status status = HL_OK;
  struct hl_generalization *generalization = NULL;
  char *hold_out = NULL, speedup[600];
  TRY(hl_format_text(&hold_out, "kind:%s", kind));
  const struct figure_curves curves = {.figure = figure,
                                       .split = {.hold_out = hold_out, .train_tasks = MOST_TRAIN_TASKS},
                                       .random_sets = {"adam1p_wide_grid_1k"},
                                       .baselines = "best-case"};
  TRY(figure_make_curves(scores, &curves, options, context, tables, &generalization));
  const struct hl_series *learned = &generalization->series[0];
  const struct hl_series *best = hl_generalization_find(generalization, "best-case");
  const size_t k = learned->n_trial < 10 ? learned->n_trial : 10;
  TRY(figure_caption(
      tables->items[0].table,
      "Test loss on the %zu %s of lists learned from %s on %zu tasks of other kinds; medians and 25-75 "
      "%% bands over %zu resamplings. The best case, learned from the very tasks it is tested on, has "
      "%.3g after %zu trials. %s.",
      generalization->n_test, kind_in_words, figure_set_label(figure_learner(options)),
      generalization->n_train, learned->n_resample, best->median[k - 1], k,
      figure_describe_speedup(generalization, speedup, sizeof speedup)));
out:
  hl_generalization_free(generalization);
  free(hold_out);
  return status;
}
