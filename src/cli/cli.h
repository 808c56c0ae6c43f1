/* The front end: one static table of commands (main.c), one file a command, popt tables that parse and write
 * the help. Only these files print and exit. */
#ifndef HL_CLI_CLI_H
#define HL_CLI_CLI_H

#include "cli/terminal.h"
#include "hyperlist/context.h"

#include <popt.h>
#include <stdbool.h>
#include <stddef.h>

enum cli_common {                          /* which of the options that several commands share */
                  CLI_OUTPUT = 1,          /* -o FILE */
                  CLI_OUTPUT_REQUIRED = 2, /* with CLI_OUTPUT: must be given */
                  CLI_THREADS = 4,         /* -j N */
                  CLI_SEED = 8,            /* --seed N */
                  CLI_JSON = 16,           /* --json */
                  CLI_PROVENANCE = 32,     /* --no-provenance */
};

/* Of several ranks (base/ranks.h), who runs a command? */
enum cli_ranks { CLI_ALONE /* the first */, CLI_SHARED /* all of them, each its share */ };

struct cli;

struct cli_command {
  const char *name;      /* "learn" */
  const char *arguments; /* "SCORES" */
  const char *summary;   /* "learns an ordered list of configurations" */
  hl_status (*run)(struct cli *cli);
  enum cli_ranks ranks;
};

/* Where watch.c stands; times in seconds. */
struct cli_watch {
  struct cli_terminal terminal; /* of stderr */
  double born, began,
      shown; /* of the command, of the stage in progress, of the last bar (0: none is shown) */
};

struct cli {
  const struct cli_command *command;
  int argc;
  const char **argv;         /* argv[0] is the command's name */
  struct hl_context context; /* threads and seed from cli_parse, ranks from main.c, the rest from cli_watch */
  const char *output;        /* -o; NULL: stdout */
  bool json, quiet, verbose;
  bool was_helped;        /* --help was printed: whatever the status, nothing is wrong */
  const char *provenance; /* the command line for provenance; NULL after --no-provenance */
  const char **arguments; /* what is left after the options, NULL-terminated */
  size_t n_argument;
  poptContext popt;
  char **owned; /* texts to free in the end */
  size_t n_owned;
  struct cli_watch watch;
};

/* Parses options (a table ended by POPT_TABLEEND, usually local to the command) and the common ones, in any
 * order with arguments; --help prints and returns a failure that ends the command quietly. HL_USAGE with a
 * message for anything wrong, also for fewer than min_argument or more than max_argument (0: any number)
 * arguments. -q -v --help are always there. */
hl_status cli_parse(struct cli *cli, const struct poptOption *options, unsigned common, size_t min_argument,
                    size_t max_argument);

/* One of the choices by name (NULL-terminated), its position in *choice; NULL text leaves *choice. HL_USAGE:
 * "--OPTION: found X, expected A, B or C". */
hl_status cli_choose(const char *option, const char *text, const char *const *choices, int *choice);

/* A whole number in [low, high]; NULL text leaves *value. HL_USAGE: "--OPTION: found X, expected a whole
 * number from .. to ..". */
hl_status cli_integer(const char *option, const char *text, uint64_t low, uint64_t high, uint64_t *value);

/* A line on stderr, "hyperlist COMMAND: ...", unless -q. */
void cli_say(const struct cli *cli, const char *format, ...) HL_PRINTF(2, 3);

hl_status cli_fetch(struct cli *cli);
hl_status cli_ingest(struct cli *cli);
hl_status cli_info(struct cli *cli);
hl_status cli_check(struct cli *cli);
hl_status cli_normalize(struct cli *cli);
hl_status cli_learn(struct cli *cli);
hl_status cli_evaluate(struct cli *cli);
hl_status cli_generalize(struct cli *cli);
hl_status cli_import(struct cli *cli);
hl_status cli_export(struct cli *cli);
hl_status cli_reproduce(struct cli *cli);
hl_status cli_report(struct cli *cli);
hl_status cli_track(struct cli *cli);

#endif
