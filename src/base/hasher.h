/* XXH64 (seed 0) of a file: whole, in slices beside other work, or by a thread of its own. */
#ifndef HL_BASE_HASHER_H
#define HL_BASE_HASHER_H

#include "hyperlist/status.h"

#include <stdbool.h>
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

/* Files hashed by a thread beside all that follows. Paths are borrowed. NULL: there is no thread to be had.
 */
struct hl_hashing;
struct hl_hashing *hl_hashing_begin(size_t n, const char *const *paths);
/* Waits for the thread. False, of NULL too: the hash of path is not known, as it was not among the paths or
 * cannot be read. */
bool hl_hashing_get(struct hl_hashing *hashing, const char *path, uint64_t *hash, uint64_t *n_byte);
void hl_hashing_end(struct hl_hashing *hashing); /* legal on NULL, and before the thread is done */

#endif
