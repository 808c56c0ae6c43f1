/* Table E.1: how much of each search space the refined ones are. Log-volumes of the original box, of the
 * bounding box of all tasks' best configs (min/max), of the box between their 5th and 95th percentiles, and
 * of the smallest shrunk bounding box with 90 % of them, in sampling coordinates; and how many of the set's
 * configs, and of the best ones, fall inside. */
#include "analysis/parts.h"
#include "base/error.h"
#include "base/memory.h"
#include "generalize/box.h"
#include "learn/cells.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

FIGURE(space);

static bool has_hyperparameters(const struct hl_score_set *set) {
  return set->hyperparameters.n > 0 && set->hyperparameter_values != NULL;
}

hl_status space_check(struct hl_scores *scores, const struct figure_options *options) {
  (void)options;
  for (size_t i = 0; i < scores->n_set; i++) {
    if (has_hyperparameters(&scores->sets[i]) && figure_count_tasks(scores, NULL) > 0) return HL_OK;
  }
  return hl_fail(HL_USAGE, "space: %s has no set with hyperparameters and a task that is not degenerate",
                 scores->path);
}

/* ---- One set ---- */

struct measured {
  const struct hl_score_set *set;
  struct hl_points points;
  struct hl_cells cells;
  size_t n_best, *best; /* configs, one for each task that has one below 1 */
  size_t n_all, *all;   /* all kept configs */
};

static hl_status measured_init(struct measured *it, struct hl_scores *scores, size_t i_set,
                               enum hl_missing missing) {
  hl_status status = HL_OK;
  size_t *rows = NULL, n_row;
  it->set = &scores->sets[i_set];
  TRY(hl_cells_select_rows(scores, NULL, scores->degenerate, &rows, &n_row));
  if (missing == HL_MISSING_DROP_TASK) TRY(hl_cells_drop_holes(scores, i_set, 0, rows, &n_row));
  TRY(hl_cells_init(&it->cells, scores, it->set, rows, n_row, missing, 0, NULL));
  TRY(hl_points_init(&it->points, it->set));
  TRY(hl_new_array(n_row, sizeof *it->best, &it->best));
  TRY(hl_cells_find_best(&it->cells, it->best));
  for (size_t t = 0; t < n_row; t++) {
    if (it->best[t] < it->cells.n_config) it->best[it->n_best++] = it->best[t];
  }
  TRY(hl_new_array(it->cells.n_config, sizeof *it->all, &it->all));
  for (size_t c = 0; c < it->cells.n_config; c++) {
    if (it->cells.is_kept[c]) it->all[it->n_all++] = c;
  }
out:
  free(rows);
  return status;
}

static void measured_clear(struct measured *it) {
  hl_points_clear(&it->points);
  hl_cells_clear(&it->cells);
  free(it->best);
  free(it->all);
}

/* The box that configs were drawn from, where that is known; else the bounding box of all there are. */
static hl_status init_original(struct hl_box *box, const struct measured *it) {
  const struct hl_space *space = hl_space_find(it->set->name);
  const hl_status status = hl_box_init(box, &it->points, it->all, it->n_all, 0);
  for (size_t d = 0; status == HL_OK && space != NULL && d < space->n_dimension; d++) {
    const struct hl_dimension *dimension = &space->dimensions[d];
    for (size_t k = 0; k < box->n_dimension; k++) {
      if (strcmp(it->set->hyperparameters.items[k], dimension->name) != 0) continue;
      const bool is_log = dimension->scale == HL_SCALE_LOG || dimension->scale == HL_SCALE_LOG_ONE_MINUS;
      box->intervals[k].low = is_log ? log(dimension->low) : dimension->low;
      box->intervals[k].high = is_log ? log(dimension->high) : dimension->high;
    }
  }
  return status;
}

/* ---- Rows ---- */

/* Of the dimensions with a range; a boolean counts as the logarithm of how many values it may have. What a
 * dimension has beside its range, an exact 0, has no volume. */
static double log_volume(const struct hl_box *box, const struct hl_points *points) {
  double sum = 0;
  for (size_t d = 0; d < box->n_dimension; d++) {
    const struct hl_interval *it = &box->intervals[d];
    if (points->scales[d] == HL_SCALE_BOOLEAN) {
      sum += log((double)(it->has_boolean[0] + it->has_boolean[1]));
    } else {
      sum += log(it->has_range ? it->high - it->low : 0);
    }
  }
  return sum;
}

static size_t count_inside(const struct hl_box *box, const struct hl_points *points, const size_t *configs,
                           size_t n) {
  size_t n_inside = 0;
  for (size_t i = 0; i < n; i++) n_inside += hl_box_contains(box, points, configs[i]);
  return n_inside;
}

static double divide(size_t a, size_t b) {
  return b > 0 ? (double)a / (double)b : (double)NAN;
}

static hl_status add_row(const struct measured *it, const char *name, const struct hl_box *box,
                         double original, struct hl_table *table) {
  const size_t n_inside = count_inside(box, &it->points, it->all, it->n_all);
  const double volume = log_volume(box, &it->points);
  const struct hl_cell row[] = {
      {.text = it->set->name},
      {.text = name},
      {.integer = (int64_t)box->n_dimension},
      {.number = volume},
      {.number = exp(volume - original)},
      {.integer = (int64_t)n_inside},
      {.integer = (int64_t)it->n_all},
      {.number = divide(n_inside, it->n_all)},
      {.number = divide(count_inside(box, &it->points, it->best, it->n_best), it->n_best)}};
  return hl_table_add(table, row);
}

/* In the units of the hyperparameter itself. */
static double get_value(enum hl_scale scale, double coordinate) {
  if (scale == HL_SCALE_LOG) return exp(coordinate);
  return scale == HL_SCALE_LOG_ONE_MINUS ? 1 - exp(coordinate) : coordinate;
}

static hl_status add_intervals(const struct measured *it, const char *name, const struct hl_box *box,
                               struct hl_table *table) {
  hl_status status = HL_OK;
  for (size_t d = 0; d < box->n_dimension; d++) {
    const struct hl_interval *interval = &box->intervals[d];
    const enum hl_scale scale = it->points.scales[d];
    const bool is_boolean = scale == HL_SCALE_BOOLEAN, is_reversed = scale == HL_SCALE_LOG_ONE_MINUS;
    double low = get_value(scale, is_reversed ? interval->high : interval->low);
    double high = get_value(scale, is_reversed ? interval->low : interval->high);
    if (is_boolean) low = interval->has_boolean[0] ? 0 : 1, high = interval->has_boolean[1] ? 1 : 0;
    if (!is_boolean && !interval->has_range) low = high = (double)NAN;
    const struct hl_cell row[] = {
        {.text = it->set->name}, {.text = name},   {.text = it->set->hyperparameters.items[d]},
        {.number = low},         {.number = high}, {.integer = interval->has_no_coordinate}};
    TRY(hl_table_add(table, row));
  }
out:
  return status;
}

/* ---- All sets ---- */

static hl_status add_set(const struct measured *it, struct hl_table *volumes, struct hl_table *intervals) {
  static const char *const refined[] = {"refined-minmax", "refined-q90", "refined-q90-joint"};
  hl_status status = HL_OK;
  struct hl_box box;
  TRY(init_original(&box, it));
  const double original = log_volume(&box, &it->points);
  TRY(add_row(it, "original", &box, original, volumes));
  TRY(add_intervals(it, "original", &box, intervals));
  for (size_t i = 0; i < sizeof refined / sizeof refined[0]; i++) {
    hl_box_clear(&box);
    TRY(i == 2 ? hl_box_init_joint(&box, &it->points, it->best, it->n_best, 90)
               : hl_box_init(&box, &it->points, it->best, it->n_best, i == 1 ? 0.05 : 0));
    TRY(add_row(it, refined[i], &box, original, volumes));
    TRY(add_intervals(it, refined[i], &box, intervals));
  }
out:
  hl_box_clear(&box);
  return status;
}

static hl_status add_sets(struct hl_scores *scores, enum hl_missing missing, struct hl_table *volumes,
                          struct hl_table *intervals) {
  hl_status status = HL_OK;
  for (size_t i = 0; i < scores->n_set; i++) {
    struct measured it = {0};
    if (!has_hyperparameters(&scores->sets[i])) continue;
    status = measured_init(&it, scores, i, missing);
    if (status == HL_OK) status = add_set(&it, volumes, intervals);
    measured_clear(&it);
    if (status != HL_OK) break;
  }
  return status;
}

hl_status space_make(struct hl_scores *scores, const struct figure_options *options,
                     const struct hl_context *context, struct figure_tables *tables) {
  static const struct hl_column columns[] = {{"set", HL_CELL_TEXT},
                                             {"box", HL_CELL_TEXT},
                                             {"n_dimensions", HL_CELL_INTEGER},
                                             {"log_volume", HL_CELL_NUMBER},
                                             {"of_original", HL_CELL_NUMBER},
                                             {"n_inside", HL_CELL_INTEGER},
                                             {"n_configs", HL_CELL_INTEGER},
                                             {"share_inside", HL_CELL_NUMBER},
                                             {"share_best", HL_CELL_NUMBER}};
  static const struct hl_column interval_columns[] = {
      {"set", HL_CELL_TEXT},   {"box", HL_CELL_TEXT},    {"hyperparameter", HL_CELL_TEXT},
      {"low", HL_CELL_NUMBER}, {"high", HL_CELL_NUMBER}, {"has_zero", HL_CELL_INTEGER}};
  hl_status status = HL_OK;
  struct hl_table *volumes = NULL, *intervals = NULL;
  (void)context;
  status = hl_table_new(columns, sizeof columns / sizeof columns[0], &volumes);
  TRY(figure_tables_add(tables, "", volumes, status));
  status = hl_table_new(interval_columns, sizeof interval_columns / sizeof interval_columns[0], &intervals);
  TRY(figure_tables_add(tables, ".intervals", intervals, status));
  TRY(add_sets(scores, options->missing, volumes, intervals));
  TRY(hl_table_note(volumes,
                    "log_volume: natural logarithm, in sampling coordinates (log; log(1 - beta)); the last "
                    "digits may differ between processors"));
  TRY(hl_table_note(volumes, "share_best: of the tasks' best configs, how many the box holds"));
  TRY(figure_caption(
      volumes,
      "Volumes of the search spaces: as sampled, the bounding box of the best configurations of "
      "all %zu tasks, and the box between their 5th and 95th percentiles; and which share of "
      "the configurations falls inside.",
      figure_count_tasks(scores, NULL)));
out:
  return status;
}
