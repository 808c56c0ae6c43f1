#include "cli/results.h"
#include "base/error.h"
#include "base/file.h"
#include "base/hasher.h"
#include "base/journal.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/pool.h"
#include "base/provenance.h"
#include "base/ranks.h"
#include "cli/columns.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

hl_status cli_new_provenance(const struct cli *cli, size_t n_input, const char *const *inputs,
                             struct cJSON **provenance) {
  const char *command = hl_ranks_is_first(&cli->context) ? cli->provenance : NULL; /* who writes, asks */
  hl_status status = HL_OK;
  TRY(hl_provenance_new(command, cli->context.seed, provenance));
  for (size_t i = 0; i < n_input; i++) {
    uint64_t hash, n_byte;
    if (hl_hashing_get(cli->hashing, inputs[i], &hash, &n_byte))
      TRY(hl_provenance_add_hashed(*provenance, inputs[i], hash, n_byte));
    else
      TRY(hl_provenance_add_input(*provenance, inputs[i]));
  }
out:
  if (status != HL_OK) {
    hl_json_free(*provenance);
    *provenance = NULL;
  }
  return status;
}

void cli_hash_arguments(struct cli *cli) {
  const bool has_thread = hl_pool_threads(&cli->context, 2) > 1;
  if (has_thread && cli->provenance != NULL && hl_ranks_is_first(&cli->context))
    cli->hashing = hl_hashing_begin(cli->n_argument, cli->arguments);
}

/* Ranks that do the same beside the first write it nowhere. */
static const char *get_output(const struct cli *cli) {
  return cli->output == NULL || hl_ranks_is_first(&cli->context) ? cli->output : "/dev/null";
}

static hl_status print(const struct cli *cli, const struct hl_table *table, const struct cJSON *provenance,
                       FILE *file) {
  return cli->json ? hl_table_print_json(table, provenance, file)
                   : hl_table_print_tsv(table, provenance, file);
}

hl_status cli_show_table(const struct cli *cli, const struct hl_table *table, const char *bar,
                         const struct cJSON *provenance) {
  const hl_status status = hl_check_cancel(&cli->context);
  if (status != HL_OK) return status;
  const struct cli_terminal terminal = cli_find_terminal(stdout);
  /* mpirun gives its ranks a terminal of its own making */
  const bool is_for_people = terminal.is_one && !cli->json && cli->context.ranks == NULL;
  return is_for_people ? cli_columns_print_table(table, bar, &terminal, stdout)
                       : print(cli, table, provenance, stdout);
}

hl_status cli_print_table(const struct cli *cli, const struct hl_table *table, const char *bar,
                          size_t n_input, const char *const *inputs) {
  hl_status status = HL_OK;
  struct cJSON *provenance = NULL;
  struct hl_output output = {0};
  TRY(cli_new_provenance(cli, n_input, inputs, &provenance));
  if (cli->output == NULL) {
    status = cli_show_table(cli, table, bar, provenance);
    goto out;
  }
  TRY(hl_output_open(&output, get_output(cli)));
  TRY(print(cli, table, provenance, output.file));
  TRY(hl_check_cancel(&cli->context));
  TRY(hl_output_commit(&output));
out:
  hl_output_discard(&output);
  hl_json_free(provenance);
  return status;
}

hl_status cli_stream_table(const struct cli *cli, struct hl_table *table, size_t n_input,
                           const char *const *inputs,
                           hl_status (*add_rows)(void *user, struct hl_table *table), void *user) {
  hl_status status = HL_OK;
  struct cJSON *provenance = NULL;
  struct hl_output output = {0};
  TRY(cli_new_provenance(cli, n_input, inputs, &provenance));
  if (cli->output != NULL) TRY(hl_output_open(&output, get_output(cli)));
  TRY(hl_table_begin_stream(table, cli->json, provenance, cli->output != NULL ? output.file : stdout));
  status = add_rows(user, table);
  if (cli->output == NULL && ferror(stdout)) status = HL_OK;      /* is found when the program ends */
  if (cli->output != NULL && ferror(output.file)) status = HL_OK; /* is found below */
  if (status != HL_OK) goto out;
  hl_table_end_stream(table);
  TRY(hl_check_cancel(&cli->context));
  if (cli->output != NULL) TRY(hl_output_commit(&output));
out:
  hl_output_discard(&output);
  hl_json_free(provenance);
  return status;
}

hl_status cli_write_list(const struct cli *cli, struct hl_list *list, size_t n_input,
                         const char *const *inputs) {
  hl_status status = HL_OK;
  struct cJSON *provenance = NULL;
  struct hl_output output = {0};
  TRY(cli_new_provenance(cli, n_input, inputs, &provenance));
  if (provenance != NULL) TRY(hl_json_copy_text(provenance, &list->provenance));
  TRY(hl_output_open(&output, get_output(cli)));
  TRY(hl_list_write(list, output.file, cli->output));
  TRY(hl_check_cancel(&cli->context));
  TRY(hl_output_commit(&output));
out:
  hl_output_discard(&output);
  hl_json_free(provenance);
  return status;
}

hl_status cli_print_summary(const struct cli *cli, const struct cJSON *summary) {
  return cli->json ? hl_json_print(summary, stdout, "stdout") : HL_OK;
}

hl_status cli_describe_degenerate(const struct hl_strings *tasks, char **text) {
  enum { MOST = 5 };
  hl_status status = hl_copy_text("", text);
  for (size_t i = 0; i < tasks->n && i < MOST && status == HL_OK; i++) {
    char *before = *text;
    status = i > 0 ? hl_format_text(text, "%s, %s", before, tasks->items[i])
                   : hl_format_text(text, "; %zu task%s degenerate, left out: %s", tasks->n,
                                    tasks->n == 1 ? "" : "s", tasks->items[i]);
    free(before);
    if (status != HL_OK) *text = NULL;
  }
  if (status != HL_OK || tasks->n <= MOST) return status;
  char *before = *text;
  status = hl_format_text(text, "%s, ..", before);
  free(before);
  return status;
}

/* By enum hl_missing. */
const char *const cli_missing_choices[] = {"worst", "drop-config", "drop-task", "error", NULL};

hl_status cli_open_journal(struct cli *cli, bool is_folder) {
  hl_status status = HL_OK;
  struct stat info;
  char *path = NULL;
  const char *output = cli->output;
  if (output == NULL || !hl_ranks_is_first(&cli->context)) return HL_OK;
  if (!is_folder && stat(output, &info) == 0 && !S_ISREG(info.st_mode)) return HL_OK;
  const int n_folder = (int)(hl_file_name(output) - output);
  if (is_folder)
    TRY(hl_format_text(&path, "%s/.journal", output));
  else
    TRY(hl_format_text(&path, "%.*s.%s.journal", n_folder, output, hl_file_name(output)));
  TRY(hl_journal_open(path, &cli->context.journal));
out:
  free(path);
  return status;
}

void cli_close_journal(struct cli *cli, hl_status status) {
  hl_journal_close(cli->context.journal, status == HL_CANCELLED);
  cli->context.journal = NULL;
}

hl_status cli_choose_missing(const char *text, enum hl_missing *missing) {
  int choice = HL_MISSING_WORST;
  const hl_status status = cli_choose("--missing", text, cli_missing_choices, &choice);
  *missing = (enum hl_missing)choice;
  return status;
}

const char *cli_describe_cells(int64_t n_missing, int64_t n_diverged, char *text, size_t size) {
  const int n = snprintf(text, size, "%" PRId64 " missing, ", n_missing);
  const size_t used = n < 0 ? 0 : (size_t)n < size ? (size_t)n : size;
  if (n_diverged < 0) {
    snprintf(text + used, size - used, "an unknown number diverged");
  } else {
    snprintf(text + used, size - used, "%" PRId64 " diverged", n_diverged);
  }
  return text;
}
