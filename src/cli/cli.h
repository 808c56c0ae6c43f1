/* The front end: one table of commands (commands.c), one file a command. A command's texts and its options
 * are one table, from which the command line is parsed, and the help, the manual pages and the shells'
 * completion are written. Only these files print and exit. */
#ifndef HL_CLI_CLI_H
#define HL_CLI_CLI_H

#include "cli/terminal.h"
#include "hyperlist/context.h"

#include <popt.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Of several ranks (base/ranks.h), who runs a command? */
enum cli_ranks { CLI_ALONE /* the first */, CLI_SHARED /* all of them, each its share */ };

struct cli;

/* ---- What a command says of itself ---- */

enum { CLI_MOST_EXAMPLES = 4 };

struct cli_command {
  const char *name;      /* "learn" */
  const char *arguments; /* "SCORES --set SET -o LIST" */
  const char *summary;   /* "an ordered list of configurations to try (Eq. 3-4)" */
  /* What -o takes ("LIST"), what it gets, and what happens without it (NULL: it is needed); a command without
   * -o has none of these. */
  const char *output, *output_help, *output_fallback;
  const char *description; /* for the manual page, in the blocks of page_text */
  const char *examples[CLI_MOST_EXAMPLES + 1];
  hl_status (*run)(struct cli *cli);
  enum cli_ranks ranks;
};

/* Where watch.c stands; times in seconds. */
struct cli_watch {
  struct cli_terminal terminal; /* of stderr */
  double born, began,
      shown; /* of the command, of the stage in progress, of the last bar (0: none is shown) */
};

extern const struct cli_command cli_fetch, cli_ingest, cli_info, cli_check, cli_normalize, cli_learn,
    cli_import, cli_evaluate, cli_generalize, cli_export, cli_track, cli_reproduce, cli_report, cli_help;

/* All of them in the order of the data, NULL-terminated; and one by its name, or NULL. */
extern const struct cli_command *const cli_commands[];
const struct cli_command *cli_command_find(const char *name);

/* HL_USAGE: "found no command 'X'; ..", with what may have been meant. */
hl_status cli_command_fail_unknown(const char *name);

/* ---- Options ---- */

enum cli_type {
  CLI_TEXT,  /* value is a char **: set to what was given */
  CLI_TEXTS, /* may be repeated; value is a char ***: a NULL-terminated array, yours to free */
  CLI_FLAG,  /* takes nothing; value is an int *: set to 1 */
};

/* A row with a help and no value is the heading of the rows after it; one without either ends the table. */
struct cli_option {
  const char *name; /* "set"; NULL: the letter alone */
  char letter;      /* 'k'; 0: the name alone */
  enum cli_type type;
  void *value;
  const char *argument; /* "SET"; a list of several is "S,.."; FILE, DIR and SET are known to completion */
  const char *help;     /* "the set to order" */
  const char *fallback; /* what holds without it: "all", CLI_NEEDED; NULL for flags */
  const char *const *choices; /* what it takes, NULL-terminated, the fallback among them; NULL: anything */
};

#define CLI_GROUP(heading)                                                                                   \
  { .help = (heading) }
#define CLI_END                                                                                              \
  { .help = NULL }
#define CLI_NEEDED "needed"

/* Ready-made rows and texts that several commands have. */
#define CLI_TASKS_HELP                                                                                       \
  "which tasks: names, globs, kind:K, family:F, @FILE, !PART to take away; comma-separated"
extern const char *const cli_missing_choices[];
#define CLI_MISSING_OPTION(text)                                                                             \
  { "missing", 0, CLI_TEXT, (text), "M", "a cell that no run was made of", "worst", cli_missing_choices }

enum cli_common {                     /* which of the options that several commands share */
                  CLI_THREADS = 1,    /* -j N */
                  CLI_SEED = 2,       /* --seed N */
                  CLI_JSON = 4,       /* --json */
                  CLI_PROVENANCE = 8, /* --no-provenance */
};

/* ---- A command at work ---- */

struct cli {
  const struct cli_command *command;
  int argc;
  const char **argv;         /* argv[0] is the command's name */
  struct hl_context context; /* threads and seed from cli_parse, ranks from main.c, the rest from cli_watch */
  const char *output;        /* -o; NULL: stdout */
  bool json, quiet, verbose;
  const char *provenance;     /* the command line for provenance; NULL after --no-provenance */
  struct hl_hashing *hashing; /* of the arguments, by cli_hash_arguments; NULL: none */
  const char **arguments;     /* what is left after the options, NULL-terminated */
  size_t n_argument;
  /* Not to run but to describe: cli_parse hands it all options of the command, and fails. */
  void (*describe)(const struct cli_command *command, const struct cli_option *options, FILE *file);
  bool was_described; /* by that or by --help: whatever the status, nothing is wrong */
  poptContext popt;
  char **owned; /* texts to free in the end */
  size_t n_owned;
  struct cli_watch watch;
};

/* Parses options and the common ones, in any order with arguments; --help prints and returns a failure that
 * ends the command quietly. HL_USAGE with a message for anything wrong, also for fewer than min_argument or
 * more than max_argument (0: any number) arguments. -q -v --help are always there. */
hl_status cli_parse(struct cli *cli, const struct cli_option *options, unsigned common, size_t min_argument,
                    size_t max_argument);

/* One of the choices by name (NULL-terminated), its position in *choice; NULL text leaves *choice. HL_USAGE:
 * "--OPTION: found X, expected A, B or C". */
hl_status cli_choose(const char *option, const char *text, const char *const *choices, int *choice);

/* A whole number in [low, high]; NULL text leaves *value. HL_USAGE: "--OPTION: found X, expected a whole
 * number from .. to ..". */
hl_status cli_integer(const char *option, const char *text, uint64_t low, uint64_t high, uint64_t *value);

/* A line on stderr, "hyperlist COMMAND: ...", unless -q. */
void cli_say(const struct cli *cli, const char *format, ...) HL_PRINTF(2, 3);

#endif
