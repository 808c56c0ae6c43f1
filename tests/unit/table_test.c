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

static Suite *table_suite(void) {
  Suite *suite = suite_create("table");
  TCase *tcase = tcase_create("table");
  tcase_add_test(tcase, as_tsv);
  tcase_add_test(tcase, as_json);
  tcase_add_test(tcase, many_rows_of_many_texts);
  suite_add_tcase(suite, tcase);
  return suite;
}

HL_TEST_MAIN(table_suite)
