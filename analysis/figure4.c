/* Figure 4: a list on a task of one's own. Left, the curves of the trials made, validation and test, the best
 * of them black; right, the best validation loss so far against trials, as they were made and had the same
 * trials come in random order. What a random search over the whole set would have reached on this task nobody
 * knows: its configs were not run. */
#include "analysis/figure4.h"
#include "base/error.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

/* In the user's own sign; not finite is missing. */
static double show(double value, bool is_maximized) {
  return !isfinite(value) ? (double)NAN : is_maximized ? -value : value;
}

static hl_status add_point(struct hl_table *table, const char *series, size_t k, double q25, double median,
                           double q75) {
  const struct hl_cell row[] = {
      {.text = series}, {.integer = (int64_t)k + 1}, {.number = q25}, {.number = median}, {.number = q75}};
  return hl_table_add(table, row);
}

static hl_status add_points(const struct hl_track *track, bool is_maximized, struct hl_table *table) {
  static const char *const series[] = {"list", "list:test", "shuffled"};
  hl_status status = HL_OK;
  for (size_t s = 0; s < sizeof series / sizeof series[0]; s++) {
    for (size_t k = 0; k < track->n_trial; k++) {
      const struct hl_trial *best = track->best[k] < track->n_trial ? &track->trials[track->best[k]] : NULL;
      double q25 = (double)NAN,
             median = best == NULL ? (double)NAN
                      : s == 0     ? best->value
                                   : best->test_value,
             q75 = q25;
      if (s == 2) {
        q25 = hl_track_shuffled_quantile(track, k + 1, 0.25);
        median = hl_track_shuffled_quantile(track, k + 1, 0.5);
        q75 = hl_track_shuffled_quantile(track, k + 1, 0.75);
      }
      TRY(add_point(table, series[s], k, show(q25, is_maximized), show(median, is_maximized),
                    show(q75, is_maximized)));
    }
  }
out:
  return status;
}

hl_status figure4_tabulate_best(const struct hl_track *track, const struct hl_list *list, bool is_maximized,
                                struct hl_table **table) {
  static const struct hl_column columns[] = {{"series", HL_CELL_TEXT},
                                             {"trials", HL_CELL_INTEGER},
                                             {"q25", HL_CELL_NUMBER},
                                             {"median", HL_CELL_NUMBER},
                                             {"q75", HL_CELL_NUMBER}};
  hl_status status = HL_OK;
  TRY(hl_table_new(columns, sizeof columns / sizeof columns[0], table));
  TRY(hl_table_note(*table, "title: " FIGURE4_TITLE));
  TRY(hl_table_note(
      *table,
      "caption: %zu trials of a list of %zu configs of %s. Above, their curves of validation (solid) and "
      "test "
      "(dashed), the best black. Below, the best validation so far as the trials were made, and median with "
      "25-75 %% band had the same trials come in random order.",
      track->n_trial, list->n_entry, list->set));
  TRY(add_points(track, is_maximized, *table));
out:
  return status;
}

/* ---- Curves ---- */

struct placed {
  size_t trial;
  double value;
};

static int compare_placed(const void *a, const void *b) {
  const struct placed *one = a, *other = b;
  if (one->value != other->value) return one->value < other->value ? -1 : 1;
  return one->trial < other->trial ? -1 : 1;
}

static hl_status add_curve(const struct hl_trial *trial, size_t place, size_t i_trial,
                           const struct hl_list *list, bool is_maximized, struct hl_table *table) {
  hl_status status = HL_OK;
  for (size_t i = 0; i < trial->n_point; i++) {
    const struct hl_cell row[] = {{.integer = (int64_t)place + 1},
                                  {.integer = (int64_t)i_trial + 1},
                                  {.text = list->entries[trial->entry].config},
                                  {.number = trial->steps[i]},
                                  {.number = show(trial->valid[i], is_maximized)},
                                  {.number = show(trial->test[i], is_maximized)}};
    TRY(hl_table_add(table, row));
  }
out:
  return status;
}

hl_status figure4_tabulate_curves(const struct hl_track *track, const struct hl_list *list, bool is_maximized,
                                  struct hl_table **table) {
  static const struct hl_column columns[] = {{"place", HL_CELL_INTEGER}, {"trial", HL_CELL_INTEGER},
                                             {"config", HL_CELL_TEXT},   {"step", HL_CELL_NUMBER},
                                             {"valid", HL_CELL_NUMBER},  {"test", HL_CELL_NUMBER}};
  hl_status status = HL_OK;
  struct placed *places = NULL;
  TRY(hl_table_new(columns, sizeof columns / sizeof columns[0], table));
  TRY(hl_new_array(track->n_trial, sizeof *places, &places));
  for (size_t k = 0; k < track->n_trial; k++) places[k] = (struct placed){k, track->trials[k].value};
  qsort(places, track->n_trial, sizeof *places, compare_placed);
  for (size_t i = 0; i < track->n_trial; i++) {
    TRY(add_curve(&track->trials[places[i].trial], i, places[i].trial, list, is_maximized, *table));
  }
out:
  free(places);
  return status;
}
