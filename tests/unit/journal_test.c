/* Journals: what was added comes back, in order, also from a file that was cut or damaged anywhere. */
#include "base/journal.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { N_ITEM = 9, OTHERS = 1000, MOST_BYTES = 40, LARGE = 1 << 20 };
static const uint64_t key = 7, other_key = 8;

static size_t size_of(size_t i) {
  return i % 4 * 11; /* also none, and what is no multiple of 8 */
}

static void make_bytes(size_t i, char *bytes) {
  for (size_t k = 0; k < size_of(i); k++) bytes[k] = (char)(31 * i + k);
}

static hl_status take(void *user, size_t i, const void *bytes, size_t n_byte) {
  size_t *n_taken = user;
  char expected[MOST_BYTES];
  ck_assert_uint_eq(i, (*n_taken)++);
  ck_assert_uint_eq(n_byte, size_of(i));
  make_bytes(i, expected);
  ck_assert_mem_eq(bytes, expected, n_byte);
  return HL_OK;
}

/* How many of at most n items are taken. */
static size_t replay(struct hl_journal *journal, size_t n) {
  size_t n_taken = 0, n_done;
  ck_assert_int_eq(hl_journal_replay(journal, key, n, take, &n_taken, &n_done), HL_OK);
  ck_assert_uint_eq(n_done, n_taken);
  return n_done;
}

static struct hl_journal *open_journal(const char *path) {
  struct hl_journal *journal;
  ck_assert_int_eq(hl_journal_open(path, &journal), HL_OK);
  return journal;
}

/* Items [first, end), and behind them something so large that it is written at once. */
static void add(struct hl_journal *journal, size_t first, size_t end) {
  char bytes[MOST_BYTES], *large = calloc(LARGE, 1);
  for (size_t i = first; i < end; i++) {
    make_bytes(i, bytes);
    hl_journal_add(journal, other_key, i, "", 0);
    hl_journal_add(journal, key, i, bytes, size_of(i));
  }
  hl_journal_add(journal, other_key, OTHERS + end, large, LARGE);
  free(large);
}

static void new_name(char *path) {
  const int file = mkstemp(path);
  ck_assert_int_ge(file, 0);
  close(file);
  unlink(path);
}

START_TEST(items_come_back) {
  char path[] = "/tmp/journal_test.XXXXXX";
  new_name(path);
  struct hl_journal *journal = open_journal(path);
  ck_assert_uint_eq(replay(journal, N_ITEM), 0);
  add(journal, 0, 4);
  hl_journal_close(journal, true);
  journal = open_journal(path);
  ck_assert_uint_eq(replay(journal, 2), 2); /* no more than is asked for */
  ck_assert_uint_eq(replay(journal, N_ITEM), 4);
  add(journal, 4, 6);
  add(journal, 7, N_ITEM); /* there is no item 6 */
  hl_journal_close(journal, true);
  journal = open_journal(path);
  ck_assert_uint_eq(replay(journal, N_ITEM), 6);
  hl_journal_close(journal, false);
  ck_assert_int_ne(access(path, F_OK), 0);
}
END_TEST

START_TEST(small_items_are_not_written_at_once) {
  char path[] = "/tmp/journal_test.XXXXXX";
  new_name(path);
  struct hl_journal *journal = open_journal(path);
  hl_journal_add(journal, key, 0, "", 0);
  ck_assert_int_ne(access(path, F_OK), 0);
  hl_journal_close(journal, true);
  ck_assert_int_ne(access(path, F_OK), 0);
}
END_TEST

static void write_file(const char *path, const char *bytes, size_t n) {
  FILE *file = fopen(path, "wb");
  ck_assert_ptr_nonnull(file);
  ck_assert_uint_eq(fwrite(bytes, 1, n, file), n);
  ck_assert_int_eq(fclose(file), 0);
}

/* Cut at each byte, and with each byte changed: a beginning of the items, whole ones only; what is added then
 * stands behind them. */
START_TEST(damage_is_passed_over) {
  enum { HEAD = 32, MOST = 2 * N_ITEM * (HEAD + MOST_BYTES) };
  char path[] = "/tmp/journal_test.XXXXXX", bytes[MOST];
  new_name(path);
  struct hl_journal *journal = open_journal(path);
  add(journal, 0, N_ITEM);
  hl_journal_close(journal, true);
  FILE *file = fopen(path, "rb");
  ck_assert_ptr_nonnull(file);
  ck_assert_uint_eq(fread(bytes, 1, MOST, file), MOST);
  fclose(file);
  size_t n_last = 0, n_whole = 0;
  for (size_t i = 0; i < N_ITEM; i++) n_whole += 2 * HEAD + (size_of(i) + 7) / 8 * 8;
  for (size_t n = 0; n < n_whole; n++) {
    write_file(path, bytes, n);
    journal = open_journal(path);
    const size_t n_item = replay(journal, N_ITEM);
    ck_assert(n_item == n_last || n_item == n_last + 1);
    n_last = n_item;
    if (n % 50 == 0) {
      add(journal, n_item, N_ITEM);
      hl_journal_close(journal, true);
      journal = open_journal(path);
      ck_assert_uint_eq(replay(journal, N_ITEM), N_ITEM);
    }
    hl_journal_close(journal, true);
    bytes[n] ^= 1;
    write_file(path, bytes, n_whole);
    bytes[n] ^= 1;
    journal = open_journal(path);
    ck_assert_uint_le(replay(journal, N_ITEM), N_ITEM);
    hl_journal_close(journal, true);
  }
  ck_assert_uint_eq(n_last, N_ITEM - 1);
  unlink(path);
}
END_TEST

static Suite *suite(void) {
  Suite *s = suite_create("journal");
  TCase *t = tcase_create("journal");
  tcase_add_test(t, items_come_back);
  tcase_add_test(t, small_items_are_not_written_at_once);
  tcase_add_test(t, damage_is_passed_over);
  suite_add_tcase(s, t);
  return s;
}
HL_TEST_MAIN(suite)
