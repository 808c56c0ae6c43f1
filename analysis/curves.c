/* A learned list beside random searches, on tasks that nothing was learned from: what Figures 2, 3c and 3d
 * have in common. */
#include "analysis/parts.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/pool.h"
#include "generalize/series_table.h"

#include <stdlib.h>
#include <string.h>

/* The random searches of the paper that the scores have, then the learner's own, then the rest. */
static hl_status list_baselines(const struct hl_scores *scores, const struct figure_curves *curves,
                                const char *learner, struct hl_strings *absent, char **baselines) {
  hl_status status = hl_copy_text("", baselines);
  for (size_t i = 0; i < 3 && curves->random_sets[i] != NULL && status == HL_OK; i++) {
    size_t i_set;
    char *longer;
    if (hl_scores_find_set(scores, curves->random_sets[i], &i_set) != HL_OK) {
      status = hl_strings_add(absent, curves->random_sets[i]);
      continue;
    }
    status = hl_format_text(&longer, "%srandom:%s,", *baselines, curves->random_sets[i]);
    if (status != HL_OK) return status;
    free(*baselines);
    *baselines = longer;
  }
  char *whole;
  if (status == HL_OK) {
    status = hl_format_text(&whole, "%srandom:%s%s%s", *baselines, learner,
                            *curves->baselines != '\0' ? "," : "", curves->baselines);
  }
  if (status != HL_OK) return status;
  free(*baselines);
  *baselines = whole;
  return HL_OK;
}

/* Where the scores have not all of the paper's sets, the figure shows the others and says so. Whoever learns
 * from another set does not expect them. */
static hl_status tell_absent(const struct hl_scores *scores, const char *figure,
                             const struct hl_strings *absent, const struct hl_context *context,
                             struct hl_table *table) {
  for (size_t i = 0; i < absent->n; i++) {
    hl_warn(context, "%s: without random search over %s, which %s lacks", figure, absent->items[i],
            scores->path);
    const hl_status status =
        hl_table_note(table, "without random:%s: the scores lack that set", absent->items[i]);
    if (status != HL_OK) return status;
  }
  return HL_OK;
}

hl_status figure_make_curves(struct hl_scores *scores, const struct figure_curves *curves,
                             const struct figure_options *options, const struct hl_context *context,
                             struct figure_tables *tables, struct hl_generalization **generalization) {
  hl_status status = HL_OK;
  struct hl_strings absent = {0};
  struct hl_table *table = NULL, *speedup = NULL;
  char *baselines = NULL;
  *generalization = NULL;
  TRY(list_baselines(scores, curves, figure_learner(options), &absent, &baselines));
  const struct hl_generalize_options generalize = {.set = figure_learner(options),
                                                   .split = curves->split,
                                                   .baselines = baselines,
                                                   .report = HL_REPORT_TEST,
                                                   .missing = options->missing,
                                                   .n_resample = options->n_resample,
                                                   .n_trial = options->n_trial};
  TRY(hl_generalize(scores, &generalize, context, generalization));
  status = hl_series_tabulate(*generalization, &table);
  TRY(figure_tables_add(tables, "", table, status));
  if (options->set == NULL) TRY(tell_absent(scores, curves->figure, &absent, context, table));
  status = figure_tabulate_speedup(*generalization, &speedup);
  TRY(figure_tables_add(tables, ".speedup", speedup, status));
out:
  hl_strings_clear(&absent);
  free(baselines);
  return status;
}
