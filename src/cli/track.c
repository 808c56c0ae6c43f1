/* What to try next, and how far one has come: a table with one row a trial and then the next ones; with -o
 * also Figure 4. */
#include "hyperlist/track.h"
#include "analysis/figure4.h"
#include "base/error.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "cli/pictures.h"
#include "cli/results.h"
#include "export/target.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct tracking {
  struct cli *cli;
  struct hl_list *list;
  struct hl_scores *scores;
  struct hl_track *track;
  struct hl_track_options options;
  size_t n_next;
  struct cJSON *provenance;
  struct cli_pictures pictures;
  struct cli_drawing drawing;
};

/* ---- Options ---- */

/* --columns ROLE=NAME,..: text is cut up in place, names point into it. */
static hl_status choose_columns(struct tracking *it, char *text) {
  struct {
    const char *role, **name;
  } const roles[] = {{"config", &it->options.config},
                     {"rank", &it->options.rank},
                     {"step", &it->options.step},
                     {"valid", &it->options.valid},
                     {"test", &it->options.test}};
  enum { N_ROLE = sizeof roles / sizeof roles[0] };
  for (char *part = text, *end; part != NULL; part = end) {
    end = strchr(part, ',');
    if (end != NULL) *end++ = '\0';
    char *name = strchr(part, '=');
    if (name != NULL) *name++ = '\0';
    size_t r = 0;
    while (r < N_ROLE && strcmp(roles[r].role, part) != 0) r++;
    if (r == N_ROLE || name == NULL || *name == '\0') {
      return hl_fail(
          HL_USAGE,
          "--columns: found '%s%s%s', expected ROLE=NAME with ROLE config, rank, step, valid or test", part,
          name != NULL ? "=" : "", name != NULL ? name : "");
    }
    if (*roles[r].name != NULL) return hl_fail(HL_USAGE, "--columns: found %s twice, expected it once", part);
    *roles[r].name = name;
  }
  return HL_OK;
}

/* ---- The table ---- */

static const struct hl_column columns[] = {
    {"trials", HL_CELL_INTEGER},    {"status", HL_CELL_TEXT},          {"rank", HL_CELL_INTEGER},
    {"config", HL_CELL_TEXT},       {"valid", HL_CELL_NUMBER},         {"test", HL_CELL_NUMBER},
    {"best_valid", HL_CELL_NUMBER}, {"best_test", HL_CELL_NUMBER},     {"best_config", HL_CELL_TEXT},
    {"train_J", HL_CELL_NUMBER},    {"expected_gain", HL_CELL_NUMBER}, {"hyperparameters", HL_CELL_TEXT}};

static double show(const struct tracking *it, double value) {
  return !isfinite(value) ? (double)NAN : it->options.is_maximized ? -value : value;
}

static hl_status copy_hyperparameters(const struct tracking *it, size_t entry, char **text) {
  const struct hl_exporting export = {
      .list = it->list, .n_entry = it->list->n_entry, .space = hl_space_find(it->list->set)};
  struct cJSON *json = hl_export_hyperparameters(&export, entry);
  const hl_status status = json != NULL ? hl_json_copy_text(json, text) : hl_fail_memory();
  hl_json_free(json);
  return status;
}

/* Row i: a trial made, or one to come. */
static hl_status add_row(const struct tracking *it, size_t i, struct hl_table *table) {
  const struct hl_track *track = it->track;
  const bool is_done = i < track->n_trial;
  const size_t entry = is_done ? track->trials[i].entry : track->next[i - track->n_trial];
  const struct hl_trial *trial = is_done ? &track->trials[i] : NULL;
  const struct hl_trial *best =
      is_done && track->best[i] < track->n_trial ? &track->trials[track->best[i]] : NULL;
  char *hyperparameters = NULL;
  hl_status status = copy_hyperparameters(it, entry, &hyperparameters);
  if (status != HL_OK) return status;
  const struct hl_cell row[] = {{.integer = (int64_t)i + 1},
                                {.text = !is_done             ? "next"
                                         : trial->is_diverged ? "diverged"
                                                              : "done"},
                                {.integer = (int64_t)entry + 1},
                                {.text = it->list->entries[entry].config},
                                {.number = is_done ? show(it, trial->value) : (double)NAN},
                                {.number = is_done ? show(it, trial->test_value) : (double)NAN},
                                {.number = best != NULL ? show(it, best->value) : (double)NAN},
                                {.number = best != NULL ? show(it, best->test_value) : (double)NAN},
                                {.text = best != NULL ? it->list->entries[best->entry].config : NULL},
                                {.number = track->expected_after[i]},
                                {.number = track->expected_before[i] - track->expected_after[i]},
                                {.text = hyperparameters}};
  status = hl_table_add(table, row);
  free(hyperparameters);
  return status;
}

/* "on the list's 36 train tasks, by its J" */
static hl_status add_expectation_note(const struct tracking *it, struct hl_table *table) {
  const struct hl_track *track = it->track;
  if (track->n_expected_task == 0) {
    return hl_table_note(table,
                         "train_J, expected_gain: by the list's own J at that rank, on its %zu train tasks%s",
                         it->list->train_tasks.n,
                         track->n_trial > 0 && track->n_next > 0 && track->next[0] < track->n_trial
                             ? "; an upper bound where later entries were tried before"
                             : "");
  }
  return hl_table_note(
      table, "train_J, expected_gain: of the trials in this order, on %zu %s", track->n_expected_task,
      track->is_train ? "of the list's train tasks" : "tasks: the list's train tasks are unknown");
}

static hl_status add_notes(const struct tracking *it, struct hl_table *table) {
  static const char *const values[] = {"lowest", "last", "mean"}, *const most[] = {"highest", "last", "mean"};
  hl_status status = HL_OK;
  const struct hl_track *track = it->track;
  TRY(hl_table_note(table, "set: %s", it->list->set));
  TRY(hl_table_note(table, "valid: the %s of the steps, %s is better",
                    (it->options.is_maximized ? most : values)[it->options.value],
                    it->options.is_maximized ? "higher" : "lower"));
  TRY(add_expectation_note(it, table));
  for (size_t k = 0; k < track->n_trial; k++) {
    const struct hl_trial *trial = &track->trials[k];
    if (!trial->is_diverged) continue;
    TRY(hl_table_note(table, "diverged: %s at step %.17g", it->list->entries[trial->entry].config,
                      trial->diverged_step));
  }
  for (size_t i = 0; i < track->unknown.n; i++) {
    TRY(hl_table_note(table, "left out, not in the list: %s", track->unknown.items[i]));
  }
out:
  return status;
}

static hl_status tabulate(const struct tracking *it, struct hl_table **table) {
  hl_status status = HL_OK;
  const size_t n_next = it->n_next < it->track->n_next ? it->n_next : it->track->n_next;
  TRY(hl_table_new(columns, sizeof columns / sizeof columns[0], table));
  TRY(add_notes(it, *table));
  for (size_t i = 0; i < it->track->n_trial + n_next; i++) TRY(add_row(it, i, *table));
out:
  return status;
}

/* ---- In words ---- */

static hl_status say_next(const struct tracking *it) {
  hl_status status = HL_OK;
  const struct hl_track *track = it->track;
  char *hyperparameters = NULL;
  if (track->n_next == 0) {
    cli_say(it->cli, "all %zu configs of the list have been tried", it->list->n_entry);
    return HL_OK;
  }
  const size_t entry = track->next[0];
  TRY(copy_hyperparameters(it, entry, &hyperparameters));
  cli_say(it->cli, "next to try: %s (rank %zu) %s", it->list->entries[entry].config, entry + 1,
          hyperparameters);
  const double gain = track->expected_before[track->n_trial] - track->expected_after[track->n_trial];
  if (isnan(gain)) {
    cli_say(it->cli, "expected gain: unknown");
  } else {
    cli_say(it->cli, "expected gain: %.4g of normalized loss on the train tasks (J from %.4g to %.4g)", gain,
            track->expected_before[track->n_trial], track->expected_after[track->n_trial]);
  }
out:
  free(hyperparameters);
  return status;
}

static hl_status say_summary(const struct tracking *it) {
  const struct hl_track *track = it->track;
  for (size_t i = 0; i < track->unknown.n; i++) {
    cli_say(it->cli, "warning: left out what the list does not have: %s", track->unknown.items[i]);
  }
  for (size_t k = 0; k < track->n_trial; k++) {
    const struct hl_trial *trial = &track->trials[k];
    if (trial->is_diverged) {
      cli_say(it->cli, "note: %s diverged at step %.17g", it->list->entries[trial->entry].config,
              trial->diverged_step);
    }
  }
  const size_t best = track->n_trial > 0 ? track->best[track->n_trial - 1] : 0;
  if (best < track->n_trial) {
    cli_say(it->cli, "best after %zu trial%s: %s, valid %.6g", track->n_trial, track->n_trial == 1 ? "" : "s",
            it->list->entries[track->trials[best].entry].config, show(it, track->trials[best].value));
  } else {
    cli_say(it->cli, "best after %zu trials: none yet", track->n_trial);
  }
  return say_next(it);
}

/* ---- Figure 4 ---- */

static hl_status make_figure(struct tracking *it) {
  hl_status status = HL_OK;
  struct hl_table *best = NULL, *curves = NULL;
  const bool is_maximized = it->options.is_maximized;
  TRY(cli_pictures_open(&it->pictures, it->cli->output));
  TRY(figure4_tabulate_best(it->track, it->list, is_maximized, &best));
  TRY(figure4_tabulate_curves(it->track, it->list, is_maximized, &curves));
  TRY(cli_pictures_write(&it->pictures, FIGURE4_NAME, "", best, it->provenance));
  TRY(cli_pictures_write(&it->pictures, FIGURE4_NAME, ".curves", curves, it->provenance));
  TRY(cli_pictures_draw(&it->pictures, FIGURE4_NAME, &it->drawing, &it->cli->context));
  TRY(cli_pictures_publish(&it->pictures));
  cli_say(it->cli, FIGURE4_NAME ": " FIGURE4_TITLE ", in %s", it->cli->output);
out:
  cli_pictures_close(&it->pictures, status);
  hl_table_free(best);
  hl_table_free(curves);
  return status;
}

/* A curve to draw needs a finite loss. */
static bool has_curve(const struct hl_track *track) {
  for (size_t k = 0; k < track->n_trial; k++) {
    for (size_t i = 0; i < track->trials[k].n_point; i++) {
      if (isfinite(track->trials[k].valid[i])) return true;
    }
  }
  return false;
}

/* ---- The command ---- */

static hl_status print_table(const struct tracking *it) {
  struct hl_table *table = NULL;
  hl_status status = tabulate(it, &table);
  if (status == HL_OK) {
    status = cli_show_table(it->cli, table, NULL, it->provenance);
  }
  hl_table_free(table);
  return status;
}

static hl_status run(struct tracking *it) {
  hl_status status = HL_OK;
  struct cli *cli = it->cli;
  if (cli->output != NULL) TRY(cli_drawing_init(&it->drawing, FIGURE4_NAME));
  TRY(hl_list_read(cli->arguments[0], &it->list));
  if (cli->n_argument > 2) TRY(hl_scores_open(cli->arguments[2], &it->scores));
  TRY(hl_track_read(it->list, cli->arguments[1], it->scores, &it->options, &it->track));
  TRY(cli_new_provenance(cli, cli->n_argument, cli->arguments, &it->provenance));
  if (cli->output != NULL && !has_curve(it->track)) {
    FAIL(HL_INVALID, "%s: found no finite validation loss, expected one to draw", cli->arguments[1]);
  }
  if (cli->output != NULL) TRY(make_figure(it));
  TRY(print_table(it));
  TRY(say_summary(it));
out:
  return status;
}

static hl_status command(struct cli *cli) {
  static const char *const values[] = {"min", "last", "mean", NULL};
  hl_status status = HL_OK;
  struct tracking it = {.cli = cli, .n_next = 1};
  char *aggregate = NULL, *names = NULL, *format = NULL, *length = NULL;
  int maximize = 0, value = HL_TRIAL_MIN;
  uint64_t n_next = 1;
  const struct cli_option options[] = {
      CLI_GROUP("The log"),
      {"columns", 0, CLI_TEXT, &names, "ROLE=NAME,..", "its columns by role: config, rank, step, valid, test",
       "named so", NULL},
      {"aggregate", 0, CLI_TEXT, &aggregate, "A", "a curve's worth over its steps", "min", values},
      {"maximize", 0, CLI_FLAG, &maximize, .help = "more is better"},
      CLI_GROUP("What is told"),
      {NULL, 'k', CLI_TEXT, &length, "N", "show the next N configs", "1", NULL},
      CLI_FORMAT_OPTION(&format),
      CLI_END};
  TRY(cli_parse(cli, options, CLI_JSON | CLI_PROVENANCE, 2, 3));
  TRY(cli_choose("--aggregate", aggregate, values, &value));
  TRY(cli_integer("-k", length, 0, UINT32_MAX, &n_next));
  TRY(cli_pictures_choose(&it.pictures, format));
  if (format != NULL && cli->output == NULL)
    FAIL(HL_USAGE, "--format: found no -o DIR, expected where pictures go");
  if (names != NULL) TRY(choose_columns(&it, names));
  it.options.value = (enum hl_trial_value)value;
  it.options.is_maximized = maximize;
  it.n_next = (size_t)n_next;
  TRY(run(&it));
out:
  cli_drawing_clear(&it.drawing);
  hl_json_free(it.provenance);
  hl_track_free(it.track);
  hl_scores_close(it.scores);
  hl_list_free(it.list);
  return status;
}

const struct cli_command cli_track = {
    .name = "track",
    .arguments = "LIST LOG [SCORES]",
    .summary = "what to try next of a list, and how far it has brought you",
    .output = "DIR",
    .output_help = "Figure 4, its numbers and picture",
    .output_fallback = "none",
    .description = "Reads the log of someone who works through a list on a task of their own, a CSV with a "
                   "row a config and step, "
                   "and says which config was best so far, what to try next, and what gain to expect of it "
                   "from the train tasks: "
                   "exactly with SCORES, by the list's own J without.\n\n"
                   "The table has a row a trial, in the order of the log, and then the next ones. With -o "
                   "the losses against "
                   "trials are drawn (Figure 4 of the paper).",
    .examples = {"hyperlist track list.json log.csv scores.h5 -k 3"},
    .run = command,
};
