#include "cli/columns.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { GAP = 2, SHORTEST_BAR = 8, LONGEST_BAR = 24 };

hl_status cli_columns_init(struct cli_columns *columns, size_t n_row, size_t n_column) {
  *columns = (struct cli_columns){.n_row = n_row, .n_column = n_column, .indent = ""};
  const hl_status status = hl_new_array((n_row + 1) * n_column, sizeof *columns->texts, &columns->texts);
  return status != HL_OK ? status : hl_new_array(n_column, sizeof *columns->is_right, &columns->is_right);
}

void cli_columns_clear(struct cli_columns *columns) {
  for (size_t i = 0; columns->texts != NULL && i < (columns->n_row + 1) * columns->n_column; i++)
    free(columns->texts[i]);
  free(columns->texts);
  free(columns->is_right);
  *columns = (struct cli_columns){0};
}

char **cli_columns_at(const struct cli_columns *columns, size_t i_row, size_t i_column) {
  return &columns->texts[i_row * columns->n_column + i_column];
}

static const char *get_text(const struct cli_columns *columns, size_t i_row, size_t i_column) {
  const char *text = *cli_columns_at(columns, i_row, i_column);
  return text != NULL ? text : "";
}

static size_t measure(const struct cli_columns *columns, size_t i_column) {
  size_t width = 0;
  for (size_t r = 0; r <= columns->n_row; r++) {
    const size_t n = cli_count_characters(get_text(columns, r, i_column));
    if (n > width) width = n;
  }
  return width;
}

static size_t measure_all(const struct cli_columns *columns) {
  size_t width = strlen(columns->indent);
  for (size_t c = 0; c < columns->n_column; c++) width += measure(columns, c) + GAP;
  return width;
}

/* Bytes of the first n characters. */
static size_t cut(const char *text, size_t n) {
  size_t n_byte = 0;
  while (text[n_byte] != '\0' && (((unsigned char)text[n_byte] & 0xc0) == 0x80 || n-- > 0)) n_byte++;
  return n_byte;
}

/* The end of a line that has no more room than this: as much of the text as fits, and dots. */
static void print_cut(const char *text, size_t n_blank, size_t room, FILE *file) {
  if (n_blank + 3 < room)
    fprintf(file, "%*s%.*s...", (int)n_blank, "", (int)cut(text, room - n_blank - 3), text);
  else if (room >= 3)
    fputs("...", file);
}

/* width: of the line; 0: any. Nothing follows a line's last text. */
static void print_row(const struct cli_columns *columns, size_t i_row, const size_t *widths, size_t width,
                      FILE *file) {
  size_t n_blank = strlen(columns->indent), at = 0;
  for (size_t c = 0; c < columns->n_column; c++) {
    const char *text = get_text(columns, i_row, c);
    const size_t n_character = cli_count_characters(text), n_pad = widths[c] - n_character;
    if (columns->is_right[c]) n_blank += n_pad;
    if (*text != '\0') {
      if (width > 0 && at + n_blank + n_character > width) {
        print_cut(text, n_blank, width - at, file);
        return;
      }
      fprintf(file, "%*s%s", (int)n_blank, "", text);
      at += n_blank + n_character;
      n_blank = 0;
    }
    n_blank += (columns->is_right[c] ? 0 : n_pad) + GAP;
  }
}

hl_status cli_columns_print(const struct cli_columns *columns, const struct cli_terminal *terminal,
                            FILE *file) {
  size_t *widths;
  const hl_status status = hl_new_array(columns->n_column, sizeof *widths, &widths);
  if (status != HL_OK) return status;
  for (size_t c = 0; c < columns->n_column; c++) widths[c] = measure(columns, c);
  for (size_t r = 0; r <= columns->n_row; r++) {
    fputs(r == 0 ? cli_mark_begin(terminal, CLI_BOLD) : "", file);
    print_row(columns, r, widths, terminal->width, file);
    fputs(r == 0 ? cli_mark_end(terminal) : "", file);
    putc('\n', file);
  }
  free(widths);
  return HL_OK;
}

hl_status cli_format_bar(double value, double most, size_t width, const struct cli_terminal *terminal,
                         char **text) {
  static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  static const char full[] = "█";
  const double share = isnan(value) || !(most > 0) ? 0 : fmin(fmax(value / most, 0), 1);
  const size_t n_eighth = (size_t)lround(share * 8 * (double)width);
  const hl_status status = hl_new_array(width * strlen(full) + 1, 1, text);
  if (status != HL_OK) return status;
  char *to = *text;
  if (!terminal->has_blocks) {
    memset(to, '#', (n_eighth + 4) / 8);
    return HL_OK;
  }
  for (size_t i = 0; i < n_eighth / 8; i++) to = stpcpy(to, full);
  stpcpy(to, eighths[n_eighth % 8]);
  return HL_OK;
}

/* ---- Tables ---- */

/* Numbers are scores in 0..1 for the most part. */
static hl_status format_cell(enum hl_cell_type type, const struct hl_cell *cell, char **text) {
  switch (type) {
  case HL_CELL_TEXT:
    return cell->text == NULL ? hl_copy_text("NA", text)
                              : hl_escape_text(cell->text, strlen(cell->text), text);
  case HL_CELL_INTEGER:
    return cell->integer == HL_NO_INTEGER ? hl_copy_text("NA", text)
                                          : hl_format_text(text, "%" PRId64, cell->integer);
  case HL_CELL_NUMBER:
    break;
  }
  const double size = fabs(cell->number);
  if (isnan(cell->number)) return hl_copy_text("NA", text);
  return hl_format_text(text, size == 0 || (size >= 1e-3 && size < 1e4) ? "%.4f" : "%.4g", cell->number);
}

static size_t find_column(const struct hl_column *heads, size_t n, const char *name) {
  size_t c = 0;
  while (c < n && (name == NULL || strcmp(heads[c].name, name) != 0)) c++;
  return c;
}

static double find_most(const struct hl_table *table, size_t i_column) {
  double most = 0;
  for (size_t r = 0; r < hl_table_count(table); r++)
    most = fmax(most, hl_table_get(table, r, i_column).number);
  return most;
}

static hl_status fill(const struct hl_table *table, const struct hl_column *heads, size_t n_head,
                      struct cli_columns *columns) {
  hl_status status = HL_OK;
  for (size_t c = 0; c < n_head; c++) {
    columns->is_right[c] = heads[c].type != HL_CELL_TEXT;
    TRY(hl_copy_text(heads[c].name, cli_columns_at(columns, 0, c)));
    for (size_t r = 0; r < columns->n_row; r++) {
      const struct hl_cell cell = hl_table_get(table, r, c);
      TRY(format_cell(heads[c].type, &cell, cli_columns_at(columns, r + 1, c)));
    }
  }
out:
  return status;
}

/* The bars' own column is there and empty so far, so that what is left of the terminal's width can be told.
 */
static hl_status add_bars(const struct hl_table *table, size_t i_column, const struct cli_terminal *terminal,
                          struct cli_columns *columns) {
  hl_status status = HL_OK;
  const size_t used = measure_all(columns), room = terminal->width > used ? terminal->width - used : 0;
  const size_t width = room < LONGEST_BAR ? room : LONGEST_BAR;
  const double most = find_most(table, i_column);
  if (width < SHORTEST_BAR) return HL_OK;
  for (size_t r = 0; r < columns->n_row; r++) {
    TRY(cli_format_bar(hl_table_get(table, r, i_column).number, most, width, terminal,
                       cli_columns_at(columns, r + 1, columns->n_column - 1)));
  }
out:
  return status;
}

hl_status cli_columns_print_table(const struct hl_table *table, const char *bar,
                                  const struct cli_terminal *terminal, FILE *file) {
  hl_status status = HL_OK;
  size_t n_head;
  struct cli_columns columns = {0};
  const struct hl_column *heads = hl_table_get_columns(table, &n_head);
  const struct hl_strings *notes = hl_table_get_notes(table);
  const size_t i_bar = find_column(heads, n_head, bar);
  TRY(cli_columns_init(&columns, hl_table_count(table), n_head + (i_bar < n_head)));
  TRY(fill(table, heads, n_head, &columns));
  if (i_bar < n_head) TRY(add_bars(table, i_bar, terminal, &columns));
  for (size_t i = 0; i < notes->n; i++) fprintf(file, "# %s\n", notes->items[i]);
  status = cli_columns_print(&columns, terminal, file);
out:
  cli_columns_clear(&columns);
  return status;
}
