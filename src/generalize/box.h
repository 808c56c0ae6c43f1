/* Boxes of hyperparameters: where the best configs of some tasks lie, in sampling coordinates (log; log(1 -
 * beta)). */
#ifndef HL_GENERALIZE_BOX_H
#define HL_GENERALIZE_BOX_H

#include "hyperlist/scores.h"
#include "hyperlist/space.h"

#include <stdbool.h>

/* The configs of a set as points. */
struct hl_points {
  size_t n_config, n_dimension;
  enum hl_scale *scales; /* [n_dimension] */
  double *coordinates;   /* [n_config][n_dimension]; NaN: a value without coordinate: 0 on a log scale, or
                            unknown */
};

/* One dimension. What has no coordinate is inside if one of the best had none; a boolean is inside if one of
 * the best had it. */
struct hl_interval {
  bool has_range, has_no_coordinate, has_boolean[2];
  double low, high; /* the range, before it is widened */
};

struct hl_box {
  size_t n_dimension;
  struct hl_interval *intervals;
};

/* Clear it in any case. O(configs x dimensions) logarithms. */
hl_status hl_points_init(struct hl_points *points, const struct hl_score_set *set);
void hl_points_clear(struct hl_points *points);

/* The box of the configs best[n_best] (repeats count): each dimension from the `tail` to the `1 - tail`
 * quantile of its coordinates, so that tail = 0 is the bounding box. Clear it in any case. O(dimensions x
 * n_best log n_best). */
hl_status hl_box_init(struct hl_box *box, const struct hl_points *points, const size_t *best, size_t n_best,
                      double tail);

/* The bounding box of best[n_best], shrunk towards the medians by one factor s in 0..1 for all dimensions: of
 * each the coordinates from m - s (m - min) to m + s (max - m), where m is GSL's median. s is the smallest
 * whose box holds at least `percent` of the best, repeats counted. Values without coordinate and booleans as
 * in the bounding box. Clear it in any case. O(dimensions x n_best log n_best). */
hl_status hl_box_init_joint(struct hl_box *box, const struct hl_points *points, const size_t *best,
                            size_t n_best, size_t percent);

void hl_box_clear(struct hl_box *box);

/* Is the config inside, the range widened by 1e-9 of its width and 1e-12 of its larger end so that no corner
 * is lost to rounding? */
bool hl_box_contains(const struct hl_box *box, const struct hl_points *points, size_t config);

#endif
