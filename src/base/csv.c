#include "base/csv.h"
#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "hyperlist/limits.h"

#include <csv.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { FIELD_BYTES = 1 << 16 }; /* by which the room for a field grows */

struct hl_csv {
  const char *path;
  char delimiter;   /* 0: not found yet */
  size_t row_bytes; /* the most that a row may have */
  hl_csv_row *row;
  void *user;
  struct csv_parser parser;
  bool is_begun;                     /* the first bytes have been seen: a mark and the delimiter are behind */
  bool is_row_open, was_return;      /* in the middle of a row; the last byte was a CR */
  size_t line, row_line, n_row_byte; /* the line of the next byte, and of the open row's first */
  size_t n_field, n_byte, *offsets;  /* of the open row's fields in `text` */
  const char **fields;
  char *text;
  size_t field_capacity, offset_capacity, text_capacity;
  hl_status status; /* the first failure in a callback, its message is set */
};

/* ---- libcsv's callbacks ---- */

static hl_status add_field(struct hl_csv *csv, const char *field, size_t n) {
  hl_status status = HL_OK;
  if (memchr(field, '\0', n) != NULL || !hl_is_utf8(field, n)) {
    FAIL(HL_INVALID, "%s: line %zu, field %zu: found bytes that are no UTF-8 text", csv->path, csv->row_line,
         csv->n_field + 1);
  }
  TRY(hl_grow_array(&csv->offsets, &csv->offset_capacity, csv->n_field + 1, sizeof *csv->offsets));
  TRY(hl_grow_array(&csv->text, &csv->text_capacity, csv->n_byte + n + 1, 1));
  memcpy(csv->text + csv->n_byte, field, n);
  csv->text[csv->n_byte + n] = '\0';
  csv->offsets[csv->n_field++] = csv->n_byte;
  csv->n_byte += n + 1;
out:
  return status;
}

static void on_field(void *field, size_t n, void *user) {
  struct hl_csv *csv = user;
  if (csv->status == HL_OK) csv->status = add_field(csv, n > 0 ? field : "", n);
}

static hl_status give_row(struct hl_csv *csv) {
  hl_status status = HL_OK;
  TRY(hl_grow_array(&csv->fields, &csv->field_capacity, csv->n_field, sizeof *csv->fields));
  for (size_t i = 0; i < csv->n_field; i++) csv->fields[i] = csv->text + csv->offsets[i];
  TRY(csv->row(csv->user, csv->row_line, csv->n_field, csv->fields));
out:
  csv->n_field = csv->n_byte = 0;
  csv->is_row_open = false;
  return status;
}

static void on_row(int terminator, void *user) {
  (void)terminator;
  struct hl_csv *csv = user;
  if (csv->status == HL_OK) csv->status = give_row(csv);
}

/* ---- Life ---- */

hl_status hl_csv_new(const char *path, char delimiter, hl_csv_row *row, void *user, struct hl_csv **out) {
  struct hl_csv *csv;
  hl_status status = hl_new_array(1, sizeof *csv, &csv);
  *out = NULL;
  if (status != HL_OK) return status;
  if (csv_init(&csv->parser, CSV_STRICT | CSV_STRICT_FINI) != 0) {
    free(csv);
    return hl_fail_memory();
  }
  csv_set_blk_size(&csv->parser, FIELD_BYTES); /* the default, 128, makes long fields quadratic */
  csv->path = path;
  csv->delimiter = delimiter;
  csv->row_bytes = hl_limit_size(HL_LIMIT_CSV_ROW);
  csv->row = row;
  csv->user = user;
  csv->line = 1;
  *out = csv;
  return HL_OK;
}

void hl_csv_free(struct hl_csv *csv) {
  if (csv == NULL) return;
  csv_free(&csv->parser);
  free(csv->offsets);
  free(csv->fields);
  free(csv->text);
  free(csv);
}

/* ---- Reading ---- */

static char find_delimiter(const char *data, size_t n) {
  const char candidates[] = ",;\t";
  size_t counts[3] = {0}, most = 0;
  bool is_quoted = false;
  size_t i = 0;
  while (i < n && strchr(" \r\n", data[i]) != NULL && data[i] != '\0') i++;
  for (; i < n && (is_quoted || (data[i] != '\n' && data[i] != '\r')); i++) {
    if (data[i] == '"') is_quoted = !is_quoted;
    for (size_t c = 0; c < 3 && !is_quoted; c++) counts[c] += data[i] == candidates[c];
  }
  for (size_t c = 1; c < 3; c++) {
    if (counts[c] > counts[most]) most = c;
  }
  return candidates[most];
}

static size_t begin(struct hl_csv *csv, const char *data, size_t n) {
  const size_t n_mark = n >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
  if (csv->delimiter == 0) csv->delimiter = find_delimiter(data + n_mark, n - n_mark);
  csv_set_delim(&csv->parser, (unsigned char)csv->delimiter);
  csv->is_begun = true;
  return n_mark;
}

static hl_status fail_quotes(const struct hl_csv *csv, const char *what) {
  return hl_fail(HL_INVALID, "%s: line %zu: %s", csv->path, csv->row_line, what);
}

/* A piece is at most one physical line, so that a row's first line is known when it ends. */
static hl_status feed_piece(struct hl_csv *csv, const char *data, size_t n) {
  const char blanks[] = {' ', '\r', '\n', csv->delimiter == '\t' ? ' ' : '\t', '\0'};
  if (!csv->is_row_open) {
    size_t i = 0;
    while (i < n && data[i] != '\0' && strchr(blanks, data[i]) != NULL) i++;
    if (i == n) return HL_OK;
    csv->is_row_open = true;
    csv->row_line = csv->line;
    csv->n_row_byte = 0;
  }
  csv->n_row_byte += n;
  if (csv->n_row_byte > csv->row_bytes) {
    return hl_fail(HL_LIMIT,
                   "%s: line %zu: found a row of more than %zu bytes, the most that is read (is a quote left "
                   "open?)",
                   csv->path, csv->row_line, csv->row_bytes);
  }
  const size_t n_parsed = csv_parse(&csv->parser, data, n, on_field, on_row, csv);
  if (csv->status != HL_OK) return csv->status;
  if (n_parsed == n) return HL_OK;
  if (csv_error(&csv->parser) != CSV_EPARSE) return hl_fail_memory();
  return fail_quotes(
      csv, "found a quote in the middle of a field, expected it around the whole and doubled inside");
}

hl_status hl_csv_feed(struct hl_csv *csv, const char *data, size_t n) {
  size_t at = csv->is_begun || n == 0 ? 0 : begin(csv, data, n);
  while (at < n) {
    if (csv->was_return && data[at] != '\n') csv->line++; /* a CR of its own ended a line */
    csv->was_return = false;
    size_t end = at;
    while (end < n && data[end] != '\n' && data[end] != '\r') end++;
    if (end < n) end++;
    const hl_status status = feed_piece(csv, data + at, end - at);
    if (status != HL_OK) return status;
    csv->line += data[end - 1] == '\n';
    csv->was_return = data[end - 1] == '\r';
    at = end;
  }
  return HL_OK;
}

hl_status hl_csv_finish(struct hl_csv *csv) {
  if (!csv->is_row_open) return HL_OK;
  if (csv_fini(&csv->parser, on_field, on_row, csv) != 0 && csv->status == HL_OK) {
    if (csv_error(&csv->parser) != CSV_EPARSE) return hl_fail_memory();
    return fail_quotes(csv, "found a quote that is never closed");
  }
  return csv->status;
}

hl_status hl_csv_read(const char *path, size_t limit, hl_csv_row *row, void *user) {
  hl_status status = HL_OK;
  struct hl_csv *csv = NULL;
  char *text = NULL;
  size_t n;
  TRY(hl_file_read(path, limit, &text, &n));
  TRY(hl_csv_new(path, 0, row, user, &csv));
  TRY(hl_csv_feed(csv, text, n));
  TRY(hl_csv_finish(csv));
out:
  hl_csv_free(csv);
  free(text);
  return status;
}
