#include "normalize/collapse.h"

#include <math.h>

void constants_add(struct constants_sum *sum, const struct averaged *averaged) {
  for (size_t c = 0; c < averaged->n_config; c++) {
    const double *loss = averaged->loss + c * averaged->n_step;
    if (averaged->n_point[c] > 0 && isfinite(loss[0])) {
      sum->sum_first += loss[0];
      sum->n_first++;
    }
    for (size_t s = 0; s < averaged->n_point[c]; s++) { /* (NaN is less than nothing) */
      if (loss[s] < sum->lowest && isfinite(loss[s])) sum->lowest = loss[s];
    }
  }
}

struct constants constants_get(const struct constants_sum *first, const struct constants_sum *lowest) {
  return (struct constants){
      .init = first->n_first > 0 ? first->sum_first / (double)first->n_first : NAN,
      .best = isfinite(lowest->lowest) ? lowest->lowest : NAN,
  };
}

bool constants_are_degenerate(struct constants constants) {
  return !(constants.best < constants.init);
}

struct collapsed collapse(const double *y, size_t n_point) {
  if (n_point == 0) return (struct collapsed){NAN, NAN, NAN};
  double sum = 0, min = y[0];
  for (size_t s = 0; s < n_point; s++) {
    sum += y[s];
    min = y[s] < min ? y[s] : min;
  }
  return (struct collapsed){sum / (double)n_point, min, y[n_point - 1]};
}
