#include "hyperlist/evaluate.h"
#include "base/error.h"
#include "cli/results.h"

/* Whoever reads the numbers must know on what they were measured: as comments of the table. */
static hl_status add_notes(const struct hl_evaluation *evaluation, const struct hl_list *list,
                           struct hl_table *table) {
  hl_status status = HL_OK;
  char cells[128];
  TRY(hl_table_note(table, "set: %s", list->set));
  TRY(hl_table_note(table, "tasks: %zu, of them with test scores %zu", evaluation->tasks.n,
                    evaluation->n_tested));
  if (evaluation->n_own > 0) {
    TRY(hl_table_note(table, "%zu of these %zu tasks are the list's own train tasks", evaluation->n_own,
                      evaluation->tasks.n));
  }
  TRY(hl_table_note(table, "cells: %s",
                    cli_describe_cells(evaluation->n_missing, evaluation->n_diverged, cells, sizeof cells)));
  if (evaluation->n_unknown > 0) {
    TRY(hl_table_note(table, "%zu of the list's %zu configs are unknown to the scores and left out",
                      evaluation->n_unknown, list->n_entry));
  }
  if (evaluation->n_dropped > 0) {
    TRY(hl_table_note(table, "%zu of the list's %zu configs are missing on a task and left out",
                      evaluation->n_dropped, list->n_entry));
  }
out:
  return status;
}

static hl_status tabulate_average(const struct hl_evaluation *evaluation, const struct hl_list *list,
                                  struct hl_table **table) {
  static const struct hl_column columns[] = {{"trials", HL_CELL_INTEGER},
                                             {"valid", HL_CELL_NUMBER},
                                             {"test", HL_CELL_NUMBER},
                                             {"config", HL_CELL_TEXT}};
  hl_status status = HL_OK;
  TRY(hl_table_new(columns, sizeof columns / sizeof columns[0], table));
  TRY(add_notes(evaluation, list, *table));
  for (size_t k = 0; k < evaluation->n_trial; k++) {
    const struct hl_cell row[] = {{.integer = (int64_t)k + 1},
                                  {.number = evaluation->valid[k]},
                                  {.number = evaluation->test[k]},
                                  {.text = evaluation->configs.items[k]}};
    TRY(hl_table_add(*table, row));
  }
out:
  return status;
}

static hl_status tabulate_tasks(const struct hl_evaluation *evaluation, const struct hl_list *list,
                                struct hl_table **table) {
  static const struct hl_column columns[] = {{"task", HL_CELL_TEXT},
                                             {"trials", HL_CELL_INTEGER},
                                             {"valid", HL_CELL_NUMBER},
                                             {"test", HL_CELL_NUMBER},
                                             {"config", HL_CELL_TEXT}};
  hl_status status = HL_OK;
  TRY(hl_table_new(columns, sizeof columns / sizeof columns[0], table));
  TRY(add_notes(evaluation, list, *table));
  for (size_t i = 0; i < evaluation->tasks.n; i++) {
    for (size_t k = 0; k < evaluation->n_trial; k++) {
      const struct hl_cell row[] = {{.text = evaluation->tasks.items[i]},
                                    {.integer = (int64_t)k + 1},
                                    {.number = evaluation->task_valid[i * evaluation->n_trial + k]},
                                    {.number = evaluation->task_test[i * evaluation->n_trial + k]},
                                    {.text = evaluation->configs.items[k]}};
      TRY(hl_table_add(*table, row));
    }
  }
out:
  return status;
}

static void say_summary(const struct cli *cli, const struct hl_evaluation *evaluation,
                        const struct hl_list *list) {
  cli_say(cli, "%zu configs of %s on %zu tasks", evaluation->n_trial, list->set, evaluation->tasks.n);
  if (evaluation->n_own > 0) {
    cli_say(cli,
            "note: %zu of these tasks are the list's own train tasks: there it says nothing about new ones",
            evaluation->n_own);
  }
  if (evaluation->n_unknown > 0) {
    cli_say(cli, "note: left out %zu configs that the scores lack", evaluation->n_unknown);
  }
}

hl_status cli_evaluate(struct cli *cli) {
  hl_status status = HL_OK;
  struct hl_scores *scores = NULL;
  struct hl_list *list = NULL;
  struct hl_evaluation *evaluation = NULL;
  struct hl_table *table = NULL;
  struct hl_evaluate_options evaluate = {0};
  char *tasks = NULL, *missing = NULL;
  int per_task = 0, skip_unknown = 0;
  const struct poptOption options[] = {
      {"tasks", 0, POPT_ARG_STRING, &tasks, 0, CLI_TASKS_HELP, "SEL"},
      {"missing", 0, POPT_ARG_STRING, &missing, 0, CLI_MISSING_HELP, "M"},
      {"per-task", 0, POPT_ARG_NONE, &per_task, 0, "one row a task and trial instead of averages", NULL},
      {"skip-unknown", 0, POPT_ARG_NONE, &skip_unknown, 0, "leave out configs that the scores lack", NULL},
      POPT_TABLEEND};
  TRY(cli_parse(cli, options, CLI_OUTPUT | CLI_THREADS | CLI_JSON | CLI_PROVENANCE, 2, 2));
  TRY(cli_choose_missing(missing, &evaluate.missing));
  evaluate.tasks = tasks;
  evaluate.per_task = per_task;
  evaluate.skip_unknown = skip_unknown;
  TRY(hl_list_read(cli->arguments[0], &list));
  TRY(hl_scores_open(cli->arguments[1], &scores));
  TRY(hl_evaluate(list, scores, &evaluate, &evaluation));
  TRY((per_task ? tabulate_tasks : tabulate_average)(evaluation, list, &table));
  TRY(cli_print_table(cli, table, 2, cli->arguments));
  say_summary(cli, evaluation, list);
out:
  hl_table_free(table);
  hl_evaluation_free(evaluation);
  hl_list_free(list);
  hl_scores_close(scores);
  return status;
}
