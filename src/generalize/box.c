#include "generalize/box.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/quantile.h"

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>

hl_status hl_points_init(struct hl_points *points, const struct hl_score_set *set) {
  hl_status status = HL_OK;
  const size_t n = set->hyperparameters.n;
  *points = (struct hl_points){.n_config = set->configs.n, .n_dimension = n};
  TRY(hl_new_array(n, sizeof *points->scales, &points->scales));
  TRY(hl_new_array(points->n_config * n, sizeof(double), &points->coordinates));
  for (size_t d = 0; d < n; d++) points->scales[d] = hl_scale_find(set->hyperparameters.items[d]);
  for (size_t c = 0; c < points->n_config; c++) {
    for (size_t d = 0; d < n; d++) {
      const double value = set->hyperparameter_values[c * n + d];
      points->coordinates[c * n + d] = hl_scale_coordinate(points->scales[d], value);
    }
  }
out:
  return status;
}

void hl_points_clear(struct hl_points *points) {
  free(points->scales);
  free(points->coordinates);
  *points = (struct hl_points){0};
}

/* The interval's range is that of quantiles; *median is the middle one, where there is a range. room has
 * place for n_best coordinates. */
static void fill_interval(struct hl_interval *interval, const struct hl_points *points, size_t dimension,
                          const size_t *best, size_t n_best, double tail, double *room, double *median) {
  size_t n = 0;
  for (size_t i = 0; i < n_best; i++) {
    const double x = points->coordinates[best[i] * points->n_dimension + dimension];
    if (isnan(x)) {
      interval->has_no_coordinate = true;
    } else if (points->scales[dimension] == HL_SCALE_BOOLEAN) {
      interval->has_boolean[x != 0] = true;
    } else {
      room[n++] = x;
    }
  }
  if (n == 0) return;
  gsl_sort(room, 1, n);
  interval->has_range = true;
  interval->low = hl_quantile(room, n, tail);
  interval->high = hl_quantile(room, n, 1 - tail);
  *median = gsl_stats_median_from_sorted_data(room, 1, n);
}

/* The box between quantiles; medians[points->n_dimension] of the dimensions with a range. */
static hl_status init(struct hl_box *box, const struct hl_points *points, const size_t *best, size_t n_best,
                      double tail, double *medians) {
  hl_status status = HL_OK;
  double *room = NULL;
  *box = (struct hl_box){.n_dimension = points->n_dimension};
  TRY(hl_new_array(box->n_dimension, sizeof *box->intervals, &box->intervals));
  TRY(hl_new_array(n_best, sizeof *room, &room));
  for (size_t d = 0; d < box->n_dimension; d++) {
    fill_interval(&box->intervals[d], points, d, best, n_best, tail, room, &medians[d]);
  }
out:
  free(room);
  return status;
}

hl_status hl_box_init(struct hl_box *box, const struct hl_points *points, const size_t *best, size_t n_best,
                      double tail) {
  hl_status status = HL_OK;
  double *medians = NULL;
  *box = (struct hl_box){0};
  TRY(hl_new_array(points->n_dimension, sizeof *medians, &medians));
  TRY(init(box, points, best, n_best, tail, medians));
out:
  free(medians);
  return status;
}

/* The smallest s whose box holds this config of the bounding box. */
static double find_factor(const struct hl_box *box, const struct hl_points *points, const double *medians,
                          size_t config) {
  double factor = 0;
  for (size_t d = 0; d < box->n_dimension; d++) {
    const struct hl_interval *interval = &box->intervals[d];
    const double x = points->coordinates[config * points->n_dimension + d], m = medians[d];
    if (!interval->has_range || isnan(x) || x == m) continue;
    const double own = x < m ? (m - x) / (m - interval->low) : (x - m) / (interval->high - m);
    if (own > factor) factor = own;
  }
  return factor;
}

static void shrink(struct hl_box *box, const double *medians, double factor) {
  for (size_t d = 0; d < box->n_dimension; d++) {
    struct hl_interval *interval = &box->intervals[d];
    if (!interval->has_range) continue;
    interval->low = medians[d] - factor * (medians[d] - interval->low);
    interval->high = medians[d] + factor * (interval->high - medians[d]);
  }
}

hl_status hl_box_init_joint(struct hl_box *box, const struct hl_points *points, const size_t *best,
                            size_t n_best, size_t percent) {
  hl_status status = HL_OK;
  double *medians = NULL, *factors = NULL;
  *box = (struct hl_box){0};
  TRY(hl_new_array(points->n_dimension, sizeof *medians, &medians));
  TRY(hl_new_array(n_best, sizeof *factors, &factors));
  TRY(init(box, points, best, n_best, 0, medians));
  if (n_best == 0) goto out;
  for (size_t i = 0; i < n_best; i++) factors[i] = find_factor(box, points, medians, best[i]);
  gsl_sort(factors, 1, n_best);
  const size_t n_held = (n_best * percent + 99) / 100; /* rounded up */
  shrink(box, medians, factors[n_held > 0 ? n_held - 1 : 0]);
out:
  free(medians);
  free(factors);
  return status;
}

void hl_box_clear(struct hl_box *box) {
  free(box->intervals);
  *box = (struct hl_box){0};
}

static bool interval_contains(const struct hl_interval *interval, enum hl_scale scale, double x) {
  if (isnan(x)) return interval->has_no_coordinate;
  if (scale == HL_SCALE_BOOLEAN) return interval->has_boolean[x != 0];
  if (!interval->has_range) return false;
  const double low = interval->low, high = interval->high;
  const double margin = 1e-9 * (high - low) + 1e-12 * fmax(fabs(low), fabs(high));
  return x >= low - margin && x <= high + margin;
}

bool hl_box_contains(const struct hl_box *box, const struct hl_points *points, size_t config) {
  bool is_inside = true;
  for (size_t d = 0; d < box->n_dimension && is_inside; d++) {
    const double x = points->coordinates[config * points->n_dimension + d];
    is_inside = interval_contains(&box->intervals[d], points->scales[d], x);
  }
  return is_inside;
}
