/* Expected random search against the definition: the mean over all orders. And the oracle, its limit. */
#include "base/memory.h"
#include "generalize/baseline.h"
#include "made_scores.h"
#include "test.h"

#include <math.h>
#include <string.h>

enum { N_TASK = 4, MOST_CONFIGS = 7 };

static double f_of(const struct hl_cells *cells, size_t config, size_t task) {
  return cells->valid[config * cells->n_task + task];
}

/* Adds to sums[N_TASK][n] what is reported along one order. */
static void follow(const struct hl_cells *cells, const double *scores, const size_t *order, size_t n,
                   double *sums) {
  for (size_t t = 0; t < N_TASK; t++) {
    size_t best = order[0];
    for (size_t k = 0; k < n; k++) {
      if (f_of(cells, order[k], t) < f_of(cells, best, t)) best = order[k];
      sums[t * n + k] += scores[best * N_TASK + t];
    }
  }
}

/* All orders of order[n] whose first `fixed` stand. Returns how many. */
static size_t follow_all(const struct hl_cells *cells, const double *scores, size_t *order, size_t n,
                         size_t fixed, double *sums) {
  size_t n_order = 0;
  if (fixed == n) {
    follow(cells, scores, order, n, sums);
    return 1;
  }
  for (size_t i = fixed; i < n; i++) {
    const size_t other = order[i];
    order[i] = order[fixed], order[fixed] = other;
    n_order += follow_all(cells, scores, order, n, fixed + 1, sums);
    order[fixed] = order[i], order[i] = other;
  }
  return n_order;
}

static void check_expected(const struct hl_cells *cells, enum hl_report report) {
  const double *scores = report == HL_REPORT_TEST ? cells->test : cells->valid;
  size_t order[MOST_CONFIGS], n = 0;
  double sums[MOST_CONFIGS * N_TASK] = {0}, curves[MOST_CONFIGS * N_TASK];
  for (size_t c = 0; c < cells->n_config; c++) {
    if (cells->is_kept[c]) order[n++] = c;
  }
  ck_assert_uint_gt(n, 0);
  const size_t n_order = follow_all(cells, scores, order, n, 0, sums);
  ck_assert_int_eq(hl_expected.tabulate(cells, report, n, NULL, curves), HL_OK);
  for (size_t i = 0; i < n * N_TASK; i++)
    ck_assert_double_eq_tol(curves[i], sums[i] / (double)n_order, 1e-13);
  double last[MOST_CONFIGS * N_TASK];
  ck_assert_int_eq(hl_oracle.tabulate(cells, report, n, NULL, last), HL_OK);
  for (size_t i = 0; i < n * N_TASK; i++) ck_assert_double_eq(last[i], last[i / n * n]);
  if (report == HL_REPORT_TEST) return; /* where several are best in f, the oracle takes the first one's g */
  for (size_t t = 0; t < N_TASK; t++) ck_assert_double_eq_tol(curves[t * n + n - 1], last[t * n], 1e-15);
}

START_TEST(expected_is_the_mean_of_all_orders) {
  static const size_t rows[N_TASK] = {0, 1, 2, 3};
  for (unsigned i = 0; i < MADE_N_CHARACTER * 3; i++) {
    const size_t n_config = 1 + i % MOST_CONFIGS;
    const enum hl_missing missing = i % 2 == 0 ? HL_MISSING_WORST : HL_MISSING_DROP_CONFIG;
    struct hl_scores *scores = made_scores_new(N_TASK, 1, n_config);
    struct hl_cells cells;
    made_scores_fill(scores, (enum made_character)(i % MADE_N_CHARACTER), i);
    for (size_t t = 0; t < N_TASK; t++)
      scores->sets[0].valid[t * n_config] = 1; /* one config is never missing */
    for (size_t t = 0; t < N_TASK; t++) scores->sets[0].test[t * n_config] = 0.75;
    ck_assert_int_eq(
        hl_cells_init(&cells, scores, &scores->sets[0], rows, N_TASK, missing, HL_CELLS_TEST, NULL), HL_OK);
    check_expected(&cells, HL_REPORT_TEST);
    check_expected(&cells, HL_REPORT_VALID);
    hl_cells_clear(&cells);
    hl_scores_close(scores);
  }
}
END_TEST

/* With scores c / n and no ties the expectation has a closed form: the mean of the least of k of 0 .. n-1 is
 * (n + 1) / (k + 1) - 1. At n = 3000 binomials are beyond a double, and the weights must not be. */
START_TEST(expected_of_many_configs_is_accurate) {
  enum { N = 3000 };
  static const size_t rows[] = {0};
  struct hl_scores *scores = made_scores_new(1, 1, N);
  struct hl_cells cells;
  double *curves;
  unsigned state = 1;
  ck_assert_int_eq(hl_new_array(N, sizeof *curves, &curves), HL_OK);
  for (size_t c = 0; c < N; c++) scores->sets[0].valid[c] = (double)c / N;
  for (unsigned c = N - 1; c > 0; c--) { /* in any order */
    const unsigned other = made_random(&state, c + 1);
    const double swapped = scores->sets[0].valid[c];
    scores->sets[0].valid[c] = scores->sets[0].valid[other];
    scores->sets[0].valid[other] = swapped;
  }
  ck_assert_int_eq(
      hl_cells_init(&cells, scores, &scores->sets[0], rows, 1, HL_MISSING_WORST, HL_CELLS_TEST, NULL), HL_OK);
  ck_assert_int_eq(hl_expected.tabulate(&cells, HL_REPORT_VALID, N, NULL, curves), HL_OK);
  for (size_t k = 1; k <= N; k++)
    ck_assert_double_eq_tol(curves[k - 1], ((N + 1.0) / ((double)k + 1) - 1) / N, 1e-12);
  free(curves);
  hl_cells_clear(&cells);
  hl_scores_close(scores);
}
END_TEST

/* Ties in f go to the lower index, and g is that config's. */
START_TEST(the_oracle_takes_the_first_of_equals) {
  static const size_t rows[] = {0, 1};
  const double valid[] = {0.5, 0.25, 0.25, 1, 1, 1}, test[] = {0.1, 0.7, 0.2, 0.6, 0.3, 0.9};
  struct hl_scores *scores = made_scores_new(2, 1, 3);
  struct hl_cells cells;
  double curves[4];
  memcpy(scores->sets[0].valid, valid, sizeof valid);
  memcpy(scores->sets[0].test, test, sizeof test);
  ck_assert_int_eq(
      hl_cells_init(&cells, scores, &scores->sets[0], rows, 2, HL_MISSING_WORST, HL_CELLS_TEST, NULL), HL_OK);
  ck_assert_int_eq(hl_oracle.tabulate(&cells, HL_REPORT_TEST, 2, NULL, curves), HL_OK);
  ck_assert_double_eq(curves[0], 0.7);
  ck_assert_double_eq(curves[1], 0.7);
  ck_assert_double_eq(curves[2], 0.6);
  cells.is_kept[1] = false;
  cells.n_kept--;
  ck_assert_int_eq(hl_oracle.tabulate(&cells, HL_REPORT_TEST, 2, NULL, curves), HL_OK);
  ck_assert_double_eq(curves[0], 0.2);
  hl_cells_clear(&cells);
  hl_scores_close(scores);
}
END_TEST

static Suite *expected_suite(void) {
  Suite *suite = suite_create("expected");
  TCase *tcase = tcase_create("expected");
  tcase_add_test(tcase, expected_is_the_mean_of_all_orders);
  tcase_add_test(tcase, expected_of_many_configs_is_accurate);
  tcase_add_test(tcase, the_oracle_takes_the_first_of_equals);
  suite_add_tcase(suite, tcase);
  return suite;
}

HL_TEST_MAIN(expected_suite)
