/* CSV: rows, and the lines they begin on, however the bytes arrive. */
#include "base/csv.h"
#include "test.h"

#include <string.h>

struct seen {
  char text[4096]; /* "LINE:a|b|" for each row */
  size_t n_row, fail_at;
};

static hl_status see(void *user, size_t line, size_t n_field, const char *const *fields) {
  struct seen *seen = user;
  char *to = seen->text + strlen(seen->text);
  to += sprintf(to, "%zu:", line);
  for (size_t i = 0; i < n_field; i++) to += sprintf(to, "%s|", fields[i]);
  return ++seen->n_row == seen->fail_at ? HL_CANCELLED : HL_OK;
}

/* The rows of text, fed in blocks of `block` bytes (the first line whole). */
static hl_status read_text(const char *text, size_t n, size_t block, char delimiter, struct seen *seen) {
  struct hl_csv *csv;
  hl_status status = hl_csv_new("x.csv", delimiter, see, seen, &csv);
  size_t first = strcspn(text, "\n") + 1;
  if (first > n) first = n;
  if (status == HL_OK) status = hl_csv_feed(csv, text, first);
  for (size_t at = first; at < n && status == HL_OK; at += block) {
    status = hl_csv_feed(csv, text + at, n - at < block ? n - at : block);
  }
  if (status == HL_OK) status = hl_csv_finish(csv);
  hl_csv_free(csv);
  return status;
}

static const struct {
  const char *text, *rows;
} right[] = {
    {"", ""},
    {"\n\r\n  \n", ""},
    {"a,b\n1,2\n", "1:a|b|2:1|2|"},
    {"a,b\n1,2", "1:a|b|2:1|2|"},
    {"a,b\r\n1,2\r\n", "1:a|b|2:1|2|"},
    {"a,b\r1,2\r\r3,4", "1:a|b|2:1|2|4:3|4|"},
    {"\xef\xbb\xbf"
     "a;b\n1,5;2\n",
     "1:a|b|2:1,5|2|"},
    {"a\tb\n\t\n\n1\t\n", "1:a|b|2:||4:1||"},
    {"\n\n a , b \n \"1,\"\"x\" ,\"\n\n\"\n7,8", "3:a|b|4:1,\"x|\n\n|7:7|8|"},
    {"\"a,b\";\"c\"\n", "1:a,b|c|"},
    {"a\n\n\nb", "1:a|4:b|"},
    {"a,,\n,,\n", "1:a|||2:|||"},
    {"\"\"\n", "1:|"},
};

START_TEST(rows_and_lines) {
  for (size_t block = 1; block < 9; block++) {
    struct seen seen = {0};
    ck_assert_int_eq(read_text(right[_i].text, strlen(right[_i].text), block, 0, &seen), HL_OK);
    ck_assert_str_eq(seen.text, right[_i].rows);
  }
}
END_TEST

static const struct {
  const char *text;
  size_t n; /* 0: strlen */
  const char *words;
} wrong[] = {
    {"a\n\nb\"c\n", 0, "x.csv: line 3: found a quote in the middle"},
    {"a\n\"b\"c\n", 0, "x.csv: line 2: found a quote in the middle"},
    {"a\n\"b\n\n", 0, "x.csv: line 2: found a quote that is never closed"},
    {"a\nb,\xff\n", 0, "x.csv: line 2, field 2: found bytes that are no UTF-8"},
    {"a\nb\0c\n", 6, "x.csv: line 2, field 1: found bytes that are no UTF-8"},
};

START_TEST(refusals) {
  struct seen seen = {0};
  const size_t n = wrong[_i].n > 0 ? wrong[_i].n : strlen(wrong[_i].text);
  ck_assert_int_eq(read_text(wrong[_i].text, n, 3, 0, &seen), HL_INVALID);
  ck_assert_ptr_nonnull(strstr(hl_error_message(), wrong[_i].words));
}
END_TEST

START_TEST(a_quote_left_open_is_limited) {
  struct seen seen = {0};
  struct hl_csv *csv;
  static char block[1 << 20];
  hl_status status = HL_OK;
  memset(block, 'x', sizeof block);
  block[0] = '"';
  ck_assert_int_eq(hl_csv_new("x.csv", ',', see, &seen, &csv), HL_OK);
  size_t n = 0;
  for (; status == HL_OK && n < 64; n++) {
    status = hl_csv_feed(csv, block, sizeof block);
    block[0] = 'x';
  }
  ck_assert_int_eq(status, HL_LIMIT);
  ck_assert_uint_eq(n, 17);
  hl_csv_free(csv);
}
END_TEST

START_TEST(a_row_may_end_the_reading) {
  struct seen seen = {.fail_at = 2};
  ck_assert_int_eq(read_text("a\nb\nc\n", 6, 6, ',', &seen), HL_CANCELLED);
  ck_assert_str_eq(seen.text, "1:a|2:b|");
}
END_TEST

static Suite *suite(void) {
  Suite *s = suite_create("csv");
  TCase *t = tcase_create("csv");
  tcase_add_loop_test(t, rows_and_lines, 0, sizeof right / sizeof right[0]);
  tcase_add_loop_test(t, refusals, 0, sizeof wrong / sizeof wrong[0]);
  tcase_add_test(t, a_quote_left_open_is_limited);
  tcase_add_test(t, a_row_may_end_the_reading);
  suite_add_tcase(s, t);
  return s;
}

HL_TEST_MAIN(suite)
