#include "base/error.h"
#include "base/json.h"
#include "base/ranks.h"
#include "cli/describe.h"
#include "cli/results.h"
#include "hyperlist/scores.h"

#include <stdlib.h>

static hl_status say_summary(const struct cli *cli, const struct hl_normalize_report *report) {
  hl_status status = HL_OK;
  struct cJSON *json = hl_json_new_object();
  char cells[128], *left_out = NULL;
  if (json == NULL) return hl_fail_memory();
  TRY(cli_describe_degenerate(&report->degenerate, &left_out));
  cli_say(cli, "%s: %zu task%s, %zu set%s; cells: %s%s", cli->output, report->n_task,
          report->n_task == 1 ? "" : "s", report->n_set, report->n_set == 1 ? "" : "s",
          cli_describe_cells(report->n_missing, report->n_diverged, cells, sizeof cells), left_out);
  TRY(describe_text(json, "scores", cli->output));
  TRY(describe_count(json, "tasks", (int64_t)report->n_task));
  TRY(describe_count(json, "sets", (int64_t)report->n_set));
  TRY(describe_count(json, "missing", report->n_missing));
  TRY(describe_count(json, "diverged", report->n_diverged));
  TRY(describe_names(json, "degenerate", &report->degenerate));
  TRY(cli_print_summary(cli, json));
out:
  free(left_out);
  hl_json_free(json);
  return status;
}

static hl_status run(struct cli *cli) {
  static const char *const replicas[] = {"average-first", "normalize-first", NULL};
  static const char *const best_over[] = {"archive", "set", NULL};
  static const char *const aggregates[] = {"mean", "min", "last", NULL};
  static const char *const test_constants[] = {"test", "valid", NULL};
  hl_status status = HL_OK;
  char *split = NULL, *replicas_text = NULL, *best_text = NULL, *aggregate_text = NULL,
       *constants_text = NULL;
  struct hl_normalize_report report = {0};
  int i_replicas = 0, i_best = 0, i_aggregate = 0, i_constants = 0;
  const struct cli_option options[] = {
      CLI_GROUP("How a run is scored"),
      {"valid-split", 0, CLI_TEXT, &split, "NAME", "the split that f is made of", "valid_inner, else valid",
       NULL},
      {"replicas", 0, CLI_TEXT, &replicas_text, "HOW", "what comes first", "average-first", replicas},
      {"best-over", 0, CLI_TEXT, &best_text, "WHAT", "the lowest loss of", "archive", best_over},
      {"aggregate", 0, CLI_TEXT, &aggregate_text, "HOW", "a curve's score over its steps", "mean",
       aggregates},
      {"test-constants", 0, CLI_TEXT, &constants_text, "SPLIT", "test scores are scaled by the constants of",
       "test", test_constants},
      CLI_END};
  TRY(cli_parse(cli, options, CLI_THREADS | CLI_JSON | CLI_PROVENANCE, 1, 1));
  TRY(cli_choose("--replicas", replicas_text, replicas, &i_replicas));
  TRY(cli_choose("--best-over", best_text, best_over, &i_best));
  TRY(cli_choose("--aggregate", aggregate_text, aggregates, &i_aggregate));
  TRY(cli_choose("--test-constants", constants_text, test_constants, &i_constants));
  const struct hl_normalize_options normalize = {.valid_split = split,
                                                 .replicas = (enum hl_replicas)i_replicas,
                                                 .best_over = (enum hl_best_over)i_best,
                                                 .aggregate = (enum hl_aggregate)i_aggregate,
                                                 .test_constants = (enum hl_test_constants)i_constants,
                                                 .command = cli->provenance,
                                                 .report = &report};
  TRY(hl_normalize(cli->arguments[0], cli->output, &normalize, &cli->context));
  if (hl_ranks_is_first(&cli->context)) TRY(say_summary(cli, &report));
out:
  hl_strings_clear(&report.degenerate);
  return status;
}

const struct cli_command cli_normalize = {
    .name = "normalize",
    .arguments = "ARCHIVE -o SCORES",
    .summary = "one score in 0..1 for each task and configuration",
    .output = "SCORES",
    .output_help = "the scores",
    .description =
        "For each task and config: averages the replicas of the validation curve, scales it so that 1 is "
        "where "
        "training began (the mean over configs) and 0 the lowest loss of any config at any step, clips it to "
        "0..1 (what "
        "is not finite is 1), and takes the mean over steps: f. The test score g is the same with the test "
        "split and "
        "its own constants.\n\n"
        "A cell of which no replica ran is missing (NaN), which is not diverged. A task without a finite "
        "loss, or where "
        "nothing got better, is degenerate: it is named in a warning and takes part in nothing.\n\n"
        "With --replicas normalize-first each replica is scaled and clipped before the average; --best-over "
        "set takes "
        "the lowest loss of the set being scored alone.",
    .examples = {"hyperlist normalize archive.h5 -o scores.h5"},
    .run = run,
    .ranks = CLI_SHARED,
};
