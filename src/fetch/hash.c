#include "fetch/hash.h"
#include "base/error.h"
#include "base/memory.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { N_TABLE = 256, BLOCK_BYTES = 1 << 18, MD5_BYTES = 16 };
static const uint32_t castagnoli = 0x82f63b78; /* x^32 + x^28 + .. + 1, bits reversed */

struct hasher {
  uint32_t table[N_TABLE], crc; /* crc: complemented */
  EVP_MD_CTX *md5;              /* NULL: not wanted */
};

/* ---- The header ---- */

static int base64_digit(char c) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const char *at = c != '\0' ? strchr(digits, c) : NULL;
  return at != NULL ? (int)(at - digits) : -1;
}

/* Exactly n bytes of padded base64 (RFC 4648), and nothing behind them. */
static bool decode_base64(const char *text, size_t length, unsigned char *bytes, size_t n) {
  const size_t n_group = (n + 2) / 3, n_digit = (8 * n + 5) / 6;
  uint32_t held = 0;
  unsigned n_bit = 0;
  size_t n_byte = 0;
  if (length != 4 * n_group) return false;
  for (size_t i = 0; i < length; i++) {
    const int digit = base64_digit(text[i]);
    if (i >= n_digit ? text[i] != '=' : digit < 0) return false;
    if (i >= n_digit) continue;
    held = held << 6 | (uint32_t)digit;
    n_bit += 6;
    if (n_bit < 8) continue;
    n_bit -= 8;
    bytes[n_byte++] = (unsigned char)(held >> n_bit);
  }
  return n_byte == n;
}

static bool take_digest(struct hl_digests *digests, const char *name, size_t n_name, const char *value,
                        size_t n_value) {
  unsigned char crc[4];
  if (n_name == strlen("crc32c") && strncasecmp(name, "crc32c", n_name) == 0) {
    if (!decode_base64(value, n_value, crc, sizeof crc)) return false;
    digests->crc32c = (uint32_t)crc[0] << 24 | (uint32_t)crc[1] << 16 | (uint32_t)crc[2] << 8 | crc[3];
    digests->has_crc32c = true;
  } else if (n_name == strlen("md5") && strncasecmp(name, "md5", n_name) == 0) {
    if (!decode_base64(value, n_value, digests->md5, MD5_BYTES)) return false;
    digests->has_md5 = true;
  }
  return true;
}

hl_status hl_digests_parse(const char *goog_hash, struct hl_digests *digests) {
  *digests = (struct hl_digests){0};
  for (const char *at = goog_hash; *at != '\0';) {
    at += strspn(at, ", \t");
    const size_t n = strcspn(at, ", \t");
    const char *sign = memchr(at, '=', n);
    const bool is_good = n == 0 || (sign != NULL && take_digest(digests, at, (size_t)(sign - at), sign + 1,
                                                                n - (size_t)(sign - at) - 1));
    if (!is_good) {
      return hl_fail(HL_INVALID, "found x-goog-hash '%s', expected crc32c= and md5= in base64", goog_hash);
    }
    at += n;
  }
  return HL_OK;
}

/* ---- Hashing ---- */

static void fill_table(uint32_t *table) {
  for (uint32_t i = 0; i < N_TABLE; i++) {
    uint32_t crc = i;
    for (int bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >> 1 ^ castagnoli : crc >> 1;
    table[i] = crc;
  }
}

static void free_hasher(struct hasher *hasher) {
  if (hasher == NULL) return;
  EVP_MD_CTX_free(hasher->md5);
  free(hasher);
}

static hl_status open_one(bool has_md5, struct hasher **out) {
  hl_status status = HL_OK;
  struct hasher *hasher = NULL;
  *out = NULL;
  TRY(hl_new_array(1, sizeof *hasher, &hasher));
  fill_table(hasher->table);
  hasher->crc = UINT32_MAX;
  if (has_md5) {
    hasher->md5 = EVP_MD_CTX_new();
    if (hasher->md5 == NULL) {
      status = hl_fail_memory();
      goto out;
    }
    if (EVP_DigestInit_ex(hasher->md5, EVP_md5(), NULL) != 1)
      FAIL(HL_IO, "this system's libcrypto gives no MD5");
  }
  *out = hasher;
out:
  if (status != HL_OK) free_hasher(hasher);
  return status;
}

static hl_status add_bytes(struct hasher *hasher, const void *bytes, size_t n) {
  const unsigned char *at = bytes;
  uint32_t crc = hasher->crc;
  for (size_t i = 0; i < n; i++) crc = crc >> 8 ^ hasher->table[(crc ^ at[i]) & 0xff];
  hasher->crc = crc;
  if (hasher->md5 == NULL || EVP_DigestUpdate(hasher->md5, bytes, n) == 1) return HL_OK;
  return hl_fail(HL_BUG, "libcrypto cannot go on with an MD5");
}

static char *format_hex(const unsigned char *bytes, size_t n, char *text) {
  for (size_t i = 0; i < n; i++) snprintf(text + 2 * i, 3, "%02x", bytes[i]);
  return text;
}

static hl_status check_digests(struct hasher *hasher, const char *label, const struct hl_digests *expected) {
  unsigned char md5[EVP_MAX_MD_SIZE];
  char found_text[2 * MD5_BYTES + 1], expected_text[2 * MD5_BYTES + 1];
  const uint32_t crc32c = ~hasher->crc;
  if (expected->has_crc32c && crc32c != expected->crc32c) {
    return hl_fail(HL_INVALID, "%s: found CRC32C %08x, expected the server's %08x", label, (unsigned)crc32c,
                   (unsigned)expected->crc32c);
  }
  if (!expected->has_md5 || hasher->md5 == NULL) return HL_OK;
  if (EVP_DigestFinal_ex(hasher->md5, md5, NULL) != 1) return hl_fail(HL_BUG, "libcrypto cannot end an MD5");
  if (memcmp(md5, expected->md5, MD5_BYTES) == 0) return HL_OK;
  return hl_fail(HL_INVALID, "%s: found MD5 %s, expected the server's %s", label,
                 format_hex(md5, MD5_BYTES, found_text), format_hex(expected->md5, MD5_BYTES, expected_text));
}

/* Without MD5 where a system forbids it (FIPS) but a CRC32C is there to check. */
static hl_status open_hasher(const struct hl_digests *expected, struct hasher **hasher) {
  const hl_status status = open_one(expected->has_md5, hasher);
  return status == HL_IO && expected->has_crc32c ? open_one(false, hasher) : status;
}

hl_status hl_digests_check(const char *label, const void *bytes, size_t n,
                           const struct hl_digests *expected) {
  hl_status status = HL_OK;
  struct hasher *hasher = NULL;
  TRY(open_hasher(expected, &hasher));
  TRY(add_bytes(hasher, bytes, n));
  status = check_digests(hasher, label, expected);
out:
  free_hasher(hasher);
  return status;
}

hl_status hl_digests_check_file(const char *label, int descriptor, const struct hl_digests *expected) {
  hl_status status = HL_OK;
  struct hasher *hasher = NULL;
  char *block = NULL;
  ssize_t n;
  TRY(open_hasher(expected, &hasher));
  TRY(hl_new_block(BLOCK_BYTES, &block));
  for (off_t at = 0; (n = pread(descriptor, block, BLOCK_BYTES, at)) != 0; at += n > 0 ? n : 0) {
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      status = hl_fail_errno(label, "read");
      goto out;
    }
    TRY(add_bytes(hasher, block, (size_t)n));
  }
  status = check_digests(hasher, label, expected);
out:
  free(block);
  free_hasher(hasher);
  return status;
}
