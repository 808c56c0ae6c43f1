/* Scores as whole numbers, so that sums are exact in any order: q = llrint(f 2^40).
 *
 * No table of them is kept: adding 1.5 2^52 to a number of less than 51 bits leaves its nearest whole number,
 * ties to even as llrint has them, in the low bits of the sum, in an instruction that vectorizes. */
#ifndef HL_LEARN_EXACT_H
#define HL_LEARN_EXACT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* q of the score 1. */
#define HL_EXACT_ONE ((int64_t)1 << 40)

/* Of a score in [0, 1]. */
static inline int64_t hl_exact(double score) {
  const double shift = 0x1.8p52, sum = score * 0x1p40 + shift;
  int64_t bits, shift_bits;
  memcpy(&bits, &sum, sizeof bits);
  memcpy(&shift_bits, &shift, sizeof shift_bits);
  return bits - shift_bits;
}

#endif
