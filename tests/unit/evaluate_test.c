/* Evaluation against its definition, and what it says of a list that does not fit the scores. */
#include "evaluate/best_so_far.h"
#include "hyperlist/evaluate.h"
#include "learn/sum.h"
#include "made_scores.h"
#include "test.h"

#include <math.h>
#include <string.h>

enum { N_TASK = 70, N_CONFIG = 9 }; /* more than two blocks of tasks */

static struct hl_list *learn(struct hl_scores *scores, size_t n_entry) {
  const struct hl_learn_options options = {.set = "a_grid", .n_entry = n_entry};
  struct hl_list *list;
  ck_assert_int_eq(hl_learn(scores, &options, NULL, &list), HL_OK);
  return list;
}

static double worst(double score) {
  return isnan(score) ? 1 : score;
}

/* The best of the first n entries on a task, earlier wins ties. */
static size_t find_best(const struct hl_score_set *set, const struct hl_list *list, size_t task, size_t n) {
  const double *f = set->valid + task * set->configs.n;
  size_t best = list->entries[0].index;
  for (size_t i = 1; i < n; i++) {
    if (worst(f[list->entries[i].index]) < worst(f[best])) best = list->entries[i].index;
  }
  return best;
}

START_TEST(averages_are_the_definition) {
  const struct hl_evaluate_options options = {.per_task = true};
  for (unsigned seed = 0; seed < 60; seed++) {
    struct hl_scores *scores = made_scores_new(N_TASK, 2, N_CONFIG);
    made_scores_fill(scores, (enum made_character)(seed % MADE_N_CHARACTER), seed);
    const struct hl_score_set *set = &scores->sets[0];
    struct hl_list *list = learn(scores, 0);
    struct hl_evaluation *found;
    ck_assert_int_eq(hl_evaluate(list, scores, &options, &found), HL_OK);
    ck_assert_uint_eq(found->n_trial, N_CONFIG);
    ck_assert_uint_eq(found->n_own, N_TASK);
    for (size_t k = 0; k < N_CONFIG; k++) {
      double valid = 0, test = 0;
      for (size_t t = 0; t < N_TASK; t++) {
        const size_t at = t * N_CONFIG + find_best(set, list, t, k + 1);
        valid += worst(set->valid[at]);
        test += worst(set->test[at]);
        ck_assert_double_eq(found->task_valid[t * N_CONFIG + k], worst(set->valid[at]));
        ck_assert_double_eq(found->task_test[t * N_CONFIG + k], worst(set->test[at]));
      }
      ck_assert_double_eq_tol(found->valid[k], valid / N_TASK, 1e-14); /* another order of adding up */
      ck_assert_double_eq_tol(found->test[k], test / N_TASK, 1e-14);
      ck_assert_double_eq(found->valid[k], list->entries[k].objective);
      ck_assert_str_eq(found->configs.items[k], list->entries[k].config);
    }
    hl_evaluation_free(found);
    hl_list_free(list);
    hl_scores_close(scores);
  }
}
END_TEST

struct following {
  const struct hl_cells *cells;
  const size_t *tasks, *order;
  size_t n_task, chosen[N_TASK];
};

static void compare_with_definition(void *user, const struct hl_best_so_far *best) {
  struct following *it = user;
  const size_t c = it->order[best->n_trial - 1];
  for (size_t i = 0; i < it->n_task; i++) {
    const double *valid = it->cells->valid + it->tasks[i], *test = it->cells->test + it->tasks[i];
    if (best->n_trial == 1 || valid[c * N_TASK] < valid[it->chosen[i] * N_TASK]) it->chosen[i] = c;
    ck_assert_double_eq(best->valid.now[it->tasks[i]], valid[it->chosen[i] * N_TASK]);
    ck_assert_double_eq(best->test.now[it->tasks[i]], test[it->chosen[i] * N_TASK]);
  }
  ck_assert_double_eq(best->valid.sum, hl_sum_tasks(best->valid.now, N_TASK));
  ck_assert_double_eq(best->test.sum, hl_sum_tasks(best->test.now, N_TASK));
}

static void follow_the_definition(const struct hl_scores *scores, size_t n_task) {
  const size_t n_config = scores->sets[0].configs.n;
  struct hl_cells cells;
  size_t rows[N_TASK], order[200];
  struct following it = {.cells = &cells, .tasks = rows, .order = order, .n_task = n_task};
  for (size_t i = 0; i < N_TASK; i++) rows[i] = i;
  for (size_t c = 0; c < n_config; c++) order[c] = n_config - 1 - c;
  ck_assert_int_eq(
      hl_cells_init(&cells, scores, &scores->sets[0], rows, N_TASK, HL_MISSING_WORST, HL_CELLS_TEST, NULL),
      HL_OK);
  for (size_t i = 0; i < n_task; i++) rows[i] = N_TASK / n_task * i;
  ck_assert_int_eq(hl_best_so_far_run(&cells, rows, n_task, order, n_config, HL_BEST_VALID | HL_BEST_TEST,
                                      compare_with_definition, &it),
                   HL_OK);
  hl_cells_clear(&cells);
}

/* Few tasks of many are followed one by one, many in blocks: on each the earlier of equals keeps its test
 * score. */
START_TEST(few_tasks_and_many_follow_the_definition) {
  for (unsigned seed = 0; seed < 40; seed++) {
    struct hl_scores *scores = made_scores_new(N_TASK, 1, N_CONFIG);
    made_scores_fill(scores, (enum made_character)(seed % MADE_N_CHARACTER), seed);
    follow_the_definition(scores, 3);
    follow_the_definition(scores, N_TASK);
    hl_scores_close(scores);
  }
}
END_TEST

/* Every trial is a record on every task, to the last digits: more than are looked up at once. */
START_TEST(records_without_end_follow_the_definition) {
  const size_t n_config = 200;
  for (int digits = 0; digits < 2; digits++) {
    struct hl_scores *scores = made_scores_new(N_TASK, 1, n_config);
    made_scores_fill(scores, MADE_UNIFORM, 1);
    for (size_t i = 0; i < N_TASK * n_config; i++)
      scores->sets[0].valid[i] =
          digits ? .5 + ldexp((double)(i % n_config), -50) : (double)(i % n_config) / 200;
    follow_the_definition(scores, N_TASK);
    hl_scores_close(scores);
  }
}
END_TEST

START_TEST(a_task_without_test_scores_counts_in_valid_only) {
  const struct hl_evaluate_options options = {0};
  struct hl_scores *scores = made_scores_new(2, 1, 3);
  struct hl_score_set *set = &scores->sets[0];
  for (size_t c = 0; c < 3; c++) {
    set->valid[c] = 0.25, set->test[c] = (double)NAN;
    set->valid[3 + c] = 0.75, set->test[3 + c] = 0.125;
  }
  struct hl_list *list = learn(scores, 1);
  struct hl_evaluation *found;
  ck_assert_int_eq(hl_evaluate(list, scores, &options, &found), HL_OK);
  ck_assert_double_eq(found->valid[0], 0.5);
  ck_assert_double_eq(found->test[0], 0.125);
  ck_assert_uint_eq(found->n_tested, 1);
  hl_evaluation_free(found);
  for (size_t c = 0; c < 3; c++) set->test[3 + c] = (double)NAN;
  ck_assert_int_eq(hl_evaluate(list, scores, &options, &found), HL_OK);
  ck_assert_double_nan(found->test[0]);
  hl_evaluation_free(found);
  for (size_t c = 0; c < 3; c++)
    set->valid[3 + c] = (double)NAN; /* no file of this set at all: missing, so 1 */
  ck_assert_int_eq(hl_evaluate(list, scores, &options, &found), HL_OK);
  ck_assert_double_eq(found->valid[0], 0.625);
  ck_assert_double_eq(found->test[0], 1);
  hl_evaluation_free(found);
  hl_list_free(list);
  hl_scores_close(scores);
}
END_TEST

START_TEST(degenerate_tasks_take_no_part) {
  const struct hl_evaluate_options options = {0};
  struct hl_scores *scores = made_scores_new(3, 1, 2);
  struct hl_list *list;
  struct hl_evaluation *found;
  scores->degenerate[1] = scores->sets[0].degenerate[1] = 1;
  scores->sets[0].valid[2] = scores->sets[0].valid[3] = (double)NAN;
  list = learn(scores, 0);
  ck_assert_uint_eq(list->train_tasks.n, 2);
  ck_assert_str_eq(list->train_tasks.items[1], "t002");
  ck_assert_int_eq(hl_evaluate(list, scores, &options, &found), HL_OK);
  ck_assert_uint_eq(found->tasks.n, 2);
  ck_assert_double_eq(found->valid[0], 0.5);
  hl_evaluation_free(found);
  hl_list_free(list);
  hl_scores_close(scores);
}
END_TEST

START_TEST(unknown_configs_are_refused_or_skipped) {
  struct hl_evaluate_options options = {0};
  struct hl_scores *scores = made_scores_new(2, 1, 3), *fewer = made_scores_new(2, 1, 2);
  struct hl_list *list = learn(scores, 0);
  struct hl_evaluation *found;
  ck_assert_int_eq(hl_evaluate(list, fewer, &options, &found), HL_INVALID);
  ck_assert_ptr_null(found);
  ck_assert_ptr_nonnull(strstr(hl_error_message(), "found no config a_grid_seed2 (rank "));
  options.skip_unknown = true;
  ck_assert_int_eq(hl_evaluate(list, fewer, &options, &found), HL_OK);
  ck_assert_uint_eq(found->n_unknown, 1);
  ck_assert_uint_eq(found->n_trial, 2);
  hl_evaluation_free(found);
  strcpy(fewer->sets[0].name, "b_grid");
  ck_assert_int_eq(hl_evaluate(list, fewer, &options, &found), HL_USAGE);
  hl_list_free(list);
  hl_scores_close(fewer);
  hl_scores_close(scores);
}
END_TEST

START_TEST(policies_for_missing_cells) {
  struct hl_evaluate_options options = {.missing = HL_MISSING_DROP_CONFIG};
  struct hl_scores *scores = made_scores_new(3, 1, 3);
  struct hl_list *list = learn(scores, 0);
  struct hl_evaluation *found;
  scores->sets[0].test[4] = (double)NAN; /* task 1, config 1 */
  ck_assert_int_eq(hl_evaluate(list, scores, &options, &found), HL_OK);
  ck_assert_uint_eq(found->n_dropped, 1);
  ck_assert_uint_eq(found->n_trial, 2);
  ck_assert_int_eq(found->n_missing, 1);
  hl_evaluation_free(found);
  options.missing = HL_MISSING_DROP_TASK;
  ck_assert_int_eq(hl_evaluate(list, scores, &options, &found), HL_OK);
  ck_assert_uint_eq(found->tasks.n, 2);
  ck_assert_str_eq(found->tasks.items[1], "t002");
  hl_evaluation_free(found);
  options.missing = HL_MISSING_ERROR;
  ck_assert_int_eq(hl_evaluate(list, scores, &options, &found), HL_INVALID);
  hl_list_free(list);
  hl_scores_close(scores);
}
END_TEST

static Suite *evaluate_suite(void) {
  Suite *suite = suite_create("evaluate");
  TCase *tcase = tcase_create("evaluate");
  tcase_add_test(tcase, averages_are_the_definition);
  tcase_add_test(tcase, few_tasks_and_many_follow_the_definition);
  tcase_add_test(tcase, records_without_end_follow_the_definition);
  tcase_add_test(tcase, a_task_without_test_scores_counts_in_valid_only);
  tcase_add_test(tcase, degenerate_tasks_take_no_part);
  tcase_add_test(tcase, unknown_configs_are_refused_or_skipped);
  tcase_add_test(tcase, policies_for_missing_cells);
  suite_add_tcase(suite, tcase);
  return suite;
}

HL_TEST_MAIN(evaluate_suite)
