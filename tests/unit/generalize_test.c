/* Series, and their independence of each other and of threads. */
#include "generalize/baseline.h"
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
  ck_assert_uint_eq(all->n_series, 12); /* learned, 3 random, 3 expected, 3 refined, 2 others */
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

/* ---- Folds ---- */

/* What each task tells is averaged into what each resampling tells, and that into the summary. */
struct adding {
  const struct hl_generalization *generalization;
  double *sums; /* [n_series][n_resample][n_trial]; room for 64 of each of the first two, 32 of the last */
  size_t n_tasks[64], last_resample;
};

static hl_status add_task_curves(void *user, const struct hl_task_curves *curves) {
  struct adding *it = user;
  size_t s = 0;
  while (strcmp(it->generalization->series[s].name, curves->series) != 0) s++;
  ck_assert_uint_ge(curves->resample, it->last_resample);
  it->last_resample = curves->resample;
  ck_assert_uint_eq(curves->n_trial, it->generalization->series[s].n_trial);
  for (size_t i = 0; i < curves->n_task; i++) {
    ck_assert(i == 0 || curves->tasks[i - 1] < curves->tasks[i]);
    for (size_t k = 0; k < curves->n_trial; k++) {
      it->sums[(s * 64 + curves->resample) * 32 + k] += curves->values[k * curves->n_task + i];
    }
  }
  if (s == 0) it->n_tasks[curves->resample] += curves->n_task;
  return HL_OK;
}

static void check_tasks_add_up(struct hl_scores *scores, const struct hl_generalize_options *options) {
  const struct hl_context context = {.n_thread = 3, .seed = 1};
  struct hl_generalize_options kept = *options;
  struct hl_generalization *found;
  kept.keep_values = true;
  ck_assert_int_eq(hl_generalize(scores, &kept, &context, &found), HL_OK);
  struct adding it = {.generalization = found, .sums = calloc(64 * 64 * 32, sizeof(double))};
  ck_assert_ptr_nonnull(it.sums);
  ck_assert_int_eq(hl_generalize_tasks(scores, options, &context, found, add_task_curves, &it), HL_OK);
  for (size_t s = 0; s < found->n_series; s++) {
    const struct hl_series *series = &found->series[s];
    ck_assert_uint_eq(series->n_resample, found->n_resample);
    for (size_t r = 0; r < series->n_resample; r++) {
      ck_assert_uint_eq(series->n_tasks[r], it.n_tasks[r]);
      for (size_t k = 0; k < series->n_trial; k++) {
        const double mean = it.sums[(s * 64 + r) * 32 + k] / (double)it.n_tasks[r];
        ck_assert_double_eq_tol(series->values[r * series->n_trial + k], mean, 1e-14);
      }
    }
  }
  free(it.sums);
  hl_generalization_free(found);
}

START_TEST(tasks_add_up_to_resamplings) {
  struct hl_scores *scores = made_scores_new(9, 2, 14);
  made_scores_fill(scores, MADE_DIVERGED, 8);
  struct hl_generalize_options options = {.set = "a_grid", .baselines = "all", .n_resample = 4};
  check_tasks_add_up(scores, &options);
  options.split.k_fold = 4;
  check_tasks_add_up(scores, &options);
  options.split = (struct hl_split_options){.leave_out = HL_LEAVE_OUT_TASK};
  options.n_resample = 0;
  options.report = HL_REPORT_VALID;
  check_tasks_add_up(scores, &options);
  options.split = (struct hl_split_options){.hold_out = "t00[0-3]", .train_tasks = 2};
  options.n_resample = 3;
  options.n_trial = 5;
  check_tasks_add_up(scores, &options);
  hl_scores_close(scores);
}
END_TEST

START_TEST(leaving_one_out_is_one_resampling) {
  struct hl_generalize_options options = {
      .set = "a_grid", .baselines = "all", .split.leave_out = HL_LEAVE_OUT_TASK, .keep_values = true};
  struct hl_scores *scores = made_scores_new(7, 1, 10);
  struct hl_generalization *one, *folds, *three;
  made_scores_fill(scores, MADE_UNIFORM, 9);
  ck_assert_int_eq(hl_generalize(scores, &options, NULL, &one), HL_OK);
  ck_assert_uint_eq(one->n_resample, 1);
  ck_assert_uint_eq(one->n_fold, 7);
  ck_assert_uint_eq(one->series[0].n_task, 7);
  ck_assert_uint_eq(hl_generalization_find(one, "refined-minmax")->n_box, 7);
  options.split = (struct hl_split_options){.k_fold = 7}; /* the same folds in another order */
  options.n_resample = 1;
  ck_assert_int_eq(hl_generalize(scores, &options, NULL, &folds), HL_OK);
  for (size_t s = 0; s < one->n_series; s++) {
    for (size_t k = 0; k < one->series[s].n_trial; k++)
      ck_assert_double_eq_tol(one->series[s].mean[k], folds->series[s].mean[k], 1e-14);
  }
  options.split = (struct hl_split_options){.leave_out = HL_LEAVE_OUT_TASK};
  options.n_resample = 3;
  ck_assert_int_eq(hl_generalize(scores, &options, NULL, &three), HL_OK);
  ck_assert_uint_eq(three->n_resample, 3);
  const struct hl_series *random = hl_generalization_find(three, "random:a_grid");
  ck_assert_double_ne(random->values[0], random->values[random->n_trial]);
  const struct hl_series *oracle = hl_generalization_find(three, "oracle");
  ck_assert_double_eq(oracle->values[0], oracle->values[oracle->n_trial]);
  hl_generalization_free(one);
  hl_generalization_free(folds);
  hl_generalization_free(three);
  hl_scores_close(scores);
}
END_TEST

static hl_status refuse(void *user, const struct hl_task_curves *curves) {
  (void)user;
  return curves->resample == 1 ? HL_IO : HL_OK;
}

START_TEST(a_visitor_ends_the_run) {
  struct hl_generalize_options options = {.set = "a_grid", .baselines = "none", .n_resample = 3};
  struct hl_scores *scores = made_scores_new(4, 1, 3);
  struct hl_generalization *found;
  ck_assert_int_eq(hl_generalize(scores, &options, NULL, &found), HL_OK);
  ck_assert_int_eq(hl_generalize_tasks(scores, &options, NULL, found, refuse, NULL), HL_IO);
  options.n_resample = 4; /* not what `found` was made from */
  ck_assert_int_eq(hl_generalize_tasks(scores, &options, NULL, found, refuse, NULL), HL_BUG);
  hl_generalization_free(found);
  hl_scores_close(scores);
}
END_TEST

/* ---- A new baseline: one function and one row in a table ---- */

/* Tries the configs from the last to the first. */
static hl_status run_backwards(struct hl_trials *trials) {
  size_t order[64];
  const size_t n = trials->cells->n_config;
  for (size_t c = 0; c < n; c++) order[c] = n - 1 - c;
  return hl_trials_try(trials, order, n);
}

static const struct hl_baseline backwards = {
    .name = "backwards", .is_of_every_set = true, .run = run_backwards};

START_TEST(a_new_baseline_is_a_row) {
  const struct hl_baseline *const rows[] = {&hl_random, &backwards};
  const struct hl_baseline_table table = {2, rows};
  struct hl_generalize_options options = {
      .set = "a_grid", .baselines = "backwards:b_grid", .report = HL_REPORT_VALID, .n_resample = 3};
  struct hl_scores *scores = made_scores_new(4, 2, 6);
  struct hl_generalization *found;
  for (size_t i = 0; i < 24; i++) scores->sets[1].valid[i] = 0.9 - 0.1 * (double)(i % 6);
  ck_assert_int_eq(hl_generalize_among(&table, scores, &options, NULL, &found), HL_OK);
  ck_assert_uint_eq(found->n_series, 2);
  ck_assert_str_eq(found->series[1].name, "backwards:b_grid");
  ck_assert_double_eq_tol(found->series[1].median[0], 0.4, 1e-15);
  hl_generalization_free(found);
  options.baselines = "all";
  ck_assert_int_eq(hl_generalize_among(&table, scores, &options, NULL, &found), HL_OK);
  ck_assert_uint_eq(found->n_series, 5);
  hl_generalization_free(found);
  options.baselines = "nosuch";
  ck_assert_int_eq(hl_generalize_among(&table, scores, &options, NULL, &found), HL_USAGE);
  ck_assert_msg(strstr(hl_error_message(), "expected random[:SET], backwards[:SET], all or none") != NULL,
                "%s", hl_error_message());
  hl_scores_close(scores);
}
END_TEST

static Suite *generalize_suite(void) {
  Suite *suite = suite_create("generalize");
  TCase *tcase = tcase_create("generalize");
  tcase_add_test(tcase, threads_and_other_series_change_nothing);
  tcase_add_test(tcase, curves_are_what_they_must_be);
  tcase_add_test(tcase, wrong_questions_are_refused);
  tcase_add_test(tcase, means_are_over_the_resamplings);
  tcase_add_test(tcase, tasks_without_test_scores);
  tcase_add_test(tcase, tasks_add_up_to_resamplings);
  tcase_add_test(tcase, leaving_one_out_is_one_resampling);
  tcase_add_test(tcase, a_visitor_ends_the_run);
  tcase_add_test(tcase, a_new_baseline_is_a_row);
  suite_add_tcase(suite, tcase);
  return suite;
}

HL_TEST_MAIN(generalize_suite)
