/* CSV through libcsv: rows of fields with the line they begin on, from bytes that arrive in blocks.
 *
 * Taken: LF, CRLF and CR, a byte order mark, quoted fields with delimiters, doubled quotes and line breaks
 * inside, blanks around unquoted fields (stripped), blank lines (no rows), no line break at the end. Refused
 * with the line: quotes in the middle of a field, a quote that is never closed, zero bytes, text that is no
 * UTF-8. */
#ifndef HL_BASE_CSV_H
#define HL_BASE_CSV_H

#include "hyperlist/status.h"

#include <stddef.h>

/* A row: fields[n_field] are valid during the call alone; line counts from 1. A failure ends the reading and
 * is passed on. */
typedef hl_status hl_csv_row(void *user, size_t line, size_t n_field, const char *const *fields);

struct hl_csv;

/* path is for messages and borrowed; delimiter 0: the most frequent of comma, semicolon and tab outside
 * quotes in the first line that is not blank (which must arrive with the first block), comma for a line
 * without any. */
hl_status hl_csv_new(const char *path, char delimiter, hl_csv_row *row, void *user, struct hl_csv **csv);
void hl_csv_free(struct hl_csv *csv); /* legal on NULL */

/* Reads on; calls row for each that is complete. */
hl_status hl_csv_feed(struct hl_csv *csv, const char *data, size_t n);
/* The last row, where no line break ends it. */
hl_status hl_csv_finish(struct hl_csv *csv);

/* All of a file of at most `limit` bytes (gz too); for small ones. HL_IO, HL_INVALID, HL_LIMIT. */
hl_status hl_csv_read(const char *path, size_t limit, hl_csv_row *row, void *user);

#endif
