/* The help, the manual pages and the shells' completion: all written from the table of commands and their
 * options. */
#ifndef HL_CLI_HELP_H
#define HL_CLI_HELP_H

#include "cli/cli.h"
#include "cli/page.h"

/* What `hyperlist` alone says. */
void help_print_usage(FILE *file);

/* For struct cli's describe: `hyperlist COMMAND --help`, and hyperlist-COMMAND(1) in man's source. */
void help_print_command(const struct cli_command *command, const struct cli_option *options, FILE *file);
void help_print_manual(const struct cli_command *command, const struct cli_option *options, FILE *file);

/* What is printed of an option: "-q, --quiet", "--set SET"; "its help: A (default) or B". Both return the
 * buffer. */
enum { HELP_TEXT = 640 };
const char *help_format_term(const struct cli_option *option, char text[HELP_TEXT]);
const char *help_format_option(const struct cli_option *option, char text[HELP_TEXT]);

/* Describes a command by one of the functions above, or by another like them. */
void help_describe(const struct cli_command *command,
                   void (*describe)(const struct cli_command *, const struct cli_option *, FILE *));

/* Pages that are of no command: hyperlist(1), hyperlist-formats(5). */
struct help_chapter {
  const char *heading, *blocks; /* of page_text, if there are any */
  void (*put)(struct page *);   /* what else stands there: NULL, help_put_commands or help_put_limits */
};
struct help_topic {
  const char *name; /* "formats" */
  const char *page; /* "hyperlist-formats" */
  const char *section, *summary;
  const struct help_chapter *chapters; /* ended by one without a heading */
};
void help_put_commands(struct page *page);
void help_put_limits(struct page *page);
extern const struct help_topic help_topics[]; /* ended by one without a name */
const struct help_topic *help_topic_find(const char *name);

/* Prints the completion of bash, zsh or fish. */
extern const char *const completion_shells[]; /* NULL-terminated */
void completion_print(int shell);

#endif
