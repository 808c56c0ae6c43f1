/* The taskset-result loader: what is held and what is read again, damage anywhere, what is one of its files.
 */
#include "test.h"

#include "ingest/loader.h"

#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[64];

static void make_root(void) {
  strcpy(root, "/tmp/hyperlist_tree.XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(root));
}

static void remove_root(void) {
  char command[100];
  snprintf(command, sizeof command, "rm -r %s", root);
  ck_assert_int_eq(system(command), 0);
}

/* n bytes of text as `name` of a run in task `t`. */
static void write_file(const char *config, unsigned replica, const char *name, const char *text, size_t n) {
  char path[300];
  int used = snprintf(path, sizeof path, "%s/t", root);
  mkdir(path, 0777);
  used += snprintf(path + used, sizeof path - (size_t)used, "/%s", config);
  mkdir(path, 0777);
  used += snprintf(path + used, sizeof path - (size_t)used, "/100");
  mkdir(path, 0777);
  used += snprintf(path + used, sizeof path - (size_t)used, "/%u", replica);
  mkdir(path, 0777);
  snprintf(path + used, sizeof path - (size_t)used, "/%s", name);
  FILE *file = fopen(path, "wb");
  ck_assert_ptr_nonnull(file);
  ck_assert_uint_eq(fwrite(text, 1, n, file), n);
  ck_assert_int_eq(fclose(file), 0);
}

static void write_result(unsigned seed, unsigned replica, double first, bool is_long) {
  char config[60], text[300];
  snprintf(config, sizeof config, "adam1p_wide_grid_seed%u", seed);
  int used =
      snprintf(text, sizeof text, "{\"100\":[%g,NaN,-Infinity,null],\"0\":[%g,2,3,4.25]", first + 1, first);
  used += snprintf(text + used, sizeof text - (size_t)used, "%s}", is_long ? ",\"300\":[1,2,3,4]" : "");
  write_file(config, replica, "result", text, (size_t)used);
}

static hl_status open_task(size_t window, enum hl_after_end after_end, void **file) {
  static struct hl_load_options options; /* outlives the file */
  char path[100];
  options = (struct hl_load_options){.window = window, .after_end = after_end};
  snprintf(path, sizeof path, "%s/t", root);
  return hl_loader_result.open(path, &options, file);
}

START_TEST(rows_held_or_not) {
  for (unsigned i = 0; i < 12; i++) write_result(i, i % 3, i, i == 4);
  for (size_t window = 1; window < 100000; window = 7 * window + 100) {
    void *file;
    struct hl_curves *curves;
    ck_assert_msg(open_task(window, HL_AFTER_END_MISSING, &file) == HL_OK, "%s", hl_error_message());
    ck_assert_uint_eq(hl_loader_result.count(file), 1);
    ck_assert_int_eq(hl_loader_result.get(file, 0, &curves), HL_OK);
    ck_assert_str_eq(curves->task, "t");
    ck_assert_str_eq(curves->set, "adam1p_wide_grid");
    ck_assert(curves->n_replica == 3 && curves->n_step == 3 && curves->steps[2] == 300 && !curves->is_double);
    ck_assert(curves->has_observed && curves->configs.n == 12);
    for (unsigned i = 0; i < 12; i++) {
      float values[36];
      uint8_t ran[3];
      int32_t observed[12];
      ck_assert_int_eq(curves->read(curves, i, 1, values, ran, observed), HL_OK);
      for (unsigned r = 0; r < 3; r++) {
        const float *run = values + 12 * r;
        ck_assert_int_eq(ran[r], r == i % 3);
        ck_assert_int_eq(observed[4 * r + 2], r != i % 3 ? 0 : i == 4 ? 3 : 2);
        if (r != i % 3) continue;
        ck_assert(run[0] == (float)i && run[3] == 4.25f && run[4] == (float)i + 1 && isnan(run[5]) &&
                  isinf(run[6]) && isnan(run[7]) && (i == 4 ? run[8] == 1 : isnan(run[8])));
      }
    }
    hl_loader_result.close(file);
  }
}
END_TEST

START_TEST(change_while_read) {
  void *file;
  struct hl_curves *curves;
  float values[16];
  uint8_t ran[1];
  write_result(0, 0, 1, false);
  ck_assert_int_eq(open_task(1, HL_AFTER_END_HOLD, &file), HL_OK);
  ck_assert_int_eq(hl_loader_result.get(file, 0, &curves), HL_OK);
  write_result(0, 0, 1, true);
  ck_assert_int_eq(curves->read(curves, 0, 1, values, ran, NULL), HL_INVALID);
  ck_assert_ptr_nonnull(strstr(hl_error_message(), "t/adam1p_wide_grid_seed0/100/0/result: found a change"));
  hl_loader_result.close(file);
}
END_TEST

START_TEST(cut_anywhere) {
  static const char result[] = "{\"0\": [1, -2.5e3, NaN, Infinity], \"10\": [4, 3, 2, 1]}";
  static const char seconds[] = "{\"x\": [{}], \"mean_time\": 0.25}";
  void *file;
  for (size_t n = 0; n < sizeof result; n++) {
    write_file("adam1p_wide_grid_seed0", 0, "result", result, n);
    ck_assert_int_eq(open_task(0, HL_AFTER_END_HOLD, &file), n + 1 < sizeof result ? HL_INVALID : HL_OK);
    hl_loader_result.close(file);
  }
  for (size_t n = 0; n < sizeof seconds; n++) {
    struct hl_curves *curves;
    write_file("adam1p_wide_grid_seed0", 0, "time_per_step", seconds, n);
    const hl_status status = open_task(0, HL_AFTER_END_HOLD, &file);
    ck_assert_int_eq(status, n + 1 < sizeof seconds ? HL_INVALID : HL_OK);
    if (status != HL_OK) continue;
    ck_assert_int_eq(hl_loader_result.get(file, 0, &curves), HL_OK);
    ck_assert(curves->seconds_per_step == .25);
    hl_loader_result.close(file);
  }
}
END_TEST

/* Longer than the block that is read at once, and the blank space too. */
START_TEST(long_file) {
  enum { N_STEP = 6000, N_BYTE = 400000 };
  char *text = malloc(N_BYTE);
  void *file;
  struct hl_curves *curves;
  size_t used = (size_t)snprintf(text, N_BYTE, "{%70000s", "");
  for (int s = 0; s < N_STEP; s++)
    used +=
        (size_t)snprintf(text + used, N_BYTE - used, "%s\"%d\":[%d,0.1,3,4]", s > 0 ? ",\n" : "", 7 * s, s);
  used += (size_t)snprintf(text + used, N_BYTE - used, "}");
  write_file("adam1p_wide_grid_seed3", 0, "result", text, used);
  ck_assert_msg(open_task(0, HL_AFTER_END_HOLD, &file) == HL_OK, "%s", hl_error_message());
  ck_assert_int_eq(hl_loader_result.get(file, 0, &curves), HL_OK);
  ck_assert(curves->n_step == N_STEP && curves->steps[N_STEP - 1] == 7 * (N_STEP - 1) && curves->is_double);
  double *values = malloc(N_STEP * 4 * sizeof *values);
  uint8_t ran;
  ck_assert_int_eq(curves->read(curves, 0, 1, values, &ran, NULL), HL_OK);
  for (int s = 0; s < N_STEP; s++) ck_assert(values[4 * s] == s && values[4 * s + 1] == 0.1);
  ck_assert_uint_eq(hl_loader_result.notes(file)->n_byte, used);
  hl_loader_result.close(file);
  free(values);
  free(text);
}
END_TEST

START_TEST(content) {
  static const struct {
    const char *text;
    bool fits;
  } cases[] = {{"{\"0\":[", true},  {"\xef\xbb\xbf { \"10000\" :\n [", true},
               {"{\"a\":[", false}, {"{\"0\":{", false},
               {"{\"0\"", false},   {"{", false},
               {"", false},         {"[", false},
               {"{\"\":[", false}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const unsigned char *head = (const unsigned char *)cases[i].text;
    bool fits;
    ck_assert_int_eq(hl_loader_result.fits_content(head, strlen(cases[i].text), &fits), HL_OK);
    ck_assert_msg(fits == cases[i].fits, "%s", cases[i].text);
  }
}
END_TEST

static Suite *result_suite(void) {
  Suite *suite = suite_create("result");
  TCase *tcase = tcase_create("result");
  tcase_add_checked_fixture(tcase, make_root, remove_root);
  tcase_add_test(tcase, rows_held_or_not);
  tcase_add_test(tcase, change_while_read);
  tcase_add_test(tcase, cut_anywhere);
  tcase_add_test(tcase, long_file);
  tcase_add_test(tcase, content);
  suite_add_tcase(suite, tcase);
  return suite;
}

HL_TEST_MAIN(result_suite)
