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
  SAMPLES = 4,
  SAMPLE_BYTES = 4096,
};
/* Of the 1.08 that an archive may be larger than the plain filters would make it. */
#define PLAIN_LOSS 0.06

struct hl_packer {
  struct libdeflate_compressor *compressor;
  struct libdeflate_decompressor *decompressor;
  unsigned char *shuffled, *packed;
  size_t shuffled_capacity, packed_capacity;
  unsigned char sample[SAMPLE_BYTES];
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

/* What samples of a plane take in bytes when coded, and when written plainly. */
static void measure(struct hl_packer *packer, const unsigned char *plane, size_t n, size_t *coded,
                    size_t *plain) {
  *coded = *plain = 0;
  for (size_t i = 0; i < SAMPLES; i++) {
    const unsigned char *at = plane + (n - SAMPLE_BYTES) / (SAMPLES - 1) * i;
    const size_t length = libdeflate_deflate_compress(packer->compressor, at, SAMPLE_BYTES, packer->sample,
                                                      sizeof packer->sample);
    *coded += length > 0 ? length : SAMPLE_BYTES;
    *plain += hl_plain_estimate(at, SAMPLE_BYTES);
  }
}

/* The low mantissa bytes of noisy losses hardly pack: coding them takes nine tenths of the time to gain a
 * twentieth. How many bytes at the front, the low planes, may be written plainly while the whole stays within
 * PLAIN_LOSS of what coding all of it would give. Decided from the data, by the chunk alone, so that the same
 * values give the same bytes. */
static size_t count_plain(struct hl_packer *packer, const unsigned char *planes, size_t n, size_t size) {
  size_t coded[MAX_SIZE], plain[MAX_SIZE], n_plain = 0;
  double total = 0, lost = 0;
  if (n < SAMPLES * SAMPLE_BYTES) return 0;
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

hl_status hl_packer_unpack(struct hl_packer *packer, const void *packed, size_t n_packed, void *values,
                           size_t n, size_t size) {
  hl_status status = hl_packer_verify(packed, n_packed);
  if (status != HL_OK) return status;
  const size_t length = n_packed - CHECKSUM_BYTES;
  status = hl_grow_array(&packer->shuffled, &packer->shuffled_capacity, n * size, 1);
  if (status != HL_OK) return status;
  if (libdeflate_zlib_decompress(packer->decompressor, packed, length, packer->shuffled, n * size, NULL) !=
      LIBDEFLATE_SUCCESS) {
    return hl_fail(HL_INVALID, "found a chunk that does not unpack to %zu bytes", n * size);
  }
  hl_unshuffle(packer->shuffled, n, size, values);
  return HL_OK;
}
