#include "cli/cli.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/ranks.h"
#include "base/text.h"
#include "cli/program.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Options ---- */

hl_status cli_choose(const char *option, const char *text, const char *const *choices, int *choice) {
  if (text == NULL) return HL_OK;
  char known[256] = "";
  size_t used = 0;
  for (int i = 0; choices[i] != NULL; i++) {
    if (strcmp(choices[i], text) == 0) {
      *choice = i;
      return HL_OK;
    }
    const char *before = i == 0 ? "" : choices[i + 1] == NULL ? " or " : ", ";
    if (used < sizeof known)
      used += (size_t)snprintf(known + used, sizeof known - used, "%s%s", before, choices[i]);
  }
  return hl_fail(HL_USAGE, "%s: found '%s', expected %s", option, text, known);
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

/* popt gives texts away; they live as long as the command. */
static hl_status own(struct cli *cli, char *text) {
  char **owned = realloc(cli->owned, (cli->n_owned + 1) * sizeof *owned);
  if (owned == NULL) {
    free(text);
    return hl_fail_memory();
  }
  cli->owned = owned;
  owned[cli->n_owned++] = text;
  return HL_OK;
}

static hl_status own_options(struct cli *cli, const struct poptOption *options) {
  hl_status status = HL_OK;
  for (; options->longName != NULL || options->shortName != '\0' || options->arg != NULL; options++) {
    if ((options->argInfo & POPT_ARG_MASK) != POPT_ARG_STRING) continue;
    char *text = *(char **)options->arg;
    if (text != NULL && (status = own(cli, text)) != HL_OK) break;
  }
  return status;
}

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
    return hl_fail(HL_USAGE, "found one argument too many, '%s', expected: %s", cli->arguments[max_argument],
                   cli->command->arguments);
  }
  return HL_OK;
}

static hl_status run_popt(struct cli *cli, const struct poptOption *table, int *wants_help) {
  cli->popt = poptGetContext(cli->command->name, cli->argc, cli->argv, table, 0);
  if (cli->popt == NULL) return hl_fail_memory();
  char *usage;
  hl_status status = hl_format_text(&usage, "[options] %s\n%s: %s", cli->command->arguments,
                                    cli->command->name, cli->command->summary);
  if (status != HL_OK) return status;
  status = own(cli, usage);
  if (status != HL_OK) return status;
  poptSetOtherOptionHelp(cli->popt, usage);
  const int result = poptGetNextOpt(cli->popt);
  if (result < -1) {
    return hl_fail(HL_USAGE, "%s: %s", poptBadOption(cli->popt, POPT_BADOPTION_NOALIAS),
                   poptStrerror(result));
  }
  if (*wants_help) {
    poptPrintHelp(cli->popt, stdout, 0);
    cli->was_helped = true;
    return HL_USAGE;
  }
  return HL_OK;
}

hl_status cli_parse(struct cli *cli, const struct poptOption *options, unsigned common, size_t min_argument,
                    size_t max_argument) {
  char *output = NULL, *threads = NULL, *seed = NULL, *command = NULL;
  int wants_help = 0, quiet = 0, verbose = 0, json = 0, no_provenance = 0;
  struct poptOption shared[12];
  size_t n = 0;
  if (common & CLI_OUTPUT) {
    shared[n++] =
        (struct poptOption){NULL, 'o', POPT_ARG_STRING, &output, 0, "where the result goes", "FILE"};
  }
  if (common & CLI_THREADS) {
    shared[n++] =
        (struct poptOption){NULL, 'j', POPT_ARG_STRING, &threads, 0, "threads (default: one per core)", "N"};
  }
  if (common & CLI_SEED) {
    shared[n++] =
        (struct poptOption){"seed", 0, POPT_ARG_STRING, &seed, 0, "seed of all that is random (0)", "N"};
  }
  if (common & CLI_JSON)
    shared[n++] = (struct poptOption){"json", 0, POPT_ARG_NONE, &json, 0, "print JSON", NULL};
  if (common & CLI_PROVENANCE) {
    shared[n++] = (struct poptOption){
        "no-provenance", 0, POPT_ARG_NONE, &no_provenance, 0, "leave out where the result came from", NULL};
  }
  shared[n++] = (struct poptOption){"quiet", 'q', POPT_ARG_NONE, &quiet, 0, "no messages but errors", NULL};
  shared[n++] = (struct poptOption){"verbose", 'v', POPT_ARG_NONE, &verbose, 0, "say more", NULL};
  shared[n++] = (struct poptOption){"help", '?', POPT_ARG_NONE, &wants_help, 0, "print this", NULL};
  shared[n] = (struct poptOption)POPT_TABLEEND;
  const struct poptOption table[] = {
      {NULL, 0, POPT_ARG_INCLUDE_TABLE, (void *)(uintptr_t)options, 0, "Options:", NULL},
      {NULL, 0, POPT_ARG_INCLUDE_TABLE, shared, 0, "Common options:", NULL},
      POPT_TABLEEND};
  hl_status status = run_popt(cli, table, &wants_help);
  const hl_status owned = own_options(cli, options), shared_owned = own_options(cli, shared);
  uint64_t n_thread = 0;
  if (status == HL_OK) status = owned != HL_OK ? owned : shared_owned;
  if (status != HL_OK) return status;
  cli->output = output;
  cli->json = json != 0;
  cli->quiet |= quiet != 0; /* all ranks but the first are */
  cli->verbose = verbose != 0;
  TRY(cli_integer("-j", threads, 1, 1024, &n_thread));
  TRY(cli_integer("--seed", seed, 0, UINT64_MAX, &cli->context.seed));
  TRY(take_arguments(cli, min_argument, max_argument));
  if ((common & CLI_OUTPUT_REQUIRED) && output == NULL) {
    FAIL(HL_USAGE, "-o is needed; expected: %s", cli->command->arguments);
  }
  TRY(join_command(cli, &command));
  TRY(own(cli, command));
  cli->provenance = no_provenance ? NULL : command;
  cli->context.n_thread = n_thread > 0 ? (int)n_thread : hl_ranks_threads(&cli->context);
out:
  return status;
}

void cli_clear(struct cli *cli) {
  if (cli->popt != NULL) poptFreeContext(cli->popt);
  for (size_t i = 0; i < cli->n_owned; i++) free(cli->owned[i]);
  free(cli->owned);
}
