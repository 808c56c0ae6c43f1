/* Quantiles are GSL's, to the bit where GSL's own arithmetic is plain, to the last digit elsewhere. */
#include "base/quantile.h"
#include "made_scores.h"
#include "test.h"

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>

START_TEST(quantiles_are_gsl_s) {
  static const double shares[] = {0, 0.05, 0.25, 1.0 / 3, 0.5, 0.75, 0.95, 1};
  double values[60];
  unsigned state = 5;
  for (size_t n = 1; n <= 60; n++) {
    for (size_t i = 0; i < n; i++) values[i] = (double)made_random(&state, 1000000) / 999983 - 0.5;
    gsl_sort(values, 1, n);
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
      const double expected = gsl_stats_quantile_from_sorted_data(values, 1, n, shares[i]);
#ifdef __x86_64__
      ck_assert_double_eq(hl_quantile(values, n, shares[i]), expected);
#else
      ck_assert_double_eq_tol(hl_quantile(values, n, shares[i]), expected, 1e-15);
#endif
    }
  }
}
END_TEST

/* With i = 1000 the share is 1: the last value. Elsewhere a fused a*b+c would differ in some last digits. */
START_TEST(products_are_rounded_before_they_are_added) {
  const double sorted[] = {0.1, 0.1};
  for (int i = 0; i <= 1000; i++) {
    const double beyond = i / 1000.0, product = (1 - beyond) * sorted[0], other = beyond * sorted[1];
    volatile double left = product, right = other; /* stored, so rounded */
    ck_assert_double_eq(hl_quantile(sorted, 2, beyond), left + right);
  }
}
END_TEST

static Suite *quantile_suite(void) {
  Suite *suite = suite_create("quantile");
  TCase *tcase = tcase_create("quantile");
  tcase_add_test(tcase, quantiles_are_gsl_s);
  tcase_add_test(tcase, products_are_rounded_before_they_are_added);
  suite_add_tcase(suite, tcase);
  return suite;
}

HL_TEST_MAIN(quantile_suite)
