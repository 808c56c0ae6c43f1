/* Sums over tasks, in a fixed pattern of their order: four interleaved chains of additions in blocks of
 * HL_BLOCK tasks, then over the blocks likewise. A quarter of the waiting of one chain, and a block's sum can
 * be kept while others change. */
#ifndef HL_LEARN_SUM_H
#define HL_LEARN_SUM_H

#include "learn/coarse.h"

/* Of one block, or of the sums of blocks. Zeros behind the end change nothing. */
static inline double hl_sum(const double *values, size_t n) {
  const size_t n_rest = n & 3, n_whole = n - n_rest;
  double sums[4] = {0};
  for (size_t i = 0; i < n_whole; i += 4) {
    for (size_t k = 0; k < 4; k++) sums[k] += values[i + k];
  }
  for (size_t k = 0; k < n_rest; k++) sums[k] += values[n_whole + k];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

/* Of all tasks: what hl_sum gives over the blocks' sums. */
static inline double hl_sum_tasks(const double *values, size_t n) {
  double sums[4] = {0};
  for (size_t i = 0; i < n; i += HL_BLOCK) {
    sums[i / HL_BLOCK % 4] += hl_sum(values + i, n - i < HL_BLOCK ? n - i : HL_BLOCK);
  }
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

#endif
