/* HDF5's Fletcher-32: a is the sum of big-endian 16-bit words, b the sum of all a on the way, both modulo
 * 65535.
 *
 * Words are dealt to LANES sums side by side, which compilers turn into vector code: a[l] adds up every
 * LANES-th word, b[l] all a[l] before each. Over N words, of which M go to a lane, a grows by the sum of a[l]
 * and b by N a + the sum of LANES b[l] + (LANES - l) a[l], as the word i of lane l counts N - (LANES i + l)
 * times there and M - 1 - i times in b[l]. Swapping the bytes of a word multiplies it by 256 modulo 65535 =
 * 256^2 - 1, so words are added up as the machine reads them and the sums swapped at the end. */
#include "archive/pack.h"

#include <stdbool.h>
#include <string.h>

enum { LANES = 8, BLOCK = 256 * LANES }; /* b[l] <= M (M - 1) / 2 * 65535 fits 32 bits up to M = 362 */

/* Modulo 65535, where only zero gives 0: that is how HDF5's folding leaves it. */
static uint64_t fold(uint64_t sum) {
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return sum;
}

static uint32_t swap(uint64_t sum) {
  return (uint32_t)((sum >> 8 | sum << 8) & 0xffff);
}

static bool reads_swapped(void) {
  const uint16_t one = 1;
  unsigned char first;
  memcpy(&first, &one, 1);
  return first == 1;
}

static void add_block(const unsigned char *at, uint64_t *a, uint64_t *b) {
  uint32_t sums[LANES] = {0}, sums_of_sums[LANES] = {0};
  uint64_t sum = 0, weighted = 0;
  for (size_t i = 0; i < BLOCK; i += LANES, at += 2 * LANES) {
    uint16_t words[LANES];
    memcpy(words, at, sizeof words);
    for (size_t l = 0; l < LANES; l++) sums_of_sums[l] += sums[l];
    for (size_t l = 0; l < LANES; l++) sums[l] += words[l];
  }
  for (size_t l = 0; l < LANES; l++) {
    sum += sums[l];
    weighted += (uint64_t)LANES * sums_of_sums[l] + (LANES - l) * (uint64_t)sums[l];
  }
  *b = fold(*b + BLOCK * *a + weighted);
  *a = fold(*a + sum);
}

uint32_t hl_fletcher32(const void *data, size_t n_byte) {
  const unsigned char *at = data;
  uint64_t a = 0, b = 0;
  size_t n = n_byte / 2;
  for (; n >= BLOCK; n -= BLOCK, at += 2 * BLOCK) add_block(at, &a, &b);
  for (; n > 0; n--, at += 2) {
    uint16_t word;
    memcpy(&word, at, sizeof word);
    a += word;
    b += a;
  }
  if (n_byte % 2 == 1) { /* a last odd byte is the high half of a word */
    const unsigned char last[2] = {*at, 0};
    uint16_t word;
    memcpy(&word, last, sizeof word);
    a += word;
    b += a;
  }
  a = fold(a);
  b = fold(b);
  if (reads_swapped()) a = swap(a), b = swap(b);
  return (uint32_t)b << 16 | (uint32_t)a;
}
