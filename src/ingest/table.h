/* Curves from a loader to an archive: packed in memory by any thread where they fit, else streamed. */
#ifndef HL_INGEST_TABLE_H
#define HL_INGEST_TABLE_H

#include "archive/pack.h"
#include "archive/writer.h"
#include "ingest/curves.h"

/* Buffers of one thread. All zero is legal. */
struct table_room {
  struct hl_packer *packer;
  char *rows;
  size_t rows_capacity;
};
void table_room_clear(struct table_room *room);

/* A table packed under its own configs. */
struct packed_table {
  struct hl_archive_table table;
  size_t n_chunk;
  struct packed_chunk {
    void *bytes;
    size_t n_byte;
  } * chunks;
};

/* Bytes of all its values; SIZE_MAX if they do not fit a size. */
size_t table_bytes(const struct hl_curves *curves);

hl_status table_pack(struct table_room *room, struct hl_curves *curves, struct packed_table *packed);
void table_clear(struct packed_table *packed); /* legal on all zero */

/* Writes a packed table as it is. */
hl_status table_write_packed(struct hl_writer *writer, const struct hl_curves *curves,
                             const struct packed_table *packed);

/* Writes curves into the rows of a set with these configs, a superset of theirs: read, packed, written chunk
 * by chunk. Rows of configs that the curves lack are NaN and did not run. */
hl_status table_stream(struct table_room *room, struct hl_writer *writer, const struct hl_strings *configs,
                       struct hl_curves *curves);

#endif
