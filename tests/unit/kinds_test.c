/* How many tasks are of each kind, whoever says so. */
#include "report/kinds.h"
#include "test.h"

#include <string.h>

static struct hl_strings tasks, kinds;
static struct hl_kind_count *counts;
static size_t n;

static void tear_down(void) {
  hl_strings_clear(&tasks);
  hl_strings_clear(&kinds);
  free(counts);
  counts = NULL;
}

static void add(struct hl_strings *names, const char *const *from, size_t n_from) {
  for (size_t i = 0; i < n_from; i++) ck_assert_int_eq(hl_strings_add(names, from[i]), HL_OK);
}

static void is_counted(size_t k, const char *kind, size_t n_task, size_t n_degenerate) {
  ck_assert_uint_lt(k, n);
  ck_assert_str_eq(counts[k].kind, kind);
  ck_assert_uint_eq(counts[k].n, n_task);
  ck_assert_uint_eq(counts[k].n_degenerate, n_degenerate);
}

static const char *const names[] = {"Copy_GRU128", "TwoD_Bowl1", "mlp_family_seed2", "mlp_family_seed3",
                                    "zebra"};
static const uint8_t degenerate[] = {0, 1, 1, 1, 0};
enum { N_NAME = sizeof names / sizeof names[0] };

START_TEST(kinds_stand_in_the_order_in_which_they_are_met) {
  add(&tasks, names, N_NAME);
  ck_assert_int_eq(hl_kinds_count(&tasks, NULL, NULL, &counts, &n), HL_OK);
  ck_assert_uint_eq(n, 4);
  is_counted(0, "rnn", 1, 0);
  is_counted(1, "synthetic", 1, 0);
  is_counted(2, "mlp", 2, 0);
  is_counted(3, "other", 1, 0);
}
END_TEST

START_TEST(what_the_file_says_goes_before_the_names) {
  static const char *const given[] = {"b", "a", "b", "a", "a"};
  add(&tasks, names, N_NAME);
  add(&kinds, given, N_NAME);
  ck_assert_int_eq(hl_kinds_count(&tasks, &kinds, degenerate, &counts, &n), HL_OK);
  ck_assert_uint_eq(n, 2);
  is_counted(0, "b", 2, 1);
  is_counted(1, "a", 3, 2);
}
END_TEST

START_TEST(no_tasks_no_kinds) {
  ck_assert_int_eq(hl_kinds_count(&tasks, NULL, NULL, &counts, &n), HL_OK);
  ck_assert_uint_eq(n, 0);
}
END_TEST

START_TEST(each_task_may_have_a_kind_of_its_own) {
  enum { N_TASK = 10000 };
  for (size_t t = 0; t < N_TASK; t++) {
    char name[24];
    snprintf(name, sizeof name, "kind%zu", (t * 7919) % N_TASK);
    ck_assert_int_eq(hl_strings_add(&tasks, name), HL_OK);
  }
  ck_assert_int_eq(hl_strings_copy(&tasks, &kinds), HL_OK);
  ck_assert_int_eq(hl_kinds_count(&tasks, &kinds, NULL, &counts, &n), HL_OK);
  ck_assert_uint_eq(n, N_TASK);
  is_counted(1, "kind7919", 1, 0);
  is_counted(N_TASK - 1, kinds.items[N_TASK - 1], 1, 0);
}
END_TEST

static Suite *suite(void) {
  Suite *s = suite_create("kinds");
  TCase *all = tcase_create("kinds");
  tcase_add_checked_fixture(all, NULL, tear_down);
  tcase_add_test(all, kinds_stand_in_the_order_in_which_they_are_met);
  tcase_add_test(all, what_the_file_says_goes_before_the_names);
  tcase_add_test(all, no_tasks_no_kinds);
  tcase_add_test(all, each_task_may_have_a_kind_of_its_own);
  suite_add_tcase(s, all);
  return s;
}
HL_TEST_MAIN(suite)
