#include "hyperlist/ingest.h"
#include "base/error.h"
#include "cli/cli.h"

hl_status cli_ingest(struct cli *cli) {
  hl_status status = HL_OK;
  int keep_going = 0;
  char *format = NULL, *set = NULL, *configs = NULL;
  const struct poptOption options[] = {
      {"format", 0, POPT_ARG_STRING, &format, 0, "auto (by content), taskset-npz or curves-json", "F"},
      {"set", 0, POPT_ARG_STRING, &set, 0, "the curves' set (default: by the file's name)", "NAME"},
      {"configs", 0, POPT_ARG_STRING, &configs, 0, "JSON of hyperparameters by config (default: by name)",
       "FILE"},
      {"keep-going", 0, POPT_ARG_NONE, &keep_going, 0, "leave out bad sources, store the others, exit 1",
       NULL},
      POPT_TABLEEND};
  TRY(cli_parse(cli, options, CLI_OUTPUT | CLI_OUTPUT_REQUIRED | CLI_THREADS | CLI_PROVENANCE, 1, 0));
  struct hl_ingest_report report = {0};
  const struct hl_ingest_options ingest = {.format = format,
                                           .set = set,
                                           .configs = configs,
                                           .keep_going = keep_going != 0,
                                           .command = cli->provenance};
  status = hl_ingest(cli->output, cli->n_argument, cli->arguments, &ingest, &cli->context, &report);
  if (status != HL_OK && status != HL_BROKEN) goto out;
  cli_say(cli, "%s: %zu tables stored%s%.0zu%s; now %zu tasks, %zu sets", cli->output, report.n_stored,
          report.n_known > 0 ? ", " : "", report.n_known, report.n_known > 0 ? " were there already" : "",
          report.n_task, report.n_set);
out:
  return status;
}
