/* XXH64 (seed 0) of a file, whole or in slices beside other work. */
#ifndef HL_BASE_HASHER_H
#define HL_BASE_HASHER_H

#include "hyperlist/status.h"

#include <stddef.h>
#include <stdint.h>

/* A file that is hashed while others read it, about where they are: its bytes come from memory once. */
struct hl_hasher;

/* HL_IO: it cannot be opened or read. */
hl_status hl_hasher_new(const char *path, struct hl_hasher **hasher);
void hl_hasher_free(struct hl_hasher *hasher); /* legal on NULL */

/* Goes on to part / whole of the file; does nothing while another thread is at it. From any thread. */
hl_status hl_hasher_advance(struct hl_hasher *hasher, size_t part, size_t whole);

/* Goes on to the end. Once, when no other thread uses it. */
hl_status hl_hasher_finish(struct hl_hasher *hasher, uint64_t *hash, uint64_t *n_byte);

/* All at once. */
hl_status hl_file_hash(const char *path, uint64_t *hash, uint64_t *n_byte);

#endif
