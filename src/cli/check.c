/* A file's faults as notes, its census as a table. */
#include "hyperlist/check.h"
#include "base/error.h"
#include "base/table.h"
#include "cli/cli.h"
#include "cli/results.h"

static const struct hl_column columns[] = {
    {"set", HL_CELL_TEXT},           {"tasks", HL_CELL_INTEGER},   {"configs", HL_CELL_INTEGER},
    {"replicas", HL_CELL_INTEGER},   {"runs", HL_CELL_INTEGER},    {"missing_runs", HL_CELL_INTEGER},
    {"cells", HL_CELL_INTEGER},      {"missing", HL_CELL_INTEGER}, {"diverged", HL_CELL_INTEGER},
    {"degenerate", HL_CELL_INTEGER},
};
enum { N_COLUMN = sizeof columns / sizeof *columns };

static int64_t known(int64_t count) {
  return count < 0 ? HL_NO_INTEGER : count;
}

static hl_status fill(const struct hl_check_report *report, struct hl_table *table) {
  hl_status status = HL_OK;
  for (size_t i = 0; i < report->faults.n; i++)
    TRY(hl_table_note(table, "fault: %s", report->faults.items[i]));
  for (size_t i = 0; i < report->n_set; i++) {
    const struct hl_check_set *set = &report->sets[i];
    const struct hl_cell cells[N_COLUMN] = {{.text = set->name},
                                            {.integer = known(set->n_task)},
                                            {.integer = known(set->n_config)},
                                            {.integer = known(set->n_replica)},
                                            {.integer = known(set->n_run)},
                                            {.integer = known(set->n_missing_run)},
                                            {.integer = known(set->n_cell)},
                                            {.integer = known(set->n_missing)},
                                            {.integer = known(set->n_diverged)},
                                            {.integer = known(set->n_degenerate)}};
    TRY(hl_table_add(table, cells));
  }
out:
  return status;
}

static hl_status print(const struct cli *cli, const struct hl_check_report *report) {
  hl_status status = HL_OK;
  struct hl_table *table = NULL;
  TRY(hl_table_new(columns, N_COLUMN, &table));
  TRY(fill(report, table));
  TRY(cli_print_table(cli, table, NULL, 0, NULL));
out:
  hl_table_free(table);
  return status;
}

static hl_status run(struct cli *cli) {
  hl_status status = HL_OK;
  struct hl_check_report report = {.n_task = 0};
  const struct cli_option options[] = {CLI_END};
  TRY(cli_parse(cli, options, CLI_THREADS | CLI_JSON | CLI_PROVENANCE, 1, 1));
  status = hl_check(cli->arguments[0], &cli->context, &report);
  if (status != HL_OK && status != HL_BROKEN) goto out;
  const hl_status printed = print(cli, &report);
  if (printed != HL_OK) status = printed;
  if (status == HL_OK) cli_say(cli, "%s: no fault found", cli->arguments[0]);
out:
  hl_check_clear(&report);
  return status;
}

const struct cli_command cli_check = {
    .name = "check",
    .arguments = "FILE",
    .summary = "is a file whole; what is missing and diverged in it",
    .description = "Reads all of an archive and holds every chunk against its checksum, runs against what is "
                   "said to have run, "
                   "points against what is said to have been observed; of scores files and lists, what their "
                   "readers ask for, "
                   "ranges, and counts against the tables.\n\n"
                   "Every fault is a note with its place. The table has a row a set: tasks, configs, runs "
                   "that are missing, and "
                   "of the cells (a task and a config) those missing (no replica ran) and diverged (a point "
                   "of the averaged "
                   "validation curve is not finite), and the degenerate tasks.\n\n"
                   "Exit 0: no fault; 1: the file is ours and has faults; 4: it is none of ours.",
    .examples = {"hyperlist check archive.h5"},
    .run = run,
};
