/* Planes are cut out of whole elements by shifts, so the machine's byte order does not matter; blocks of a
 * fixed number of elements are what compilers turn into vector code at -O2. */
#include "archive/shuffle.h"

#include <stdint.h>
#include <string.h>

enum { BLOCK = 64 };

static void shuffle_block4(const uint32_t *values, size_t n, unsigned char *planes) {
  for (size_t k = 0; k < sizeof *values; k++, planes += n) {
    for (size_t i = 0; i < BLOCK; i++) planes[i] = (unsigned char)(values[i] >> 8 * k);
  }
}

static void shuffle_block8(const uint64_t *values, size_t n, unsigned char *planes) {
  for (size_t k = 0; k < sizeof *values; k++, planes += n) {
    for (size_t i = 0; i < BLOCK; i++) planes[i] = (unsigned char)(values[i] >> 8 * k);
  }
}

/* Bytes side by side, then pairs, then fours: fewer instructions than each byte shifted to its place. */
static void join2(const unsigned char *low, const unsigned char *high, uint16_t *pairs) {
  for (size_t i = 0; i < BLOCK; i++) pairs[i] = (uint16_t)(low[i] | high[i] << 8);
}

static void unshuffle_block4(const unsigned char *planes, size_t n, unsigned char *values) {
  uint16_t low[BLOCK], high[BLOCK];
  join2(planes, planes + n, low);
  join2(planes + 2 * n, planes + 3 * n, high);
  for (size_t i = 0; i < BLOCK; i++) {
    const uint32_t value = low[i] | (uint32_t)high[i] << 16;
    memcpy(values + i * sizeof value, &value, sizeof value);
  }
}

static void unshuffle_block8(const unsigned char *planes, size_t n, unsigned char *values) {
  uint16_t pairs[4][BLOCK];
  for (size_t k = 0; k < 4; k++) join2(planes + 2 * k * n, planes + (2 * k + 1) * n, pairs[k]);
  for (size_t i = 0; i < BLOCK; i++) {
    const uint64_t value =
        pairs[0][i] | (uint64_t)pairs[1][i] << 16 | (uint64_t)pairs[2][i] << 32 | (uint64_t)pairs[3][i] << 48;
    memcpy(values + i * sizeof value, &value, sizeof value);
  }
}

/* The elements beyond the last whole block. */
static void shuffle_rest(const unsigned char *values, size_t first, size_t n, size_t size,
                         unsigned char *planes) {
  for (size_t i = first; i < n; i++) {
    uint64_t value = 0;
    uint32_t narrow;
    if (size == sizeof value) {
      memcpy(&value, values + i * size, size);
    } else {
      memcpy(&narrow, values + i * size, size);
      value = narrow;
    }
    for (size_t k = 0; k < size; k++) planes[k * n + i] = (unsigned char)(value >> 8 * k);
  }
}

static void unshuffle_rest(const unsigned char *planes, size_t first, size_t n, size_t size,
                           unsigned char *values) {
  for (size_t i = first; i < n; i++) {
    uint64_t value = 0;
    for (size_t k = 0; k < size; k++) value |= (uint64_t)planes[k * n + i] << 8 * k;
    const uint32_t narrow = (uint32_t)value;
    memcpy(values + i * size, size == sizeof value ? (const void *)&value : (const void *)&narrow, size);
  }
}

void hl_shuffle(const void *values, size_t n, size_t size, unsigned char *planes) {
  const unsigned char *from = values;
  size_t i = 0;
  for (; i + BLOCK <= n; i += BLOCK) {
    union {
      uint32_t narrow[BLOCK];
      uint64_t wide[BLOCK];
    } block;
    memcpy(&block, from + i * size, BLOCK * size);
    if (size == 8)
      shuffle_block8(block.wide, n, planes + i);
    else
      shuffle_block4(block.narrow, n, planes + i);
  }
  shuffle_rest(from, i, n, size, planes);
}

void hl_unshuffle(const unsigned char *planes, size_t n, size_t size, void *values) {
  unsigned char *to = values;
  size_t i = 0;
  for (; i + BLOCK <= n; i += BLOCK) {
    if (size == 8)
      unshuffle_block8(planes + i, n, to + i * size);
    else
      unshuffle_block4(planes + i, n, to + i * size);
  }
  unshuffle_rest(planes, i, n, size, to);
}
