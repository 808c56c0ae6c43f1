/* Quantiles of sorted values, by GSL's definition but in arithmetic of our own. */
#ifndef HL_BASE_QUANTILE_H
#define HL_BASE_QUANTILE_H

#include <stddef.h>

/* The value at place share * (n - 1) of sorted[n], n > 0, ascending, counted from 0; between two values in
 * proportion: gsl_stats_quantile_from_sorted_data. GSL itself is built with whatever its processor offers (a
 * fused a*b+c, 80 bits), which moves the last digit; ours is the same double on every processor. */
double hl_quantile(const double *sorted, size_t n, double share);

#endif
