/* Tables as our commands print them: comment lines, one header row, rows. */
#ifndef HL_REPORT_TSV_H
#define HL_REPORT_TSV_H

#include "hyperlist/strings.h"

#include <stdbool.h>
#include <stddef.h>

/* How a figure's caption and title stand among the notes of its table. */
#define HL_CAPTION_NOTE "caption: "
#define HL_TITLE_NOTE   "title: "

struct hl_tsv {
  char *text;                   /* the file as it is */
  struct hl_strings provenance; /* "command: hyperlist ...", in order */
  struct hl_strings notes;
  size_t n_column, n_row;
  const char **columns; /* [n_column], in `parts` like the cells */
  const char **cells;   /* [n_row][n_column] */
  char *parts;
};

/* HL_IO; HL_INVALID, with the line, if it is no such table; HL_LIMIT. */
hl_status hl_tsv_read(const char *path, struct hl_tsv *tsv);
void hl_tsv_clear(struct hl_tsv *tsv);

/* The column of that name, or n_column. */
size_t hl_tsv_find(const struct hl_tsv *tsv, const char *column);

/* Has it all of these columns (NULL-terminated)? */
bool hl_tsv_has(const struct hl_tsv *tsv, const char *const *columns);

/* What follows `prefix` in the first note that begins so, or NULL. */
const char *hl_tsv_note(const struct hl_tsv *tsv, const char *prefix);

/* The value of a provenance line, or NULL. */
const char *hl_tsv_provenance(const struct hl_tsv *tsv, const char *key);

#endif
