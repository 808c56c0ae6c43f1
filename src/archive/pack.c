#include "archive/pack.h"
#include "base/error.h"
#include "base/memory.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

enum { DEFLATE_LEVEL = 1, CHECKSUM_BYTES = 4 };

struct hl_packer {
  struct libdeflate_compressor *compressor;
  struct libdeflate_decompressor *decompressor;
  unsigned char *shuffled, *packed;
  size_t shuffled_capacity, packed_capacity;
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

uint32_t hl_fletcher32(const void *data, size_t n_byte) {
  const unsigned char *at = data;
  uint32_t a = 0, b = 0;
  for (size_t n_word = n_byte / 2; n_word > 0;) {
    size_t block =
        n_word < 360 ? n_word : 360; /* 360 words cannot overflow 32 bits before the sums are folded */
    n_word -= block;
    for (; block > 0; block--, at += 2) {
      a += (uint32_t)at[0] << 8 | at[1];
      b += a;
    }
    a = (a & 0xffff) + (a >> 16);
    b = (b & 0xffff) + (b >> 16);
  }
  if (n_byte % 2 == 1) {
    a += (uint32_t)at[0] << 8;
    b += a;
    a = (a & 0xffff) + (a >> 16);
    b = (b & 0xffff) + (b >> 16);
  }
  a = (a & 0xffff) + (a >> 16);
  b = (b & 0xffff) + (b >> 16);
  return b << 16 | a;
}

/* Which byte of a native element is plane i of the little-endian one in the file. */
static size_t native_byte(size_t plane, size_t size) {
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  return size - 1 - plane;
#else
  (void)size;
  return plane;
#endif
}

/* Byte planes: first byte 0 of every element, then byte 1, ... which packs better, since exponents are alike.
 */
static void shuffle(const unsigned char *values, size_t n, size_t size, unsigned char *planes) {
  for (size_t plane = 0; plane < size; plane++) {
    const unsigned char *from = values + native_byte(plane, size);
    unsigned char *to = planes + plane * n;
    for (size_t i = 0; i < n; i++) to[i] = from[i * size];
  }
}

static void unshuffle(const unsigned char *planes, size_t n, size_t size, unsigned char *values) {
  for (size_t plane = 0; plane < size; plane++) {
    const unsigned char *from = planes + plane * n;
    unsigned char *to = values + native_byte(plane, size);
    for (size_t i = 0; i < n; i++) to[i * size] = from[i];
  }
}

hl_status hl_packer_pack(struct hl_packer *packer, const void *values, size_t n, size_t size,
                         const void **packed, size_t *n_packed) {
  hl_status status = HL_OK;
  const size_t n_byte = n * size;
  const size_t bound = libdeflate_zlib_compress_bound(packer->compressor, n_byte);
  TRY(hl_grow_array(&packer->shuffled, &packer->shuffled_capacity, n_byte, 1));
  TRY(hl_grow_array(&packer->packed, &packer->packed_capacity, bound + CHECKSUM_BYTES, 1));
  shuffle(values, n, size, packer->shuffled);
  const size_t length =
      libdeflate_zlib_compress(packer->compressor, packer->shuffled, n_byte, packer->packed, bound);
  if (length == 0) FAIL(HL_BUG, "a chunk of %zu bytes did not fit its bound", n_byte);
  const uint32_t checksum = hl_fletcher32(packer->packed, length);
  for (size_t i = 0; i < CHECKSUM_BYTES; i++) packer->packed[length + i] = (unsigned char)(checksum >> 8 * i);
  *packed = packer->packed;
  *n_packed = length + CHECKSUM_BYTES;
out:
  return status;
}

hl_status hl_packer_unpack(struct hl_packer *packer, const void *packed, size_t n_packed, void *values,
                           size_t n, size_t size) {
  const unsigned char *bytes = packed;
  if (n_packed <= CHECKSUM_BYTES)
    return hl_fail(HL_INVALID, "found a chunk of %zu bytes, expected more", n_packed);
  const size_t length = n_packed - CHECKSUM_BYTES;
  uint32_t stored = 0;
  for (size_t i = 0; i < CHECKSUM_BYTES; i++) stored |= (uint32_t)bytes[length + i] << 8 * i;
  const uint32_t computed = hl_fletcher32(packed, length);
  if (stored != computed) {
    return hl_fail(HL_INVALID, "found checksum %08x in a chunk, expected %08x: its bytes have changed",
                   computed, stored);
  }
  hl_status status = hl_grow_array(&packer->shuffled, &packer->shuffled_capacity, n * size, 1);
  if (status != HL_OK) return status;
  if (libdeflate_zlib_decompress(packer->decompressor, packed, length, packer->shuffled, n * size, NULL) !=
      LIBDEFLATE_SUCCESS) {
    return hl_fail(HL_INVALID, "found a chunk that does not unpack to %zu bytes", n * size);
  }
  unshuffle(packer->shuffled, n, size, values);
  return HL_OK;
}
