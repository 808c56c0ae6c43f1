#include "hyperlist/evaluate.h"
#include "base/error.h"
#include "base/memory.h"
#include "cli/results.h"

#include <stdlib.h>
#include <string.h>

struct evaluating {
  struct cli *cli;
  const char *const *paths; /* [n_list] */
  struct hl_list **lists;
  struct hl_evaluation **evaluations;
  size_t n_list, n_left_out;
  bool is_per_task, may_skip;
};

/* ---- Notes: whoever reads the numbers must know on what they were measured ---- */

/* Of several lists each says all that matters, also where it is nothing. */
static hl_status add_own_note(const struct evaluating *it, size_t i, const char *who,
                              struct hl_table *table) {
  const struct hl_evaluation *evaluation = it->evaluations[i];
  if (it->lists[i]->train_tasks.n == 0) {
    return hl_table_note(table,
                         "%sthe list's train tasks are unknown: some of these %zu tasks may be among them",
                         who, evaluation->tasks.n);
  }
  if (evaluation->n_own == 0 && it->n_list == 1) return HL_OK;
  return hl_table_note(table, "%s%zu of these %zu tasks are the list's own train tasks", who,
                       evaluation->n_own, evaluation->tasks.n);
}

static hl_status add_list_notes(const struct evaluating *it, size_t i, struct hl_table *table) {
  hl_status status = HL_OK;
  const struct hl_evaluation *evaluation = it->evaluations[i];
  char cells[128], *who = NULL;
  const bool is_one = it->n_list == 1;
  TRY(is_one ? hl_copy_text("", &who) : hl_format_text(&who, "%s: ", it->paths[i]));
  TRY(hl_table_note(table, "%sset: %s", who, it->lists[i]->set));
  if (is_one) {
    TRY(hl_table_note(table, "tasks: %zu, of them with test scores %zu", evaluation->tasks.n,
                      evaluation->n_tested));
  }
  TRY(add_own_note(it, i, who, table));
  TRY(hl_table_note(table, "%scells: %s", who,
                    cli_describe_cells(evaluation->n_missing, evaluation->n_diverged, cells, sizeof cells)));
  if (evaluation->n_unknown > 0 || (!is_one && it->may_skip)) {
    TRY(hl_table_note(table, "%s%zu of the list's %zu configs are unknown to the scores and left out", who,
                      evaluation->n_unknown, it->lists[i]->n_entry));
  }
  if (evaluation->n_dropped > 0) {
    TRY(hl_table_note(table, "%s%zu of the list's %zu configs are missing on a task and left out", who,
                      evaluation->n_dropped, it->lists[i]->n_entry));
  }
out:
  free(who);
  return status;
}

/* Test scores may be there in one set and not in another. */
static hl_status add_common_notes(const struct evaluating *it, struct hl_table *table) {
  hl_status status = HL_OK;
  TRY(hl_table_note(table, "tasks: %zu, the same for all lists", it->evaluations[0]->tasks.n));
  for (size_t i = 0; i < it->n_list; i++) {
    if (it->evaluations[i]->n_tested == it->evaluations[i]->tasks.n) continue;
    TRY(hl_table_note(table, "%s: tasks with test scores: %zu", it->paths[i], it->evaluations[i]->n_tested));
  }
  if (it->n_left_out > 0) {
    TRY(hl_table_note(table, "%zu tasks are left out: not every list can be evaluated on them",
                      it->n_left_out));
  }
out:
  return status;
}

static hl_status add_notes(const struct evaluating *it, struct hl_table *table) {
  hl_status status = HL_OK;
  if (it->n_list > 1) TRY(add_common_notes(it, table));
  for (size_t i = 0; i < it->n_list; i++) TRY(add_list_notes(it, i, table));
out:
  return status;
}

/* ---- Rows ---- */

static const struct hl_column columns[] = {{"list", HL_CELL_TEXT},      {"task", HL_CELL_TEXT},
                                           {"trials", HL_CELL_INTEGER}, {"valid", HL_CELL_NUMBER},
                                           {"test", HL_CELL_NUMBER},    {"config", HL_CELL_TEXT}};
enum { COLUMN_LIST, COLUMN_TASK, COLUMN_TRIALS, N_COLUMN = sizeof columns / sizeof columns[0] };

/* Which of the columns the table has, in order. */
static size_t choose_columns(const struct evaluating *it, struct hl_column *chosen, size_t *indices) {
  size_t n = 0;
  for (size_t c = 0; c < N_COLUMN; c++) {
    if ((c == COLUMN_LIST && it->n_list == 1) || (c == COLUMN_TASK && !it->is_per_task)) continue;
    chosen[n] = columns[c];
    indices[n++] = c;
  }
  return n;
}

static hl_status add_row(const struct evaluating *it, size_t i, size_t task, size_t k, const size_t *indices,
                         size_t n_column, struct hl_table *table) {
  const struct hl_evaluation *evaluation = it->evaluations[i];
  const size_t at = task * evaluation->n_trial + k;
  const struct hl_cell all[N_COLUMN] = {
      {.text = it->paths[i]},
      {.text = evaluation->tasks.items[task]},
      {.integer = (int64_t)k + 1},
      {.number = it->is_per_task ? evaluation->task_valid[at] : evaluation->valid[k]},
      {.number = it->is_per_task ? evaluation->task_test[at] : evaluation->test[k]},
      {.text = evaluation->configs.items[k]}};
  struct hl_cell row[N_COLUMN];
  for (size_t c = 0; c < n_column; c++) row[c] = all[indices[c]];
  return hl_table_add(table, row);
}

/* chosen[N_COLUMN] is the caller's, since the table borrows it. */
static hl_status tabulate(const struct evaluating *it, struct hl_column *chosen, struct hl_table **table) {
  hl_status status = HL_OK;
  size_t indices[N_COLUMN];
  const size_t n_column = choose_columns(it, chosen, indices);
  TRY(hl_table_new(chosen, n_column, table));
  TRY(add_notes(it, *table));
  for (size_t i = 0; i < it->n_list; i++) {
    const size_t n_task = it->is_per_task ? it->evaluations[i]->tasks.n : 1;
    for (size_t t = 0; t < n_task; t++) {
      for (size_t k = 0; k < it->evaluations[i]->n_trial; k++)
        TRY(add_row(it, i, t, k, indices, n_column, *table));
    }
  }
out:
  return status;
}

/* ---- The command ---- */

static void say_summary(const struct evaluating *it, size_t i) {
  const struct hl_evaluation *evaluation = it->evaluations[i];
  const struct hl_list *list = it->lists[i];
  const char *who = it->n_list > 1 ? it->paths[i] : "", *colon = it->n_list > 1 ? ": " : "";
  cli_say(it->cli, "%s%s%zu configs of %s on %zu tasks", who, colon, evaluation->n_trial, list->set,
          evaluation->tasks.n);
  if (list->train_tasks.n == 0) {
    cli_say(it->cli, "%s%snote: the list's train tasks are unknown: some of these tasks may be among them",
            who, colon);
  } else if (evaluation->n_own > 0) {
    cli_say(
        it->cli,
        "%s%snote: %zu of these tasks are the list's own train tasks: there it says nothing about new ones",
        who, colon, evaluation->n_own);
  }
  if (evaluation->n_unknown > 0) {
    cli_say(it->cli, "%s%snote: left out %zu configs that the scores lack", who, colon,
            evaluation->n_unknown);
  }
}

static hl_status check_paths(const struct evaluating *it) {
  for (size_t i = 0; i < it->n_list; i++) {
    for (size_t j = 0; j < i; j++) {
      if (strcmp(it->paths[i], it->paths[j]) != 0) continue;
      return hl_fail(HL_USAGE, "found list %s twice, expected each once", it->paths[i]);
    }
  }
  return HL_OK;
}

static hl_status read_lists(struct evaluating *it) {
  hl_status status = HL_OK;
  TRY(check_paths(it));
  TRY(hl_new_array(it->n_list, sizeof *it->lists, &it->lists));
  TRY(hl_new_array(it->n_list, sizeof *it->evaluations, &it->evaluations));
  for (size_t i = 0; i < it->n_list; i++) TRY(hl_list_read(it->paths[i], &it->lists[i]));
out:
  return status;
}

static void clear(struct evaluating *it) {
  for (size_t i = 0; i < it->n_list; i++) {
    if (it->evaluations != NULL) hl_evaluation_free(it->evaluations[i]);
    if (it->lists != NULL) hl_list_free(it->lists[i]);
  }
  free(it->evaluations);
  free(it->lists);
}

static hl_status run(struct cli *cli) {
  hl_status status = HL_OK;
  struct evaluating it = {.cli = cli};
  struct hl_scores *scores = NULL;
  struct hl_column chosen[N_COLUMN];
  struct hl_table *table = NULL;
  struct hl_evaluate_options evaluate = {0};
  char *tasks = NULL, *missing = NULL;
  int per_task = 0, skip_unknown = 0;
  const struct cli_option options[] = {
      CLI_GROUP("On what"),
      {"tasks", 0, CLI_TEXT, &tasks, "SEL", CLI_TASKS_HELP, "all", NULL},
      CLI_MISSING_OPTION(&missing),
      {"skip-unknown", 0, CLI_FLAG, &skip_unknown, .help = "leave out configs that the scores lack"},
      CLI_GROUP("How it is counted"),
      {"per-task", 0, CLI_FLAG, &per_task, .help = "one row a task and trial instead of averages"},
      CLI_END};
  TRY(cli_parse(cli, options, CLI_THREADS | CLI_JSON | CLI_PROVENANCE, 2, 0));
  TRY(cli_choose_missing(missing, &evaluate.missing));
  evaluate.tasks = tasks;
  evaluate.per_task = it.is_per_task = per_task;
  evaluate.skip_unknown = it.may_skip = skip_unknown;
  it.paths = cli->arguments;
  it.n_list = cli->n_argument - 1;
  TRY(read_lists(&it));
  cli_hash_arguments(cli);
  TRY(hl_scores_open(cli->arguments[it.n_list], &scores));
  TRY(hl_evaluate_lists((const struct hl_list *const *)it.lists, it.n_list, scores, &evaluate, it.evaluations,
                        &it.n_left_out));
  TRY(tabulate(&it, chosen, &table));
  TRY(cli_print_table(cli, table, "test", cli->n_argument, cli->arguments));
  for (size_t i = 0; i < it.n_list; i++) say_summary(&it, i);
out:
  hl_table_free(table);
  clear(&it);
  hl_scores_close(scores);
  return status;
}

const struct cli_command cli_evaluate = {
    .name = "evaluate",
    .arguments = "LIST... SCORES",
    .summary = "best score so far against trials of a list",
    .output = "TSV",
    .output_help = "the table",
    .output_fallback = "standard output",
    .description = "For someone who follows the list: after k trials, the config with the best f among the "
                   "first k is taken (the "
                   "earlier of equals); its f is reported as valid, its g as test, averaged over the tasks. "
                   "Several lists are "
                   "compared on the same tasks.\n\n"
                   "On its own train tasks a list says nothing about new ones: the output says how many "
                   "there are. A list that "
                   "names a config which the scores lack is refused, or with --skip-unknown goes without it.",
    .examples = {"hyperlist evaluate list.json scores.h5",
                 "hyperlist evaluate list.json published.json scores.h5"},
    .run = run,
};
