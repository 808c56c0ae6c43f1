/* Lists written and read again, and every refusal of one that is wrong. */
#include "hyperlist/list.h"
#include "made_scores.h"
#include "test.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

static char path[] = "/tmp/hyperlist-list-XXXXXX";

static void set_up(void) {
  strcpy(path + strlen(path) - 6, "XXXXXX");
  const int descriptor = mkstemp(path);
  ck_assert_int_ge(descriptor, 0);
  close(descriptor);
}

static void tear_down(void) {
  unlink(path);
}

static void write_list(const struct hl_list *list) {
  FILE *file = fopen(path, "wb");
  ck_assert_ptr_nonnull(file);
  ck_assert_int_eq(hl_list_write(list, file, path), HL_OK);
  ck_assert_int_eq(fclose(file), 0);
}

static void same_number(double found, double expected) {
  if (isnan(expected)) {
    ck_assert_double_nan(found);
  } else {
    ck_assert_double_eq(found, expected);
  }
}

static void same_list(const struct hl_list *found, const struct hl_list *expected) {
  ck_assert_str_eq(found->set, expected->set);
  ck_assert_str_eq(found->objective.missing, expected->objective.missing);
  ck_assert_str_eq(found->objective.aggregate, expected->objective.aggregate);
  ck_assert_int_eq(found->objective.n_missing, expected->objective.n_missing);
  ck_assert_int_eq(found->objective.n_diverged, expected->objective.n_diverged);
  ck_assert(found->seed == expected->seed);
  ck_assert_uint_eq(found->train_tasks.n, expected->train_tasks.n);
  ck_assert_uint_eq(found->n_entry, expected->n_entry);
  ck_assert_uint_eq(found->hyperparameters.n, expected->hyperparameters.n);
  for (size_t i = 0; i < found->n_entry; i++) {
    const struct hl_list_entry *a = &found->entries[i], *b = &expected->entries[i];
    ck_assert_str_eq(a->config, b->config);
    ck_assert_uint_eq(a->index, b->index);
    ck_assert_int_eq(a->phase, b->phase);
    same_number(a->objective, b->objective);
    for (size_t d = 0; d < found->hyperparameters.n; d++)
      same_number(a->hyperparameters[d], b->hyperparameters[d]);
  }
}

START_TEST(what_is_written_reads_back_equal) {
  for (unsigned seed = 0; seed < 12; seed++) {
    const struct hl_context context = {.seed = seed == 11 ? UINT64_MAX : seed};
    const struct hl_learn_options options = {.set = "a_grid", .n_entry = seed % 5};
    struct hl_scores *scores = made_scores_new(4, 1, 9);
    struct hl_list *list, *again;
    made_scores_fill(scores, (enum made_character)(seed % MADE_N_CHARACTER), seed);
    scores->sets[0].n_diverged[2] = seed == 3 ? -1 : 5;
    scores->sets[0].hyperparameter_values[1] = 5e-324;
    ck_assert_int_eq(hl_learn(scores, &options, &context, &list), HL_OK);
    write_list(list);
    ck_assert_int_eq(hl_list_read(path, &again), HL_OK);
    same_list(again, list);
    hl_list_free(again);
    hl_list_free(list);
    hl_scores_close(scores);
  }
}
END_TEST

START_TEST(booleans_and_absent_values) {
  const struct hl_learn_options options = {.set = "a_grid"};
  struct hl_scores *scores = made_scores_new(1, 1, 3);
  struct hl_list *list, *again;
  char text[8192];
  strcpy(scores->sets[0].hyperparameters.items[0], "use_nesterov"); /* shorter than what was there */
  scores->sets[0].hyperparameter_values[0] = 1;
  scores->sets[0].hyperparameter_values[1] = 0;
  scores->sets[0].hyperparameter_values[2] = (double)NAN;
  ck_assert_int_eq(hl_learn(scores, &options, NULL, &list), HL_OK);
  write_list(list);
  FILE *file = fopen(path, "rb");
  text[fread(text, 1, sizeof text - 1, file)] = '\0';
  fclose(file);
  ck_assert_ptr_nonnull(strstr(text, "\"use_nesterov\":\ttrue"));
  ck_assert_ptr_nonnull(strstr(text, "\"use_nesterov\":\tfalse"));
  ck_assert_ptr_null(strstr(text, "\"use_nesterov\":\tnull"));
  ck_assert_int_eq(hl_list_read(path, &again), HL_OK);
  same_list(again, list);
  hl_list_free(again);
  hl_list_free(list);
  hl_scores_close(scores);
}
END_TEST

#define HEAD "{\"schema\":\"hyperlist.list/1\",\"set\":\"a\",\"objective\":{},\"train_tasks\":[],\"seed\":0,"
#define ENTRY                                                                                                \
  "{\"rank\":1,\"config\":\"c\",\"index\":0,\"hyperparameters\":{\"x\":1},\"phase\":\"greedy\",\"J\":0.5}"
#define SECOND(rank, config)                                                                                 \
  "{\"rank\":" rank ",\"config\":\"" config                                                                  \
  "\",\"index\":1,\"hyperparameters\":{},\"phase\":\"random\",\"J\":null}"
#define LIST(entries) HEAD "\"entries\":[" entries "]}"

static void write_text(const char *text) {
  FILE *file = fopen(path, "wb");
  ck_assert_ptr_nonnull(file);
  fputs(text, file);
  ck_assert_int_eq(fclose(file), 0);
}

START_TEST(the_smallest_lists) {
  struct hl_list *list;
  write_text(LIST(ENTRY "," SECOND("2", "d")));
  ck_assert_int_eq(hl_list_read(path, &list), HL_OK);
  ck_assert_uint_eq(list->n_entry, 2);
  ck_assert_str_eq(list->objective.missing, "");
  ck_assert_double_eq(list->entries[0].hyperparameters[0], 1);
  ck_assert_double_nan(list->entries[1].hyperparameters[0]);
  ck_assert_double_nan(list->entries[1].objective);
  hl_list_free(list);
}
END_TEST

static const struct {
  const char *text, *words;
} wrong[] = {
    {"", "found the end"},
    {"[]", "expected an object"},
    {"{}", "schema: found none"},
    {"{\"schema\":3}", "schema: found none"},
    {"{\"schema\":\"hyperlist.list/2\"}", "hyperlist.list/2, expected hyperlist.list/1: another version"},
    {"{\"schema\":\"hyperlist.scores/1\"}", "hyperlist.scores/1, expected hyperlist.list/1"},
    {"{\"schema\":\"hyperlist.list/1\"}", "set: found nothing"},
    {"{\"schema\":\"hyperlist.list/1\",\"set\":5}", "set: expected a text"},
    {"{\"schema\":\"hyperlist.list/1\",\"set\":\"a\"}", "objective: found nothing"},
    {"{\"schema\":\"hyperlist.list/1\",\"set\":\"a\",\"objective\":[]}", "objective: expected an object"},
    {"{\"schema\":\"hyperlist.list/1\",\"set\":\"a\",\"objective\":{\"missing\":1}}", "objective.missing"},
    {"{\"schema\":\"hyperlist.list/1\",\"set\":\"a\",\"objective\":{},\"train_tasks\":[1]}",
     "train_tasks[0]"},
    {"{\"schema\":\"hyperlist.list/1\",\"set\":\"a\",\"objective\":{},\"train_tasks\":{}}",
     "train_tasks: expected"},
    {"{\"schema\":\"hyperlist.list/1\",\"set\":\"a\",\"objective\":{},\"train_tasks\":[],\"seed\":-1}",
     "seed: found -1"},
    {"{\"schema\":\"hyperlist.list/1\",\"set\":\"a\",\"objective\":{},\"train_tasks\":[],\"seed\":\"x\"}",
     "seed: found 'x'"},
    {HEAD "\"x\":1}", "entries: found nothing"},
    {HEAD "\"entries\":{}}", "entries: expected an array"},
    {LIST(""), "entries: found none"},
    {LIST("7"), "entries[0]: expected an object"},
    {LIST(SECOND("2", "d")), "entries[0]: rank: found 2, expected 1"},
    {LIST(ENTRY "," SECOND("2.5", "d")), "entries[1]: rank: found 2.5"},
    {LIST(ENTRY "," SECOND("2", "c")), "entries[1].config: found c again"},
    {LIST(ENTRY "," SECOND("2", "")), "entries[1]: config: found an empty name"},
    {LIST("{\"rank\":1}"), "entries[0]: config: found nothing"},
    {LIST("{\"rank\":1,\"config\":\"c\",\"index\":-1}"), "entries[0]: index: found -1"},
    {LIST("{\"rank\":1,\"config\":\"c\",\"index\":1e300}"), "entries[0]: index: found 1"},
    {LIST("{\"rank\":1,\"config\":\"c\",\"index\":0}"), "entries[0]: hyperparameters: found nothing"},
    {LIST("{\"rank\":1,\"config\":\"c\",\"index\":0,\"hyperparameters\":[]}"),
     "hyperparameters: expected an object"},
    {LIST("{\"rank\":1,\"config\":\"c\",\"index\":0,\"hyperparameters\":{\"x\":\"1\"}}"),
     "hyperparameters.x: expected"},
    {LIST("{\"rank\":1,\"config\":\"c\",\"index\":0,\"hyperparameters\":{}}"), "phase: found nothing"},
    {LIST("{\"rank\":1,\"config\":\"c\",\"index\":0,\"hyperparameters\":{},\"phase\":\"lazy\"}"),
     "phase: found 'lazy'"},
    {LIST("{\"rank\":1,\"config\":\"c\",\"index\":0,\"hyperparameters\":{},\"phase\":\"greedy\"}"),
     "J: found nothing"},
    {LIST("{\"rank\":1,\"config\":\"c\",\"index\":0,\"hyperparameters\":{},\"phase\":\"greedy\",\"J\":2}"),
     "J: found 2"},
    {LIST(
         "{\"rank\":1,\"config\":\"c\",\"index\":0,\"hyperparameters\":{},\"phase\":\"greedy\",\"J\":\"0\"}"),
     "J: expected"},
};

START_TEST(wrong_lists_are_refused_with_the_place) {
  struct hl_list *list;
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    write_text(wrong[i].text);
    ck_assert_int_eq(hl_list_read(path, &list), HL_INVALID);
    ck_assert_ptr_null(list);
    ck_assert_msg(strstr(hl_error_message(), wrong[i].words) != NULL, "%s: %s", wrong[i].words,
                  hl_error_message());
    ck_assert_int_eq(strncmp(hl_error_message(), path, strlen(path)), 0);
  }
  ck_assert_int_eq(hl_list_read("/no/such/list", &list), HL_IO);
  hl_list_free(NULL);
}
END_TEST

static Suite *list_suite(void) {
  Suite *suite = suite_create("list");
  TCase *tcase = tcase_create("list");
  tcase_add_checked_fixture(tcase, set_up, tear_down);
  tcase_add_test(tcase, what_is_written_reads_back_equal);
  tcase_add_test(tcase, booleans_and_absent_values);
  tcase_add_test(tcase, the_smallest_lists);
  tcase_add_test(tcase, wrong_lists_are_refused_with_the_place);
  suite_add_tcase(suite, tcase);
  return suite;
}

HL_TEST_MAIN(list_suite)
