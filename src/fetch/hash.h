/* The checksums of Google Cloud Storage: CRC32C for every object, MD5 for those uploaded in one piece.
 *
 * CRC32C is a table of our own (no packaged library is worth its own dependency for twenty lines); MD5 is
 * libcrypto's, which libcurl has loaded already. Only hash.c calls it. */
#ifndef HL_FETCH_HASH_H
#define HL_FETCH_HASH_H

#include "hyperlist/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hl_digests {
  bool has_crc32c, has_md5;
  uint32_t crc32c; /* RFC 3720, appendix B.4: 0xe3069283 for "123456789" */
  unsigned char md5[16];
};

/* `crc32c=<base64 of 4 bytes, big-endian>,md5=<base64 of 16>`, either or both, other names passed over; ""
 * has none. HL_INVALID: one of the two is not that. */
hl_status hl_digests_parse(const char *goog_hash, struct hl_digests *digests);

/* HL_INVALID, "LABEL: found CRC32C .., expected ..", if the bytes in memory, or a file from its start to its
 * end, have other digests than the expected ones. Where the system forbids MD5 (FIPS), CRC32C alone is
 * checked; HL_IO if there is none. */
hl_status hl_digests_check(const char *label, const void *bytes, size_t n, const struct hl_digests *expected);
hl_status hl_digests_check_file(const char *label, int descriptor, const struct hl_digests *expected);

#endif
