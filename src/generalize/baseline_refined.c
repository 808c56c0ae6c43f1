/* Refined random search: among the measured configs inside a box of the train tasks' best. */
#include "base/error.h"
#include "base/memory.h"
#include "generalize/baseline.h"

#include <stdlib.h>

typedef hl_status (*box_maker)(struct hl_box *box, const struct hl_points *points, const size_t *best,
                               size_t n_best);

/* The configs inside the box of the train tasks' best, ascending; n_inside and enclosed of trials. */
static hl_status list_inside(struct hl_trials *trials, box_maker make_box, size_t *inside) {
  hl_status status = HL_OK;
  const struct hl_cells *cells = trials->cells;
  struct hl_box box = {0};
  size_t *best = NULL, n_best = 0, n_enclosed = 0;
  trials->n_inside = 0;
  TRY(hl_new_array(trials->fold->n_train, sizeof *best, &best));
  for (size_t i = 0; i < trials->fold->n_train; i++) {
    const size_t config = trials->best[trials->fold->train[i]];
    if (config < cells->n_config) best[n_best++] = config;
  }
  TRY(make_box(&box, trials->points, best, n_best));
  for (size_t c = 0; c < cells->n_config; c++) {
    if (cells->is_kept[c] && hl_box_contains(&box, trials->points, c)) inside[trials->n_inside++] = c;
  }
  for (size_t i = 0; i < n_best; i++) n_enclosed += hl_box_contains(&box, trials->points, best[i]);
  trials->enclosed = n_best > 0 ? (double)n_enclosed / (double)n_best : 0;
out:
  hl_box_clear(&box);
  free(best);
  return status;
}

static hl_status run_in(struct hl_trials *trials, box_maker make_box, const char *name) {
  hl_status status = HL_OK;
  size_t *order = NULL;
  TRY(hl_new_array(trials->cells->n_config, sizeof *order, &order));
  TRY(list_inside(trials, make_box, order));
  TRY(hl_trials_shuffle(trials, name, order, trials->n_inside));
  TRY(hl_trials_try(trials, order, trials->n_inside));
out:
  free(order);
  return status;
}

static hl_status make_minmax(struct hl_box *box, const struct hl_points *points, const size_t *best,
                             size_t n_best) {
  return hl_box_init(box, points, best, n_best, 0);
}

static hl_status make_q90(struct hl_box *box, const struct hl_points *points, const size_t *best,
                          size_t n_best) {
  return hl_box_init(box, points, best, n_best, 0.05);
}

static hl_status make_q90_joint(struct hl_box *box, const struct hl_points *points, const size_t *best,
                                size_t n_best) {
  return hl_box_init_joint(box, points, best, n_best, 90);
}

static hl_status run_minmax(struct hl_trials *trials) {
  return run_in(trials, make_minmax, hl_refined_minmax.name);
}

static hl_status run_q90(struct hl_trials *trials) {
  return run_in(trials, make_q90, hl_refined_q90.name);
}

static hl_status run_q90_joint(struct hl_trials *trials) {
  return run_in(trials, make_q90_joint, hl_refined_q90_joint.name);
}

const struct hl_baseline hl_refined_minmax = {
    .name = "refined-minmax", .is_refined = true, .run = run_minmax};
const struct hl_baseline hl_refined_q90 = {.name = "refined-q90", .is_refined = true, .run = run_q90};
const struct hl_baseline hl_refined_q90_joint = {
    .name = "refined-q90-joint", .is_refined = true, .run = run_q90_joint};
