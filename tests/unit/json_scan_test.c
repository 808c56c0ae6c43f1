/* The pull scanner and its numbers: against strtod, against every place where a chunk of the file can end. */
#include "hyperlist/limits.h"
#include "test.h"

#include "ingest/json_scan.h"
#include "ingest/number.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/* ---- Numbers ---- */

static uint64_t random_bits(uint64_t *state) { /* xorshift64* */
  *state ^= *state >> 12;
  *state ^= *state << 25;
  *state ^= *state >> 27;
  return *state * 0x2545f4914f6cdd1dU;
}

static void assert_like_strtod(const char *text) {
  double value;
  char *end;
  const double expected = strtod(text, &end);
  const size_t n = hl_number_read(text, &value);
  ck_assert_msg(n == (size_t)(end - text), "%s: read %zu characters", text, n);
  /* -0 is not 0: NOLINTNEXTLINE(bugprone-suspicious-memory-comparison) */
  ck_assert_msg(memcmp(&value, &expected, sizeof value) == 0, "%s: read %.17g, expected %.17g", text, value,
                expected);
}

START_TEST(numbers_of_random_doubles) {
  static const int precisions[] = {17, 16, 15, 6, 20, 3, 30};
  uint64_t state = 42;
  for (int i = 0; i < 40000; i++) {
    char text[400];
    double value;
    const uint64_t bits = random_bits(&state);
    memcpy(&value, &bits, sizeof value);
    if (i % 2 == 0) value = ldexp((double)(int64_t)bits, -(int)(bits % 90)); /* sizes that losses have */
    if (!isfinite(value)) continue;
    const int precision = precisions[i / 2 % 7];
    if (i % 3 == 0)
      snprintf(text, sizeof text, "%.*g", precision, value);
    else if (i % 3 == 1)
      snprintf(text, sizeof text, "%.*e", precision, value);
    else
      snprintf(text, sizeof text, "%.*f", precision, value);
    if (strlen(text) <= HL_MAX_NUMBER_BYTES) assert_like_strtod(text);
  }
}
END_TEST

/* Decimals of 1 to 22 digits with the point anywhere: most have no short double behind them. */
START_TEST(numbers_of_random_digits) {
  uint64_t state = 7;
  for (int i = 0; i < 40000; i++) {
    char text[64];
    const int n_digit = 1 + (int)(random_bits(&state) % 22), point = (int)(random_bits(&state) % 24);
    int used = 0;
    if (random_bits(&state) % 2) text[used++] = '-';
    if (point == 0) used += sprintf(text + used, "0.");
    for (int j = 0; j < n_digit; j++) {
      const unsigned digit = (unsigned)(random_bits(&state) % 10);
      text[used++] = (char)('0' + (j == 0 && digit == 0 && point != 0 ? 1 : digit));
      if (j + 1 == point && j + 1 < n_digit) text[used++] = '.';
    }
    if (random_bits(&state) % 3 == 0)
      used += sprintf(text + used, "e%d", (int)(random_bits(&state) % 60) - 30);
    text[used] = '\0';
    assert_like_strtod(text);
  }
}
END_TEST

START_TEST(numbers_at_the_edges) {
  static const char *const texts[] = {
      "0",
      "-0",
      "-0.0",
      "0e5",
      "0.000e-400",
      "1",
      "18446744073709551615",
      "18446744073709551616",
      "9007199254740993",
      "9007199254740992.5",
      "9007199254740993.0",
      "0.9007199254740993",
      "1e23",
      "8.5e22",
      "1.7976931348623157e308",
      "1.7976931348623159e308",
      "1e999",
      "-1e999",
      "1e-999",
      "5e-324",
      "2.4703282292062327e-324",
      "2.2250738585072011e-308",
      "1e100000000000000000000",
      "1e-100000000000000000000",
      "0.5000000000000000000000001",
      "4503599627370497.5",
      "4503599627370496.5",
      "4503599627370496.50000000000000000000001",
      "0.1000000000000000055511151231257827",
      "123456789012345678901234567890",
      "1000000000000000000000000",
      "0.00000000000000000000000000000000000000012345",
      "9999999999999999999",
      "99999999999999999999",
      /* by less than the quotient holds above the middle of two doubles */
      "0.1127382201369331663",
      "0.2371889219479506733",
      "0.8455410657662692509",
      "-0.1888579961067482077",
      "4378187365531913955e-19",
  };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) assert_like_strtod(texts[i]);
}
END_TEST

START_TEST(numbers_by_json_grammar) {
  static const struct {
    const char *text;
    size_t length; /* of the number in front, 0: none */
  } cases[] = {{"", 0},     {"-", 0},    {"+1", 0},      {".5", 0},  {"NaN", 0},  {"e5", 0},    {"01", 1},
               {"1.", 1},   {"1.e5", 1}, {"1e", 1},      {"1e+", 1}, {"0x10", 1}, {"1.5e-", 3}, {"-1.5,", 4},
               {"1e5]", 3}, {"1E+5", 4}, {"-0.5e1 ", 6}, {"--1", 0}, {"1_0", 1}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    double value;
    ck_assert_msg(hl_number_read(cases[i].text, &value) == cases[i].length, "'%s'", cases[i].text);
  }
  char longest[HL_MAX_NUMBER_BYTES + 2];
  double value;
  memset(longest, '1', sizeof longest);
  longest[HL_MAX_NUMBER_BYTES] = '\0';
  ck_assert_uint_eq(hl_number_read(longest, &value), HL_MAX_NUMBER_BYTES);
  longest[HL_MAX_NUMBER_BYTES] = '1';
  longest[HL_MAX_NUMBER_BYTES + 1] = '\0';
  ck_assert_uint_eq(hl_number_read(longest, &value), 0);
}
END_TEST

/* ---- The scanner ---- */

struct memory {
  const char *text;
  size_t n, at;
};

static hl_status fill(void *user, char *buffer, size_t n, size_t *n_read) {
  struct memory *memory = user;
  const size_t left = memory->n - memory->at;
  *n_read = left < n ? left : n;
  memcpy(buffer, memory->text + memory->at, *n_read);
  memory->at += *n_read;
  return HL_OK;
}

static struct hl_json_scan *open_text(struct memory *memory, const char *text, size_t n) {
  struct hl_json_scan *scan;
  *memory = (struct memory){text, n, 0};
  ck_assert_int_eq(hl_json_scan_new("t", fill, memory, &scan), HL_OK);
  return scan;
}

/* The whole text is one value and nothing else. */
static hl_status skip_all(const char *text, size_t n) {
  struct memory memory;
  struct hl_json_scan *scan = open_text(&memory, text, n);
  hl_status status = hl_json_scan_skip(scan);
  if (status == HL_OK) status = hl_json_scan_end(scan);
  hl_json_scan_free(scan);
  return status;
}

START_TEST(values_accepted) {
  static const char *const texts[] = {
      "[]",
      "{}",
      " [ ] ",
      "[1,2]",
      "{\"a\":1,\"b\":[{},[],null,true,false]}",
      "\"\\u00e9\\ud83d\\ude00\\\"\\\\\"",
      "NaN",
      "-Infinity",
      "[NaN,Infinity,null]",
      "\xef\xbb\xbf[1]",
      "\n\t [\r\n1 , 2\n]\n",
      "-0.5e-3",
      "\"\"",
  };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    ck_assert_msg(skip_all(texts[i], strlen(texts[i])) == HL_OK, "%s: %s", texts[i], hl_error_message());
  }
}
END_TEST

START_TEST(values_refused) {
  static const struct {
    const char *text, *message;
  } cases[] = {
      {"", "line 1, column 1: found the end of the file"},
      {"[1,]", "column 4: found ']'"},
      {"[,1]", "column 2: found ','"},
      {"[1 2]", "column 4: found '2', expected ',' or ']'"},
      {"{\"a\" 1}", "expected ':'"},
      {"{\"a\":1,}", "expected a name in quotes"},
      {"{a:1}", "column 2: found 'a'"},
      {"[1", "found the end of the file"},
      {"[\n1,\n 2 3]", "line 3, column 4: found '3'"},
      {"1 2", "expected the end of the file"},
      {"\"a", "found the end of the file"},
      {"\"a\nb\"", "rest of a string"},
      {"\"\\x\"", "after a backslash"},
      {"\"\\u12g4\"", "four hexadecimal digits"},
      {"\"\\ud800\"", "surrogate"},
      {"\"\\udc00\\ud800\"", "surrogate"},
      {"\"\\u0000\"", "\\u0000"},
      {"nul", "found 'n'"},
      {"nulls", "found 'n'"},
      {"NaN1", "found 'N'"},
      {"-NaN", "found '-'"},
      {"Infinite", "found 'I'"},
      {"True", "found 'T'"},
      {"'a'", "found '''"},
      {"[\xc3\xa4]", "found '\xc3\xa4'"},
      {"[\x80]", "found '\\x80'"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    ck_assert_msg(skip_all(cases[i].text, strlen(cases[i].text)) == HL_INVALID, "accepted %s", cases[i].text);
    ck_assert_msg(strstr(hl_error_message(), cases[i].message) != NULL, "%s: said '%s'", cases[i].text,
                  hl_error_message());
  }
  ck_assert_int_eq(skip_all("[\0]", 3), HL_INVALID);
  ck_assert_ptr_nonnull(strstr(hl_error_message(), "a zero byte"));
}
END_TEST

START_TEST(nesting_is_limited) {
  char text[4 * HL_MAX_JSON_DEPTH];
  memset(text, '[', HL_MAX_JSON_DEPTH);
  memset(text + HL_MAX_JSON_DEPTH, ']', HL_MAX_JSON_DEPTH);
  ck_assert_int_eq(skip_all(text, 2 * HL_MAX_JSON_DEPTH), HL_OK);
  memset(text, '[', HL_MAX_JSON_DEPTH + 1);
  ck_assert_int_eq(skip_all(text, HL_MAX_JSON_DEPTH + 1), HL_LIMIT);
  ck_assert_ptr_nonnull(strstr(hl_error_message(), "64 levels"));
}
END_TEST

START_TEST(pulling_values) {
  static const char text[] = "{\"hp\": {\"lr\": 0.1, \"n\": true}, \"x\": [1, null], \"s\": \"\\u00e4\\n\"}";
  struct memory memory;
  struct hl_json_scan *scan = open_text(&memory, text, strlen(text));
  const char *name, *value;
  bool more;
  double number;
  ck_assert_int_eq(hl_json_scan_enter(scan, HL_JSON_OBJECT, "an object"), HL_OK);
  ck_assert(hl_json_scan_member(scan, &more, &name) == HL_OK && more);
  ck_assert_str_eq(name, "hp");
  ck_assert_int_eq(hl_json_scan_enter(scan, HL_JSON_OBJECT, "an object"), HL_OK);
  ck_assert(hl_json_scan_member(scan, &more, &name) == HL_OK && more);
  ck_assert(hl_json_scan_number(scan, false, &number) == HL_OK && number == 0.1);
  ck_assert(hl_json_scan_member(scan, &more, &name) == HL_OK && more);
  ck_assert_str_eq(name, "n");
  ck_assert_int_eq(hl_json_scan_number(scan, false, &number), HL_INVALID); /* takes nothing */
  ck_assert(hl_json_scan_number(scan, true, &number) == HL_OK && number == 1);
  ck_assert(hl_json_scan_member(scan, &more, &name) == HL_OK && !more);
  ck_assert(hl_json_scan_member(scan, &more, &name) == HL_OK && more);
  ck_assert_int_eq(hl_json_scan_enter(scan, HL_JSON_OBJECT, "an object"), HL_INVALID);
  ck_assert_int_eq(hl_json_scan_enter(scan, HL_JSON_ARRAY, "an array"), HL_OK);
  ck_assert(hl_json_scan_element(scan, &more) == HL_OK && more);
  ck_assert(hl_json_scan_number(scan, false, &number) == HL_OK && number == 1);
  ck_assert(hl_json_scan_element(scan, &more) == HL_OK && more);
  ck_assert(hl_json_scan_number(scan, false, &number) == HL_OK && isnan(number));
  ck_assert(hl_json_scan_element(scan, &more) == HL_OK && !more);
  ck_assert(hl_json_scan_member(scan, &more, &name) == HL_OK && more);
  ck_assert_int_eq(hl_json_scan_text(scan, &value), HL_OK);
  ck_assert_str_eq(value, "\xc3\xa4\n");
  ck_assert(hl_json_scan_member(scan, &more, &name) == HL_OK && !more);
  ck_assert_int_eq(hl_json_scan_end(scan), HL_OK);
  hl_json_scan_free(scan);
}
END_TEST

/* The scanner's buffer is 64 KiB: padding in front moves its end over every byte of the tokens. */
START_TEST(tokens_across_the_buffer) {
  static const char tail[] = "[\"a\\ud83d\\ude00\\n\", -1.2345678901234567e-05, NaN , -Infinity,\n true]";
  enum { PLACE = 1 << 16, MAX = PLACE + 700 + sizeof tail };
  char *text = malloc(MAX);
  for (size_t pad = PLACE - 620; pad < PLACE + 20; pad++) {
    struct memory memory;
    const char *value;
    bool more;
    double numbers[4];
    memset(text, ' ', pad);
    memcpy(text + pad, tail, sizeof tail - 1);
    struct hl_json_scan *scan = open_text(&memory, text, pad + sizeof tail - 1);
    ck_assert_int_eq(hl_json_scan_enter(scan, HL_JSON_ARRAY, "an array"), HL_OK);
    ck_assert(hl_json_scan_element(scan, &more) == HL_OK && more);
    ck_assert_int_eq(hl_json_scan_text(scan, &value), HL_OK);
    ck_assert_str_eq(value, "a\xf0\x9f\x98\x80\n");
    for (size_t i = 0; i < 4; i++) {
      ck_assert(hl_json_scan_element(scan, &more) == HL_OK && more);
      ck_assert_int_eq(hl_json_scan_number(scan, true, &numbers[i]), HL_OK);
    }
    ck_assert(numbers[0] == -1.2345678901234567e-05 && isnan(numbers[1]) && isinf(numbers[2]) &&
              numbers[3] == 1);
    ck_assert(hl_json_scan_element(scan, &more) == HL_OK && !more);
    ck_assert_int_eq(hl_json_scan_end(scan), HL_OK);
    hl_json_scan_free(scan);
  }
  free(text);
}
END_TEST

/* A string longer than the buffer, read and skipped; one beyond the limit. */
START_TEST(long_strings) {
  const size_t n = HL_MAX_JSON_TEXT_BYTES;
  char *text = malloc(n + 3);
  struct memory memory;
  const char *value;
  memset(text, 'a', n + 3);
  text[0] = '"';
  text[n + 1] = '"';
  struct hl_json_scan *scan = open_text(&memory, text, n + 2);
  ck_assert_int_eq(hl_json_scan_text(scan, &value), HL_OK);
  ck_assert_uint_eq(strlen(value), n);
  hl_json_scan_free(scan);
  text[n + 1] = 'a';
  text[n + 2] = '"';
  scan = open_text(&memory, text, n + 3);
  ck_assert_int_eq(hl_json_scan_text(scan, &value), HL_LIMIT);
  hl_json_scan_free(scan);
  ck_assert_int_eq(skip_all(text, n + 3), HL_OK);
  free(text);
}
END_TEST

static Suite *json_scan_suite(void) {
  Suite *suite = suite_create("json_scan");
  TCase *numbers = tcase_create("numbers");
  tcase_add_test(numbers, numbers_of_random_doubles);
  tcase_add_test(numbers, numbers_of_random_digits);
  tcase_add_test(numbers, numbers_at_the_edges);
  tcase_add_test(numbers, numbers_by_json_grammar);
  suite_add_tcase(suite, numbers);
  TCase *scanner = tcase_create("scanner");
  tcase_add_test(scanner, values_accepted);
  tcase_add_test(scanner, values_refused);
  tcase_add_test(scanner, nesting_is_limited);
  tcase_add_test(scanner, pulling_values);
  tcase_add_test(scanner, tokens_across_the_buffer);
  tcase_add_test(scanner, long_strings);
  suite_add_tcase(suite, scanner);
  return suite;
}

HL_TEST_MAIN(json_scan_suite)
