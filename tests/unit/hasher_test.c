/* A file hashed in slices, by threads that come as they like, against XXH64 of all its bytes at once. */
#include "base/hasher.h"
#include "test.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <xxhash.h>

enum { N_BYTE = 20 * (1 << 18) + 4321, N_THREAD = 3, N_PART = 100 };

static unsigned char bytes[N_BYTE];

static void write_file(char *path, size_t n) {
  const int descriptor = mkstemp(path);
  ck_assert_int_ge(descriptor, 0);
  FILE *file = fdopen(descriptor, "wb");
  ck_assert_uint_eq(fwrite(bytes, 1, n, file), n);
  ck_assert_int_eq(fclose(file), 0);
}

static pthread_barrier_t all_there; /* so that they come at once */

static void *advance(void *hasher) {
  pthread_barrier_wait(&all_there);
  for (size_t i = 0; i < N_PART; i++) ck_assert_int_eq(hl_hasher_advance(hasher, i + 1, N_PART), HL_OK);
  return NULL;
}

START_TEST(slices_are_the_whole) {
  const size_t sizes[] = {0, 1, 1 << 18, N_BYTE, N_BYTE, N_BYTE, N_BYTE};
  for (size_t i = 0; i < N_BYTE; i++) bytes[i] = (unsigned char)(i * i >> 7);
  for (size_t k = 0; k < 2 * sizeof sizes / sizeof *sizes; k++) {
    const size_t n = sizes[k / 2], n_thread = k % 2 == 0 ? 0 : N_THREAD;
    char path[] = "/tmp/hasher_test.XXXXXX";
    struct hl_hasher *hasher;
    pthread_t threads[N_THREAD];
    uint64_t hash, n_byte;
    write_file(path, n);
    ck_assert_int_eq(hl_hasher_new(path, &hasher), HL_OK);
    pthread_barrier_init(&all_there, NULL, N_THREAD);
    for (size_t t = 0; t < n_thread; t++) pthread_create(&threads[t], NULL, advance, hasher);
    for (size_t t = 0; t < n_thread; t++) pthread_join(threads[t], NULL);
    pthread_barrier_destroy(&all_there);
    ck_assert_int_eq(hl_hasher_finish(hasher, &hash, &n_byte), HL_OK);
    hl_hasher_free(hasher);
    unlink(path);
    ck_assert_uint_eq(n_byte, n);
    ck_assert_uint_eq(hash, XXH64(bytes, n, 0));
  }
}
END_TEST

START_TEST(what_cannot_be_read_is_told_at_once) {
  struct hl_hasher *hasher;
  ck_assert_int_eq(hl_hasher_new("/nowhere/at/all", &hasher), HL_IO);
  ck_assert_int_eq(hl_hasher_new("/", &hasher), HL_IO);
}
END_TEST

START_TEST(a_thread_hashes_what_can_be_read) {
  char path[] = "/tmp/hasher_test.XXXXXX";
  for (size_t i = 0; i < N_BYTE; i++) bytes[i] = (unsigned char)(i * i >> 7);
  write_file(path, N_BYTE);
  const char *const paths[] = {"/nowhere/at/all", path};
  uint64_t hash = 0, n_byte = 0;
  struct hl_hashing *hashing = hl_hashing_begin(2, paths);
  ck_assert_ptr_nonnull(hashing);
  ck_assert(!hl_hashing_get(hashing, "/nowhere/at/all", &hash, &n_byte));
  ck_assert(!hl_hashing_get(hashing, "/nowhere/else", &hash, &n_byte));
  ck_assert(hl_hashing_get(hashing, path, &hash, &n_byte));
  ck_assert_uint_eq(n_byte, N_BYTE);
  ck_assert_uint_eq(hash, XXH64(bytes, N_BYTE, 0));
  hl_hashing_end(hashing);
  hl_hashing_end(hl_hashing_begin(2, paths)); /* unwanted at once */
  ck_assert(!hl_hashing_get(NULL, path, &hash, &n_byte));
  hl_hashing_end(NULL);
  unlink(path);
}
END_TEST

static Suite *suite(void) {
  Suite *s = suite_create("hasher");
  TCase *t = tcase_create("hasher");
  tcase_add_test(t, slices_are_the_whole);
  tcase_add_test(t, a_thread_hashes_what_can_be_read);
  tcase_add_test(t, what_cannot_be_read_is_told_at_once);
  suite_add_tcase(s, t);
  return s;
}
HL_TEST_MAIN(suite)
