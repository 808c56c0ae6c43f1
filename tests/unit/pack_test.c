/* Chunks: what hl_packer_pack writes is what zlib and plain definitions of HDF5's shuffle and Fletcher-32
 * read, and comes back as it was, for values of every kind. (tests/inputs/archive_format.t has h5py read
 * them.) */
#include "archive/pack.h"
#include "archive/plain.h"
#include "archive/shuffle.h"
#include "test.h"

#include <math.h>
#include <stdint.h>
#include <string.h>
#include <zlib.h>

/* A generator of its own, so that failures can be repeated. */
static uint32_t next_random(uint32_t *state) {
  *state = *state * 1664525u + 1013904223u;
  return *state >> 8;
}

/* ---- Fletcher-32, word by word as the HDF5 file format has it ---- */

static uint32_t plain_fletcher32(const unsigned char *at, size_t n) {
  uint64_t a = 0, b = 0;
  for (size_t i = 0; i < n; i += 2) {
    a += (uint32_t)at[i] << 8 | (i + 1 < n ? at[i + 1] : 0u);
    while (a > 65535) a = (a & 65535) + (a >> 16);
    b += a;
    while (b > 65535) b = (b & 65535) + (b >> 16);
  }
  return (uint32_t)(b << 16 | a);
}

START_TEST(checksum_is_hdf5s) {
  unsigned char bytes[13000]; /* three blocks of 2048 words and more */
  uint32_t state = 1;
  for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (unsigned char)next_random(&state);
  for (size_t n = 0; n<12900; n += n % 4096> 4080 || n % 4096 < 20 ? 1 : 13)
    ck_assert_uint_eq(hl_fletcher32(bytes + n % 7, n), plain_fletcher32(bytes + n % 7, n));
  ck_assert_uint_eq(hl_fletcher32(bytes, sizeof bytes), plain_fletcher32(bytes, sizeof bytes));
  memset(bytes, 0xff, sizeof bytes); /* every sum a multiple of 65535, and the largest there is */
  for (size_t n = 0; n<12900; n += n % 4096> 4080 || n % 4096 < 20 ? 1 : 13)
    ck_assert_uint_eq(hl_fletcher32(bytes, n), plain_fletcher32(bytes, n));
  memset(bytes, 0, sizeof bytes);
  ck_assert_uint_eq(hl_fletcher32(bytes, sizeof bytes), 0);
}
END_TEST

/* ---- Shuffle ---- */

static void shuffle_and_compare(size_t n, size_t size) {
  unsigned char *values = malloc(n * size + 1), *planes = malloc(n * size + 1), *back = malloc(n * size + 1);
  uint32_t state = (uint32_t)n;
  const uint16_t probe = 1;
  const int is_little = *(const unsigned char *)&probe == 1;
  for (size_t i = 0; i < n * size; i++) values[i] = (unsigned char)next_random(&state);
  hl_shuffle(values, n, size, planes);
  for (size_t i = 0; i < n; i++) {
    for (size_t k = 0; k < size; k++)
      ck_assert_uint_eq(planes[k * n + i], values[i * size + (is_little ? k : size - 1 - k)]);
  }
  hl_unshuffle(planes, n, size, back);
  ck_assert_mem_eq(back, values, n * size);
  free(values);
  free(planes);
  free(back);
}

START_TEST(shuffle_is_hdf5s) {
  for (size_t n = 0; n < 200; n++) {
    shuffle_and_compare(n, 4);
    shuffle_and_compare(n, 8);
  }
}
END_TEST

/* ---- Whole chunks ---- */

static void pack_and_compare(const void *values, size_t n, size_t size) {
  struct hl_packer *packer;
  const void *packed;
  size_t n_packed;
  ck_assert_int_eq(hl_packer_new(&packer), HL_OK);
  ck_assert_int_eq(hl_packer_pack(packer, values, n, size, &packed, &n_packed), HL_OK);
  unsigned char *copy = malloc(n_packed), *planes = malloc(n * size), *back = malloc(n * size);
  memcpy(copy, packed, n_packed);
  uLongf length = (uLongf)(n * size);
  ck_assert_int_eq(uncompress(planes, &length, copy, (uLong)(n_packed - 4)), Z_OK); /* checks Adler-32 too */
  ck_assert_uint_eq(length, n * size);
  hl_unshuffle(planes, n, size, back);
  ck_assert_mem_eq(back, values, n * size);
  memset(back, 0xee, n * size);
  ck_assert_int_eq(hl_packer_unpack(packer, copy, n_packed, 0, back, n, size), HL_OK);
  ck_assert_mem_eq(back, values, n * size);
  copy[n_packed / 2] ^= 4;
  ck_assert_int_eq(hl_packer_unpack(packer, copy, n_packed, 0, back, n, size), HL_INVALID);
  free(copy);
  free(planes);
  free(back);
  hl_packer_free(packer);
}

enum { N = 40000 };
enum kind { NOISE, CONSTANT, DIVERGED, WIDENED, ROUNDED, N_KIND };

/* Losses that fall with noise, and what else comes: rows of NaN, doubles that were floats, rounded mantissas.
 */
static double make_loss(enum kind kind, size_t i, uint32_t *state) {
  double loss = exp(-(double)(i % 51) / 20) * (1 + .1 * next_random(state) / 16777216.);
  if (kind == CONSTANT || (kind == DIVERGED && i / 1020 % 3 == 1))
    loss = kind == CONSTANT ? 2.5 : (double)NAN;
  if (kind == WIDENED) loss = (float)loss;
  return kind == ROUNDED ? floor(loss * 256) / 256 : loss;
}

START_TEST(chunks_come_back) {
  double *wide = malloc(N * sizeof *wide);
  float *narrow = malloc(N * sizeof *narrow);
  for (enum kind kind = NOISE; kind < N_KIND; kind++) {
    uint32_t state = 7;
    for (size_t i = 0; i < N; i++) {
      wide[i] = make_loss(kind, i, &state);
      narrow[i] = (float)wide[i];
    }
    pack_and_compare(wide, N, sizeof *wide);
    pack_and_compare(narrow, N, sizeof *narrow);
    pack_and_compare(narrow, 1, sizeof *narrow);
    pack_and_compare(wide, N / 2 + 1, sizeof *wide);
  }
  free(wide);
  free(narrow);
}
END_TEST

/* As HDF5 stores a chunk without some of its filters. Returns its size. */
static size_t pack_without(uint32_t skipped, const void *values, size_t n, size_t size, unsigned char *to) {
  unsigned char *planes = malloc(n * size);
  uLongf length = (uLongf)(2 * n * size);
  if (skipped & HL_PACK_SHUFFLE)
    for (size_t i = 0; i < n; i++) hl_shuffle((const char *)values + i * size, 1, size, planes + i * size);
  else
    hl_shuffle(values, n, size, planes);
  if (skipped & HL_PACK_DEFLATE)
    memcpy(to, planes, length = (uLongf)(n * size));
  else
    ck_assert_int_eq(compress(to, &length, planes, (uLong)(n * size)), Z_OK);
  free(planes);
  if (skipped & HL_PACK_CHECKSUM) return length;
  const uint32_t sum = plain_fletcher32(to, length);
  for (size_t i = 0; i < 4; i++) to[length + i] = (unsigned char)(sum >> 8 * i);
  return length + 4;
}

/* Longer and shorter than what it is to hold: refused, and nothing beyond it read. */
START_TEST(chunks_without_some_filters_come_back) {
  double values[100], back[101];
  struct hl_packer *packer;
  uint32_t state = 9;
  ck_assert_int_eq(hl_packer_new(&packer), HL_OK);
  for (size_t i = 0; i < 100; i++) values[i] = make_loss(NOISE, i, &state);
  for (uint32_t skipped = 0; skipped < 8; skipped++) {
    unsigned char *packed = malloc(2 * sizeof values + 4);
    const size_t n_packed = pack_without(skipped, values, 100, 8, packed);
    unsigned char *exact = memcpy(malloc(n_packed), packed, n_packed);
    ck_assert_int_eq(hl_packer_unpack(packer, exact, n_packed, skipped, back, 100, 8), HL_OK);
    ck_assert_mem_eq(back, values, sizeof values);
    for (size_t n = 99; n <= 101; n += 2)
      ck_assert_int_eq(hl_packer_unpack(packer, exact, n_packed, skipped, back, n, 8), HL_INVALID);
    free(exact);
    free(packed);
  }
  hl_packer_free(packer);
}
END_TEST

/* Low mantissa bytes are noise: coding them is what must not happen, and runs of NaN must cost next to
 * nothing. */
START_TEST(noise_is_stored_and_runs_are_coded) {
  float *values = malloc(N * sizeof *values);
  struct hl_packer *packer;
  const void *packed;
  size_t n_noise, n_runs;
  uint32_t state = 3;
  ck_assert_int_eq(hl_packer_new(&packer), HL_OK);
  for (size_t i = 0; i < N; i++) values[i] = (float)make_loss(NOISE, i, &state);
  ck_assert_int_eq(hl_packer_pack(packer, values, N, 4, &packed, &n_noise), HL_OK);
  ck_assert_int_eq(((const unsigned char *)packed)[2] & 7, 0); /* the first block: stored, not the last */
  for (size_t i = 0; i < N; i++) values[i] = (float)make_loss(DIVERGED, i, &state);
  ck_assert_int_eq(hl_packer_pack(packer, values, N, 4, &packed, &n_runs), HL_OK);
  ck_assert_uint_lt(n_runs, n_noise * 7 / 10);
  hl_packer_free(packer);
  free(values);
}
END_TEST

/* ---- Plain blocks, closed by an empty last one ---- */

static void write_plain_and_inflate(const unsigned char *bytes, size_t n) {
  unsigned char *packed = malloc(hl_plain_bound(n) + 5), *back = malloc(n + 1);
  const size_t length = hl_plain_write(bytes, n, packed);
  ck_assert_uint_le(length, hl_plain_bound(n));
  memcpy(packed + length, "\1\0\0\377\377", 5);
  z_stream stream = {
      .next_in = packed, .avail_in = (uInt)length + 5, .next_out = back, .avail_out = (uInt)n + 1};
  ck_assert_int_eq(inflateInit2(&stream, -15), Z_OK);
  ck_assert_int_eq(inflate(&stream, Z_FINISH), Z_STREAM_END);
  ck_assert_uint_eq(stream.total_out, n);
  ck_assert_mem_eq(back, bytes, n);
  inflateEnd(&stream);
  free(packed);
  free(back);
}

START_TEST(plain_blocks_are_deflate) {
  unsigned char *bytes = malloc(200000);
  uint32_t state = 5;
  for (size_t run = 0; run < 700; run++) { /* a run of each length, at odd places, of low and high bytes */
    size_t n = 0;
    for (size_t i = 0; i < run % 13; i++) bytes[n++] = (unsigned char)next_random(&state);
    memset(bytes + n, (int)(run * 37 % 256), run);
    n += run;
    for (size_t i = 0; i < run % 11; i++) bytes[n++] = (unsigned char)next_random(&state);
    write_plain_and_inflate(bytes, n);
  }
  for (size_t i = 0; i < 200000; i++) bytes[i] = (unsigned char)next_random(&state);
  write_plain_and_inflate(bytes, 200000); /* more than one stored block */
  memset(bytes + 66000, 0, 100000);
  write_plain_and_inflate(bytes, 200000);
  free(bytes);
}
END_TEST

static Suite *suite(void) {
  Suite *s = suite_create("pack");
  TCase *t = tcase_create("pack");
  tcase_add_test(t, checksum_is_hdf5s);
  tcase_add_test(t, shuffle_is_hdf5s);
  tcase_add_test(t, chunks_come_back);
  tcase_add_test(t, chunks_without_some_filters_come_back);
  tcase_add_test(t, noise_is_stored_and_runs_are_coded);
  tcase_add_test(t, plain_blocks_are_deflate);
  suite_add_tcase(s, t);
  return s;
}
HL_TEST_MAIN(suite)
