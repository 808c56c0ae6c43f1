#include "base/quantile.h"

#include <float.h>

/* On i386: -msse2 -mfpmath=sse. (1, as on s390x, widens float alone.) */
_Static_assert(FLT_EVAL_METHOD == 0 || FLT_EVAL_METHOD == 1, "double arithmetic must be rounded to double");

double hl_quantile(const double *sorted, size_t n, double share) {
  const double place = share * (double)(n - 1);
  const size_t below = (size_t)place;
  const double beyond = place - (double)below;
  if (below == n - 1) return sorted[below];
  return (1 - beyond) * sorted[below] + beyond * sorted[below + 1];
}
