/* Packed chunks of a table as they stand in an archive: copied from file to file without unpacking, or
 * compared. */
#ifndef HL_ARCHIVE_RAW_H
#define HL_ARCHIVE_RAW_H

#include "hyperlist/archive.h"

/* Are the table's chunks of our own layout, so that they can be had packed? */
bool hl_archive_is_packed(const struct hl_archive_table *table);

/* The chunk of rows from `first`, its checksum verified, in memory of the reader's until its next call;
 * *n_packed 0: none is stored. */
hl_status hl_archive_read_packed(struct hl_archive *archive, const struct hl_archive_table *table,
                                 struct hl_archive_reader *reader, size_t first, const void **packed,
                                 size_t *n_packed);

const char *hl_archive_get_path(const struct hl_archive *archive);

#endif
