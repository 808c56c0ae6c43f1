/* Writes one archive from front to back: tables in the order they come, names at the end. The same calls give
 * the same bytes. The file is no archive before hl_writer_finish has put the schema into it. */
#ifndef HL_ARCHIVE_WRITER_H
#define HL_ARCHIVE_WRITER_H

#include "archive/index.h"
#include "base/h5.h"

struct hl_writer {
  struct hl_h5 file, sets;
  size_t n_open;
  struct open_set *open; /* the groups of each set met so far */
  uint64_t n_byte;       /* packed bytes written */
  uint64_t n_started;    /* of them on their way to the disk */
};

/* How many rows of this many bytes go into a chunk: about 1 MiB, at least one row. A function of the shape
 * alone. */
size_t hl_writer_chunk_rows(size_t n_config, size_t row_bytes);

hl_status hl_writer_create(struct hl_writer *writer, const char *path);

/* Begins a table; its chunks are then written with hl_h5_write_chunk-like calls below and it ends with
 * hl_writer_end_table. table gives shape, steps, type, chunk_rows; ran and observed are needed at the end
 * only. */
hl_status hl_writer_begin_table(struct hl_writer *writer, const char *set, const char *task,
                                const struct hl_archive_table *table, struct hl_h5 *dataset);
hl_status hl_writer_write_chunk(struct hl_writer *writer, struct hl_h5 dataset, size_t first_row,
                                const void *packed, size_t n_packed);
hl_status hl_writer_end_table(struct hl_writer *writer, const char *set, const char *task,
                              const struct hl_archive_table *table, struct hl_h5 *dataset);

hl_status hl_writer_has_table(const struct hl_writer *writer, const char *set, const char *task, bool *has);

/* Writes names, hyperparameters, metadata and schema and closes the file. provenance may be NULL. */
hl_status hl_writer_finish(struct hl_writer *writer, const struct hl_archive_index *index,
                           const char *provenance);

/* Closes without finishing; legal at any time. */
void hl_writer_abandon(struct hl_writer *writer);

#endif
