/* Lazy greedy against the definition: at every pick a full search, on tables where ties, constants and holes
 * are common. */
#include "learn/exact.h"
#include "learn/greedy.h"
#include "made_scores.h"
#include "test.h"

#include <math.h>
#include <string.h>

enum { N_TASK = 80, N_CONFIG = 100 }; /* more than two blocks of tasks */

/* Eq. 3-4 as they stand; tasks are columns of the set's own tables here. */
static size_t pick_naively(const struct hl_score_set *set, const size_t *tasks, size_t n_task, size_t n_most,
                           size_t *picks) {
  int64_t best[N_TASK];
  bool is_picked[N_CONFIG] = {false};
  size_t n = 0;
  for (size_t i = 0; i < n_task; i++) best[i] = HL_EXACT_ONE;
  for (; n < n_most; n++) {
    int64_t now = 0, lowest = INT64_MAX;
    size_t pick = 0;
    for (size_t i = 0; i < n_task; i++) now += best[i];
    for (size_t c = 0; c < set->configs.n; c++) {
      int64_t sum = 0;
      for (size_t i = 0; i < n_task; i++) {
        const double f = set->valid[tasks[i] * set->configs.n + c];
        const int64_t q = llrint((isnan(f) ? 1 : f) * 1099511627776.0);
        sum += q < best[i] ? q : best[i];
      }
      if (!is_picked[c] && sum < lowest) {
        lowest = sum;
        pick = c;
      }
    }
    if (lowest >= now) break;
    picks[n] = pick;
    is_picked[pick] = true;
    for (size_t i = 0; i < n_task; i++) {
      const double f = set->valid[tasks[i] * set->configs.n + pick];
      const int64_t q = llrint((isnan(f) ? 1 : f) * 1099511627776.0);
      best[i] = q < best[i] ? q : best[i];
    }
  }
  return n;
}

static void compare_with_naive(const struct hl_scores *scores, unsigned *state) {
  const size_t n_config = scores->sets[0].configs.n, n_all = scores->tasks.n;
  size_t rows[N_TASK], tasks[N_TASK], expected[N_CONFIG], found[N_CONFIG], n_task = 0, n_found;
  struct hl_cells cells;
  const unsigned sparsity = made_random(state, 24); /* a few tasks, nearly all, and what is between */
  for (size_t i = 0; i < n_all; i++) rows[i] = i;
  for (size_t i = 0; i < n_all; i++) {
    if (made_random(state, 24) >= sparsity) tasks[n_task++] = i;
  }
  const size_t n_most = made_random(state, 2) > 0 ? n_config : 1 + made_random(state, (unsigned)n_config);
  ck_assert_int_eq(hl_cells_init(&cells, scores, &scores->sets[0], rows, n_all, HL_MISSING_WORST, 0, NULL),
                   HL_OK);
  const size_t n_expected = pick_naively(&scores->sets[0], tasks, n_task, n_most, expected);
  ck_assert_int_eq(hl_greedy_run(&cells, tasks, n_task, n_most, NULL, found, &n_found, NULL), HL_OK);
  ck_assert_uint_eq(n_found, n_expected);
  for (size_t i = 0; i < n_found; i++) ck_assert_uint_eq(found[i], expected[i]);
  hl_cells_clear(&cells);
}

START_TEST(lazy_is_naive) {
  unsigned state = 7;
  for (unsigned seed = 0; seed < 200; seed++) {
    const size_t n_task = 1 + made_random(&state, N_TASK), n_config = 1 + made_random(&state, N_CONFIG);
    struct hl_scores *scores = made_scores_new(n_task, 1, n_config);
    made_scores_fill(scores, (enum made_character)(seed % MADE_N_CHARACTER), seed);
    compare_with_naive(scores, &state);
    hl_scores_close(scores);
  }
}
END_TEST

static void learn(struct hl_scores *scores, enum hl_missing missing, size_t *order, size_t *n_order,
                  size_t *n_greedy) {
  size_t rows[N_TASK];
  struct hl_cells cells;
  for (size_t i = 0; i < scores->tasks.n; i++) rows[i] = i;
  ck_assert_int_eq(hl_cells_init(&cells, scores, &scores->sets[0], rows, scores->tasks.n, missing, 0, NULL),
                   HL_OK);
  ck_assert_int_eq(
      hl_order_learn(&cells, rows, scores->tasks.n, N_CONFIG, 0, 0, NULL, order, n_order, n_greedy, NULL),
      HL_OK);
  hl_cells_clear(&cells);
}

START_TEST(order_is_a_permutation) {
  for (unsigned seed = 0; seed < 50; seed++) {
    size_t order[N_CONFIG], n_order, n_greedy;
    bool is_there[N_CONFIG] = {false};
    struct hl_scores *scores = made_scores_new(5, 1, N_CONFIG);
    made_scores_fill(scores, (enum made_character)(seed % MADE_N_CHARACTER), seed);
    learn(scores, HL_MISSING_WORST, order, &n_order, &n_greedy);
    ck_assert_uint_eq(n_order, N_CONFIG);
    for (size_t i = 0; i < n_order; i++) {
      ck_assert(!is_there[order[i]]);
      is_there[order[i]] = true;
    }
    hl_scores_close(scores);
  }
}
END_TEST

START_TEST(nothing_improves_on_ones) {
  size_t order[N_CONFIG], n_order, n_greedy;
  struct hl_scores *scores = made_scores_new(3, 1, 4);
  for (size_t i = 0; i < 12; i++) scores->sets[0].valid[i] = 1;
  learn(scores, HL_MISSING_WORST, order, &n_order, &n_greedy);
  ck_assert_uint_eq(n_greedy, 0);
  ck_assert_uint_eq(n_order, 4);
  hl_scores_close(scores);
}
END_TEST

/* 2^-42 below 1 rounds to 1 (nothing improves), 2^-40 does not; halves go to even. */
START_TEST(scores_are_rounded_to_40_bits) {
  size_t order[N_CONFIG], n_order, n_greedy;
  struct hl_scores *scores = made_scores_new(1, 1, 3);
  double *valid = scores->sets[0].valid;
  valid[0] = valid[1] = valid[2] = 1 - ldexp(1, -42);
  learn(scores, HL_MISSING_WORST, order, &n_order, &n_greedy);
  ck_assert_uint_eq(n_greedy, 0);
  valid[2] = 1 - ldexp(1, -40);
  learn(scores, HL_MISSING_WORST, order, &n_order, &n_greedy);
  ck_assert_uint_eq(n_greedy, 1);
  ck_assert_uint_eq(order[0], 2);
  valid[0] = 0.5 + ldexp(1, -41), valid[1] = 0.5, valid[2] = 1; /* equal after rounding: the lower index */
  learn(scores, HL_MISSING_WORST, order, &n_order, &n_greedy);
  ck_assert_uint_eq(order[0], 0);
  ck_assert_uint_eq(n_greedy, 1);
  hl_scores_close(scores);
}
END_TEST

START_TEST(dropped_configs_are_not_in_the_tail) {
  size_t order[N_CONFIG], n_order, n_greedy;
  struct hl_scores *scores = made_scores_new(2, 1, 5);
  scores->sets[0].valid[3] = (double)NAN;
  learn(scores, HL_MISSING_DROP_CONFIG, order, &n_order, &n_greedy);
  ck_assert_uint_eq(n_order, 4);
  for (size_t i = 0; i < n_order; i++) ck_assert_uint_ne(order[i], 3);
  hl_scores_close(scores);
}
END_TEST

START_TEST(bad_cells_are_refused) {
  const size_t rows[] = {0, 1};
  struct hl_cells cells;
  struct hl_scores *scores = made_scores_new(2, 1, 2);
  const struct hl_score_set *set = &scores->sets[0];
  set->valid[3] = 1.5;
  ck_assert_int_eq(hl_cells_init(&cells, scores, set, rows, 2, HL_MISSING_WORST, 0, NULL), HL_INVALID);
  ck_assert_str_eq(
      hl_error_message(),
      "made.h5: /sets/a_grid/valid: task t001, config a_grid_seed1: found 1.5, expected 0 to 1 or NaN");
  hl_cells_clear(&cells);
  set->valid[3] = (double)NAN;
  ck_assert_int_eq(hl_cells_init(&cells, scores, set, rows, 2, HL_MISSING_ERROR, 0, NULL), HL_INVALID);
  ck_assert_ptr_nonnull(strstr(hl_error_message(), "task t001, config a_grid_seed1: found a missing cell"));
  hl_cells_clear(&cells);
  set->valid[0] = (double)NAN;
  ck_assert_int_eq(hl_cells_init(&cells, scores, set, rows, 2, HL_MISSING_DROP_CONFIG, 0, NULL), HL_INVALID);
  ck_assert_ptr_nonnull(strstr(hl_error_message(), "no config without a missing cell"));
  hl_cells_clear(&cells);
  hl_scores_close(scores);
}
END_TEST

static Suite *greedy_suite(void) {
  Suite *suite = suite_create("greedy");
  TCase *tcase = tcase_create("greedy");
  tcase_add_test(tcase, lazy_is_naive);
  tcase_add_test(tcase, order_is_a_permutation);
  tcase_add_test(tcase, nothing_improves_on_ones);
  tcase_add_test(tcase, scores_are_rounded_to_40_bits);
  tcase_add_test(tcase, dropped_configs_are_not_in_the_tail);
  tcase_add_test(tcase, bad_cells_are_refused);
  suite_add_tcase(suite, tcase);
  return suite;
}

HL_TEST_MAIN(greedy_suite)
