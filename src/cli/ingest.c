#include "hyperlist/ingest.h"
#include "base/error.h"
#include "base/json.h"
#include "cli/describe.h"
#include "cli/results.h"

#include <string.h>

enum { MAX_GRID = 1 << 20 };

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

hl_status cli_ingest(struct cli *cli) {
  hl_status status = HL_OK;
  static const char *const after_ends[] = {"hold", "missing", NULL};
  int keep_going = 0, maximize = 0, after_end = HL_AFTER_END_HOLD;
  uint64_t grid = 0;
  char *format = NULL, *set = NULL, *configs = NULL, *columns = NULL, *delimiter = NULL, *points = NULL,
       *end = NULL;
  const struct poptOption options[] = {
      {"format", 0, POPT_ARG_STRING, &format, 0,
       "auto (by content), taskset-npz, taskset-result, curves-json or csv", "F"},
      {"set", 0, POPT_ARG_STRING, &set, 0, "the curves' set (default: by the file's name)", "NAME"},
      {"configs", 0, POPT_ARG_STRING, &configs, 0, "JSON of hyperparameters by config (default: by name)",
       "FILE"},
      {"columns", 0, POPT_ARG_STRING, &columns, 0,
       "csv: which column is what (default: columns named by role)", "ROLE=NAME,.."},
      {"delimiter", 0, POPT_ARG_STRING, &delimiter, 0, "csv: between fields (default: a comma)", "C"},
      {"grid", 0, POPT_ARG_STRING, &points, 0,
       "csv, curves-json: points of a task's uniform grid (default: 51), or own: all the steps that runs "
       "have",
       "N"},
      {"after-end", 0, POPT_ARG_STRING, &end, 0,
       "runs that ended early: hold their last value (default), or missing", "W"},
      {"maximize", 0, POPT_ARG_NONE, &maximize, 0, "more is better: negate what is read", NULL},
      {"keep-going", 0, POPT_ARG_NONE, &keep_going, 0, "leave out bad sources, store the others, exit 1",
       NULL},
      POPT_TABLEEND};
  TRY(cli_parse(cli, options, CLI_OUTPUT | CLI_OUTPUT_REQUIRED | CLI_THREADS | CLI_JSON | CLI_PROVENANCE, 1,
                0));
  struct hl_ingest_report report = {0};
  struct hl_ingest_options ingest = {.format = format,
                                     .set = set,
                                     .configs = configs,
                                     .columns = columns,
                                     .maximize = maximize != 0,
                                     .keep_going = keep_going != 0,
                                     .command = cli->provenance};
  TRY(cli_choose("--after-end", end, after_ends, &after_end));
  const bool is_own = points != NULL && strcmp(points, "own") == 0;
  if (!is_own) TRY(cli_integer("--grid", points, 2, MAX_GRID, &grid));
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
