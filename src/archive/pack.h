/* Chunks packed as HDF5's filters shuffle, deflate and fletcher32 do it, but in any thread: HDF5 holds a
 * global lock while its own filters run. tests/unit/pack_test.c holds each against HDF5 itself. */
#ifndef HL_ARCHIVE_PACK_H
#define HL_ARCHIVE_PACK_H

#include "hyperlist/status.h"

#include <stddef.h>
#include <stdint.h>

struct hl_packer; /* buffers and deflate state of one thread */

hl_status hl_packer_new(struct hl_packer **packer);
void hl_packer_free(struct hl_packer *packer); /* legal on NULL */

/* Packs n elements of size bytes (native order) into *packed, owned by the packer, valid until its next call.
 */
hl_status hl_packer_pack(struct hl_packer *packer, const void *values, size_t n, size_t size,
                         const void **packed, size_t *n_packed);

/* The filters, as HDF5's mask of those that a chunk was stored without has them. */
enum hl_pack_filter { HL_PACK_SHUFFLE = 1, HL_PACK_DEFLATE = 2, HL_PACK_CHECKSUM = 4 };

/* Unpacks exactly n elements from a chunk without the filters `skipped`; HL_INVALID "checksum"/"size" without
 * the place, which the caller knows. (HDF5 itself would take the chunk's size on trust, and read beyond it.)
 */
hl_status hl_packer_unpack(struct hl_packer *packer, const void *packed, size_t n_packed, uint32_t skipped,
                           void *values, size_t n, size_t size);

/* Holds a chunk's bytes against its checksum, without unpacking; HL_INVALID as above. */
hl_status hl_packer_verify(const void *packed, size_t n_packed);

/* HDF5's Fletcher-32: sums modulo 65535 of big-endian 16-bit words; a last odd byte is the high half of a
 * word. */
uint32_t hl_fletcher32(const void *data, size_t n_byte);

#endif
