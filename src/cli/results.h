/* What the commands that read scores and print tables have in common. */
#ifndef HL_CLI_RESULTS_H
#define HL_CLI_RESULTS_H

#include "base/table.h"
#include "cli/cli.h"
#include "hyperlist/list.h"
#include "hyperlist/missing.h"

/* Begins to hash the files that are the command's arguments, beside what follows, if there is a second thread
 * to use: for cli_new_provenance, which does without where it has to. */
void cli_hash_arguments(struct cli *cli);

/* The provenance of a result made from these files; NULL after --no-provenance. Free it by hl_json_free. */
hl_status cli_new_provenance(const struct cli *cli, size_t n_input, const char *const *inputs,
                             struct cJSON **provenance);

/* Prints a table to -o or stdout: as JSON with --json, on a terminal aligned and without its provenance, with
 * bars of the column named `bar` (NULL: none), else as TSV. A failure of stdout is found when the program
 * ends. */
hl_status cli_print_table(const struct cli *cli, const struct hl_table *table, const char *bar,
                          size_t n_input, const char *const *inputs);

/* The same to stdout, for a command whose -o is for something else. */
hl_status cli_show_table(const struct cli *cli, const struct hl_table *table, const char *bar,
                         const struct cJSON *provenance);

/* For a table too long to keep, and so to align: it has its notes and no rows yet, which add_rows adds one
 * after the other (and passes on what hl_table_add returns). */
hl_status cli_stream_table(const struct cli *cli, struct hl_table *table, size_t n_input,
                           const char *const *inputs,
                           hl_status (*add_rows)(void *user, struct hl_table *table), void *user);

/* Writes a list to -o, with the provenance of a result made from these files. */
hl_status cli_write_list(const struct cli *cli, struct hl_list *list, size_t n_input,
                         const char *const *inputs);

/* With --json, what a command that prints no table has done: an object on stdout. */
hl_status cli_print_summary(const struct cli *cli, const struct cJSON *summary);

/* "; 2 tasks degenerate, left out: a, b", "" if there are none: of many the first few are named. Yours to
 * free. */
hl_status cli_describe_degenerate(const struct hl_strings *tasks, char **text);

/* Keeps a journal of what follows (base/journal.h), on the first rank: a hidden file beside -o, or in it
 * where that is a folder; none for what is no regular file. cli_close_journal ends it: a command that was
 * stopped leaves it for the next, any other removes it. */
hl_status cli_open_journal(struct cli *cli, bool is_folder);
void cli_close_journal(struct cli *cli, hl_status status);

/* --missing M. */
hl_status cli_choose_missing(const char *text, enum hl_missing *missing);

/* "12 missing, 3 diverged" in text[size], "unknown" for a negative count. Returns text. */
const char *cli_describe_cells(int64_t n_missing, int64_t n_diverged, char *text, size_t size);

#endif
