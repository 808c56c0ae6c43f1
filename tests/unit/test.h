/* The frame of every unit test: Check, printing TAP.
 *
 *   #include "test.h"
 *   START_TEST(sum_is_exact) { ck_assert_int_eq(1 + 1, 2); } END_TEST
 *   static Suite *suite(void) {
 *     Suite *s = suite_create("sum");
 *     TCase *t = tcase_create("sum");
 *     tcase_add_test(t, sum_is_exact);
 *     suite_add_tcase(s, t);
 *     return s;
 *   }
 *   HL_TEST_MAIN(suite)
 *
 * One file tests/unit/NAME_test.c is one program build/tests/NAME_test, run from the project's root. Tests
 * run in one process, so that sanitizers and debuggers see them; CK_FORK=yes in the environment gives each
 * its own, and CK_RUN_CASE=NAME runs one case. Other .c files of this folder are helpers, linked into every
 * test. */
#ifndef HYPERLIST_TEST_H
#define HYPERLIST_TEST_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

/* Gives the file its main: runs the suite that `static Suite *make_suite(void)` makes. Lines leave at once,
 * so that a crash or a leak report at exit swallows none: LeakSanitizer ends the process without flushing. */
#define HL_TEST_MAIN(make_suite)                                                                             \
  int main(void) {                                                                                           \
    setvbuf(stdout, NULL, _IOLBF, 0);                                                                        \
    SRunner *runner = srunner_create(make_suite());                                                          \
    if (!getenv("CK_FORK")) srunner_set_fork_status(runner, CK_NOFORK);                                      \
    srunner_set_tap(runner, "-");                                                                            \
    srunner_run_all(runner, CK_SILENT);                                                                      \
    int n_failed = srunner_ntests_failed(runner);                                                            \
    srunner_free(runner);                                                                                    \
    return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;                                                           \
  }

#endif
