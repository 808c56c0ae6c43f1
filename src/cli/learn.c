#include "base/error.h"
#include "base/json.h"
#include "base/ranks.h"
#include "cli/describe.h"
#include "cli/results.h"
#include "hyperlist/list.h"
#include "hyperlist/selector.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* The selected tasks that take no part. */
static hl_status find_degenerate(const struct hl_scores *scores, const struct hl_learn_options *options,
                                 struct hl_strings *names) {
  hl_status status = HL_OK;
  size_t i_set, n_row, *rows = NULL;
  TRY(hl_scores_find_set(scores, options->set, &i_set));
  const uint8_t *degenerate = scores->sets[i_set].degenerate;
  TRY(hl_select_tasks(&scores->tasks, &scores->kinds, options->tasks, &rows, &n_row));
  for (size_t i = 0; i < n_row; i++) {
    if ((degenerate != NULL ? degenerate : scores->degenerate)[rows[i]])
      TRY(hl_strings_add(names, scores->tasks.items[rows[i]]));
  }
out:
  free(rows);
  return status;
}

static hl_status summarize(const struct cli *cli, const struct hl_list *list, size_t n_greedy,
                           const struct hl_strings *degenerate) {
  hl_status status = HL_OK;
  struct cJSON *json = hl_json_new_object();
  if (json == NULL) return hl_fail_memory();
  TRY(describe_text(json, "list", cli->output));
  TRY(describe_text(json, "set", list->set));
  TRY(describe_count(json, "entries", (int64_t)list->n_entry));
  TRY(describe_count(json, "greedy", (int64_t)n_greedy));
  TRY(hl_json_add(json, "J",
                  n_greedy > 0 ? hl_json_new_number(list->entries[n_greedy - 1].objective)
                               : hl_json_new_number(NAN)));
  TRY(describe_count(json, "tasks", (int64_t)list->train_tasks.n));
  TRY(describe_count(json, "missing", list->objective.n_missing));
  TRY(describe_count(json, "diverged", list->objective.n_diverged));
  TRY(describe_names(json, "degenerate", degenerate));
  TRY(cli_print_summary(cli, json));
out:
  hl_json_free(json);
  return status;
}

static hl_status say_summary(const struct cli *cli, const struct hl_list *list,
                             const struct hl_strings *degenerate) {
  char cells[128];
  size_t n_greedy = 0;
  char objective[64] = "", *left_out;
  while (n_greedy < list->n_entry && list->entries[n_greedy].phase == HL_PHASE_GREEDY) n_greedy++;
  if (n_greedy > 0)
    snprintf(objective, sizeof objective, "J %.4f after the picks; ", list->entries[n_greedy - 1].objective);
  hl_status status = cli_describe_degenerate(degenerate, &left_out);
  if (status != HL_OK) return status;
  cli_say(cli, "%zu configs of %s (%zu picked, %zu in random order) from %zu tasks; %scells: %s%s",
          list->n_entry, list->set, n_greedy, list->n_entry - n_greedy, list->train_tasks.n, objective,
          cli_describe_cells(list->objective.n_missing, list->objective.n_diverged, cells, sizeof cells),
          left_out);
  free(left_out);
  if (cli->verbose)
    cli_say(
        cli,
        "selected in %.3f ms by %zu evaluations of a config and %zu of a cell, after %.3f ms of reading and "
        "turning",
        1e3 * list->effort.seconds, list->effort.n_evaluation, list->effort.n_step,
        1e3 * list->effort.seconds_before);
  if (cli->verbose && hl_ranks_size(&cli->context) > 1)
    cli_say(cli, "with %zu sums over %zu ranks", list->effort.n_exchange, hl_ranks_size(&cli->context));
  return summarize(cli, list, n_greedy, degenerate);
}

static hl_status run(struct cli *cli) {
  hl_status status = HL_OK;
  struct hl_scores *scores = NULL;
  struct hl_list *list = NULL;
  struct hl_learn_options learn = {0};
  struct hl_strings degenerate = {0};
  char *set = NULL, *tasks = NULL, *missing = NULL, *length = NULL;
  uint64_t n_entry = 0;
  const struct cli_option options[] = {
      CLI_GROUP("What is learned"),
      {"set", 0, CLI_TEXT, &set, "SET", "the set to order", CLI_NEEDED, NULL},
      {NULL, 'k', CLI_TEXT, &length, "N", "stop after that many configs", "all", NULL},
      CLI_GROUP("From what"),
      {"tasks", 0, CLI_TEXT, &tasks, "SEL", CLI_TASKS_HELP, "all", NULL},
      CLI_MISSING_OPTION(&missing),
      CLI_END};
  TRY(cli_parse(cli, options, CLI_THREADS | CLI_SEED | CLI_JSON | CLI_PROVENANCE, 1, 1));
  if (set == NULL) FAIL(HL_USAGE, "--set SET is missing: the set to order");
  TRY(cli_integer("-k", length, 1, UINT32_MAX, &n_entry));
  TRY(cli_choose_missing(missing, &learn.missing));
  learn.set = set;
  learn.tasks = tasks;
  learn.n_entry = (size_t)n_entry;
  cli_hash_arguments(cli);
  TRY(hl_scores_open(cli->arguments[0], &scores));
  TRY(hl_learn(scores, &learn, &cli->context, &list));
  TRY(find_degenerate(scores, &learn, &degenerate)); /* what may fail comes before the list is there */
  TRY(cli_write_list(cli, list, 1, cli->arguments));
  TRY(say_summary(cli, list, &degenerate));
out:
  hl_strings_clear(&degenerate);
  hl_list_free(list);
  hl_scores_close(scores);
  return status;
}

const struct cli_command cli_learn = {
    .name = "learn",
    .arguments = "SCORES --set SET -o LIST",
    .summary = "an ordered list of configurations to try (Eq. 3-4)",
    .output = "LIST",
    .output_help = "the list",
    .description = "Learns greedily (Metz et al. 2020, Eq. 3-4): the next entry is the config that lowers "
                   "most the mean over the "
                   "train tasks of the best f so far, J; ties go to the config that comes first in the set. "
                   "When no config "
                   "improves any task the others follow in random order (--seed).\n\n"
                   "Sums are of integers, f in units of 2^-40, and so exact: the list is the same for any "
                   "number of threads, "
                   "compiler and processor.",
    .examples =
        {"hyperlist learn scores.h5 --set adam8p_wide_grid_1k -o list.json",
         "hyperlist learn scores.h5 --set adam8p_wide_grid_1k --tasks '!kind:rnn' -k 10 -o short.json"},
    .run = run,
    .ranks = CLI_SHARED,
};
