/* Zip archives, for the members of an .npz: located by name, read from front to back, sizes checked before
 * they are believed. libzip is called from here only. */
#ifndef HL_INGEST_ZIP_H
#define HL_INGEST_ZIP_H

#include "hyperlist/status.h"

#include <stddef.h>
#include <stdint.h>

struct hl_zip;
struct hl_zip_member;

/* Opens an archive. One that is packed as gzip (.npz.gz) is first unpacked into a temporary file that has no
 * name, so that nothing is left behind whatever happens. HL_IO, HL_INVALID. */
hl_status hl_zip_open(const char *path, struct hl_zip **zip);
void hl_zip_close(struct hl_zip *zip); /* legal on NULL; its members must be closed before */

/* Opens the member `name` or `name`.npy. HL_INVALID: there is none, or more than one; it is encrypted; it is
 * packed by another method than deflate; it claims a size that its bytes in the archive cannot hold. */
hl_status hl_zip_open_member(struct hl_zip *zip, const char *name, struct hl_zip_member **member);
void hl_zip_close_member(struct hl_zip_member *member); /* legal on NULL */

/* Reads every member to its end, so that all sizes and checksums are verified. HL_INVALID: one is wrong, or
 * there is no member at all. */
hl_status hl_zip_check(struct hl_zip *zip);

/* What messages call it: "PATH: member 'ys.npy'". Borrowed. */
const char *hl_zip_member_label(const struct hl_zip_member *member);

/* Unpacked bytes in all, as claimed, and how many of them have been read since the start. */
uint64_t hl_zip_member_size(const struct hl_zip_member *member);
uint64_t hl_zip_member_position(const struct hl_zip_member *member);

/* The next n bytes exactly; buffer NULL: they are passed over. Whoever reads the last byte has had the end
 * and with it the checksum verified. HL_INVALID: it does not fit, or the data end before. */
hl_status hl_zip_read(struct hl_zip_member *member, void *buffer, size_t n);

/* All of the member, from the first byte, to `to`, which has room for its size. As hl_zip_read, but a
 * deflated one is unpacked by libdeflate: 1.6 times as fast as zlib, for room for the packed bytes besides.
 */
hl_status hl_zip_read_whole(struct hl_zip_member *member, void *to);

/* Back to the first byte. */
hl_status hl_zip_restart(struct hl_zip_member *member);

#endif
