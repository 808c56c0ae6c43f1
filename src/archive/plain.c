#include "archive/plain.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum {
  WORD = sizeof(uint64_t),
  MIN_RUN = 64, /* shorter ones are not worth a block of their own */
  MAX_STORED = 65535,
  STORED_HEADER = 5,
  MAX_MATCH = 258,
  RUN_COST = 32, /* bytes that a run's block and the header of what follows take, about */
};

/* The next run of at least MIN_RUN equal bytes in bytes[*begin .. n): sets *begin and *end; both n if there
 * is none. Words whose bytes are all the same are looked for, so that noise passes at 8 bytes a step. */
static void find_run(const unsigned char *bytes, size_t n, size_t *begin, size_t *end) {
  const uint64_t ones = UINT64_C(0x0101010101010101);
  for (size_t i = *begin; i + MIN_RUN <= n;) {
    uint64_t word;
    memcpy(&word, bytes + i, sizeof word);
    if (word != ones * bytes[i]) {
      i += WORD;
      continue;
    }
    size_t first = i, last = i + WORD;
    while (first > *begin && bytes[first - 1] == bytes[i]) first--;
    while (last < n && bytes[last] == bytes[i]) last++;
    if (last - first >= MIN_RUN) {
      *begin = first;
      *end = last;
      return;
    }
    i = last;
  }
  *begin = *end = n;
}

/* ---- Bits, lowest first ---- */

struct bits {
  unsigned char *to;
  uint32_t held;
  unsigned n_held;
};

static void put(struct bits *bits, uint32_t value, unsigned n) {
  bits->held |= value << bits->n_held;
  for (bits->n_held += n; bits->n_held >= 8; bits->n_held -= 8, bits->held >>= 8)
    *bits->to++ = (unsigned char)bits->held;
}

static void align(struct bits *bits) {
  if (bits->n_held > 0) put(bits, 0, 8 - bits->n_held);
}

/* Huffman codes stand in the stream highest bit first. */
static void put_code(struct bits *bits, uint32_t code, unsigned n) {
  uint32_t reversed = 0;
  for (unsigned i = 0; i < n; i++) reversed |= (code >> i & 1) << (n - 1 - i);
  put(bits, reversed, n);
}

/* ---- Blocks ---- */

static void put_stored(struct bits *bits, const unsigned char *bytes, size_t n) {
  do {
    const size_t length = n < MAX_STORED ? n : MAX_STORED;
    put(bits, 0, 3); /* not the last block, stored */
    align(bits);
    put(bits, (uint32_t)length, 16);
    put(bits, (uint32_t)length ^ 0xffff, 16);
    memcpy(bits->to, bytes, length);
    bits->to += length;
    bytes += length;
    n -= length;
  } while (n > 0);
}

static void put_literal(struct bits *bits, unsigned byte) {
  if (byte < 144)
    put_code(bits, 0x30 + byte, 8);
  else
    put_code(bits, 0x190 + byte - 144, 9);
}

/* A copy of the last MAX_MATCH bytes' worth of the byte before: length symbol 285 (code 0xc5), distance
 * symbol 0. */
static void put_longest_match(struct bits *bits) {
  put_code(bits, 0xc5, 8);
  put_code(bits, 0, 5);
}

/* A run in the fixed code: what does not fill a longest match goes as literals and as matches of 4 (symbol
 * 258). */
static void put_run(struct bits *bits, unsigned byte, size_t n) {
  put(bits, 2, 3); /* not the last block, fixed code */
  put_literal(bits, byte);
  for (n--; n >= MAX_MATCH; n -= MAX_MATCH) put_longest_match(bits);
  for (; n >= 10; n -= 10) { /* symbol 264: length 10 */
    put_code(bits, 264 - 256, 7);
    put_code(bits, 0, 5);
  }
  for (; n > 0; n--) put_literal(bits, byte);
  put_code(bits, 0, 7); /* end of the block */
}

size_t hl_plain_bound(size_t n) {
  return n + STORED_HEADER * (n / MAX_STORED + 2);
}

size_t hl_plain_write(const unsigned char *bytes, size_t n, unsigned char *to) {
  struct bits bits = {.to = to};
  size_t done = 0;
  while (done < n) {
    size_t begin = done, end;
    find_run(bytes, n, &begin, &end);
    if (begin > done) put_stored(&bits, bytes + done, begin - done);
    if (end > begin) put_run(&bits, bytes[begin], end - begin);
    done = end;
  }
  if (bits.n_held > 0) put_stored(&bits, bytes, 0); /* an empty block, for its alignment */
  return (size_t)(bits.to - to);
}

size_t hl_plain_estimate(const unsigned char *bytes, size_t n) {
  size_t done = 0, size = 0;
  while (done < n) {
    size_t begin = done, end;
    find_run(bytes, n, &begin, &end);
    size += begin - done + (end > begin ? RUN_COST + (end - begin) / MAX_MATCH : 0);
    done = end;
  }
  return size;
}
