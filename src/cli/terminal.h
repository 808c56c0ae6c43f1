/* What the terminal at the other end of a file shows, if there is one: people get aligned tables, bars and
 * progress, pipes and files get data. */
#ifndef HL_CLI_TERMINAL_H
#define HL_CLI_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct cli_terminal {
  bool is_one;     /* all else is false or 0 where it is not */
  bool can_erase;  /* obeys control sequences: TERM is neither unset nor "dumb" */
  bool has_colour; /* and the user has not set NO_COLOR (no-color.org) */
  bool has_blocks; /* the locale says UTF-8: block characters can be shown */
  size_t width;    /* in characters: $COLUMNS, or what the terminal says, or 80 */
};

struct cli_terminal cli_find_terminal(FILE *file);

/* How text may be set off. */
enum cli_mark { CLI_BOLD, CLI_RED, CLI_YELLOW };

/* The control sequences before and after such a text; "" where the terminal has no colour. Static storage. */
const char *cli_mark_begin(const struct cli_terminal *terminal, enum cli_mark mark);
const char *cli_mark_end(const struct cli_terminal *terminal);

/* Characters, where text is UTF-8. */
size_t cli_count_characters(const char *text);

#endif
