/* Deflate blocks made without a search (RFC 1951): noise is stored as it is, runs of one byte are coded. For
 * planes that a real compressor spends its time on in vain. */
#ifndef HL_ARCHIVE_PLAIN_H
#define HL_ARCHIVE_PLAIN_H

#include <stddef.h>

/* Room that n bytes may take. */
size_t hl_plain_bound(size_t n);

/* Writes blocks for n bytes, none of them the last of its stream; what follows begins at a byte. Returns the
 * bytes written, O(n). */
size_t hl_plain_write(const unsigned char *bytes, size_t n, unsigned char *to);

/* About how many bytes that takes. */
size_t hl_plain_estimate(const unsigned char *bytes, size_t n);

#endif
