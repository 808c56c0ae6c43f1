#include "cli/results.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/provenance.h"

#include <inttypes.h>
#include <stdio.h>

hl_status cli_new_provenance(const struct cli *cli, size_t n_input, const char *const *inputs,
                             struct cJSON **provenance) {
  return hl_provenance_new(cli->provenance, cli->context.seed, n_input, inputs, provenance);
}

static hl_status print(const struct cli *cli, const struct hl_table *table, const struct cJSON *provenance,
                       FILE *file) {
  return cli->json ? hl_table_print_json(table, provenance, file)
                   : hl_table_print_tsv(table, provenance, file);
}

hl_status cli_print_table(const struct cli *cli, const struct hl_table *table, size_t n_input,
                          const char *const *inputs) {
  hl_status status = HL_OK;
  struct cJSON *provenance = NULL;
  struct hl_output output = {0};
  TRY(cli_new_provenance(cli, n_input, inputs, &provenance));
  if (cli->output == NULL) {
    status = print(cli, table, provenance, stdout);
    goto out;
  }
  TRY(hl_output_open(&output, cli->output));
  TRY(print(cli, table, provenance, output.file));
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
  if (cli->output != NULL) TRY(hl_output_open(&output, cli->output));
  TRY(hl_table_begin_stream(table, cli->json, provenance, cli->output != NULL ? output.file : stdout));
  status = add_rows(user, table);
  if (cli->output == NULL && ferror(stdout)) status = HL_OK;      /* is found when the program ends */
  if (cli->output != NULL && ferror(output.file)) status = HL_OK; /* is found below */
  if (status != HL_OK) goto out;
  hl_table_end_stream(table);
  if (cli->output != NULL) TRY(hl_output_commit(&output));
out:
  hl_output_discard(&output);
  hl_json_free(provenance);
  return status;
}

hl_status cli_choose_missing(const char *text, enum hl_missing *missing) {
  const char *const names[] = {hl_missing_name(HL_MISSING_WORST), hl_missing_name(HL_MISSING_DROP_CONFIG),
                               hl_missing_name(HL_MISSING_DROP_TASK), hl_missing_name(HL_MISSING_ERROR),
                               NULL};
  int choice = HL_MISSING_WORST;
  const hl_status status = cli_choose("--missing", text, names, &choice);
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
