/* Columns for people: texts aligned under their headings, and bars. */
#ifndef HL_CLI_COLUMNS_H
#define HL_CLI_COLUMNS_H

#include "base/table.h"
#include "cli/terminal.h"

struct cli_columns {
  size_t n_row, n_column;
  char **texts; /* [1 + n_row][n_column], the headings first; yours to fill with texts to free, NULL is "" */
  bool *is_right; /* [n_column]: numbers stand under each other */
  const char *indent;
};

/* Makes room; clear it whatever is returned. */
hl_status cli_columns_init(struct cli_columns *columns, size_t n_row, size_t n_column);
void cli_columns_clear(struct cli_columns *columns);
char **cli_columns_at(const struct cli_columns *columns, size_t i_row,
                      size_t i_column); /* row 0: the headings */

/* On a terminal no line is longer than it is wide: what would not fit is cut, and says so by dots. */
hl_status cli_columns_print(const struct cli_columns *columns, const struct cli_terminal *terminal,
                            FILE *file);

/* A bar of value / most (0..1) of a cell of so many characters, in eighths where the terminal has the
 * characters; "" for NaN. */
hl_status cli_format_bar(double value, double most, size_t width, const struct cli_terminal *terminal,
                         char **text);

/* A table as people read it: notes above, numbers to four places, and a last column of bars of the numbers of
 * the column named `bar`, as long as the terminal has room for (NULL: none). */
hl_status cli_columns_print_table(const struct hl_table *table, const char *bar,
                                  const struct cli_terminal *terminal, FILE *file);

#endif
