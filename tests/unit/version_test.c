#include "hyperlist/version.h"
#include "test.h"

START_TEST(library_and_headers_agree) {
  ck_assert_str_eq(hl_version(), HL_VERSION_STRING);
}
END_TEST

static Suite *version_suite(void) {
  Suite *suite = suite_create("version");
  TCase *tcase = tcase_create("version");
  tcase_add_test(tcase, library_and_headers_agree);
  suite_add_tcase(suite, tcase);
  return suite;
}

HL_TEST_MAIN(version_suite)
