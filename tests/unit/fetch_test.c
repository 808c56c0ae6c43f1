/* The small parts of fetch: checksums, names, URLs. */
#include "hyperlist/limits.h"
#include "test.h"

#include "fetch/hash.h"
#include "fetch/http.h"
#include "fetch/names.h"

#include <string.h>

/* The header's value with that CRC32C, from a vector: 4 bytes, big-endian, in base64. */
static hl_status check(const char *goog_hash, const void *bytes, size_t n) {
  struct hl_digests digests;
  const hl_status status = hl_digests_parse(goog_hash, &digests);
  return status == HL_OK ? hl_digests_check("x", bytes, n, &digests) : status;
}

START_TEST(crc32c_is_that_of_rfc_3720) { /* appendix B.4, whose CRCs stand least significant byte first */
  unsigned char bytes[32];
  memset(bytes, 0, sizeof bytes);
  ck_assert_int_eq(check("crc32c=ipE2qg==", bytes, sizeof bytes), HL_OK); /* 0x8a9136aa */
  memset(bytes, 0xff, sizeof bytes);
  ck_assert_int_eq(check("crc32c=YqirQw==", bytes, sizeof bytes), HL_OK); /* 0x62a8ab43 */
  for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (unsigned char)i;
  ck_assert_int_eq(check("crc32c=Rt15Tg==", bytes, sizeof bytes), HL_OK); /* 0x46dd794e */
}
END_TEST

START_TEST(digests_are_compared) {
  /* the publisher's documentation of x-goog-hash has no data with it; these are of "123456789": CRC32C
   * e3069283, and MD5 25f9e794323b453885f5181f1b624d0b as md5sum prints it */
  static const char both[] = "crc32c=4waSgw==,md5=JfnnlDI7RTiF9RgfG2JNCw==";
  ck_assert_int_eq(check(both, "123456789", 9), HL_OK);
  ck_assert_int_eq(check("md5=JfnnlDI7RTiF9RgfG2JNCw==", "123456789", 9), HL_OK);
  ck_assert_int_eq(check("", "123456789", 9), HL_OK);
  ck_assert_int_eq(check("sha256=abc", "123456789", 9), HL_OK); /* of another kind: not ours to judge */
  ck_assert_int_eq(check(both, "123456780", 9), HL_INVALID);
  ck_assert_str_eq(hl_error_message(), "x: found CRC32C 9bb4494f, expected the server's e3069283");
  ck_assert_int_eq(check("md5=JfnnlDI7RTiF9RgfG2JNCw==", "123456780", 9), HL_INVALID);
  ck_assert_ptr_nonnull(strstr(hl_error_message(), "x: found MD5 "));
}
END_TEST

START_TEST(broken_digests_are_refused) {
  static const char *const broken[] = {"crc32c=",
                                       "crc32c=4waSgw",
                                       "crc32c=4waSgw=a",
                                       "crc32c=4waS*w==",
                                       "crc32c=4waSgw==AAAA",
                                       "crc32c",
                                       "md5=4waSgw==",
                                       "crc32c=4waSgw==,md5=x",
                                       "crc32c=====",
                                       "crc32c=4waSg====",
                                       "md5==JfnnlDI7RTiF9RgfG2JNCw="};
  for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
    ck_assert_msg(check(broken[i], "", 0) == HL_INVALID, "%s", broken[i]);
}
END_TEST

START_TEST(names_stay_below_their_folder) {
  static const char *const good[] = {"a", "a b", "x..y", "%2e%2e", "-rf", "\xc3\xa4", "mlp_family_seed1"};
  static const char *const bad[] = {"",   ".",    "..",   "../a",  "/a",       "a/b", "a/",
                                    ".a", "a\\b", "a\nb", "a\x7f", "\xc2\x85", "\xff"};
  for (size_t i = 0; i < sizeof good / sizeof *good; i++)
    ck_assert_msg(hl_name_fault(good[i], strlen(good[i])) == NULL, "%s", good[i]);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    ck_assert_msg(hl_name_fault(bad[i], strlen(bad[i])) != NULL, "%s", bad[i]);
  char longest[HL_MAX_FETCH_NAME_BYTES + 2];
  memset(longest, 'a', sizeof longest);
  ck_assert_ptr_null(hl_name_fault(longest, HL_MAX_FETCH_NAME_BYTES));
  ck_assert_ptr_nonnull(hl_name_fault(longest, HL_MAX_FETCH_NAME_BYTES + 1));
  ck_assert_ptr_nonnull(hl_name_fault("a\0b", 3));
}
END_TEST

static void assert_url(const char *base, const char *expected) {
  char *url;
  ck_assert_int_eq(hl_url_join(base, (const char *const[]){"a b%/", "c~-._Z\xc3\xa4?#", NULL}, &url), HL_OK);
  ck_assert_str_eq(url, expected);
  free(url);
}

START_TEST(urls_are_encoded) {
  assert_url("http://h/b", "http://h/b/a%20b%25%2F/c~-._Z%C3%A4%3F%23");
  assert_url("http://h/b//", "http://h/b/a%20b%25%2F/c~-._Z%C3%A4%3F%23");
}
END_TEST

START_TEST(base_urls_are_checked) {
  ck_assert_int_eq(hl_http_check_url("--base-url", "https://storage.googleapis.com/gresearch/x/"), HL_OK);
  ck_assert_int_eq(hl_http_check_url("--base-url", "HTTP://[::1]:80"), HL_OK);
  ck_assert_int_eq(hl_http_check_url("--base-url", "https://:pw@h/"), HL_USAGE);
  ck_assert_int_eq(hl_http_check_url("--base-url", "httpx://h/"), HL_USAGE);
  ck_assert_int_eq(hl_http_check_url("--base-url", "http://h:99999/"), HL_USAGE);
}
END_TEST

static Suite *make_suite(void) {
  Suite *suite = suite_create("fetch");
  TCase *tests = tcase_create("fetch");
  tcase_add_test(tests, crc32c_is_that_of_rfc_3720);
  tcase_add_test(tests, digests_are_compared);
  tcase_add_test(tests, broken_digests_are_refused);
  tcase_add_test(tests, names_stay_below_their_folder);
  tcase_add_test(tests, urls_are_encoded);
  tcase_add_test(tests, base_urls_are_checked);
  suite_add_tcase(suite, tests);
  return suite;
}

HL_TEST_MAIN(make_suite)
