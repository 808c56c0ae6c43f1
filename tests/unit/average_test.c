/* Averages over replicas against their definition, point by point, to the bit: runs that are missing, runs
 * that end early, NaN, infinities, denormals, either width. */
#include "normalize/average.h"
#include "test.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { N_CONFIG = 7, N_REPLICA = 3, N_STEP = 9, N_SPLIT = 4 };
enum { N_RUN = N_CONFIG * N_REPLICA, N_VALUE = N_RUN * N_STEP * N_SPLIT };

static uint32_t next_random(uint32_t *state) {
  *state = *state * 1664525u + 1013904223u;
  return *state >> 8;
}

static double make_value(uint32_t *state) {
  const double special[] = {(double)NAN, (double)INFINITY, -(double)INFINITY, 0, -0., (double)FLT_TRUE_MIN};
  const uint32_t choice = next_random(state) % 40;
  if (choice < sizeof special / sizeof *special) return special[choice];
  return ldexp((double)next_random(state) - 8388608, (int)(next_random(state) % 60) - 30);
}

static size_t count_points(const struct hl_archive_table *table, size_t i_run, size_t k) {
  if (!table->ran[i_run]) return 0;
  return table->observed != NULL ? (size_t)table->observed[i_run * N_SPLIT + k] : N_STEP;
}

/* The definition. */
static void check_config(const struct hl_archive_table *table, const double *values, size_t c, size_t k,
                         const struct averaged *averaged) {
  for (size_t s = 0; s < N_STEP; s++) {
    double sum = 0;
    int n = 0;
    for (size_t r = 0; r < N_REPLICA; r++) {
      const size_t i_run = c * N_REPLICA + r;
      if (s >= count_points(table, i_run, k)) continue;
      sum += values[(i_run * N_STEP + s) * N_SPLIT + k];
      n++;
    }
    ck_assert_int_eq(n > 0, s < averaged->n_point[c]);
    if (n == 0) continue;
    const double expected = sum / n, found = averaged->loss[c * N_STEP + s];
    if (isnan(expected))
      ck_assert(isnan(found));
    else
      ck_assert_mem_eq(&found, &expected, sizeof found);
  }
}

static void check_table(struct hl_archive_table *table, uint32_t *state) {
  static double wide[N_VALUE];
  static float narrow[N_VALUE];
  for (size_t i = 0; i < N_VALUE; i++) {
    wide[i] = make_value(state);
    narrow[i] = (float)wide[i];
    if (!table->is_double) wide[i] = (double)narrow[i];
  }
  for (size_t k = 0; k < N_SPLIT; k++) {
    struct averaged averaged = {0};
    ck_assert_int_eq(averaged_begin(&averaged, N_CONFIG, N_STEP), HL_OK);
    average_rows(table, table->is_double ? (const void *)wide : narrow, 0, N_CONFIG, k, &averaged);
    for (size_t c = 0; c < N_CONFIG; c++) check_config(table, wide, c, k, &averaged);
    averaged_clear(&averaged);
  }
}

START_TEST(averages_are_as_defined) {
  static uint8_t ran[N_RUN];
  static int32_t observed[N_RUN * N_SPLIT];
  uint32_t state = 11;
  for (unsigned i = 0; i < 400; i++) {
    struct hl_archive_table table = {.n_config = N_CONFIG,
                                     .n_replica = N_REPLICA,
                                     .n_step = N_STEP,
                                     .n_split = N_SPLIT,
                                     .ran = ran,
                                     .observed = i & 1 ? observed : NULL,
                                     .is_double = (i & 2) != 0};
    for (size_t r = 0; r < N_RUN; r++) ran[r] = !(i & 4) || next_random(&state) % 5 > 0;
    for (size_t o = 0; o < N_RUN * N_SPLIT; o++)
      observed[o] = next_random(&state) % 3 == 0 ? (int32_t)(next_random(&state) % (N_STEP + 1)) : N_STEP;
    check_table(&table, &state);
  }
}
END_TEST

static Suite *suite(void) {
  Suite *s = suite_create("average");
  TCase *t = tcase_create("average");
  tcase_add_test(t, averages_are_as_defined);
  suite_add_tcase(s, t);
  return s;
}
HL_TEST_MAIN(suite)
