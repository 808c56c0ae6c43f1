/* The curves-json loader: splits that some configs lack, hyperparameters that must agree, lengths, damage. */
#include "test.h"

#include "hyperlist/space.h"
#include "ingest/configs.h"
#include "ingest/loader.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

static char path[64], configs_path[64];

static void make_paths(void) {
  strcpy(path, "/tmp/hyperlist_json.XXXXXX");
  strcpy(configs_path, "/tmp/hyperlist_configs.XXXXXX");
  close(mkstemp(path));
  close(mkstemp(configs_path));
}

static void remove_paths(void) {
  unlink(path);
  unlink(configs_path);
}

static void write_text(const char *to, const char *text, size_t n) {
  FILE *file = fopen(to, "wb");
  ck_assert_ptr_nonnull(file);
  ck_assert_uint_eq(fwrite(text, 1, n, file), n);
  ck_assert_int_eq(fclose(file), 0);
}

static hl_status open_text(const char *text, const char *set, struct hl_curves **curves, void **file) {
  const struct hl_load_options options = {.set = set};
  write_text(path, text, strlen(text));
  const hl_status status = hl_loader_curves_json.open(path, &options, file);
  return status != HL_OK ? status : hl_loader_curves_json.get(*file, 0, curves);
}

static void assert_refused(const char *text, const char *message) {
  struct hl_curves *curves;
  void *file;
  ck_assert_msg(open_text(text, "mine_1k", &curves, &file) == HL_INVALID, "accepted %s", text);
  ck_assert_msg(strstr(hl_error_message(), message) != NULL, "%s: said '%s'", text, hl_error_message());
  ck_assert(strstr(hl_error_message(), path) == hl_error_message());
}

#define CONFIG(hp, rest)    "{\"hp\":{" hp "}," rest "}"
#define LOSS(split, values) "\"" split "\":{\"loss\":[" values "]}"

START_TEST(whole_table) {
  struct hl_curves *curves;
  void *file;
  double values[12];
  uint8_t ran[2];
  const char *text =
      "[" CONFIG("\"lr\":0.5,\"n\":true", LOSS("test", "5,6") "," LOSS("train", "1,NaN")) "," CONFIG(
          "\"n\":false,\"lr\":1e-3", LOSS("train", "-7.5,null") "," LOSS("test", "8,-Infinity")) "]";
  ck_assert_int_eq(open_text(text, "mine_1k", &curves, &file), HL_OK);
  ck_assert_str_eq(curves->set, "mine_1k");
  ck_assert_str_eq(curves->configs.items[1], "mine_seed1");
  ck_assert_str_eq(curves->hyperparameters.items[0], "lr");
  ck_assert(curves->hyperparameter_values[2] == 1e-3 && curves->hyperparameter_values[3] == 0);
  ck_assert_uint_eq(curves->splits.n, 2);
  ck_assert_str_eq(curves->splits.items[0], "train");
  ck_assert(curves->n_replica == 1 && curves->n_step == 2 && curves->steps[1] == 1 && curves->is_double);
  ck_assert(!curves->has_observed);
  for (int again = 0; again < 2; again++) { /* the second time begins anew */
    ck_assert_int_eq(curves->read(curves, 0, 2, values, ran, NULL), HL_OK);
    ck_assert(values[0] == 1 && values[1] == 5 && isnan(values[2]) && values[3] == 6);
    ck_assert(values[4] == -7.5 && values[5] == 8 && isnan(values[6]) && values[7] == -(double)INFINITY);
    ck_assert(ran[0] == 1 && ran[1] == 1);
    ck_assert_int_eq(curves->read(curves, 1, 1, values, ran, NULL), HL_OK);
    ck_assert(values[0] == -7.5);
  }
  hl_loader_curves_json.close(file);
}
END_TEST

START_TEST(splits_that_some_lack) {
  struct hl_curves *curves;
  void *file;
  double values[6];
  uint8_t ran[3];
  int32_t observed[6];
  const char *text = "[" CONFIG("", LOSS("valid_inner", "1")) "," CONFIG(
      "", "\"valid_inner\":null") "," CONFIG("", LOSS("valid_outer", "2") "," LOSS("valid_inner", "3")) "]";
  ck_assert_int_eq(open_text(text, "mine", &curves, &file), HL_OK);
  ck_assert_uint_eq(curves->splits.n, 2);
  ck_assert_str_eq(curves->splits.items[1], "valid_outer");
  ck_assert_uint_eq(curves->hyperparameters.n, 0);
  ck_assert(curves->has_observed);
  ck_assert_int_eq(curves->read(curves, 0, 3, values, ran, observed), HL_OK);
  ck_assert(values[0] == 1 && isnan(values[1]) && isnan(values[2]) && isnan(values[3]) && values[4] == 3 &&
            values[5] == 2);
  ck_assert(ran[0] == 1 && ran[1] == 0 && ran[2] == 1);
  ck_assert(observed[0] == 1 && observed[1] == 0 && observed[2] == 0 && observed[3] == 0 &&
            observed[4] == 1 && observed[5] == 1);
  hl_loader_curves_json.close(file);
}
END_TEST

START_TEST(steps_of_the_release) {
  char text[600] = "[{\"hp\":{},\"train\":{\"loss\":[0";
  struct hl_curves *curves;
  void *file;
  for (int i = 1; i < 51; i++) strcat(text, ",0");
  strcat(text, "]}}]");
  ck_assert_int_eq(open_text(text, "mine", &curves, &file), HL_OK);
  ck_assert(curves->n_step == 51 && curves->steps[1] == 200 && curves->steps[50] == 10000);
  hl_loader_curves_json.close(file);
}
END_TEST

#define TRAIN LOSS("train", "1,2")

START_TEST(tables_refused) {
  assert_refused("[]", "empty array");
  assert_refused("{}", "an object without \"configs\"");
  assert_refused("3", "found '3', expected an array of configs, or an object that holds one");
  assert_refused("[1]", "a config as an object");
  assert_refused("[" CONFIG("", TRAIN) "] 1", "expected the end of the file");
  assert_refused("[{" TRAIN "}]", "config 0 ('mine_seed0'): found no \"hp\"");
  assert_refused("[" CONFIG("", "\"x\":1") "]", "no losses in any config");
  assert_refused("[" CONFIG("", LOSS("train", "")) "]", "empty array of losses");
  assert_refused(
      "[" CONFIG("", TRAIN) "," CONFIG("", LOSS("test", "1,2,3")) "]",
      "config 1 ('mine_seed1'), split test: found 3 losses, expected 2 as in config 0, split train");
  assert_refused("[" CONFIG("", TRAIN "," TRAIN) "]", "\"train\" again");
  assert_refused("[" CONFIG("", "\"hp\":{}," TRAIN) "]", "\"hp\" again");
  assert_refused("[" CONFIG("\"a\":1,\"a\":1", TRAIN) "]", "\"a\" again");
  assert_refused("[" CONFIG("", "\"train\":{\"loss\":[1],\"loss\":[1]}") "]", "\"loss\" again");
  assert_refused("[" CONFIG("", "\"train\":{\"x\":[1]}") "]", "without \"loss\"");
  assert_refused("[" CONFIG("", "\"train\":[1]") "]", "an object with \"loss\"");
  assert_refused("[" CONFIG("\"a\":1", TRAIN) "," CONFIG("\"b\":1", TRAIN) "]", "hyperparameter 'b'");
  assert_refused("[" CONFIG("\"a\":1", TRAIN) "," CONFIG("", TRAIN) "]", "expected a");
  assert_refused("[" CONFIG("\"a\":\"1\"", TRAIN) "]", "expected a number");
  assert_refused("[" CONFIG("", LOSS("train", "true")) "]", "expected a number");
}
END_TEST

/* Configs in any order come out in theirs, however few rows are held at once, and whatever is asked for
 * first.
 */
START_TEST(general_form_in_windows) {
  enum { N_CONFIG = 23, ROW = 2 * 3 * 2 }; /* replica, step, split */
  char text[8192] = "{\"set\":\"s\",\"steps\":[0,5,7],\"configs\":[";
  for (int i = 0; i < N_CONFIG; i++) {
    const int k = (i * 9 + 4) % N_CONFIG;
    char config[300];
    snprintf(config, sizeof config,
             "%s{\"curves\":{\"test\":[null,[%d.5,NaN,3]],\"train\":[[%d,2,1],null]},\"name\":\"c%d\"}",
             i > 0 ? "," : "", k, k, k);
    strcat(text, config);
  }
  strcat(text, "]}");
  write_text(path, text, strlen(text));
  for (size_t n_held = 1; n_held <= N_CONFIG + 1; n_held += 4) {
    const struct hl_load_options options = {.window = n_held * ROW * sizeof(double) + 1};
    struct hl_curves *curves;
    void *file;
    ck_assert_msg(hl_loader_curves_json.open(path, &options, &file) == HL_OK, "%s", hl_error_message());
    ck_assert_int_eq(hl_loader_curves_json.get(file, 0, &curves), HL_OK);
    ck_assert_uint_eq(curves->configs.n, N_CONFIG);
    ck_assert(curves->has_observed && curves->n_replica == 2 && curves->n_step == 3);
    for (size_t first = 0; first < N_CONFIG; first += 5) {
      const size_t n = N_CONFIG - first < 5 ? N_CONFIG - first : 5;
      double values[5 * ROW];
      uint8_t ran[10];
      int32_t observed[20];
      ck_assert_int_eq(curves->read(curves, first, n, values, ran, observed), HL_OK);
      for (size_t i = 0; i < n; i++) {
        const double *row = values + i * ROW, k = (double)(first + i);
        ck_assert(row[0] == k && row[4] == 1 && isnan(row[1]) && isnan(row[6]) && row[7] == k + .5);
        ck_assert(isnan(row[9]) && row[11] == 3 && ran[2 * i] == 1 && ran[2 * i + 1] == 1);
        ck_assert(observed[4 * i] == 3 && observed[4 * i + 1] == 0 && observed[4 * i + 2] == 0 &&
                  observed[4 * i + 3] == 3);
      }
    }
    hl_loader_curves_json.close(file);
  }
}
END_TEST

START_TEST(general_form_cut_anywhere) {
  const char *text =
      "{\"set\":\"s\",\"configs\":[{\"name\":\"a\",\"hp\":{\"x\":1e-3},\"curves\":{\"train\":[[1,"
      "NaN],null]},\"steps\":[0,1]}]}";
  const struct hl_load_options options = {0};
  for (size_t n = 0; n <= strlen(text); n++) {
    void *file;
    write_text(path, text, n);
    ck_assert_int_eq(hl_loader_curves_json.open(path, &options, &file),
                     n < strlen(text) ? HL_INVALID : HL_OK);
    hl_loader_curves_json.close(file);
  }
}
END_TEST

START_TEST(set_is_needed) {
  struct hl_curves *curves;
  void *file;
  ck_assert_int_eq(open_text("[" CONFIG("", TRAIN) "]", NULL, &curves, &file), HL_USAGE);
  ck_assert(strstr(hl_error_message(), "--set is needed") == hl_error_message());
}
END_TEST

/* One config of adam1p whose learning rate is off by `factor`. */
static hl_status open_adam1p(double factor, struct hl_curves **curves, void **file) {
  double learning_rate;
  char text[200];
  hl_space_sample(hl_space_find("adam1p_wide_grid"), 0, &learning_rate);
  snprintf(text, sizeof text, "[" CONFIG("\"learning_rate\":%.17g", TRAIN) "]", learning_rate * factor);
  return open_text(text, "adam1p_wide_grid_1k", curves, file);
}

START_TEST(hyperparameters_of_a_released_set) {
  struct hl_curves *curves;
  void *file;
  ck_assert_int_eq(open_adam1p(1, &curves, &file), HL_OK);
  hl_loader_curves_json.close(file);
  ck_assert_int_eq(open_adam1p(1 + 5e-13, &curves, &file), HL_OK);
  hl_loader_curves_json.close(file);
  ck_assert_int_eq(open_adam1p(1 + 5e-12, &curves, &file), HL_INVALID);
  ck_assert_ptr_nonnull(
      strstr(hl_error_message(), "('adam1p_wide_grid_seed0'), hyperparameter learning_rate: found"));
  ck_assert_int_eq(open_text("[" CONFIG("\"lr\":1", TRAIN) "]", "adam1p_wide_grid", &curves, &file),
                   HL_INVALID);
  ck_assert_ptr_nonnull(strstr(hl_error_message(), "no hyperparameter learning_rate"));
}
END_TEST

static hl_status open_with_configs(const char *configs, const char *curves_text, struct hl_curves **curves,
                                   struct hl_config_table **table, void **file) {
  struct hl_load_options options = {.set = "mine"};
  write_text(configs_path, configs, strlen(configs));
  write_text(path, curves_text, strlen(curves_text));
  hl_status status = hl_configs_read(configs_path, table);
  if (status != HL_OK) return status;
  options.configs = *table;
  status = hl_loader_curves_json.open(path, &options, file);
  if (status == HL_OK) return hl_loader_curves_json.get(*file, 0, curves);
  hl_configs_free(*table);
  return status;
}

START_TEST(configs_file) {
  const char *text = "[" CONFIG("\"a\":1,\"b\":false", TRAIN) "]";
  struct hl_curves *curves;
  struct hl_config_table *table;
  void *file;
  const char *good = "{\"other\":{\"z\":3},\"mine_seed0\":[{\"b\":false,\"a\":1},\"mine\"]}";
  ck_assert_msg(open_with_configs(good, text, &curves, &table, &file) == HL_OK, "%s", hl_error_message());
  ck_assert_uint_eq(curves->hyperparameters.n, 2); /* z is of no config here */
  ck_assert_str_eq(curves->hyperparameters.items[0], "b");
  ck_assert(curves->hyperparameter_values[0] == 0 && curves->hyperparameter_values[1] == 1);
  hl_loader_curves_json.close(file);
  hl_configs_free(table);
  static const char *const bad[] = {
      "{\"mine_seed1\":{\"a\":1,\"b\":0}}",
      "{\"mine_seed0\":{\"a\":2,\"b\":0}}",
      "{\"mine_seed0\":{\"a\":1}}",
      "{\"mine_seed0\":{\"a\":1,\"b\":0,\"a\":1}}",
      "{\"mine_seed0\":{},\"mine_seed0\":{}}",
      "{}",
      "[]",
      "{\"mine_seed0\":{\"a\":\"1\",\"b\":0}}",
      "{\"mine_seed0\":[]}",
      "{\"mine_seed0\":[{},3]}",
      "{\"mine_seed0\":",
      "{\"mine_seed0\":{\"a\":1e999,\"b\":0}}",
      "{\"\":{}}",
      "{\"mine_seed0\":[{},\"mine\",1]}",
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    ck_assert_msg(open_with_configs(bad[i], text, &curves, &table, &file) == HL_INVALID, "accepted %s",
                  bad[i]);
  }
}
END_TEST

START_TEST(cut_anywhere) {
  const char *text = "[" CONFIG("\"a\\u00e4\":1e-3", LOSS("train", "1.5,NaN") ",\"x\":[{},\"\\n\"]") "]";
  const struct hl_load_options options = {.set = "mine"};
  for (size_t n = 0; n < strlen(text); n++) {
    void *file;
    write_text(path, text, n);
    ck_assert_int_eq(hl_loader_curves_json.open(path, &options, &file), HL_INVALID);
  }
}
END_TEST

START_TEST(detection) {
  static const struct {
    const char *text;
    const struct hl_loader *loader;
  } cases[] = {{"[", &hl_loader_curves_json},
               {"\xef\xbb\xbf\n [", &hl_loader_curves_json},
               {"PK\3\4", &hl_loader_npz},
               {"", NULL},
               {"{}", NULL},
               {" {\"by\": {\"x\": [1]}, \"configs\": [", &hl_loader_curves_json},
               {"{\"task\": \"t\"", &hl_loader_curves_json},
               {"{\"steps\":[0,", &hl_loader_curves_json},
               {"{\"configs\": {", NULL},
               {"{\"a\": [{\"configs\": [], \"lr\": 1}, \"s\"]}", NULL},
               {"{\"schema\": \"hyperlist.list/1\", \"set\": \"s\"}", NULL},
               {"PK", NULL},
               {"\n\n", NULL}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const struct hl_loader *loader;
    write_text(path, cases[i].text, strlen(cases[i].text));
    ck_assert_int_eq(hl_loader_detect(path, &loader), cases[i].loader != NULL ? HL_OK : HL_INVALID);
    ck_assert_ptr_eq(loader, cases[i].loader);
  }
  ck_assert_ptr_eq(hl_loader_find("curves-json"), &hl_loader_curves_json);
  ck_assert_ptr_null(hl_loader_find("json"));
}
END_TEST

static Suite *curves_json_suite(void) {
  Suite *suite = suite_create("curves_json");
  TCase *tcase = tcase_create("curves_json");
  tcase_add_checked_fixture(tcase, make_paths, remove_paths);
  tcase_add_test(tcase, whole_table);
  tcase_add_test(tcase, splits_that_some_lack);
  tcase_add_test(tcase, steps_of_the_release);
  tcase_add_test(tcase, tables_refused);
  tcase_add_test(tcase, general_form_in_windows);
  tcase_add_test(tcase, general_form_cut_anywhere);
  tcase_add_test(tcase, set_is_needed);
  tcase_add_test(tcase, hyperparameters_of_a_released_set);
  tcase_add_test(tcase, configs_file);
  tcase_add_test(tcase, cut_anywhere);
  tcase_add_test(tcase, detection);
  suite_add_tcase(suite, tcase);
  return suite;
}

HL_TEST_MAIN(curves_json_suite)
