/* Splits, series and their independence of each other and of threads. */
#include "generalize/split.h"
#include "hyperlist/generalize.h"
#include "made_scores.h"
#include "test.h"

#include <math.h>
#include <string.h>

static void same_series(const struct hl_series *a, const struct hl_series *b) {
  ck_assert_ptr_nonnull(a);
  ck_assert_ptr_nonnull(b);
  ck_assert_str_eq(a->name, b->name);
  ck_assert_uint_eq(a->n_trial, b->n_trial);
  ck_assert_uint_eq(a->n_task, b->n_task);
  const size_t n_byte = a->n_trial * sizeof(double);
  ck_assert_mem_eq(a->q25, b->q25, n_byte);
  ck_assert_mem_eq(a->median, b->median, n_byte);
  ck_assert_mem_eq(a->q75, b->q75, n_byte);
  ck_assert_mem_eq(a->mean, b->mean, n_byte);
}

static struct hl_generalization *run(struct hl_scores *scores, const char *baselines, int n_thread) {
  const struct hl_generalize_options options = {.set = "b_grid", .baselines = baselines, .n_resample = 9};
  const struct hl_context context = {.n_thread = n_thread, .seed = 5};
  struct hl_generalization *found;
  ck_assert_int_eq(hl_generalize(scores, &options, &context, &found), HL_OK);
  return found;
}

START_TEST(threads_and_other_series_change_nothing) {
  struct hl_scores *scores = made_scores_new(11, 3, 15);
  made_scores_fill(scores, MADE_HOLES, 1);
  struct hl_generalization *all = run(scores, "all", 1), *threads = run(scores, "all", 3),
                           *one = run(scores, "best-case,random:c_grid", 2);
  ck_assert_uint_eq(all->n_series, 7);
  ck_assert_uint_eq(one->n_series, 3);
  for (size_t i = 0; i < all->n_series; i++) same_series(&all->series[i], &threads->series[i]);
  for (size_t i = 0; i < one->n_series; i++) {
    same_series(&one->series[i], hl_generalization_find(all, one->series[i].name));
  }
  ck_assert_str_eq(one->series[0].name, "learned");
  ck_assert_str_eq(one->series[2].name, "random:c_grid");
  hl_generalization_free(all);
  hl_generalization_free(threads);
  hl_generalization_free(one);
  hl_scores_close(scores);
}
END_TEST

/* Curves fall where validation is what is reported; a quartile is never above the next; all configs of a set
 * end at the same place. */
START_TEST(curves_are_what_they_must_be) {
  const struct hl_generalize_options options = {
      .set = "a_grid", .baselines = "all", .report = HL_REPORT_VALID, .n_resample = 6};
  struct hl_scores *scores = made_scores_new(10, 2, 12);
  struct hl_generalization *found;
  made_scores_fill(scores, MADE_TIES, 2);
  ck_assert_int_eq(hl_generalize(scores, &options, NULL, &found), HL_OK);
  const size_t end = 11;
  for (size_t i = 0; i < found->n_series; i++) {
    const struct hl_series *s = &found->series[i];
    ck_assert_uint_eq(s->n_task, 5);
    for (size_t k = 0; k < s->n_trial; k++) {
      ck_assert(s->q25[k] <= s->median[k] && s->median[k] <= s->q75[k]);
      ck_assert(k == 0 || s->mean[k] <= s->mean[k - 1]);
    }
  }
  ck_assert_double_eq(found->series[0].mean[end], hl_generalization_find(found, "random:a_grid")->mean[end]);
  ck_assert_double_eq(found->series[0].mean[end], hl_generalization_find(found, "best-case")->mean[end]);
  ck_assert_uint_eq(hl_series_trials_to_reach(&found->series[0], 2), 1);
  ck_assert_uint_eq(hl_series_trials_to_reach(&found->series[0], -1), 0);
  hl_generalization_free(found);
  hl_scores_close(scores);
}
END_TEST

static hl_status split(const struct hl_scores *scores, const struct hl_split_options *options,
                       size_t resample, struct hl_fold *fold) {
  size_t rows[64];
  struct hl_splitter splitter;
  for (size_t i = 0; i < scores->tasks.n; i++) rows[i] = i;
  *fold = (struct hl_fold){0};
  hl_status status = hl_splitter_init(&splitter, options, scores, rows, scores->tasks.n);
  if (status == HL_OK) status = hl_splitter_split(&splitter, 0, resample, fold);
  hl_splitter_clear(&splitter);
  return status;
}

static void check_fold(const struct hl_fold *fold, size_t n_train, size_t n_test, size_t n_task) {
  bool is_used[64] = {false};
  ck_assert_uint_eq(fold->n_train, n_train);
  ck_assert_uint_eq(fold->n_test, n_test);
  for (size_t i = 0; i < n_train; i++) {
    ck_assert(fold->train[i] < n_task && (i == 0 || fold->train[i - 1] < fold->train[i]));
    is_used[fold->train[i]] = true;
  }
  for (size_t i = 0; i < n_test; i++) {
    ck_assert(fold->test[i] < n_task && (i == 0 || fold->test[i - 1] < fold->test[i]));
    ck_assert(!is_used[fold->test[i]]);
  }
}

START_TEST(splits_have_the_sizes_asked_for) {
  static const struct {
    struct hl_split_options options;
    size_t n_task, n_train, n_test;
  } cases[] = {{{NULL, 0, 0}, 9, 4, 5},        {{NULL, 0, 0}, 2, 1, 1},       {{NULL, 3, 0}, 9, 3, 6},
               {{NULL, 0, 0.7}, 10, 7, 3},     {{NULL, 0, 0.58}, 50, 29, 21}, {{NULL, 0, 0.3}, 10, 3, 7},
               {{"t00[01]", 0, 0}, 9, 7, 2},   {{"t00[01]", 3, 0}, 9, 3, 2},  {{"t00[01]", 100, 0}, 9, 7, 2},
               {{"t00[01]", 0, 0.5}, 9, 3, 2}, {{"!t005", 0, 0}, 9, 1, 8}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct hl_scores *scores = made_scores_new(cases[i].n_task, 1, 1);
    for (size_t r = 0; r < 5; r++) {
      struct hl_fold fold;
      ck_assert_int_eq(split(scores, &cases[i].options, r, &fold), HL_OK);
      check_fold(&fold, cases[i].n_train, cases[i].n_test, cases[i].n_task);
      hl_fold_clear(&fold);
    }
    hl_scores_close(scores);
  }
}
END_TEST

START_TEST(impossible_splits_are_refused) {
  static const struct {
    struct hl_split_options options;
    size_t n_task;
    hl_status status;
  } cases[] = {{{NULL, 0, 0}, 1, HL_INVALID},   {{NULL, 9, 0}, 9, HL_USAGE},
               {{NULL, 0, 0.01}, 9, HL_USAGE},  {{"all", 0, 0}, 9, HL_USAGE},
               {{"nosuch", 0, 0}, 9, HL_USAGE}, {{"t001", 0, 0.01}, 9, HL_USAGE}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct hl_fold fold;
    struct hl_scores *scores = made_scores_new(cases[i].n_task, 1, 1);
    ck_assert_int_eq(split(scores, &cases[i].options, 0, &fold), cases[i].status);
    hl_fold_clear(&fold);
    hl_scores_close(scores);
  }
}
END_TEST

START_TEST(wrong_questions_are_refused) {
  static const struct {
    struct hl_generalize_options options;
    const char *words;
  } cases[] = {{{.set = "z_grid"}, "z_grid"},
               {{.set = "a_grid", .baselines = "random,nosuch"}, "'nosuch'"},
               {{.set = "a_grid", .baselines = ""}, "''"},
               {{.set = "a_grid", .baselines = "random:z_grid"}, "z_grid"},
               {{.set = "a_grid", .baselines = "best-case:a_grid"}, "'best-case:a_grid'"}};
  struct hl_scores *scores = made_scores_new(4, 2, 3);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct hl_generalization *found;
    ck_assert_int_eq(hl_generalize(scores, &cases[i].options, NULL, &found), HL_USAGE);
    ck_assert_msg(strstr(hl_error_message(), cases[i].words) != NULL, "%s", hl_error_message());
    ck_assert_ptr_null(found);
  }
  hl_generalization_free(NULL);
  hl_scores_close(scores);
}
END_TEST

/* Of two resamplings the mean is the median, and halfway between the quartiles. */
START_TEST(means_are_over_the_resamplings) {
  const struct hl_generalize_options options = {.set = "a_grid", .baselines = "all", .n_resample = 2};
  struct hl_scores *scores = made_scores_new(8, 2, 10);
  struct hl_generalization *found;
  made_scores_fill(scores, MADE_UNIFORM, 6);
  ck_assert_int_eq(hl_generalize(scores, &options, NULL, &found), HL_OK);
  for (size_t i = 0; i < found->n_series; i++) {
    const struct hl_series *s = &found->series[i];
    for (size_t k = 0; k < s->n_trial; k++) {
      ck_assert_double_eq_tol(s->mean[k], s->median[k], 1e-15);
      ck_assert_double_eq_tol(s->mean[k], (s->q25[k] + s->q75[k]) / 2, 1e-15);
    }
    ck_assert_double_gt(s->q75[0], s->q25[0]);
  }
  hl_generalization_free(found);
  hl_scores_close(scores);
}
END_TEST

START_TEST(tasks_without_test_scores) {
  struct hl_generalize_options options = {.set = "a_grid", .baselines = "none", .n_resample = 20};
  struct hl_scores *scores = made_scores_new(6, 1, 3);
  struct hl_generalization *found;
  made_scores_fill(scores, MADE_UNIFORM, 4);
  for (size_t c = 0; c < 3; c++) scores->sets[0].test[c] = (double)NAN;
  ck_assert_int_eq(hl_generalize(scores, &options, NULL, &found), HL_OK);
  ck_assert_uint_eq(found->series[0].n_task, 2); /* 3 on the other side of the split from t000 */
  hl_generalization_free(found);
  for (size_t i = 0; i < 18; i++) scores->sets[0].test[i] = (double)NAN;
  ck_assert_int_eq(hl_generalize(scores, &options, NULL, &found), HL_INVALID);
  options.report = HL_REPORT_VALID;
  ck_assert_int_eq(hl_generalize(scores, &options, NULL, &found), HL_OK);
  ck_assert_uint_eq(found->series[0].n_task, 3);
  hl_generalization_free(found);
  hl_scores_close(scores);
}
END_TEST

static Suite *generalize_suite(void) {
  Suite *suite = suite_create("generalize");
  TCase *tcase = tcase_create("generalize");
  tcase_add_test(tcase, threads_and_other_series_change_nothing);
  tcase_add_test(tcase, curves_are_what_they_must_be);
  tcase_add_test(tcase, splits_have_the_sizes_asked_for);
  tcase_add_test(tcase, impossible_splits_are_refused);
  tcase_add_test(tcase, wrong_questions_are_refused);
  tcase_add_test(tcase, means_are_over_the_resamplings);
  tcase_add_test(tcase, tasks_without_test_scores);
  suite_add_tcase(suite, tcase);
  return suite;
}

HL_TEST_MAIN(generalize_suite)
