#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "cli/results.h"
#include "hyperlist/list.h"

#include <stdint.h>

static hl_status write_list(const struct cli *cli, struct hl_list *list) {
  hl_status status = HL_OK;
  struct cJSON *provenance = NULL;
  struct hl_output output = {0};
  TRY(cli_new_provenance(cli, 1, cli->arguments, &provenance));
  if (provenance != NULL) TRY(hl_json_copy_text(provenance, &list->provenance));
  TRY(hl_output_open(&output, cli->output));
  TRY(hl_list_write(list, output.file, cli->output));
  TRY(hl_output_commit(&output));
out:
  hl_output_discard(&output);
  hl_json_free(provenance);
  return status;
}

static void say_summary(const struct cli *cli, const struct hl_list *list) {
  char cells[128];
  size_t n_greedy = 0;
  while (n_greedy < list->n_entry && list->entries[n_greedy].phase == HL_PHASE_GREEDY) n_greedy++;
  cli_say(cli, "%zu configs of %s (%zu picked, %zu in random order) from %zu tasks; cells: %s", list->n_entry,
          list->set, n_greedy, list->n_entry - n_greedy, list->train_tasks.n,
          cli_describe_cells(list->objective.n_missing, list->objective.n_diverged, cells, sizeof cells));
  if (cli->verbose)
    cli_say(cli, "selected in %.3f ms by %zu evaluations of a config", 1e3 * list->effort.seconds,
            list->effort.n_evaluation);
}

hl_status cli_learn(struct cli *cli) {
  hl_status status = HL_OK;
  struct hl_scores *scores = NULL;
  struct hl_list *list = NULL;
  struct hl_learn_options learn = {0};
  char *set = NULL, *tasks = NULL, *missing = NULL, *length = NULL;
  uint64_t n_entry = 0;
  const struct poptOption options[] = {
      {"set", 0, POPT_ARG_STRING, &set, 0, "the set to order", "SET"},
      {NULL, 'k', POPT_ARG_STRING, &length, 0, "stop after that many configs (default: all)", "N"},
      {"tasks", 0, POPT_ARG_STRING, &tasks, 0, CLI_TASKS_HELP, "SEL"},
      {"missing", 0, POPT_ARG_STRING, &missing, 0, CLI_MISSING_HELP, "M"},
      POPT_TABLEEND};
  TRY(cli_parse(cli, options, CLI_OUTPUT | CLI_OUTPUT_REQUIRED | CLI_THREADS | CLI_SEED | CLI_PROVENANCE, 1,
                1));
  if (set == NULL) FAIL(HL_USAGE, "--set SET is missing: the set to order");
  TRY(cli_integer("-k", length, 1, UINT32_MAX, &n_entry));
  TRY(cli_choose_missing(missing, &learn.missing));
  learn.set = set;
  learn.tasks = tasks;
  learn.n_entry = (size_t)n_entry;
  TRY(hl_scores_open(cli->arguments[0], &scores));
  TRY(hl_learn(scores, &learn, &cli->context, &list));
  TRY(write_list(cli, list));
  say_summary(cli, list);
out:
  hl_list_free(list);
  hl_scores_close(scores);
  return status;
}
