#include "hyperlist/ingest.h"
#include "base/error.h"
#include "base/json.h"
#include "cli/describe.h"
#include "cli/results.h"
#include "hyperlist/limits.h"

#include <string.h>

/* One character, or "tab" or "\t"; NULL leaves *delimiter. */
static hl_status parse_delimiter(const char *text, char *delimiter) {
  if (text == NULL) return HL_OK;
  const bool is_tab = strcmp(text, "tab") == 0 || strcmp(text, "\\t") == 0;
  *delimiter = is_tab ? '\t' : text[0];
  if ((is_tab || strlen(text) == 1) && strchr("\"\r\n", *delimiter) == NULL) return HL_OK;
  return hl_fail(HL_USAGE, "--delimiter: found '%s', expected one character (no quote), or tab", text);
}

static const char *plural(size_t n) {
  return n == 1 ? "" : "s";
}

static hl_status say_summary(const struct cli *cli, const struct hl_ingest_report *report) {
  hl_status status = HL_OK;
  struct cJSON *json = hl_json_new_object();
  if (json == NULL) return hl_fail_memory();
  cli_say(cli, "%s: %zu table%s stored%s%.0zu%s; now %zu task%s, %zu set%s", cli->output, report->n_stored,
          plural(report->n_stored), report->n_known > 0 ? ", " : "", report->n_known,
          report->n_known > 0 ? " were there already" : "", report->n_task, plural(report->n_task),
          report->n_set, plural(report->n_set));
  TRY(describe_text(json, "archive", cli->output));
  TRY(describe_count(json, "stored", (int64_t)report->n_stored));
  TRY(describe_count(json, "known", (int64_t)report->n_known));
  TRY(describe_count(json, "tasks", (int64_t)report->n_task));
  TRY(describe_count(json, "sets", (int64_t)report->n_set));
  TRY(cli_print_summary(cli, json));
out:
  hl_json_free(json);
  return status;
}

static hl_status run(struct cli *cli) {
  hl_status status = HL_OK;
  static const char *const after_ends[] = {"hold", "missing", NULL};
  static const char *const formats[] = {"auto", "taskset-npz", "taskset-result", "curves-json", "csv", NULL};
  int keep_going = 0, maximize = 0, after_end = HL_AFTER_END_HOLD, i_format = 0;
  uint64_t grid = 0;
  char *format = NULL, *set = NULL, *configs = NULL, *columns = NULL, *delimiter = NULL, *points = NULL,
       *end = NULL;
  const struct cli_option options[] = {
      CLI_GROUP("What is read"),
      {"format", 0, CLI_TEXT, &format, "F", "the sources' format; auto is by content", "auto", formats},
      {"set", 0, CLI_TEXT, &set, "SET", "the curves' set", "by the file's name", NULL},
      {"configs", 0, CLI_TEXT, &configs, "FILE", "JSON of hyperparameters by config", "by the configs' names",
       NULL},
      {"columns", 0, CLI_TEXT, &columns, "ROLE=NAME,..", "csv: which column is what",
       "columns are named by role", NULL},
      {"delimiter", 0, CLI_TEXT, &delimiter, "C", "csv: between fields, or tab", "a comma", NULL},
      {"maximize", 0, CLI_FLAG, &maximize, .help = "more is better: negate what is read"},
      CLI_GROUP("Runs of unequal steps"),
      {"grid", 0, CLI_TEXT, &points, "N",
       "csv, curves-json: points of a task's uniform grid, or own: all the steps that runs have", "51", NULL},
      {"after-end", 0, CLI_TEXT, &end, "W", "the points behind a run's end", "hold", after_ends},
      CLI_GROUP("Faults"),
      {"keep-going", 0, CLI_FLAG, &keep_going, .help = "leave out bad sources, store the others, exit 1"},
      CLI_END};
  TRY(cli_parse(cli, options, CLI_THREADS | CLI_JSON | CLI_PROVENANCE, 1, 0));
  struct hl_ingest_report report = {0};
  struct hl_ingest_options ingest = {.format = format,
                                     .set = set,
                                     .configs = configs,
                                     .columns = columns,
                                     .maximize = maximize != 0,
                                     .keep_going = keep_going != 0,
                                     .command = cli->provenance};
  TRY(cli_choose("--format", format, formats, &i_format));
  TRY(cli_choose("--after-end", end, after_ends, &after_end));
  const bool is_own = points != NULL && strcmp(points, "own") == 0;
  if (!is_own) TRY(cli_integer("--grid", points, 2, HL_MAX_GRID, &grid));
  TRY(parse_delimiter(delimiter, &ingest.delimiter));
  ingest.after_end = (enum hl_after_end)after_end;
  ingest.grid = is_own ? HL_GRID_OWN : (size_t)grid;
  status = hl_ingest(cli->output, cli->n_argument, cli->arguments, &ingest, &cli->context, &report);
  if (status != HL_OK && status != HL_BROKEN) goto out;
  const hl_status said = say_summary(cli, &report);
  if (said != HL_OK) status = said;
out:
  return status;
}

const struct cli_command cli_ingest = {
    .name = "ingest",
    .arguments = "-o ARCHIVE SOURCE...",
    .summary = "curve files of any known format into an archive",
    .output = "ARCHIVE",
    .output_help = "the archive; what is in it stays",
    .description =
        "Reads curve files, or folders of them, plain or gzipped, and adds what is new in them to the "
        "archive: tasks, "
        "sets, configs, replicas, splits. What is there already is skipped; what contradicts is refused by "
        "name. The "
        "archive changes as a whole or not at all; after a kill the next ingest goes on where it was. The "
        "formats are "
        "told in hyperlist-formats(5):\n\n"
        "@ taskset-npz\nthe release: ROOT/TASK/SET_10000_replica5.npz\n\n"
        "@ taskset-result\nbefore the release: ROOT/TASK/OPTIMIZER/STEPS/REPLICA/result\n\n"
        "@ curves-json\na JSON file a task, also as derived from the release\n\n"
        "@ csv\na row a config, task, replica and step; roles of columns (--columns) are config, task, "
        "replica, step, "
        "train, valid, test (or valid_inner, valid_outer) and hp:NAME\n\n"
        "Runs of a CSV or JSON file may have steps of their own: each task gets a uniform grid (--grid), "
        "whose points "
        "take the last observation before them. Behind a run's end they hold its last one, or are missing "
        "(--after-end).",
    .examples = {"hyperlist ingest -o archive.h5 taskset",
                 "hyperlist ingest -o mine.h5 --columns replica=seed,valid=val_loss sweep.csv"},
    .run = run,
    .ranks = CLI_SHARED,
};
