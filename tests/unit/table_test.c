/* Tables in print: missing cells, exact numbers, texts that would break a line. */
#include "base/table.h"
#include "test.h"

#include <math.h>
#include <string.h>

static const struct hl_column columns[] = {
    {"name", HL_CELL_TEXT}, {"count", HL_CELL_INTEGER}, {"value", HL_CELL_NUMBER}};

static struct hl_table *make_table(void) {
  const struct hl_cell rows[][3] = {
      {{.text = "a"}, {.integer = 1}, {.number = 0.1 + 0.2}},
      {{.text = "a"}, {.integer = HL_NO_INTEGER}, {.number = (double)NAN}},
      {{.text = NULL}, {.integer = -7}, {.number = 1e-300}},
      {{.text = "tab\there \"quoted\\\""}, {.integer = INT64_MAX}, {.number = 5}}};
  struct hl_table *table;
  ck_assert_int_eq(hl_table_new(columns, 3, &table), HL_OK);
  ck_assert_int_eq(hl_table_note(table, "%d rows", 4), HL_OK);
  ck_assert_int_eq(hl_table_note(table, "two\nlines"), HL_OK);
  for (size_t i = 0; i < 4; i++) ck_assert_int_eq(hl_table_add(table, rows[i]), HL_OK);
  ck_assert_uint_eq(hl_table_count(table), 4);
  return table;
}

static void prints(hl_status (*print)(const struct hl_table *, const struct cJSON *, FILE *),
                   const char *expected) {
  struct hl_table *table = make_table();
  char *text = NULL;
  size_t size;
  FILE *file = open_memstream(&text, &size);
  ck_assert_int_eq(print(table, NULL, file), HL_OK);
  fclose(file);
  ck_assert_str_eq(text, expected);
  free(text);
  hl_table_free(table);
}

START_TEST(as_tsv) {
  prints(hl_table_print_tsv, "# 4 rows\n"
                             "# two\\x0alines\n"
                             "name\tcount\tvalue\n"
                             "a\t1\t0.30000000000000004\n"
                             "a\tNA\tNA\n"
                             "NA\t-7\t1e-300\n"
                             "tab\\x09here \"quoted\\\"\t9223372036854775807\t5\n");
}
END_TEST

START_TEST(as_json) {
  prints(hl_table_print_json,
         "{\"notes\": [\"4 rows\",\n"
         "  \"two\\\\x0alines\"],\n"
         " \"rows\": [\n"
         "  {\"name\": \"a\", \"count\": 1, \"value\": 0.30000000000000004},\n"
         "  {\"name\": \"a\", \"count\": null, \"value\": null},\n"
         "  {\"name\": null, \"count\": -7, \"value\": 1e-300},\n"
         "  {\"name\": \"tab\\u0009here \\\"quoted\\\\\\\"\", \"count\": 9223372036854775807, \"value\": 5}\n"
         "]}\n");
}
END_TEST

START_TEST(many_rows_of_many_texts) {
  struct hl_table *table;
  char *text = NULL, name[32];
  size_t size;
  ck_assert_int_eq(hl_table_new(columns, 1, &table), HL_OK);
  for (int i = 0; i < 1000; i++) {
    snprintf(name, sizeof name, "row%d", i / 2);
    const struct hl_cell row[] = {{.text = name}};
    ck_assert_int_eq(hl_table_add(table, row), HL_OK);
  }
  FILE *file = open_memstream(&text, &size);
  ck_assert_int_eq(hl_table_print_tsv(table, NULL, file), HL_OK);
  fclose(file);
  ck_assert_ptr_nonnull(strstr(text, "row0\nrow0\nrow1\nrow1\n"));
  ck_assert_str_eq(text + size - strlen("row499\nrow499\n"), "row499\nrow499\n");
  free(text);
  hl_table_free(table);
  hl_table_free(NULL);
}
END_TEST

/* Adds rows in which texts and numbers repeat, change and are missing. */
static hl_status add_many(struct hl_table *table, int n) {
  hl_status status = HL_OK;
  for (int i = 0; i < n && status == HL_OK; i++) {
    const int eighth = i / 8;
    const struct hl_cell row[] = {{.text = i % 7 == 6  ? NULL
                                           : i % 4 < 2 ? "few"
                                                       : "a\tb"},
                                  {.integer = i % 5 == 4 ? HL_NO_INTEGER : i},
                                  {.number = i % 11 == 10 ? (double)NAN
                                             : i % 3 == 2 ? -0.0
                                                          : (double)eighth / 3}};
    status = hl_table_add(table, row);
  }
  return status;
}

START_TEST(streamed_is_as_kept) {
  for (int is_json = 0; is_json < 2; is_json++) {
    char *texts[2] = {NULL, NULL};
    for (int is_streamed = 0; is_streamed < 2; is_streamed++) {
      struct hl_table *table;
      size_t size;
      FILE *file = open_memstream(&texts[is_streamed], &size);
      ck_assert_int_eq(hl_table_new(columns, 3, &table), HL_OK);
      ck_assert_int_eq(hl_table_note(table, "a note"), HL_OK);
      if (is_streamed) ck_assert_int_eq(hl_table_begin_stream(table, is_json, NULL, file), HL_OK);
      ck_assert_int_eq(add_many(table, 300), HL_OK);
      if (is_streamed) {
        hl_table_end_stream(table);
      } else {
        ck_assert_int_eq((is_json ? hl_table_print_json : hl_table_print_tsv)(table, NULL, file), HL_OK);
      }
      fclose(file);
      hl_table_free(table);
    }
    ck_assert_str_eq(texts[0], texts[1]);
    free(texts[0]);
    free(texts[1]);
  }
}
END_TEST

START_TEST(a_full_disk_stops_a_stream) {
  struct hl_table *table;
  FILE *file = fopen("/dev/full", "w");
  if (file == NULL) return;
  ck_assert_int_eq(hl_table_new(columns, 3, &table), HL_OK);
  ck_assert_int_eq(hl_table_begin_stream(table, false, NULL, file), HL_OK);
  ck_assert_int_eq(add_many(table, 100000), HL_IO);
  hl_table_free(table);
  fclose(file);
}
END_TEST

static Suite *table_suite(void) {
  Suite *suite = suite_create("table");
  TCase *tcase = tcase_create("table");
  tcase_add_test(tcase, as_tsv);
  tcase_add_test(tcase, as_json);
  tcase_add_test(tcase, many_rows_of_many_texts);
  tcase_add_test(tcase, streamed_is_as_kept);
  tcase_add_test(tcase, a_full_disk_stops_a_stream);
  suite_add_tcase(suite, tcase);
  return suite;
}

HL_TEST_MAIN(table_suite)
