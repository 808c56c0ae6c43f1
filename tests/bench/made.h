/* What the makers of inputs share: numbers from a seed, the same on every machine. */
#ifndef BENCH_MADE_H
#define BENCH_MADE_H

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct made_random {
  uint64_t state;
};

/* splitmix64 (Steele, Lea, Flood 2014): any seed is a good one. */
static inline uint64_t made_word(struct made_random *random) {
  uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return z ^ (z >> 31);
}

/* In [0, 1). */
static inline double made_uniform(struct made_random *random) {
  return (double)(made_word(random) >> 11) * 0x1p-53;
}

/* Mean 0, variance 1, nearly normal: the sum of four 16-bit parts of a word. */
static inline double made_normal(struct made_random *random) {
  const uint64_t w = made_word(random);
  const uint64_t sum = (w & 0xffff) + (w >> 16 & 0xffff) + (w >> 32 & 0xffff) + (w >> 48);
  return ((double)sum - 131070) * (1.7320508075688772 / 65536);
}

static inline void *made_room(size_t n, size_t size) {
  void *room = calloc(n, size);
  if (room == NULL) {
    fprintf(stderr, "no memory for %zu x %zu bytes\n", n, size);
    exit(1);
  }
  return room;
}

static inline size_t made_count(const char *text) {
  char *end;
  const unsigned long long n = strtoull(text, &end, 10);
  if (*text == '\0' || *end != '\0') {
    fprintf(stderr, "found '%s', expected a number\n", text);
    exit(2);
  }
  return (size_t)n;
}

#endif
