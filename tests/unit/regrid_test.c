/* The grid rule against exact arithmetic: expected numbers are from Python's fractions (the program is in
 * each comment). */
#include "ingest/regrid.h"
#include "test.h"

#include <math.h>

/* ---- Signs ----
 * from fractions import Fraction as F
 * g = lambda first, last, n, s, i: (F(s) - F(first)) * (n - 1) - (F(last) - F(first)) * i   # its sign */
START_TEST(points_are_compared_exactly) {
  const struct {
    double first, last, s;
    size_t n, i;
    int sign;
  } cases[] = {
      {0, 10000, 200, 51, 1, 0},
      {0, 10000, 199.99999999999997, 51, 1, -1},
      {0, 10000, 200.00000000000003, 51, 1, 1},
      {0, 1, 1. / 3, 4, 1, -1},             /* the double 1/3 is below a third */
      {0, 1, 0.33333333333333337, 4, 1, 1}, /* the next one above it */
      {0, 0.3, 0.1, 4, 1, 1},               /* 0.1 is above a third of the double 0.3 */
      {0, 0.3, 0.09999999999999999, 4, 1, -1},
      {0.1, 0.7, 0.3, 4, 1, 0},
      {0.1, 0.7, 0.5, 4, 2, 1},
      {-1e15, 1e15, 0, 3, 1, 0},
      {-1e15, 1e15 + 2, 1, 3, 1, 0},
      {1, 9007199254740991., 4503599627370496., 3, 1, 0},
      {1, 9007199254740990., 4503599627370496., 3, 1, 1},
      {1, 9007199254740990., 4503599627370495., 3, 1, -1},
      {7, 7, 7, 1, 0, 0},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    double steps[64];
    hl_grid_fill(cases[k].first, cases[k].last, cases[k].n, steps);
    const struct hl_regrid grid = {cases[k].n, steps, true};
    ck_assert_msg(hl_regrid_compare(&grid, cases[k].s, cases[k].i) == cases[k].sign, "case %zu", k);
  }
}
END_TEST

START_TEST(grids_are_recognized) {
  double steps[51];
  hl_grid_fill(0.1, 77.7, 51, steps);
  ck_assert(hl_grid_is_uniform(51, steps));
  ck_assert_double_eq(steps[0], 0.1);
  ck_assert_double_eq(steps[50], 77.7);
  steps[7] = nextafter(steps[7], 100);
  ck_assert(!hl_grid_is_uniform(51, steps));
  const double own[] = {0, 1, 4, 9};
  ck_assert(!hl_grid_is_uniform(4, own));
  ck_assert(hl_grid_is_uniform(1, own));
  ck_assert(hl_grid_is_uniform(2, own));
}
END_TEST

/* ---- Curves ---- */

static void regrid(size_t n_grid, const double *grid_steps, bool is_uniform, size_t n, const double *steps,
                   bool hold, size_t n_observed, const double *expected) {
  static const double observations[] = {10, 11, 12, 13, 14};
  const struct hl_regrid grid = {n_grid, grid_steps, is_uniform};
  double values[2 * 16];
  ck_assert_uint_eq(hl_regrid(&grid, n, steps, observations, hold, values, 2), n_observed);
  for (size_t i = 0; i < n_grid; i++) {
    if (isnan(expected[i]))
      ck_assert(isnan(values[2 * i]));
    else
      ck_assert_double_eq(values[2 * i], expected[i]);
  }
}

START_TEST(points_take_the_last_observation_before_them) {
  const double nan = (double)NAN, own[] = {0, 1, 4, 9};
  double uniform[6];
  hl_grid_fill(0, 10, 6, uniform); /* 0 2 4 6 8 10 */
  regrid(6, uniform, true, 5, (double[]){0, 2, 4, 6, 10}, true, 6, (double[]){10, 11, 12, 13, 13, 14});
  regrid(6, uniform, true, 5, (double[]){0, 1, 3, 5, 7}, true, 6, (double[]){10, 11, 12, 13, 14, 14});
  regrid(6, uniform, true, 5, (double[]){0, 1, 3, 5, 7}, false, 4, (double[]){10, 11, 12, 13, nan, nan});
  regrid(6, uniform, true, 5, (double[]){0, 1, 3, 5, 8}, false, 5, (double[]){10, 11, 12, 13, 14, nan});
  regrid(6, uniform, true, 2, (double[]){5, 6}, true, 6,
         (double[]){10, 10, 10, 11, 11, 11}); /* begins late */
  regrid(6, uniform, true, 2, (double[]){5, 6}, false, 4, (double[]){10, 10, 10, 11, nan, nan});
  regrid(6, uniform, true, 1, (double[]){0}, false, 1, (double[]){10, nan, nan, nan, nan, nan});
  regrid(6, uniform, true, 2, (double[]){-3, 40}, false, 6,
         (double[]){10, 10, 10, 10, 10, 10}); /* beyond both ends */
  regrid(4, own, false, 3, (double[]){0, 2, 4}, true, 4, (double[]){10, 10, 12, 12});
  regrid(4, own, false, 3, (double[]){0, 2, 4}, false, 3, (double[]){10, 10, 12, nan});
}
END_TEST

static Suite *suite(void) {
  Suite *s = suite_create("regrid");
  TCase *t = tcase_create("regrid");
  tcase_add_test(t, points_are_compared_exactly);
  tcase_add_test(t, grids_are_recognized);
  tcase_add_test(t, points_take_the_last_observation_before_them);
  suite_add_tcase(s, t);
  return s;
}
HL_TEST_MAIN(suite)
