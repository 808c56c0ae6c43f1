/* A file read from front to back, unpacked on the way if it is gzip (whatever its name says). */
#ifndef HL_INGEST_GZ_H
#define HL_INGEST_GZ_H

#include "hyperlist/status.h"

#include <stdbool.h>
#include <stddef.h>

struct hl_gz;

/* Opens a regular file; nothing else, since curve files are read more than once. HL_IO. */
hl_status hl_gz_open(const char *path, struct hl_gz **gz);

/* Up to n bytes in *n_read, fewer only at the end, where the checksum of gzip has been verified. HL_IO;
 * HL_INVALID for broken or cut gzip data. */
hl_status hl_gz_read(struct hl_gz *gz, void *buffer, size_t n, size_t *n_read);

/* From here on a thread of its own unpacks a gzip file a little ahead of who reads; to be asked for before
 * the first read, by who takes longer over the bytes than unpacking them does. Without a thread, or memory
 * for its blocks, they are unpacked when they are read. What hl_gz_read gives and tells is the same. */
void hl_gz_read_ahead(struct hl_gz *gz);

/* Whether the file is gzip; known after the first read; not to be asked of one that is read ahead. */
bool hl_gz_is_packed(const struct hl_gz *gz);

/* Legal on NULL. */
void hl_gz_close(struct hl_gz *gz);

#endif
