/* Tables: named columns, typed cells, comment lines; printed as TSV or as JSON. */
#ifndef HL_BASE_TABLE_H
#define HL_BASE_TABLE_H

#include "hyperlist/strings.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct cJSON;

enum hl_cell_type { HL_CELL_TEXT, HL_CELL_INTEGER, HL_CELL_NUMBER };

struct hl_column {
  const char *name; /* static storage */
  enum hl_cell_type type;
};

/* One member is read, by the column's type. A NULL text, HL_NO_INTEGER and NaN are missing: NA in TSV, null
 * in JSON. */
struct hl_cell {
  const char *text;
  int64_t integer;
  double number;
};

#define HL_NO_INTEGER INT64_MIN

struct hl_table;

/* columns must outlive the table. */
hl_status hl_table_new(const struct hl_column *columns, size_t n_column, struct hl_table **table);
void hl_table_free(struct hl_table *table); /* legal on NULL */

/* Appends a row of one cell a column; texts are copied (once for equal texts that follow each other in a
 * column). */
hl_status hl_table_add(struct hl_table *table, const struct hl_cell *cells);
size_t hl_table_count(const struct hl_table *table);

/* For who prints it in another way; all of it is lent. */
const struct hl_column *hl_table_get_columns(const struct hl_table *table, size_t *n);
const struct hl_strings *hl_table_get_notes(const struct hl_table *table);
struct hl_cell hl_table_get(const struct hl_table *table, size_t i_row, size_t i_column);

/* Appends a comment: what a reader of the table must know. One line. */
hl_status hl_table_note(struct hl_table *table, const char *format, ...) HL_PRINTF(2, 3);

/* For a table too long to keep: once its notes are there, its head goes to the file, and from then on each
 * row added is printed and forgotten. hl_table_add is then HL_IO when the file takes no more. End it by
 * hl_table_end_stream, before hl_table_free. */
hl_status hl_table_begin_stream(struct hl_table *table, bool as_json, const struct cJSON *provenance,
                                FILE *file);
void hl_table_end_stream(struct hl_table *table);

/* Prints `# key: value` lines of provenance (NULL: none), `# note` lines, the header row and the rows,
 * separated by tabs; numbers in the shortest text that reads back equal. Control characters in texts are
 * escaped as \xNN. */
hl_status hl_table_print_tsv(const struct hl_table *table, const struct cJSON *provenance, FILE *file);

/* The same as {"provenance": {..}, "notes": [..], "rows": [{column: cell, ..}, ..]}. */
hl_status hl_table_print_json(const struct hl_table *table, const struct cJSON *provenance, FILE *file);

#endif
