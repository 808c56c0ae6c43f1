/* From a table of options to what popt takes, and from the command line to a command that is ready to work.
 */
#include "base/error.h"
#include "base/hasher.h"
#include "base/memory.h"
#include "base/nearest.h"
#include "base/ranks.h"
#include "base/text.h"
#include "cli/help.h"
#include "cli/program.h"
#include "hyperlist/limits.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_OPTIONS = 40 };

/* ---- Values ---- */

hl_status cli_choose(const char *option, const char *text, const char *const *choices, int *choice) {
  if (text == NULL) return HL_OK;
  char known[256] = "";
  size_t used = 0;
  struct hl_nearest nearest = {.text = text};
  for (int i = 0; choices[i] != NULL; i++) {
    if (strcmp(choices[i], text) == 0) {
      *choice = i;
      return HL_OK;
    }
    const char *before = i == 0 ? "" : choices[i + 1] == NULL ? " or " : ", ";
    if (used < sizeof known)
      used += (size_t)snprintf(known + used, sizeof known - used, "%s%s", before, choices[i]);
    hl_nearest_offer(&nearest, choices[i]);
  }
  return hl_fail(HL_USAGE, "%s: found '%s', expected %s%s", option, text, known, hl_nearest_hint(&nearest));
}

hl_status cli_integer(const char *option, const char *text, uint64_t low, uint64_t high, uint64_t *value) {
  uint64_t number;
  if (text == NULL) return HL_OK;
  if (!hl_parse_uint64(text, &number) || number < low || number > high) {
    return hl_fail(HL_USAGE, "%s: found '%s', expected a whole number from %" PRIu64 " to %" PRIu64, option,
                   text, low, high);
  }
  *value = number;
  return HL_OK;
}

/* ---- Popt ---- */

/* The text lives as long as the command; on failure it is freed, and gone. */
static hl_status own(struct cli *cli, char **text) {
  char **owned = realloc(cli->owned, (cli->n_owned + 1) * sizeof *owned);
  if (owned == NULL) {
    free(*text);
    *text = NULL;
    return hl_fail_memory();
  }
  cli->owned = owned;
  owned[cli->n_owned++] = *text;
  return HL_OK;
}

static bool is_last(const struct cli_option *option) {
  return option->help == NULL && option->value == NULL;
}

static int get_popt_type(enum cli_type type) {
  return type == CLI_TEXT ? POPT_ARG_STRING : type == CLI_TEXTS ? POPT_ARG_ARGV : POPT_ARG_NONE;
}

/* rows[MOST_OPTIONS + 1]; poptGetNextOpt stops at each option with a text, which popt gives away, and returns
 * its number, from 1. */
static void make_popt_table(const struct cli_option *options, struct poptOption *rows) {
  size_t n = 0;
  for (int i = 0; !is_last(&options[i]); i++) {
    if (options[i].value == NULL) continue;
    rows[n++] = (struct poptOption){
        .longName = options[i].name,
        .shortName = options[i].letter,
        .argInfo = (unsigned)get_popt_type(options[i].type),
        .arg = options[i].value,
        .val = options[i].type == CLI_TEXT ? i + 1 : 0,
    };
  }
  rows[n] = (struct poptOption)POPT_TABLEEND;
}

static hl_status fail_bad_option(struct cli *cli, const struct cli_option *options, int result) {
  const char *found = poptBadOption(cli->popt, POPT_BADOPTION_NOALIAS);
  char known[HL_NEAREST_LENGTH + 1];
  struct hl_nearest nearest = {.text = found};
  for (; result == POPT_ERROR_BADOPT && !is_last(options); options++) {
    if (options->name == NULL || options->value == NULL) continue;
    snprintf(known, sizeof known, "--%s", options->name);
    hl_nearest_offer(&nearest, known);
  }
  return hl_fail(HL_USAGE, "%s: %s%s", found, poptStrerror(result), hl_nearest_hint(&nearest));
}

/* Where memory fails popt goes on: an option that has an argument is then given NULL for it, an argument of
 * the command is lost. What tells is the errno of malloc, and nothing else in there sets one. */
static hl_status run_popt(struct cli *cli, const struct cli_option *options) {
  hl_status status = HL_OK;
  struct poptOption rows[MOST_OPTIONS + 1];
  int result;
  make_popt_table(options, rows);
  errno = 0;
  cli->popt = poptGetContext(cli->command->name, cli->argc, cli->argv, rows, 0);
  if (cli->popt == NULL) return hl_fail_memory();
  while ((result = poptGetNextOpt(cli->popt)) > 0) {
    char **text = options[result - 1].value;
    if (*text != NULL) TRY(own(cli, text));
  }
  if (errno == ENOMEM) return hl_fail_memory();
  if (result < -1) status = fail_bad_option(cli, options, result);
out:
  return status;
}

/* ---- The whole command line ---- */

/* The command line as a shell would take it, for provenance. */
static hl_status join_command(struct cli *cli, char **joined) {
  size_t n_byte = strlen("hyperlist") + 1;
  for (int i = 0; i < cli->argc; i++) n_byte += 4 * strlen(cli->argv[i]) + 3;
  hl_status status = hl_new_array(n_byte, 1, joined);
  if (status != HL_OK) return status;
  char *to = stpcpy(*joined, "hyperlist");
  for (int i = 0; i < cli->argc; i++) {
    const char *word = cli->argv[i];
    const bool is_plain =
        *word != '\0' && strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                      "_-./=,:@%+") == strlen(word);
    to = stpcpy(to, is_plain ? " " : " '");
    for (const char *at = word; *at != '\0'; at++) {
      if (*at == '\'')
        to = stpcpy(to, "'\\''");
      else
        *to++ = *at;
    }
    if (!is_plain) *to++ = '\'';
  }
  *to = '\0';
  return HL_OK;
}

static hl_status take_arguments(struct cli *cli, size_t min_argument, size_t max_argument) {
  cli->arguments = poptGetArgs(cli->popt);
  while (cli->arguments != NULL && cli->arguments[cli->n_argument] != NULL) cli->n_argument++;
  if (cli->n_argument < min_argument) {
    return hl_fail(HL_USAGE, "found %zu argument%s, expected: %s", cli->n_argument,
                   cli->n_argument == 1 ? "" : "s", cli->command->arguments);
  }
  if (max_argument > 0 && cli->n_argument > max_argument) {
    HL_ASSUME(cli->arguments != NULL); /* they were counted */
    return hl_fail(HL_USAGE, "found one argument too many, '%s', expected: %s", cli->arguments[max_argument],
                   cli->command->arguments);
  }
  return HL_OK;
}

/* What the options that several commands share are parsed into. */
struct shared {
  char *output, *threads, *seed;
  int json, no_provenance, quiet, verbose, help;
};

static size_t add_shared(const struct cli_command *command, unsigned common, struct shared *shared,
                         struct cli_option *to) {
  size_t n = 0;
  if (command->output != NULL || (common & (CLI_JSON | CLI_PROVENANCE)) != 0)
    to[n++] = (struct cli_option)CLI_GROUP("What comes out");
  if (command->output != NULL) {
    to[n++] = (struct cli_option){NULL,
                                  'o',
                                  CLI_TEXT,
                                  &shared->output,
                                  command->output,
                                  command->output_help,
                                  command->output_fallback != NULL ? command->output_fallback : CLI_NEEDED,
                                  NULL};
  }
  if (common & CLI_JSON)
    to[n++] = (struct cli_option){"json", 0, CLI_FLAG, &shared->json,
                                  .help = "JSON instead of text: the table, or what was made"};
  if (common & CLI_PROVENANCE) {
    to[n++] =
        (struct cli_option){"no-provenance", 0, CLI_FLAG, &shared->no_provenance,
                            .help = "leave out where it came from: then the same input gives the same bytes"};
  }
  to[n++] = (struct cli_option)CLI_GROUP("How it runs");
  if (common & CLI_THREADS)
    to[n++] = (struct cli_option){NULL, 'j', CLI_TEXT, &shared->threads, "N", "threads", "one a core", NULL};
  if (common & CLI_SEED)
    to[n++] =
        (struct cli_option){"seed", 0, CLI_TEXT, &shared->seed, "N", "of all that is random", "0", NULL};
  to[n++] = (struct cli_option){"quiet", 'q', CLI_FLAG, &shared->quiet, .help = "no messages but errors"};
  to[n++] = (struct cli_option){"verbose", 'v', CLI_FLAG, &shared->verbose, .help = "say more"};
  to[n++] = (struct cli_option){"help", 'h', CLI_FLAG, &shared->help, .help = "print this"};
  return n;
}

/* all[MOST_OPTIONS]: the command's own first, then what it shares with others. */
static void join_options(const struct cli *cli, const struct cli_option *options, unsigned common,
                         struct shared *shared, struct cli_option *all) {
  size_t n = 0;
  if (!is_last(options) && options->value != NULL) all[n++] = (struct cli_option)CLI_GROUP("Options");
  for (; !is_last(options); options++) all[n++] = *options;
  n += add_shared(cli->command, common, shared, all + n);
  all[n] = (struct cli_option)CLI_END;
}

static hl_status take_shared(struct cli *cli, const struct shared *shared) {
  hl_status status = HL_OK;
  uint64_t n_thread = 0;
  char *command = NULL;
  cli->output = shared->output;
  cli->json = shared->json != 0;
  cli->quiet |= shared->quiet != 0; /* all ranks but the first are */
  cli->verbose = shared->verbose != 0;
  TRY(cli_integer("-j", shared->threads, 1, HL_MAX_THREADS, &n_thread));
  TRY(cli_integer("--seed", shared->seed, 0, UINT64_MAX, &cli->context.seed));
  cli->context.n_thread = n_thread > 0 ? (int)n_thread : hl_ranks_threads(&cli->context);
  TRY(join_command(cli, &command));
  TRY(own(cli, &command));
  cli->provenance = shared->no_provenance != 0 ? NULL : command;
out:
  return status;
}

hl_status cli_parse(struct cli *cli, const struct cli_option *options, unsigned common, size_t min_argument,
                    size_t max_argument) {
  hl_status status = HL_OK;
  struct shared shared = {.output = NULL};
  struct cli_option all[MOST_OPTIONS];
  join_options(cli, options, common, &shared, all);
  if (cli->describe == NULL) TRY(run_popt(cli, all));
  if (shared.help != 0) cli->describe = help_print_command;
  if (cli->describe != NULL) {
    cli->describe(cli->command, all, stdout);
    cli->was_described = true;
    return HL_USAGE;
  }
  TRY(take_shared(cli, &shared));
  TRY(take_arguments(cli, min_argument, max_argument));
  if (cli->command->output != NULL && cli->command->output_fallback == NULL && cli->output == NULL) {
    FAIL(HL_USAGE, "-o is needed; expected: %s", cli->command->arguments);
  }
out:
  return status;
}

void cli_clear(struct cli *cli) {
  hl_hashing_end(cli->hashing); /* which borrows the arguments */
  if (cli->popt != NULL) poptFreeContext(cli->popt);
  for (size_t i = 0; i < cli->n_owned; i++) free(cli->owned[i]);
  free(cli->owned);
}
