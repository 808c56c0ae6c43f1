/* What the commands that read scores and print tables have in common. */
#ifndef HL_CLI_RESULTS_H
#define HL_CLI_RESULTS_H

#include "base/table.h"
#include "cli/cli.h"
#include "hyperlist/missing.h"

/* The provenance of a result made from these files; NULL after --no-provenance. Free it by hl_json_free. */
hl_status cli_new_provenance(const struct cli *cli, size_t n_input, const char *const *inputs,
                             struct cJSON **provenance);

/* Prints a table to -o or stdout, as TSV or with --json as JSON. A failure of stdout is found when the
 * program ends. */
hl_status cli_print_table(const struct cli *cli, const struct hl_table *table, size_t n_input,
                          const char *const *inputs);

/* The same for a table too long to keep: it has its notes and no rows yet, which add_rows adds one after the
 * other (and passes on what hl_table_add returns). */
hl_status cli_stream_table(const struct cli *cli, struct hl_table *table, size_t n_input,
                           const char *const *inputs,
                           hl_status (*add_rows)(void *user, struct hl_table *table), void *user);

/* --missing M. */
hl_status cli_choose_missing(const char *text, enum hl_missing *missing);

/* "12 missing, 3 diverged" in text[size], "unknown" for a negative count. Returns text. */
const char *cli_describe_cells(int64_t n_missing, int64_t n_diverged, char *text, size_t size);

#define CLI_MISSING_HELP "missing cells: worst (default), drop-config, drop-task or error"
#define CLI_TASKS_HELP                                                                                       \
  "which tasks: names, globs, kind:K, family:F, @FILE, !PART; comma-separated (default: all)"

#endif
