#include "hyperlist/export.h"
#include "base/error.h"
#include "base/json.h"
#include "base/pool.h"
#include "cli/describe.h"
#include "cli/results.h"

#include <stdint.h>
#include <stdlib.h>

static const char *const *export_targets(void) {
  size_t n;
  return hl_export_targets(&n);
}

static hl_status choose_target(const char *to, const char **target) {
  int choice = 0;
  const char *const *names = export_targets();
  if (to == NULL) return hl_fail(HL_USAGE, "--to T is missing: opt-list, json, csv or python");
  const hl_status status = cli_choose("--to", to, names, &choice);
  *target = names[choice];
  return status;
}

static hl_status say_summary(const struct cli *cli, const struct hl_list *list, size_t n_entry,
                             const struct hl_strings *paths) {
  hl_status status = HL_OK;
  struct cJSON *json = hl_json_new_object();
  if (json == NULL) return hl_fail_memory();
  for (size_t i = 0; i < paths->n; i++)
    cli_say(cli, "%s: %zu configs of %s", paths->items[i], n_entry, list->set);
  TRY(describe_text(json, "set", list->set));
  TRY(describe_count(json, "entries", (int64_t)n_entry));
  TRY(describe_names(json, "files", paths));
  TRY(cli_print_summary(cli, json));
out:
  hl_json_free(json);
  return status;
}

static hl_status run(struct cli *cli) {
  hl_status status = HL_OK;
  struct hl_list *list = NULL;
  struct hl_export_options export = {0};
  struct hl_strings paths = {0};
  struct cJSON *provenance = NULL;
  char *to = NULL, *length = NULL, *name = NULL, *text = NULL;
  const char *target = NULL;
  uint64_t n_entry = 0;
  const struct cli_option options[] = {
      CLI_GROUP("For whom"),
      {"to", 0, CLI_TEXT, &to, "T", "what reads it; opt-list are the two files of the published list",
       CLI_NEEDED, export_targets()},
      CLI_GROUP("What of it"),
      {NULL, 'k', CLI_TEXT, &length, "N", "only the first N configs", "all", NULL},
      {"name", 0, CLI_TEXT, &name, "NAME", "how the files' names begin", "by the set", NULL},
      CLI_END};
  TRY(cli_parse(cli, options, CLI_JSON | CLI_PROVENANCE, 1, 1));
  TRY(choose_target(to, &target));
  TRY(cli_integer("-k", length, 1, UINT32_MAX, &n_entry));
  export.n_entry = (size_t)n_entry;
  export.name = name;
  TRY(hl_list_read(cli->arguments[0], &list));
  TRY(cli_new_provenance(cli, 1, cli->arguments, &provenance));
  if (provenance != NULL) TRY(hl_json_copy_text(provenance, &text));
  export.provenance = text;
  TRY(hl_check_cancel(&cli->context));
  TRY(hl_export(list, target, cli->output, &export, &paths));
  TRY(say_summary(cli, list, n_entry > 0 && n_entry < list->n_entry ? (size_t)n_entry : list->n_entry,
                  &paths));
out:
  hl_strings_clear(&paths);
  hl_json_free(provenance);
  free(text);
  hl_list_free(list);
  return status;
}

const struct cli_command cli_export = {
    .name = "export",
    .arguments = "LIST --to T -o DIR",
    .summary = "a list for other programs: opt-list, json, csv, python",
    .output = "DIR",
    .output_help = "where the files go; it is made if need be",
    .description =
        "Writes a list as what other programs read. Files of the same names are replaced, each when it is "
        "whole.\n\n"
        "@ opt-list\nNAME_opt_list.txt, the configs' names, best first, and NAME_configs.json, their "
        "hyperparameters: what the packages of the published NAdamW list read\n\n"
        "@ json\nNAME_list.json, schema hyperlist.export/1: rank, config, J and hyperparameters\n\n"
        "@ csv\nNAME_list.csv: rank, config, J and a column a hyperparameter\n\n"
        "@ python\nNAME_list.py: CONFIGS, dicts with the keyword names of torch.optim where they exist and "
        "mean the "
        "same, and comments where they do not\n\n"
        "NAME is the set's without _1k and then _grid or _wide_grid, or what --name says.",
    .examples = {"hyperlist export list.json --to python -k 10 -o out"},
    .run = run,
};
