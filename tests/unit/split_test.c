/* Splits: which tasks train and which test, in each fold of each resampling. */
#include "generalize/split.h"
#include "hyperlist/generalize.h"
#include "made_scores.h"
#include "test.h"

#include <string.h>

static hl_status split(const struct hl_scores *scores, const struct hl_split_options *options,
                       size_t resample, size_t i_fold, struct hl_fold *fold, size_t *n_fold) {
  size_t rows[64];
  struct hl_splitter splitter;
  for (size_t i = 0; i < scores->tasks.n; i++) rows[i] = i;
  *fold = (struct hl_fold){0};
  hl_status status = hl_splitter_init(&splitter, options, scores, rows, scores->tasks.n);
  if (status == HL_OK) status = hl_splitter_split(&splitter, 0, resample, i_fold, fold);
  *n_fold = splitter.n_fold;
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
  } cases[] = {{{.hold_out = NULL}, 9, 4, 5},
               {{.hold_out = NULL}, 2, 1, 1},
               {{.train_tasks = 3}, 9, 3, 6},
               {{.train_fraction = 0.7}, 10, 7, 3},
               {{.train_fraction = 0.58}, 50, 29, 21},
               {{.train_fraction = 0.3}, 10, 3, 7},
               {{.hold_out = "t00[01]"}, 9, 7, 2},
               {{.hold_out = "t00[01]", .train_tasks = 3}, 9, 3, 2},
               {{.hold_out = "t00[01]", .train_tasks = 100}, 9, 7, 2},
               {{.hold_out = "t00[01]", .train_fraction = 0.5}, 9, 3, 2},
               {{.hold_out = "!t005"}, 9, 1, 8}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct hl_scores *scores = made_scores_new(cases[i].n_task, 1, 1);
    for (size_t r = 0; r < 5; r++) {
      struct hl_fold fold;
      size_t n_fold;
      ck_assert_int_eq(split(scores, &cases[i].options, r, 0, &fold, &n_fold), HL_OK);
      ck_assert_uint_eq(n_fold, 1);
      check_fold(&fold, cases[i].n_train, cases[i].n_test, cases[i].n_task);
      hl_fold_clear(&fold);
    }
    hl_scores_close(scores);
  }
}
END_TEST

/* Each task tests exactly once; sizes are as told, larger folds first; all that may train do, up to a limit.
 */
static void check_folds(const struct hl_scores *scores, const struct hl_split_options *options, size_t n_fold,
                        size_t n_larger, size_t limit) {
  const size_t n_task = scores->tasks.n;
  for (size_t r = 0; r < 3; r++) {
    size_t n_tested[64] = {0}, found;
    for (size_t i = 0; i < n_fold; i++) {
      struct hl_fold fold;
      const size_t n_test = n_task / n_fold + (i < n_larger), n_other = n_task - n_test;
      ck_assert_int_eq(split(scores, options, r, i, &fold, &found), HL_OK);
      ck_assert_uint_eq(found, n_fold);
      check_fold(&fold, n_other < limit ? n_other : limit, n_test, n_task);
      for (size_t t = 0; t < fold.n_test; t++) n_tested[fold.test[t]]++;
      hl_fold_clear(&fold);
    }
    for (size_t t = 0; t < n_task; t++) ck_assert_uint_eq(n_tested[t], 1);
  }
}

START_TEST(each_task_is_in_one_fold) {
  struct hl_scores *scores = made_scores_new(11, 1, 1);
  check_folds(scores, &(struct hl_split_options){.k_fold = 2}, 2, 1, SIZE_MAX);
  check_folds(scores, &(struct hl_split_options){.k_fold = 4}, 4, 3, SIZE_MAX);
  check_folds(scores, &(struct hl_split_options){.k_fold = 4, .train_tasks = 5}, 4, 3, 5);
  check_folds(scores, &(struct hl_split_options){.k_fold = 4, .train_tasks = 50}, 4, 3, SIZE_MAX);
  check_folds(scores, &(struct hl_split_options){.k_fold = 11, .train_fraction = 0.25}, 11, 0, 2);
  check_folds(scores, &(struct hl_split_options){.k_fold = 11, .train_fraction = 1}, 11, 0, SIZE_MAX);
  check_folds(scores, &(struct hl_split_options){.leave_out = HL_LEAVE_OUT_TASK}, 11, 0, SIZE_MAX);
  check_folds(scores, &(struct hl_split_options){.leave_out = HL_LEAVE_OUT_FAMILY}, 11, 0, SIZE_MAX);
  check_folds(scores, &(struct hl_split_options){.leave_out = HL_LEAVE_OUT_TASK, .train_tasks = 3}, 11, 0, 3);
  hl_scores_close(scores);
}
END_TEST

/* Limited train sides are the beginnings of the same shuffle: they grow, and differ between resamplings. */
START_TEST(limited_train_sides_are_nested) {
  struct hl_scores *scores = made_scores_new(12, 1, 1);
  size_t n_fold;
  bool is_drawn_anew = false;
  for (size_t r = 0; r < 4; r++) {
    for (size_t i = 0; i < 3; i++) {
      struct hl_split_options few = {.k_fold = 3, .train_tasks = 3}, more = {.k_fold = 3, .train_tasks = 6};
      struct hl_fold small, large, other;
      ck_assert_int_eq(split(scores, &few, r, i, &small, &n_fold), HL_OK);
      ck_assert_int_eq(split(scores, &more, r, i, &large, &n_fold), HL_OK);
      ck_assert_int_eq(split(scores, &few, r + 1, i, &other, &n_fold), HL_OK);
      ck_assert_mem_eq(small.test, large.test, small.n_test * sizeof *small.test);
      for (size_t a = 0, b = 0; a < small.n_train; a++) {
        while (b < large.n_train && large.train[b] != small.train[a]) b++;
        ck_assert_uint_lt(b, large.n_train);
      }
      is_drawn_anew |= memcmp(small.train, other.train, small.n_train * sizeof *small.train) != 0;
      hl_fold_clear(&small);
      hl_fold_clear(&large);
      hl_fold_clear(&other);
    }
  }
  ck_assert(is_drawn_anew);
  hl_scores_close(scores);
}
END_TEST

static void rename_to(struct hl_strings *strings, const char *const *items) {
  const size_t n = strings->n;
  hl_strings_clear(strings);
  for (size_t i = 0; i < n; i++) ck_assert_int_eq(hl_strings_add(strings, items[i]), HL_OK);
}

START_TEST(families_and_kinds_are_left_out_whole) {
  static const char *const tasks[] = {"Copy_a",           "conv_fc_family_seed0", "conv_pooling_family_seed1",
                                      "mlp_family_seed0", "mlp_family_seed12",    "mlp_family_seeds"};
  static const char *const kinds[] = {"rnn", "conv", "conv", "mlp", "mlp", "mlp"};
  static const size_t family_sizes[] = {1, 1, 1, 2, 1}, kind_sizes[] = {1, 2, 3};
  struct hl_scores *scores = made_scores_new(6, 1, 1);
  struct hl_fold fold;
  size_t n_fold;
  rename_to(&scores->tasks, tasks);
  rename_to(&scores->kinds, kinds);
  for (size_t i = 0; i < 5; i++) {
    const struct hl_split_options options = {.leave_out = HL_LEAVE_OUT_FAMILY};
    ck_assert_int_eq(split(scores, &options, 0, i, &fold, &n_fold), HL_OK);
    ck_assert_uint_eq(n_fold, 5);
    check_fold(&fold, 6 - family_sizes[i], family_sizes[i], 6);
    ck_assert_uint_eq(fold.test[0], i < 4 ? i : 5);
    hl_fold_clear(&fold);
  }
  for (size_t i = 0; i < 3; i++) {
    const struct hl_split_options options = {.leave_out = HL_LEAVE_OUT_KIND};
    ck_assert_int_eq(split(scores, &options, 0, i, &fold, &n_fold), HL_OK);
    ck_assert_uint_eq(n_fold, 3);
    check_fold(&fold, 6 - kind_sizes[i], kind_sizes[i], 6);
    hl_fold_clear(&fold);
  }
  hl_scores_close(scores);
}
END_TEST

START_TEST(impossible_splits_are_refused) {
  static const struct {
    struct hl_split_options options;
    size_t n_task;
    hl_status status;
  } cases[] = {{{.hold_out = NULL}, 1, HL_INVALID},
               {{.train_tasks = 9}, 9, HL_USAGE},
               {{.train_fraction = 0.01}, 9, HL_USAGE},
               {{.hold_out = "all"}, 9, HL_USAGE},
               {{.hold_out = "nosuch"}, 9, HL_USAGE},
               {{.hold_out = "t001", .train_fraction = 0.01}, 9, HL_USAGE},
               {{.k_fold = 2}, 1, HL_INVALID},
               {{.k_fold = 1}, 9, HL_USAGE},
               {{.k_fold = 10}, 9, HL_USAGE},
               {{.k_fold = 3, .train_fraction = 0.1}, 9, HL_USAGE},
               {{.k_fold = 3, .hold_out = "t001"}, 9, HL_USAGE},
               {{.leave_out = HL_LEAVE_OUT_TASK}, 1, HL_INVALID},
               {{.leave_out = HL_LEAVE_OUT_KIND}, 9, HL_USAGE}, /* all are of one */
               {{.leave_out = HL_LEAVE_OUT_TASK, .k_fold = 3}, 9, HL_USAGE},
               {{.leave_out = HL_LEAVE_OUT_TASK, .hold_out = "t001"}, 9, HL_USAGE},
               {{.train_tasks = 3, .train_fraction = 0.5}, 9, HL_USAGE}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct hl_fold fold;
    struct hl_scores *scores = made_scores_new(cases[i].n_task, 1, 1);
    size_t n_fold;
    ck_assert_int_eq(split(scores, &cases[i].options, 0, 0, &fold, &n_fold), cases[i].status);
    hl_fold_clear(&fold);
    hl_scores_close(scores);
  }
}
END_TEST

static Suite *split_suite(void) {
  Suite *suite = suite_create("split");
  TCase *tcase = tcase_create("split");
  tcase_add_test(tcase, splits_have_the_sizes_asked_for);
  tcase_add_test(tcase, each_task_is_in_one_fold);
  tcase_add_test(tcase, limited_train_sides_are_nested);
  tcase_add_test(tcase, families_and_kinds_are_left_out_whole);
  tcase_add_test(tcase, impossible_splits_are_refused);
  suite_add_tcase(suite, tcase);
  return suite;
}

HL_TEST_MAIN(split_suite)
