/* Boxes of the best configs: corners, quantiles, zeros, booleans; and the curves of random search inside
 * them. */
#include "generalize/box.h"
#include "hyperlist/generalize.h"
#include "made_scores.h"
#include "test.h"

#include <math.h>
#include <string.h>

/* A set of n configs with one hyperparameter, for boxes alone. */
static struct hl_points make_points(const char *name, const double *values, size_t n) {
  struct hl_score_set set = {.name = NULL};
  struct hl_points points;
  double copy[32];
  memcpy(copy, values, n * sizeof *values);
  set.hyperparameter_values = copy;
  for (size_t i = 0; i < n; i++) ck_assert_int_eq(hl_strings_add(&set.configs, "c"), HL_OK);
  ck_assert_int_eq(hl_strings_add(&set.hyperparameters, name), HL_OK);
  ck_assert_int_eq(hl_points_init(&points, &set), HL_OK);
  hl_strings_clear(&set.configs);
  hl_strings_clear(&set.hyperparameters);
  return points;
}

/* Which of the configs are inside the box of best[n_best], as "0 3 4". */
static const char *inside(const char *name, const double *values, size_t n, const size_t *best, size_t n_best,
                          double tail) {
  static char text[128];
  size_t used = 0;
  struct hl_points points = make_points(name, values, n);
  struct hl_box box;
  ck_assert_int_eq(hl_box_init(&box, &points, best, n_best, tail), HL_OK);
  text[0] = '\0';
  for (size_t i = 0; i < n; i++) {
    if (!hl_box_contains(&box, &points, i)) continue;
    used += (size_t)snprintf(text + used, sizeof text - used, "%s%zu", used > 0 ? " " : "", i);
  }
  hl_box_clear(&box);
  hl_points_clear(&points);
  return text;
}

START_TEST(corners_are_inside) {
  const double rates[] = {1e-8, 1e-4, 3e-4, 1e-3, 1e-2, 10};
  const size_t best[] = {3, 1, 1};
  ck_assert_str_eq(inside("learning_rate", rates, 6, best, 3, 0), "1 2 3");
  ck_assert_str_eq(inside("learning_rate", rates, 6, best, 1, 0), "3");
  ck_assert_str_eq(inside("learning_rate", rates, 6, best, 0, 0), "");
}
END_TEST

START_TEST(betas_are_measured_from_one) {
  const double betas[] = {0.9, 0.99, 0.999, 0.9999, 0.5, 1};
  const size_t best[] = {1, 3};
  ck_assert_str_eq(inside("beta1", betas, 6, best, 2, 0), "1 2 3");
}
END_TEST

START_TEST(the_margin_takes_in_a_rounding_error_only) {
  const double rates[] = {
      1e-4, 1e-2, 1e-2 * (1 + 1e-10), 1e-2 * (1 + 1e-7), 1e-4 * (1 - 1e-10), 1e-4 * (1 - 1e-7)};
  const size_t best[] = {0, 1};
  ck_assert_str_eq(inside("learning_rate", rates, 6, best, 2, 0), "0 1 2 4");
}
END_TEST

START_TEST(zeros_are_a_value_of_their_own) {
  const double decays[] = {0, 1e-5, 1e-4, 1e-3, 0};
  const size_t with_zero[] = {0, 1, 2}, without[] = {1, 3}, only_zero[] = {4};
  ck_assert_str_eq(inside("l2_weight_decay", decays, 5, with_zero, 3, 0), "0 1 2 4");
  ck_assert_str_eq(inside("l2_weight_decay", decays, 5, without, 2, 0), "1 2 3");
  ck_assert_str_eq(inside("l2_weight_decay", decays, 5, only_zero, 1, 0), "0 4");
}
END_TEST

START_TEST(booleans_are_inside_if_seen) {
  const double flags[] = {0, 1, 0, 1};
  const size_t on[] = {1}, both[] = {1, 2};
  ck_assert_str_eq(inside("use_nesterov", flags, 4, on, 1, 0), "1 3");
  ck_assert_str_eq(inside("use_nesterov", flags, 4, both, 2, 0), "0 1 2 3");
}
END_TEST

/* Of 21 points 0, 0.05, .., 1 the 5th and 95th percentiles are the second and the last but one. */
START_TEST(quantiles_leave_out_the_tails) {
  double fractions[21];
  size_t best[21];
  for (size_t i = 0; i < 21; i++) {
    fractions[i] = (double)i / 20;
    best[i] = i;
  }
  ck_assert_str_eq(inside("constant_fraction", fractions, 21, best, 21, 0.05),
                   "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19");
  const size_t often[] = {3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 9};
  ck_assert_str_eq(inside("constant_fraction", fractions, 21, often, 22, 0.05), "3");
}
END_TEST

/* ---- One factor for all ---- */

/* The best are evenly spaced: both ends are equally far from the median, so that configs go in pairs. */
START_TEST(the_joint_box_holds_nine_of_ten) {
  double fractions[30];
  size_t best[30];
  for (size_t i = 0; i < 30; i++) {
    fractions[i] = (double)i / 100;
    best[i] = i;
  }
  struct hl_points points = make_points("constant_fraction", fractions, 30);
  struct hl_box box;
  const struct {
    size_t n_best, percent, first, last;
  } cases[] = {{21, 90, 1, 19}, /* at least 18.9 */
               {20, 90, 1, 18}, {20, 85, 1, 18}, {11, 90, 0, 10}, {1, 90, 0, 0}, {20, 100, 0, 19}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    ck_assert_int_eq(hl_box_init_joint(&box, &points, best, cases[i].n_best, cases[i].percent), HL_OK);
    for (size_t c = 0; c < 30; c++) {
      ck_assert_int_eq(hl_box_contains(&box, &points, c), c >= cases[i].first && c <= cases[i].last);
    }
    hl_box_clear(&box);
  }
  hl_points_clear(&points);
}
END_TEST

/* 0 0 0 0 0 0 0 0 1 10: the median is 0, so that 0.1 of the way up takes in nine of ten. */
START_TEST(the_joint_box_shrinks_towards_the_median) {
  const double fractions[] = {0, 1, 10, 0.5, 1.5, -1};
  const size_t best[] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 2};
  struct hl_points points = make_points("constant_fraction", fractions, 6);
  struct hl_box box;
  ck_assert_int_eq(hl_box_init_joint(&box, &points, best, 10, 90), HL_OK);
  ck_assert_double_eq_tol(box.intervals[0].low, 0, 1e-15);
  ck_assert_double_eq_tol(box.intervals[0].high, 1, 1e-15);
  ck_assert(hl_box_contains(&box, &points, 0) && hl_box_contains(&box, &points, 1));
  ck_assert(!hl_box_contains(&box, &points, 2) && hl_box_contains(&box, &points, 3));
  ck_assert(!hl_box_contains(&box, &points, 4) && !hl_box_contains(&box, &points, 5));
  hl_box_clear(&box);
  ck_assert_int_eq(hl_box_init_joint(&box, &points, best, 0, 90), HL_OK);
  ck_assert(!hl_box_contains(&box, &points, 0));
  hl_box_clear(&box);
  hl_points_clear(&points);
}
END_TEST

/* ---- Curves ---- */

/* Reports validation scores, so that curves can only fall. */
static struct hl_generalization *generalize(struct hl_scores *scores, size_t n_trial) {
  const struct hl_generalize_options options = {.set = "a_grid",
                                                .baselines = "refined-minmax,refined-q90",
                                                .report = HL_REPORT_VALID,
                                                .n_resample = 7,
                                                .n_trial = n_trial};
  struct hl_generalization *found;
  ck_assert_int_eq(hl_generalize(scores, &options, NULL, &found), HL_OK);
  ck_assert_uint_eq(found->n_series, 3);
  return found;
}

START_TEST(empty_boxes_give_one_row_at_1) {
  struct hl_scores *scores = made_scores_new(4, 1, 6);
  for (size_t i = 0; i < 24; i++) scores->sets[0].valid[i] = 1;
  struct hl_generalization *found = generalize(scores, 0);
  const struct hl_series *refined = hl_generalization_find(found, "refined-minmax");
  ck_assert_uint_eq(refined->n_trial, 1);
  ck_assert_double_eq(refined->median[0], 1);
  ck_assert_uint_eq(refined->n_resample, 7);
  ck_assert_uint_eq(refined->n_inside[6], 0);
  hl_generalization_free(found);
  hl_scores_close(scores);
}
END_TEST

START_TEST(a_box_that_ran_out_stays_at_its_last_value) {
  struct hl_scores *scores = made_scores_new(8, 1, 20);
  made_scores_fill(scores, MADE_UNIFORM, 3);
  struct hl_generalization *found = generalize(scores, 0), *cut = generalize(scores, 2);
  const struct hl_series *refined = hl_generalization_find(found, "refined-minmax");
  ck_assert_uint_eq(refined->n_trial, refined->n_inside[6]);
  ck_assert_uint_lt(refined->n_inside[0], refined->n_inside[6]);
  ck_assert_uint_eq(refined->n_resample, 7);
  for (size_t k = 1; k < refined->n_trial; k++) ck_assert_double_le(refined->mean[k], refined->mean[k - 1]);
  const struct hl_series *shorter = hl_generalization_find(cut, "refined-minmax");
  ck_assert_uint_eq(shorter->n_trial, 2);
  ck_assert_double_eq(shorter->median[1], refined->median[1]);
  hl_generalization_free(cut);
  hl_generalization_free(found);
  hl_scores_close(scores);
}
END_TEST

START_TEST(no_hyperparameters_no_box) {
  struct hl_generalize_options options = {.set = "a_grid", .n_resample = 2};
  struct hl_scores *scores = made_scores_new(4, 1, 6);
  struct hl_generalization *found;
  hl_strings_clear(&scores->sets[0].hyperparameters);
  ck_assert_int_eq(hl_generalize(scores, &options, NULL, &found), HL_OK);
  ck_assert_ptr_null(hl_generalization_find(found, "refined-minmax"));
  ck_assert_ptr_nonnull(hl_generalization_find(found, "best-case"));
  hl_generalization_free(found);
  options.baselines = "refined-q90";
  ck_assert_int_eq(hl_generalize(scores, &options, NULL, &found), HL_USAGE);
  hl_scores_close(scores);
}
END_TEST

static Suite *refined_suite(void) {
  Suite *suite = suite_create("refined");
  TCase *box = tcase_create("box"), *curve = tcase_create("curve");
  tcase_add_test(box, corners_are_inside);
  tcase_add_test(box, betas_are_measured_from_one);
  tcase_add_test(box, the_margin_takes_in_a_rounding_error_only);
  tcase_add_test(box, zeros_are_a_value_of_their_own);
  tcase_add_test(box, booleans_are_inside_if_seen);
  tcase_add_test(box, quantiles_leave_out_the_tails);
  tcase_add_test(box, the_joint_box_holds_nine_of_ten);
  tcase_add_test(box, the_joint_box_shrinks_towards_the_median);
  tcase_add_test(curve, empty_boxes_give_one_row_at_1);
  tcase_add_test(curve, a_box_that_ran_out_stays_at_its_last_value);
  tcase_add_test(curve, no_hyperparameters_no_box);
  suite_add_tcase(suite, box);
  suite_add_tcase(suite, curve);
  return suite;
}

HL_TEST_MAIN(refined_suite)
