/* The quick way to print a double against printf and strtod, on numbers of every kind that it takes. */
#include "base/shortest.h"
#include "test.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t draw(uint64_t *state) { /* splitmix64 */
  uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return z ^ (z >> 31);
}

/* Uniform; of every size; with few digits; powers of two, whose step below is half as wide; beside powers of
 * ten. */
static double draw_double(uint64_t *state, unsigned kind) {
  const double whole = (double)(draw(state) >> 11);
  if (kind == 0) return whole * 0x1p-53;
  if (kind == 1) return ldexp(whole, (int)(draw(state) % 44) - 87);
  if (kind == 2) return (double)(draw(state) % 100000) / pow(10, (double)(draw(state) % 9));
  if (kind == 3) return ldexp(1, (int)(draw(state) % 84) - 34);
  const double ten = (double)(1 + draw(state) % 999) * pow(10, (double)(draw(state) % 22) - 11);
  return nextafter(ten, draw(state) % 2 != 0 ? HUGE_VAL : 0);
}

START_TEST(as_printf_and_strtod) {
  uint64_t state = 1;
  size_t n_quick = 0;
  for (unsigned i = 0; i < 200000; i++) {
    const double size = draw_double(&state, i % 5), value = i % 7 == 0 ? -size : size;
    char found[32], expected[40];
    if (!hl_format_shortest(value, found)) continue;
    for (int n_digit = 15; n_digit <= 17; n_digit++) {
      snprintf(expected, sizeof expected, "%.*g", n_digit, value);
      if (strtod(expected, NULL) == value) break;
    }
    ck_assert_str_eq(found, expected);
    n_quick++;
  }
#ifdef __SIZEOF_INT128__
  ck_assert_uint_gt(n_quick, 150000);
#endif
}
END_TEST

START_TEST(others_are_left_to_printf) {
  static const double others[] = {0, -0.0, 1e-11, 1e15, 1e300, 5e-324, HUGE_VAL, -HUGE_VAL, (double)NAN};
  char buffer[32];
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
    ck_assert(!hl_format_shortest(others[i], buffer));
}
END_TEST

static Suite *shortest_suite(void) {
  Suite *suite = suite_create("shortest");
  TCase *tcase = tcase_create("shortest");
  tcase_add_test(tcase, as_printf_and_strtod);
  tcase_add_test(tcase, others_are_left_to_printf);
  suite_add_tcase(suite, tcase);
  return suite;
}

HL_TEST_MAIN(shortest_suite)
