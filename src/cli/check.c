/* An archive's faults as notes, its census as a table. */
#include "hyperlist/check.h"
#include "base/error.h"
#include "base/table.h"
#include "cli/cli.h"
#include "cli/results.h"

static const struct hl_column columns[] = {
    {"set", HL_CELL_TEXT},         {"tasks", HL_CELL_INTEGER},    {"configs", HL_CELL_INTEGER},
    {"replicas", HL_CELL_INTEGER}, {"runs", HL_CELL_INTEGER},     {"missing_runs", HL_CELL_INTEGER},
    {"missing", HL_CELL_INTEGER},  {"diverged", HL_CELL_INTEGER}, {"degenerate", HL_CELL_INTEGER},
};
enum { N_COLUMN = sizeof columns / sizeof *columns };

static int64_t known(int64_t count) {
  return count < 0 ? HL_NO_INTEGER : count;
}

static hl_status fill(const struct hl_check *check, struct hl_table *table) {
  hl_status status = HL_OK;
  for (size_t i = 0; i < check->faults.n; i++) TRY(hl_table_note(table, "fault: %s", check->faults.items[i]));
  if (check->n_more > 0) TRY(hl_table_note(table, "fault: and %zu more", check->n_more));
  for (size_t i = 0; i < check->n_set; i++) {
    const struct hl_check_set *set = &check->sets[i];
    const struct hl_cell cells[N_COLUMN] = {{.text = set->name},
                                            {.integer = (int64_t)set->n_task},
                                            {.integer = (int64_t)set->n_config},
                                            {.integer = (int64_t)set->n_replica},
                                            {.integer = set->n_run},
                                            {.integer = set->n_missing_run},
                                            {.integer = known(set->n_missing)},
                                            {.integer = known(set->n_diverged)},
                                            {.integer = known(set->n_degenerate)}};
    TRY(hl_table_add(table, cells));
  }
out:
  return status;
}

hl_status cli_check(struct cli *cli) {
  hl_status status = HL_OK;
  struct hl_check check = {0};
  struct hl_table *table = NULL;
  const struct poptOption options[] = {POPT_TABLEEND};
  TRY(cli_parse(cli, options, CLI_THREADS | CLI_JSON | CLI_PROVENANCE, 1, 1));
  TRY(hl_check_archive(cli->arguments[0], &cli->context, &check));
  TRY(hl_table_new(columns, N_COLUMN, &table));
  TRY(fill(&check, table));
  TRY(cli_print_table(cli, table, 0, NULL));
  const size_t n = check.faults.n + check.n_more;
  if (n > 0) {
    FAIL(HL_BROKEN, "%s: found %zu fault%s, expected none; the first: %s", cli->arguments[0], n,
         n > 1 ? "s" : "", check.faults.items[0]);
  }
  cli_say(cli, "%s: no fault found", cli->arguments[0]);
out:
  hl_table_free(table);
  hl_check_clear(&check);
  return status;
}
