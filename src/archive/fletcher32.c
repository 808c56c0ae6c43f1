/* HDF5's Fletcher-32: a is the sum of big-endian 16-bit words, b the sum of all a on the way, both modulo
 * 65535.
 *
 * Over a block of N words a grows by the sum of w[i] and b by N a + the sum of (N - i) w[i]: two sums without
 * a chain of additions, which compilers turn into vector code. Swapping the bytes of a word multiplies it by
 * 256 modulo 65535 = 256^2 - 1, so words are added up as the machine reads them and the sums swapped at the
 * end. */
#include "archive/pack.h"

#include <stdbool.h>
#include <string.h>

enum { BLOCK = 256 }; /* sum of (N - i) w[i] <= N (N + 1) / 2 * 65535 fits 32 bits up to N = 361 */

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

uint32_t hl_fletcher32(const void *data, size_t n_byte) {
  const unsigned char *at = data;
  uint64_t a = 0, b = 0;
  size_t n = n_byte / 2;
  for (; n >= BLOCK; n -= BLOCK, at += 2 * BLOCK) {
    uint16_t words[BLOCK];
    uint32_t sum = 0, weighted = 0;
    memcpy(words, at, sizeof words);
    for (uint32_t i = 0; i < BLOCK; i++) {
      sum += words[i];
      weighted += (BLOCK - i) * words[i];
    }
    b = fold(b + BLOCK * a + weighted);
    a = fold(a + sum);
  }
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
