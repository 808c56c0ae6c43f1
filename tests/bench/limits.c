/* limits DIR [small]: what one core of this machine can do with such data, a line `key name value unit` each.
 * The best of several tries, in memory that has been touched. DIR: where a file is written and read. */
#include "archive/pack.h"
#include "archive/shuffle.h"
#include "base/clock.h"
#include "made.h"

#include <errno.h>
#include <fcntl.h>
#include <libdeflate.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

enum { TRIES = 5, CHUNK = 1 << 16 /* floats, as a chunk of an archive */, N_TASK = 1162, N_CONFIG = 1000 };

struct material {
  size_t n, n_byte; /* floats, and their bytes */
  float *losses;    /* [n], as made_curves.c draws them */
  unsigned char *planes, *packed, *room;
  size_t n_packed;
  double *scores; /* [N_TASK][N_CONFIG] */
  char path[4096];
};

static void die(const char *what) {
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  exit(1);
}

static void fill(struct material *it) {
  struct made_random random = {2020};
  double walk = 0, now = 0, shrink = 1;
  for (size_t i = 0; i < it->n; i++) {
    if (i % 204 == 0) now = 2.3, walk = 0, shrink = exp(-pow(10, 4.5 * made_uniform(&random) - 4) / 4);
    walk += .003 * made_normal(&random);
    now *= shrink;
    it->losses[i] = (float)(now + walk);
  }
  for (size_t i = 0; i < (size_t)N_TASK * N_CONFIG; i++) it->scores[i] = made_uniform(&random);
}

/* ---- What is measured: each returns how many bytes it went through ---- */

static size_t read_file(struct material *it) {
  const int file = open(it->path, O_RDONLY);
  size_t n = 0;
  if (file < 0) die(it->path);
  /* A piece that stays in the cache is read again and again: the copy alone. */
  for (ssize_t got; (got = read(file, it->room, 1 << 18)) > 0;) n += (size_t)got;
  close(file);
  return n;
}

static size_t write_file(struct material *it) {
  const int file = open(it->path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
  if (file < 0) die(it->path);
  for (size_t at = 0; at < it->n_byte;) {
    const ssize_t put = write(file, (const char *)it->losses + at, it->n_byte - at);
    if (put <= 0) die(it->path);
    at += (size_t)put;
  }
  if (fsync(file) != 0 || close(file) != 0) die(it->path);
  return it->n_byte;
}

static size_t shuffle(struct material *it) {
  for (size_t i = 0; i < it->n; i += CHUNK)
    hl_shuffle(it->losses + i, CHUNK, sizeof *it->losses, it->planes + i * sizeof *it->losses);
  return it->n_byte;
}

static size_t checksum(struct material *it) {
  static volatile uint32_t kept; /* so that none of it is left out */
  for (size_t i = 0; i < it->n; i += CHUNK) kept = hl_fletcher32(it->losses + i, CHUNK * sizeof *it->losses);
  (void)kept;
  return it->n_byte;
}

/* Chunk after chunk into the packed area, each behind its size; from the values or from their planes. */
static size_t deflate(struct material *it, const unsigned char *from, int level) {
  struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(level);
  const size_t n_chunk = CHUNK * sizeof *it->losses;
  it->n_packed = 0;
  for (size_t at = 0; at < it->n_byte; at += n_chunk) {
    unsigned char *to = it->packed + it->n_packed;
    const size_t n = libdeflate_zlib_compress(compressor, from + at, n_chunk, to + sizeof n, n_chunk + 4096);
    if (n == 0) die("libdeflate");
    memcpy(to, &n, sizeof n);
    it->n_packed += sizeof n + n;
  }
  libdeflate_free_compressor(compressor);
  return it->n_byte;
}

static size_t deflate_planes(struct material *it) {
  return deflate(it, it->planes, 1);
}

static size_t inflate(struct material *it) {
  struct libdeflate_decompressor *decompressor = libdeflate_alloc_decompressor();
  const size_t n_chunk = CHUNK * sizeof *it->losses;
  size_t n, done = 0;
  for (size_t at = 0; at < it->n_packed; at += sizeof n + n, done += n_chunk) {
    memcpy(&n, it->packed + at, sizeof n);
    if (libdeflate_zlib_decompress(decompressor, it->packed + at + sizeof n, n, it->room, n_chunk, NULL) != 0)
      die("libdeflate");
  }
  libdeflate_free_decompressor(decompressor);
  return done;
}

/* One pass over a table of scores that stands in memory and not in a cache: the least a selection can do. */
static double time_pass(struct material *it) {
  double best[N_CONFIG];
  memset(it->losses, 0, it->n_byte);
  memset(it->planes, 0, it->n_byte);
  memset(it->packed, 0, it->n_byte);
  memset(it->room, 0, it->n_byte);
  const double start = hl_clock_seconds();
  for (size_t c = 0; c < N_CONFIG; c++) best[c] = 0;
  for (size_t t = 0; t < N_TASK; t++) {
    for (size_t c = 0; c < N_CONFIG; c++) best[c] += it->scores[t * N_CONFIG + c];
  }
  volatile double keep = best[N_CONFIG / 2];
  (void)keep;
  return hl_clock_seconds() - start;
}

/* ---- Telling ---- */

/* Seconds of the best try; *n_byte: of one. */
static double best_of(struct material *it, size_t (*measured)(struct material *), size_t *n_byte) {
  double best = HUGE_VAL;
  for (int i = 0; i < TRIES; i++) {
    const double start = hl_clock_seconds();
    *n_byte = measured(it);
    best = fmin(best, hl_clock_seconds() - start);
  }
  return best;
}

static void tell_rate(const char *key, const char *name, struct material *it,
                      size_t (*measured)(struct material *)) {
  size_t n_byte;
  const double seconds = best_of(it, measured, &n_byte);
  printf("%s\t%s\t%.6g\tMB/s\n", key, name, (double)n_byte / seconds / 1e6);
}

int main(int argc, char **argv) {
  if (argc < 2) return fprintf(stderr, "limits DIR [small]\n"), 2;
  struct material it = {.n = (argc > 2 ? (size_t)1 : (size_t)64) * CHUNK};
  it.n_byte = it.n * sizeof *it.losses;
  it.losses = made_room(it.n, sizeof *it.losses);
  it.planes = made_room(it.n_byte, 1);
  it.packed = made_room(it.n_byte + it.n / CHUNK * 8192, 1);
  it.room = made_room(it.n_byte, 1);
  it.scores = made_room((size_t)N_TASK * N_CONFIG, sizeof *it.scores);
  snprintf(it.path, sizeof it.path, "%s/limits.bin", argv[1]);
  fill(&it);
  tell_rate("write", "write and fsync", &it, write_file);
  tell_rate("read", "read from the page cache", &it, read_file);
  tell_rate("shuffle", "shuffle", &it, shuffle);
  tell_rate("fletcher32", "fletcher32", &it, checksum);
  tell_rate("deflate", "deflate level 1 of shuffled chunks (libdeflate)", &it, deflate_planes);
  tell_rate("inflate-shuffled", "inflate of shuffled chunks (libdeflate)", &it, inflate);
  deflate(&it, (const unsigned char *)it.losses, 6);
  tell_rate("inflate-npz", "inflate of npz members (libdeflate)", &it, inflate);
  double seconds = HUGE_VAL;
  for (int i = 0; i < TRIES; i++) seconds = fmin(seconds, time_pass(&it));
  printf("pass\tone pass over scores of %d x %d\t%.6g\tms\n", N_TASK, N_CONFIG, 1e3 * seconds);
  unlink(it.path);
  free(it.losses), free(it.planes), free(it.packed), free(it.room), free(it.scores);
  return 0;
}
