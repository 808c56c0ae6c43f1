/* Rows of a 4-D member of an .npz ([config][replica][step][split]) in an order of our own, whatever the
 * member's. A member that fits the window is held as it is, and rows are picked from it. Of a larger one a
 * window of rows is held, and the member, which can only be read from front to back, is passed over once a
 * window. In C order with rows where they should be, each window begins where the last one ended, and the
 * member is read once. */
#ifndef HL_INGEST_ROWS_H
#define HL_INGEST_ROWS_H

#include "ingest/npy.h"
#include "ingest/zip.h"

struct hl_rows;

/* file_row[i] is the member's row that is to be row i; a permutation, copied. header_bytes: where the
 * elements start. window: bytes of rows held at once, at least one row. The member is borrowed; npy has 4
 * axes and is of floats. */
hl_status hl_rows_new(struct hl_zip_member *member, const struct hl_npy *npy, size_t header_bytes,
                      const size_t *file_row, size_t window, struct hl_rows **rows);
void hl_rows_free(struct hl_rows *rows); /* legal on NULL */

/* Rows [first, first + n) in C order and native byte order. O(n) while rows are asked for in ascending order,
 * but each new window costs up to one pass. */
hl_status hl_rows_read(struct hl_rows *rows, size_t first, size_t n, void *values);

#endif
