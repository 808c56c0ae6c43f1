#include "base/table.h"
#include "base/error.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/provenance.h"
#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* A cell as stored: texts are offsets into one growing buffer, so that a row costs eight bytes a column. */
union stored {
  size_t text;
  int64_t integer;
  double number;
};

#define NO_TEXT SIZE_MAX

struct hl_table {
  const struct hl_column *columns;
  size_t n_column, n_row;
  union stored *cells; /* [n_row][n_column] */
  size_t cell_capacity;
  char *texts;
  size_t n_text_byte, text_capacity;
  struct hl_strings notes;
  struct printer *stream; /* NULL: rows are kept */
};

/* A table on its way to a file. */
struct printer {
  FILE *file;
  bool as_json;
  size_t n_row;
  double number; /* the last one printed, and its text: curves repeat theirs */
  char text[HL_DOUBLE_TEXT];
};

hl_status hl_table_new(const struct hl_column *columns, size_t n_column, struct hl_table **table) {
  const hl_status status = hl_new_array(1, sizeof **table, table);
  if (status != HL_OK) return status;
  (*table)->columns = columns;
  (*table)->n_column = n_column;
  return HL_OK;
}

void hl_table_free(struct hl_table *table) {
  if (table == NULL) return;
  hl_strings_clear(&table->notes);
  free(table->cells);
  free(table->texts);
  free(table->stream);
  free(table);
}

size_t hl_table_count(const struct hl_table *table) {
  return table->n_row;
}

const struct hl_column *hl_table_get_columns(const struct hl_table *table, size_t *n) {
  *n = table->n_column;
  return table->columns;
}

const struct hl_strings *hl_table_get_notes(const struct hl_table *table) {
  return &table->notes;
}

struct hl_cell hl_table_get(const struct hl_table *table, size_t i_row, size_t i_column) {
  const union stored *cell = &table->cells[i_row * table->n_column + i_column];
  switch (table->columns[i_column].type) {
  case HL_CELL_TEXT:
    return (struct hl_cell){.text = cell->text != NO_TEXT ? table->texts + cell->text : NULL};
  case HL_CELL_INTEGER:
    return (struct hl_cell){.integer = cell->integer};
  case HL_CELL_NUMBER:
    break;
  }
  return (struct hl_cell){.number = cell->number};
}

static hl_status store_text(struct hl_table *table, const char *text, const union stored *above,
                            size_t *offset) {
  *offset = NO_TEXT;
  if (text == NULL) return HL_OK;
  if (above != NULL && above->text != NO_TEXT && strcmp(table->texts + above->text, text) == 0) {
    *offset = above->text;
    return HL_OK;
  }
  const size_t n = strlen(text) + 1;
  const hl_status status = hl_grow_array(&table->texts, &table->text_capacity, table->n_text_byte + n, 1);
  if (status != HL_OK) return status;
  memcpy(table->texts + table->n_text_byte, text, n);
  *offset = table->n_text_byte;
  table->n_text_byte += n;
  return HL_OK;
}

hl_status hl_table_note(struct hl_table *table, const char *format, ...) {
  char line[1024], *escaped;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  hl_status status = hl_escape_text(line, strlen(line), &escaped);
  if (status != HL_OK) return status;
  status = hl_strings_add(&table->notes, escaped);
  free(escaped);
  return status;
}

static bool is_missing(enum hl_cell_type type, const union stored *cell) {
  switch (type) {
  case HL_CELL_TEXT:
    return cell->text == NO_TEXT;
  case HL_CELL_INTEGER:
    return cell->integer == HL_NO_INTEGER;
  case HL_CELL_NUMBER:
    return isnan(cell->number);
  }
  return false;
}

static const char *format_number(struct printer *printer, double number) {
  if (printer->text[0] == '\0' || number != printer->number || signbit(number) != signbit(printer->number)) {
    hl_format_double(number, printer->text);
    printer->number = number;
  }
  return printer->text;
}

/* ---- TSV ---- */

static hl_status print_tsv_cell(const struct hl_table *table, size_t i_column, const union stored *cell,
                                struct printer *printer) {
  const enum hl_cell_type type = table->columns[i_column].type;
  FILE *file = printer->file;
  char *text;
  if (is_missing(type, cell)) {
    fputs("NA", file);
  } else if (type == HL_CELL_INTEGER) {
    fprintf(file, "%" PRId64, cell->integer);
  } else if (type == HL_CELL_NUMBER) {
    fputs(format_number(printer, cell->number), file);
  } else {
    const char *raw = table->texts + cell->text;
    const hl_status status = hl_escape_text(raw, strlen(raw), &text);
    if (status != HL_OK) return status;
    fputs(text, file);
    free(text);
  }
  return HL_OK;
}

static hl_status print_tsv_head(const struct hl_table *table, const struct cJSON *provenance, FILE *file) {
  const hl_status status = hl_provenance_print(provenance, file);
  if (status != HL_OK) return status;
  for (size_t i = 0; i < table->notes.n; i++) fprintf(file, "# %s\n", table->notes.items[i]);
  for (size_t c = 0; c < table->n_column; c++)
    fprintf(file, "%s%s", c > 0 ? "\t" : "", table->columns[c].name);
  putc('\n', file);
  return HL_OK;
}

static hl_status print_tsv_row(const struct hl_table *table, const union stored *row,
                               struct printer *printer) {
  for (size_t c = 0; c < table->n_column; c++) {
    if (c > 0) putc('\t', printer->file);
    const hl_status status = print_tsv_cell(table, c, &row[c], printer);
    if (status != HL_OK) return status;
  }
  putc('\n', printer->file);
  return HL_OK;
}

/* ---- JSON: streamed, as a tree of its nodes would take many times the table's room ---- */

/* U+0080 to U+009F, which terminals obey. */
static bool is_c1(const unsigned char *at) {
  return at[0] == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0;
}

static void print_json_text(const char *text, FILE *file) {
  putc('"', file);
  for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++) {
    if (*at == '"' || *at == '\\') {
      fprintf(file, "\\%c", *at);
    } else if (*at < 0x20 || *at == 0x7f || is_c1(at)) {
      fprintf(file, "\\u%04x", is_c1(at) ? at[1] : at[0]);
      at += is_c1(at);
    } else {
      putc(*at, file);
    }
  }
  putc('"', file);
}

static void print_json_cell(const struct hl_table *table, size_t i_column, const union stored *cell,
                            struct printer *printer) {
  const enum hl_cell_type type = table->columns[i_column].type;
  FILE *file = printer->file;
  print_json_text(table->columns[i_column].name, file);
  fputs(": ", file);
  if (is_missing(type, cell) || (type == HL_CELL_NUMBER && !isfinite(cell->number))) {
    fputs("null", file);
  } else if (type == HL_CELL_INTEGER) {
    fprintf(file, "%" PRId64, cell->integer);
  } else if (type == HL_CELL_NUMBER) {
    fputs(format_number(printer, cell->number), file);
  } else {
    print_json_text(table->texts + cell->text, file);
  }
}

static hl_status print_json_head(const struct hl_table *table, const struct cJSON *provenance, FILE *file) {
  char *text = NULL;
  putc('{', file);
  if (provenance != NULL) {
    const hl_status status = hl_json_copy_text(provenance, &text);
    if (status != HL_OK) return status;
    fprintf(file, "\"provenance\": %s,\n ", text);
    free(text);
  }
  fputs("\"notes\": [", file);
  for (size_t i = 0; i < table->notes.n; i++) {
    fputs(i > 0 ? ",\n  " : "", file);
    print_json_text(table->notes.items[i], file);
  }
  fputs("],\n \"rows\": [", file);
  return HL_OK;
}

static void print_json_row(const struct hl_table *table, const union stored *row, struct printer *printer) {
  fputs(printer->n_row > 0 ? ",\n  {" : "\n  {", printer->file);
  for (size_t c = 0; c < table->n_column; c++) {
    if (c > 0) fputs(", ", printer->file);
    print_json_cell(table, c, &row[c], printer);
  }
  putc('}', printer->file);
}

/* ---- Either ---- */

static hl_status print_head(const struct hl_table *table, const struct cJSON *provenance,
                            const struct printer *printer) {
  return (printer->as_json ? print_json_head : print_tsv_head)(table, provenance, printer->file);
}

static hl_status print_row(const struct hl_table *table, const union stored *row, struct printer *printer) {
  hl_status status = HL_OK;
  if (printer->as_json) {
    print_json_row(table, row, printer);
  } else {
    status = print_tsv_row(table, row, printer);
  }
  printer->n_row++;
  return status;
}

static void print_tail(const struct printer *printer) {
  if (printer->as_json) fputs("\n]}\n", printer->file);
}

/* A failed write stays in the file and is found when it is closed. */
static hl_status print(const struct hl_table *table, const struct cJSON *provenance,
                       struct printer *printer) {
  hl_status status = print_head(table, provenance, printer);
  for (size_t r = 0; r < table->n_row && status == HL_OK; r++) {
    status = print_row(table, table->cells + r * table->n_column, printer);
  }
  if (status == HL_OK) print_tail(printer);
  return status;
}

hl_status hl_table_print_tsv(const struct hl_table *table, const struct cJSON *provenance, FILE *file) {
  return print(table, provenance, &(struct printer){.file = file});
}

hl_status hl_table_print_json(const struct hl_table *table, const struct cJSON *provenance, FILE *file) {
  return print(table, provenance, &(struct printer){.file = file, .as_json = true});
}

hl_status hl_table_begin_stream(struct hl_table *table, bool as_json, const struct cJSON *provenance,
                                FILE *file) {
  const hl_status status = hl_new_array(1, sizeof *table->stream, &table->stream);
  if (status != HL_OK) return status;
  table->stream->file = file;
  table->stream->as_json = as_json;
  return print_head(table, provenance, table->stream);
}

void hl_table_end_stream(struct hl_table *table) {
  print_tail(table->stream);
}

/* ---- Rows ---- */

static hl_status pass_on(struct hl_table *table) {
  const hl_status status = print_row(table, table->cells, table->stream);
  table->n_row = table->n_text_byte = 0;
  if (status != HL_OK) return status;
  return ferror(table->stream->file)
             ? hl_fail(HL_IO, "cannot write the table's row %zu", table->stream->n_row)
             : HL_OK;
}

hl_status hl_table_add(struct hl_table *table, const struct hl_cell *cells) {
  const size_t n_before = table->n_row * table->n_column;
  hl_status status =
      hl_grow_array(&table->cells, &table->cell_capacity, n_before + table->n_column, sizeof *table->cells);
  union stored *row = table->cells + n_before;
  for (size_t i = 0; i < table->n_column && status == HL_OK; i++) {
    switch (table->columns[i].type) {
    case HL_CELL_TEXT:
      status =
          store_text(table, cells[i].text, table->n_row > 0 ? row + i - table->n_column : NULL, &row[i].text);
      break;
    case HL_CELL_INTEGER:
      row[i].integer = cells[i].integer;
      break;
    case HL_CELL_NUMBER:
      row[i].number = cells[i].number;
      break;
    }
  }
  if (status != HL_OK) return status;
  table->n_row++;
  return table->stream != NULL ? pass_on(table) : HL_OK;
}
