/* Scores in 16 bits: who can be better?
 *
 * h(f), floor(65533 f) shifted into int16, never falls while f rises, so f(t,c) < b needs h(f(t,c)) <
 * limit(b) = h(b) + 1. A pass over a config's 16-bit row finds the blocks of tasks where that holds, eight or
 * more tasks an instruction; only there are doubles or exact integers looked at. Results are those of a pass
 * over all of them, to the bit. */
#ifndef HL_LEARN_COARSE_H
#define HL_LEARN_COARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
  HL_BLOCK = 32,                 /* tasks looked at together */
  HL_COARSE_NEVER = INT16_MIN,   /* a limit that no score is below */
  HL_COARSE_ONE = INT16_MAX - 1, /* h(1), and of no other score */
};

/* Nothing below 1 gets as far as 65533: 1 - 2^-53 times that is 2^-37, a double's step there, or nearly,
 * less. */
static inline int16_t hl_coarse(double score) {
  return (int16_t)((int)(score * 65533) - INT16_MAX);
}

/* Scores below b have h below this: of 0 there are none, and 1 has its value of h for itself. */
static inline int16_t hl_coarse_limit(double b) {
  if (!(b > 0)) return HL_COARSE_NEVER;
  return (int16_t)(hl_coarse(b) + (b < 1));
}

/* Blocks that n tasks take. */
static inline size_t hl_n_block(size_t n) {
  return (n + HL_BLOCK - 1) / HL_BLOCK;
}

/* May any of a block's scores be below its limit? Written for the vectorizer: no branch, a fixed count. */
static inline bool hl_coarse_any(const int16_t *scores, const int16_t *limits) {
  int16_t any[HL_BLOCK / 4] = {0};
  uint64_t halves[2];
  for (size_t i = 0; i < HL_BLOCK; i += HL_BLOCK / 4) {
    for (size_t k = 0; k < HL_BLOCK / 4; k++) any[k] = (int16_t)(any[k] | -(scores[i + k] < limits[i + k]));
  }
  memcpy(halves, any, sizeof halves);
  return (halves[0] | halves[1]) != 0;
}

/* The sum over blocks of max(0, limit - h), in steps of h: with a step a task more it is no less than the
 * gain, max(0, b - f). */
static inline uint64_t hl_coarse_sum(const int16_t *scores, const int16_t *limits, size_t n_block) {
  enum { N_LANE = 8, MOST = 1 << 13 }; /* so many blocks add up in 32 bits */
  uint64_t sum = 0;
  for (size_t first = 0; first < n_block; first += MOST) {
    const size_t end = n_block - first < MOST ? n_block : first + MOST;
    uint32_t lanes[N_LANE] = {0};
    for (size_t i = first * HL_BLOCK; i < end * HL_BLOCK; i += N_LANE) {
      for (size_t k = 0; k < N_LANE; k++) {
        const int16_t high = scores[i + k] > limits[i + k] ? scores[i + k] : limits[i + k];
        lanes[k] += (uint16_t)(high - scores[i + k]);
      }
    }
    for (size_t k = 0; k < N_LANE; k++) sum += lanes[k];
  }
  return sum;
}

#endif
