#include "archive/pack.h"
#include "archive/plain.h"
#include "archive/shuffle.h"
#include "base/error.h"
#include "base/memory.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

enum {
  DEFLATE_LEVEL = 1,
  CHECKSUM_BYTES = 4,
  ZLIB_FRAME = 6, /* two bytes in front, Adler-32 behind */
  MAX_SIZE = 8,
  /* What a plane packs to is told by four pieces of it, coded as one. On the chunks of the eight real tasks
   * in float32 that takes 0.23 ms of the 3.5 that a chunk takes, and is off by at most 0.04 of the lowest
   * plane and 0.08 of the next; coded apart, 4096 bytes each, 0.54 ms and 0.03, 0.07; two pieces, 0.14 ms and
   * 0.08, 0.14. */
  PIECES = 4,
  PIECE_BYTES = 2048,
  SAMPLE_BYTES = PIECES * PIECE_BYTES,
};

/* Of the 1.08 that an archive may be larger than the plain filters make it; the rest is for what a sample is
 * off by. Size of zlib's level 1, and MB/s packed, by one thread:
 *
 *                                        coded whole        .05           .06           .07           .10
 *   noisy curves, float32 (tests/big)     1.004  178    1.038  378    1.038  365    1.038  370    1.065  499
 *   others of them                        0.998  156    1.043  437    1.043  426    1.043  445    1.067  637
 *   the eight real tasks as float32       0.986  136    1.023  369    1.023  335    1.032  459    1.032  450
 *   the same floats, widened to double    0.985  153    0.993  215    0.993  252    0.993  252    0.993  205
 *   their decimals as double              0.976  157    0.976  121    0.976  151    0.976  153    0.976  140
 */
#define PLAIN_LOSS 0.07

struct hl_packer {
  struct libdeflate_compressor *compressor;
  struct libdeflate_decompressor *decompressor;
  unsigned char *shuffled, *packed;
  size_t shuffled_capacity, packed_capacity;
  unsigned char sample[SAMPLE_BYTES], coded[SAMPLE_BYTES];
};

hl_status hl_packer_new(struct hl_packer **packer) {
  hl_status status = hl_new_array(1, sizeof **packer, packer);
  if (status != HL_OK) return status;
  (*packer)->compressor = libdeflate_alloc_compressor(DEFLATE_LEVEL);
  (*packer)->decompressor = libdeflate_alloc_decompressor();
  if ((*packer)->compressor != NULL && (*packer)->decompressor != NULL) return HL_OK;
  hl_packer_free(*packer);
  *packer = NULL;
  return hl_fail_memory();
}

void hl_packer_free(struct hl_packer *packer) {
  if (packer == NULL) return;
  libdeflate_free_compressor(packer->compressor);
  libdeflate_free_decompressor(packer->decompressor);
  free(packer->shuffled);
  free(packer->packed);
  free(packer);
}

/* ---- Which planes are worth coding ---- */

/* What a sample of a plane takes in bytes when coded, and when written plainly. */
static void measure(struct hl_packer *packer, const unsigned char *plane, size_t n, size_t *coded,
                    size_t *plain) {
  *plain = 0;
  for (size_t i = 0; i < PIECES; i++) {
    const unsigned char *piece = plane + (n - PIECE_BYTES) / (PIECES - 1) * i;
    memcpy(packer->sample + i * PIECE_BYTES, piece, PIECE_BYTES);
    *plain += hl_plain_estimate(piece, PIECE_BYTES);
  }
  *coded = libdeflate_deflate_compress(packer->compressor, packer->sample, SAMPLE_BYTES, packer->coded,
                                       sizeof packer->coded);
  if (*coded == 0) *coded = SAMPLE_BYTES; /* it did not fit */
}

/* The low mantissa bytes of noisy losses hardly pack: coding them takes nine tenths of the time to gain a
 * twentieth. How many bytes at the front, the low planes, may be written plainly while the whole stays within
 * PLAIN_LOSS of what coding all of it would give. Decided from the data, by the chunk alone, so that the same
 * values give the same bytes. */
static size_t count_plain(struct hl_packer *packer, const unsigned char *planes, size_t n, size_t size) {
  size_t coded[MAX_SIZE], plain[MAX_SIZE], n_plain = 0;
  double total = 0, lost = 0;
  if (n < 2 * SAMPLE_BYTES) return 0;
  for (size_t k = 0; k < size; k++) {
    measure(packer, planes + k * n, n, &coded[k], &plain[k]);
    total += (double)coded[k];
  }
  for (; n_plain < size; n_plain++) {
    lost += (double)plain[n_plain] - (double)coded[n_plain];
    if (lost > PLAIN_LOSS * total) break;
  }
  return n_plain * n;
}

/* ---- The zlib stream: plain blocks, then coded ones (RFC 1950, 1951) ---- */

static unsigned char *write_big_endian(uint32_t value, unsigned char *to) {
  for (int shift = 24; shift >= 0; shift -= 8) *to++ = (unsigned char)(value >> shift);
  return to;
}

static size_t write_zlib(struct hl_packer *packer, size_t n_byte, size_t n_plain, size_t bound) {
  unsigned char *to = packer->packed;
  *to++ = 0x78; /* deflate, a window of 32 KiB */
  *to++ = 0x01; /* fastest, and the check that makes the two a multiple of 31 */
  to += hl_plain_write(packer->shuffled, n_plain, to);
  const size_t length = libdeflate_deflate_compress(packer->compressor, packer->shuffled + n_plain,
                                                    n_byte - n_plain, to, bound);
  if (length == 0) return 0;
  to = write_big_endian(libdeflate_adler32(1, packer->shuffled, n_byte), to + length);
  return (size_t)(to - packer->packed);
}

hl_status hl_packer_pack(struct hl_packer *packer, const void *values, size_t n, size_t size,
                         const void **packed, size_t *n_packed) {
  hl_status status = HL_OK;
  const size_t n_byte = n * size;
  const size_t bound = libdeflate_deflate_compress_bound(packer->compressor, n_byte);
  TRY(hl_grow_array(&packer->shuffled, &packer->shuffled_capacity, n_byte, 1));
  TRY(hl_grow_array(&packer->packed, &packer->packed_capacity,
                    hl_plain_bound(n_byte) + bound + ZLIB_FRAME + CHECKSUM_BYTES, 1));
  hl_shuffle(values, n, size, packer->shuffled);
  const size_t n_plain = count_plain(packer, packer->shuffled, n, size);
  const size_t length = write_zlib(packer, n_byte, n_plain, bound);
  if (length == 0) FAIL(HL_BUG, "a chunk of %zu bytes did not fit its bound", n_byte);
  const uint32_t checksum = hl_fletcher32(packer->packed, length);
  for (size_t i = 0; i < CHECKSUM_BYTES; i++) packer->packed[length + i] = (unsigned char)(checksum >> 8 * i);
  *packed = packer->packed;
  *n_packed = length + CHECKSUM_BYTES;
out:
  return status;
}

hl_status hl_packer_verify(const void *packed, size_t n_packed) {
  const unsigned char *bytes = packed;
  if (n_packed <= CHECKSUM_BYTES)
    return hl_fail(HL_INVALID, "found a chunk of %zu bytes, expected more", n_packed);
  const size_t length = n_packed - CHECKSUM_BYTES;
  uint32_t stored = 0;
  for (size_t i = 0; i < CHECKSUM_BYTES; i++) stored |= (uint32_t)bytes[length + i] << 8 * i;
  const uint32_t computed = hl_fletcher32(packed, length);
  if (stored == computed) return HL_OK;
  return hl_fail(HL_INVALID, "found checksum %08x in a chunk, expected %08x: its bytes have changed",
                 computed, stored);
}

/* Undoes deflate: *bytes become the n_byte that were packed. */
static hl_status inflate(struct hl_packer *packer, const void **bytes, size_t length, size_t n_byte) {
  const hl_status status = hl_grow_array(&packer->shuffled, &packer->shuffled_capacity, n_byte, 1);
  if (status != HL_OK) return status;
  if (libdeflate_zlib_decompress(packer->decompressor, *bytes, length, packer->shuffled, n_byte, NULL) !=
      LIBDEFLATE_SUCCESS) {
    return hl_fail(HL_INVALID, "found a chunk that does not unpack to %zu bytes", n_byte);
  }
  *bytes = packer->shuffled;
  return HL_OK;
}

hl_status hl_packer_unpack(struct hl_packer *packer, const void *packed, size_t n_packed, uint32_t skipped,
                           void *values, size_t n, size_t size) {
  hl_status status = HL_OK;
  const void *bytes = packed;
  size_t length = n_packed;
  if (!(skipped & HL_PACK_CHECKSUM)) {
    TRY(hl_packer_verify(packed, n_packed));
    length -= CHECKSUM_BYTES;
  }
  if (!(skipped & HL_PACK_DEFLATE))
    TRY(inflate(packer, &bytes, length, n * size));
  else if (length != n * size)
    FAIL(HL_INVALID, "found a chunk of %zu bytes, expected %zu", length, n * size);
  /* Not shuffled, each element is the planes of one. */
  const size_t n_joined = skipped & HL_PACK_SHUFFLE ? 1 : n;
  for (size_t i = 0; i < n; i += n_joined) {
    hl_unshuffle((const unsigned char *)bytes + i * size, n_joined, size, (unsigned char *)values + i * size);
  }
out:
  return status;
}
