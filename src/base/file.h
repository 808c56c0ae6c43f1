/* Files that appear whole or not at all, and reading foreign ones. */
#ifndef HL_BASE_FILE_H
#define HL_BASE_FILE_H

#include "hyperlist/status.h"
#include "hyperlist/strings.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* A text output: a temporary beside path that replaces it on commit; what exists and is no regular file (a
 * pipe, a device) is written straight. All zero: not open. */
struct hl_output {
  FILE *file;
  char *path, *temporary; /* temporary is NULL where written straight */
};

hl_status hl_output_open(struct hl_output *output, const char *path);
/* Flushes, syncs and renames. On failure the temporary is gone and path as it was. */
hl_status hl_output_commit(struct hl_output *output);
/* Legal at any time, also after commit: drops what is not committed. */
void hl_output_discard(struct hl_output *output);

/* A name for a temporary beside path, in *temporary: owned by the caller. HL_IO if path's folder is none, or
 * path exists and is not a regular file. */
hl_status hl_file_temporary(const char *path, char **temporary);

/* fsync of an open file or folder, where its file system has such a thing. */
hl_status hl_file_sync(int file, const char *path);

/* fsync of a file and rename over path with fsync of the folder; on failure removes temporary. */
hl_status hl_file_replace(const char *temporary, const char *path);

/* The whole of a file, NUL-terminated, at most `limit` bytes (more is HL_LIMIT, by name). gz content is
 * unpacked. */
hl_status hl_file_read(const char *path, size_t limit, char **data, size_t *size);

/* The names in a folder, hidden ones apart, in byte order; *names must be empty, and is yours to clear
 * whatever is returned. Errors: HL_IO, HL_LIMIT. */
hl_status hl_file_list(const char *path, struct hl_strings *names);

/* XXH64 of bytes, seeded with the hash of what came before them: 0 in the beginning. */
uint64_t hl_hash_more(uint64_t hash, const void *bytes, size_t n);

/* The last component of a path. Borrowed from path. */
const char *hl_file_name(const char *path);

#endif
