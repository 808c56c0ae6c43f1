/* The paper's headline: how many trials the others need for what the learned list reaches in a few. */
#include "analysis/parts.h"
#include "base/error.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

static const size_t trials[] = {1, 2, 5, 10, 20, 50};

static hl_status add_rows(const struct hl_series *learned, const struct hl_series *other,
                          struct hl_table *table) {
  hl_status status = HL_OK;
  for (size_t i = 0; i < sizeof trials / sizeof trials[0] && trials[i] <= learned->n_trial; i++) {
    const double target = learned->median[trials[i] - 1];
    const size_t n_needed = hl_series_trials_to_reach(other, target);
    const struct hl_cell row[] = {{.text = other->name},
                                  {.integer = (int64_t)trials[i]},
                                  {.number = target},
                                  {.integer = n_needed > 0 ? (int64_t)n_needed : HL_NO_INTEGER}};
    TRY(hl_table_add(table, row));
  }
out:
  return status;
}

hl_status figure_tabulate_speedup(const struct hl_generalization *generalization, struct hl_table **table) {
  static const struct hl_column columns[] = {{"series", HL_CELL_TEXT},
                                             {"trials", HL_CELL_INTEGER},
                                             {"learned_median", HL_CELL_NUMBER},
                                             {"trials_needed", HL_CELL_INTEGER}};
  hl_status status = HL_OK;
  TRY(hl_table_new(columns, sizeof columns / sizeof columns[0], table));
  TRY(hl_table_note(
      *table, "trials_needed: trials after which a series' median is at most the learned list's after so "
              "many trials; NA: never"));
  for (size_t i = 1; i < generalization->n_series; i++) {
    TRY(add_rows(&generalization->series[0], &generalization->series[i], *table));
  }
out:
  return status;
}

const char *figure_describe_speedup(const struct hl_generalization *generalization, char *text, size_t size) {
  static const char prefix[] = "random:";
  const struct hl_series *learned = &generalization->series[0];
  const size_t k = learned->n_trial < 10 ? learned->n_trial : 10, length = sizeof prefix - 1;
  const char *before = "for which random search needs ";
  size_t used = (size_t)snprintf(text, size, "After %zu trial%s the learned list has a median of %.3g", k,
                                 k == 1 ? "" : "s", learned->median[k - 1]);
  for (size_t i = 1; i < generalization->n_series && used < size; i++) {
    const struct hl_series *series = &generalization->series[i];
    if (strncmp(series->name, prefix, length) != 0) continue;
    const size_t n = hl_series_trials_to_reach(series, learned->median[k - 1]);
    const char *set = figure_set_label(series->name + length);
    if (n > k) {
      used += (size_t)snprintf(text + used, size - used, ", %s%zu trials over %s (%.2g times as many)",
                               before, n, set, (double)n / (double)k);
    } else if (n > 0) {
      used += (size_t)snprintf(text + used, size - used, ", %sno more than %zu over %s", before, n, set);
    } else {
      used += (size_t)snprintf(text + used, size - used, ", %smore than its %zu over %s", before,
                               series->n_trial, set);
    }
    before = "";
  }
  return text;
}
