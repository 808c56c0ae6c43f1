/* More and more train tasks: one study for all is as many studies. */
#include "hyperlist/generalize.h"
#include "made_scores.h"
#include "test.h"

#include <string.h>

enum { N_TASK = 12, N_CONFIG = 15, N_SIZE = 4 };

static void same(const struct hl_generalization *a, const struct hl_generalization *b) {
  ck_assert_uint_eq(a->n_train, b->n_train);
  ck_assert_uint_eq(a->n_test, b->n_test);
  ck_assert_uint_eq(a->n_series, b->n_series);
  for (size_t i = 0; i < a->n_series; i++) {
    const struct hl_series *x = &a->series[i], *y = &b->series[i];
    ck_assert_uint_eq(x->n_trial, y->n_trial);
    ck_assert_mem_eq(x->values, y->values, x->n_resample * x->n_trial * sizeof(double));
    ck_assert_mem_eq(x->median, y->median, x->n_trial * sizeof(double));
  }
}

START_TEST(sizes_are_as_if_alone) {
  static const size_t n_train[N_SIZE] = {1, 5, 11, 12}; /* the last leaves none to test on */
  struct hl_generalize_options options = {.set = "a_grid", .n_resample = 7, .keep_values = true};
  struct hl_scores *scores = made_scores_new(N_TASK, 2, N_CONFIG);
  struct hl_generalization *found[N_SIZE], *alone;
  size_t n_run;
  made_scores_fill(scores, MADE_HOLES, 3);
  ck_assert_int_eq(hl_generalize_sizes(scores, &options, n_train, N_SIZE, NULL, found, &n_run), HL_OK);
  ck_assert_uint_eq(n_run, 3);
  for (size_t i = 0; i < n_run; i++) {
    options.split.train_tasks = n_train[i];
    ck_assert_int_eq(hl_generalize(scores, &options, NULL, &alone), HL_OK);
    same(found[i], alone);
    hl_generalization_free(alone);
    hl_generalization_free(found[i]);
  }
  hl_scores_close(scores);
}
END_TEST

START_TEST(a_first_size_too_many_is_refused) {
  static const size_t n_train[] = {12, 13};
  const struct hl_generalize_options options = {.set = "a_grid", .baselines = "none"};
  struct hl_scores *scores = made_scores_new(N_TASK, 1, N_CONFIG);
  struct hl_generalization *found[2];
  size_t n_run = 9;
  ck_assert_int_eq(hl_generalize_sizes(scores, &options, n_train, 2, NULL, found, &n_run), HL_USAGE);
  ck_assert_uint_eq(n_run, 0);
  ck_assert_ptr_nonnull(strstr(hl_error_message(), "found 12 of 12, expected 1 to 11"));
  hl_scores_close(scores);
}
END_TEST

static Suite *sizes_suite(void) {
  Suite *suite = suite_create("sizes");
  TCase *tcase = tcase_create("sizes");
  tcase_add_test(tcase, sizes_are_as_if_alone);
  tcase_add_test(tcase, a_first_size_too_many_is_refused);
  suite_add_tcase(suite, tcase);
  return suite;
}

HL_TEST_MAIN(sizes_suite)
