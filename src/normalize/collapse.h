/* Steps 2 to 4 of the scores: a task's constants, the clipped normalized loss y, and a curve as one number.
 */
#ifndef HL_NORMALIZE_COLLAPSE_H
#define HL_NORMALIZE_COLLAPSE_H

#include "normalize/average.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

/* What maps a task's losses to [0, 1]: init to 1, best to 0. NaN where nothing finite was seen. */
struct constants {
  double init; /* mean finite loss at the first step */
  double best; /* lowest finite loss */
};

/* Running sums of the constants; all zero but lowest = +inf to begin with. */
struct constants_sum {
  double sum_first, lowest;
  size_t n_first;
};

void constants_add(struct constants_sum *sum, const struct averaged *averaged);
struct constants constants_get(const struct constants_sum *first, const struct constants_sum *lowest);

/* No finite loss, or none below the start: nothing can be told of such a task. */
bool constants_are_degenerate(struct constants constants);

/* y = clip((L - best) / (init - best), 0, 1); 1 for a non-finite L. */
static inline double normalize_loss(double loss, struct constants constants) {
  const double y = (loss - constants.best) / (constants.init - constants.best);
  return !isfinite(loss) ? 1 : y < 0 ? 0 : y < 1 ? y : 1;
}

/* One curve y[0..n_point) collapsed in each way; NaN if n_point is 0. */
struct collapsed {
  double mean, min, last;
};
struct collapsed collapse(const double *y, size_t n_point);

#endif
