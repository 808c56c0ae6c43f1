/* UTF-8 against the table of well-formed sequences (RFC 3629), byte by byte, with what is wrong at every
 * place of words of ASCII. The natural order of names. */
#include "base/text.h"
#include "hyperlist/strings.h"
#include "test.h"

#include <string.h>

/* Decodes, and says what the encoder would have written: anything else is not well-formed. */
static bool is_well_formed(const unsigned char *at, size_t n) {
  while (n > 0) {
    const size_t length = *at < 0x80   ? 1
                          : *at < 0xc0 ? 0
                          : *at < 0xe0 ? 2
                          : *at < 0xf0 ? 3
                          : *at < 0xf8 ? 4
                                       : 0;
    if (length == 0 || length > n) return false;
    unsigned long code = length == 1 ? *at : *at & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
      if ((at[i] & 0xc0) != 0x80) return false;
      code = code << 6 | (at[i] & 0x3f);
    }
    const unsigned long least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (code < least[length] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return false;
    at += length;
    n -= length;
  }
  return true;
}

START_TEST(utf8_is_told) {
  static const char *const pieces[] = {"\xc3\xa9",
                                       "\xe2\x82\xac",
                                       "\xf0\x9f\x98\x80",
                                       "\x80",
                                       "\xc0\xaf",
                                       "\xed\xa0\x80",
                                       "\xe0\x9f\xbf",
                                       "\xf4\x90\x80\x80",
                                       "\xff",
                                       "\xc3",
                                       "\xe2\x82",
                                       "a",
                                       "\xf4\x8f\xbf\xbf"};
  char text[64];
  for (size_t p = 0; p < sizeof pieces / sizeof *pieces; p++) {
    const size_t n = strlen(pieces[p]);
    for (size_t before = 0; before < 20; before++) {
      for (size_t after = 0; after < 20; after++) {
        memset(text, 'x', sizeof text);
        memcpy(text + before, pieces[p], n);
        const size_t length = before + n + after;
        ck_assert_msg(hl_is_utf8(text, length) == is_well_formed((const unsigned char *)text, length),
                      "piece %zu after %zu bytes, before %zu", p, before, after);
      }
    }
  }
}
END_TEST

START_TEST(names_have_a_natural_order) {
  static const char *const rising[] = {"",   "0",   "2",    "10",    "a",  "a1", "a1b",
                                       "a2", "a10", "a10a", "a10a3", "ab", "b"};
  const size_t n = sizeof rising / sizeof *rising;
  for (size_t i = 0; i < n; i++) {
    for (size_t j = 0; j < n; j++) {
      const int order = hl_strings_compare_natural(rising[i], rising[j]), expected = (i > j) - (i < j);
      ck_assert_msg((order > 0) - (order < 0) == expected, "'%s' and '%s'", rising[i], rising[j]);
    }
  }
}
END_TEST

static Suite *suite(void) {
  Suite *s = suite_create("text");
  TCase *t = tcase_create("text");
  tcase_add_test(t, utf8_is_told);
  tcase_add_test(t, names_have_a_natural_order);
  suite_add_tcase(s, t);
  return s;
}
HL_TEST_MAIN(suite)
