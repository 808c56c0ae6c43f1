/* HDF5, in the few shapes that archives and scores files use. Only h5_*.c call the library.
 *
 * Files are plain HDF5 without creation times, so that the same content gives the same bytes. Failures are
 * one line, "FILE: /place: ...", ended by the innermost line of HDF5's own error stack. Threads may call it
 * at the same time: opening and creating refuse (HL_IO) an HDF5 library that was built without thread safety.
 */
#ifndef HL_BASE_H5_H
#define HL_BASE_H5_H

#include "hyperlist/strings.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A handle to a file, group or dataset; path is borrowed from whoever opened the file, for messages. id 0:
 * none. */
struct hl_h5 {
  int64_t id;
  const char *path;
};

enum hl_h5_type { HL_H5_UINT8, HL_H5_INT32, HL_H5_INT64, HL_H5_FLOAT32, HL_H5_FLOAT64 };

enum { HL_H5_MAX_RANK = 4 };

struct hl_h5_shape {
  size_t rank;
  uint64_t dims[HL_H5_MAX_RANK];
};

size_t hl_h5_type_size(enum hl_h5_type type);

/* For a thread that ends: HDF5 keeps a stack of errors a thread, and does not free what a failed call, which
 * may be no more than an answer, has left on it. */
void hl_h5_leave_thread(void);

hl_status hl_h5_create(const char *path, struct hl_h5 *file); /* truncates */
hl_status hl_h5_open(const char *path, struct hl_h5 *file);   /* HL_IO: cannot; HL_INVALID: no HDF5 file */

/* The same for a file that hl_h5_open took a moment ago: it does not look through all of its groups again. */
hl_status hl_h5_open_again(const char *path, struct hl_h5 *file);

/* Lets the disk begin with what was written so far, so that little is left for the sync at the end; waits for
 * nothing, and promises nothing. */
void hl_h5_start_writeback(struct hl_h5 file);

bool hl_h5_has_signature(const char *path);  /* whether or not the rest can be opened */
hl_status hl_h5_close(struct hl_h5 *object); /* what was buffered is written; legal on none */

hl_status hl_h5_create_group(struct hl_h5 parent, const char *name, struct hl_h5 *group);
hl_status hl_h5_open_group(struct hl_h5 parent, const char *name, struct hl_h5 *group);
hl_status hl_h5_has(struct hl_h5 parent, const char *name, bool *has);
hl_status hl_h5_list(struct hl_h5 group, struct hl_strings *links); /* in byte order */

/* Variable-length UTF-8; read also takes fixed length. Text that is no UTF-8 or holds control characters is
 * refused. */
hl_status hl_h5_write_strings(struct hl_h5 parent, const char *name, const struct hl_strings *strings);
hl_status hl_h5_read_strings(struct hl_h5 parent, const char *name, struct hl_strings *strings);

hl_status hl_h5_write_text(struct hl_h5 object, const char *attribute, const char *text);
hl_status hl_h5_read_text(struct hl_h5 object, const char *attribute, char **text); /* *text NULL: absent */

/* A one-dimensional numeric attribute: int64 where every value is whole, else double. */
hl_status hl_h5_write_numbers(struct hl_h5 object, const char *attribute, size_t n, const double *values);
hl_status hl_h5_read_numbers(struct hl_h5 object, const char *attribute, size_t *n, double **values);

/* Whole contiguous arrays. Reading converts to type and refuses another shape than the expected one, and a
 * claimed size that the file's own bytes cannot hold. */
hl_status hl_h5_write_array(struct hl_h5 parent, const char *name, enum hl_h5_type type,
                            struct hl_h5_shape shape, const void *data);
hl_status hl_h5_read_array(struct hl_h5 parent, const char *name, enum hl_h5_type type,
                           struct hl_h5_shape shape, void *data);

/* Datasets that are read and written a part at a time. */
hl_status hl_h5_create_dataset(struct hl_h5 parent, const char *name, enum hl_h5_type type,
                               struct hl_h5_shape shape, struct hl_h5 *dataset); /* contiguous */
hl_status hl_h5_open_dataset(struct hl_h5 parent, const char *name, struct hl_h5 *dataset,
                             enum hl_h5_type *type,
                             struct hl_h5_shape *shape); /* HL_INVALID: none, or of another element type */
bool hl_h5_is_contiguous(
    struct hl_h5 dataset); /* one run of bytes, as we write arrays: any rows are quick to read */
hl_status hl_h5_write_rows(struct hl_h5 dataset, enum hl_h5_type type, uint64_t first, uint64_t n,
                           const void *data);
hl_status hl_h5_read_rows(struct hl_h5 dataset, enum hl_h5_type type, uint64_t first, uint64_t n, void *data);

/* Chunked datasets with shuffle, deflate and fletcher32, chunks of `chunk_rows` whole rows, filled with NaN.
 * Chunks go in and come out packed (pack.h), so that threads can pack and unpack them outside HDF5's global
 * lock. attribute_bytes: of the largest attribute that it is to have. */
hl_status hl_h5_create_chunked(struct hl_h5 parent, const char *name, enum hl_h5_type type,
                               struct hl_h5_shape shape, uint64_t chunk_rows, size_t attribute_bytes,
                               struct hl_h5 *dataset);
/* Rows a chunk if the dataset's layout and filters are those, 0 if they are others (then use
 * hl_h5_read_rows). */
hl_status hl_h5_chunk_rows(struct hl_h5 dataset, uint64_t *chunk_rows);
hl_status hl_h5_write_chunk(struct hl_h5 dataset, uint64_t first_row, const void *packed, size_t n_byte);
/* *n_byte 0: no such chunk is stored. *skipped: bit i where filter i was left out of this chunk, as HDF5 may
 * where one gains nothing. *buffer grows as needed. */
hl_status hl_h5_read_chunk(struct hl_h5 dataset, uint64_t first_row, void **buffer, size_t *capacity,
                           size_t *n_byte, uint32_t *skipped);

#endif
