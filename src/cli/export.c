#include "hyperlist/export.h"
#include "base/error.h"
#include "base/json.h"
#include "cli/describe.h"
#include "cli/results.h"

#include <stdint.h>
#include <stdlib.h>

static hl_status choose_target(const char *to, const char **target) {
  size_t n;
  int choice = 0;
  const char *const *names = hl_export_targets(&n);
  const char *choices[8] = {NULL};
  for (size_t i = 0; i < n && i + 1 < sizeof choices / sizeof choices[0]; i++) choices[i] = names[i];
  if (to == NULL) return hl_fail(HL_USAGE, "--to T is missing: opt-list, json, csv or python");
  const hl_status status = cli_choose("--to", to, choices, &choice);
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

hl_status cli_export(struct cli *cli) {
  hl_status status = HL_OK;
  struct hl_list *list = NULL;
  struct hl_export_options export = {0};
  struct hl_strings paths = {0};
  struct cJSON *provenance = NULL;
  char *to = NULL, *length = NULL, *name = NULL, *text = NULL;
  const char *target = NULL;
  uint64_t n_entry = 0;
  const struct poptOption options[] = {
      {"to", 0, POPT_ARG_STRING, &to, 0, "opt-list (two files, as published), json, csv or python", "T"},
      {NULL, 'k', POPT_ARG_STRING, &length, 0, "only the first N configs (default: all)", "N"},
      {"name", 0, POPT_ARG_STRING, &name, 0, "how the files' names begin (default: by the set)", "NAME"},
      POPT_TABLEEND};
  TRY(cli_parse(cli, options, CLI_OUTPUT | CLI_OUTPUT_REQUIRED | CLI_JSON | CLI_PROVENANCE, 1, 1));
  TRY(choose_target(to, &target));
  TRY(cli_integer("-k", length, 1, UINT32_MAX, &n_entry));
  export.n_entry = (size_t)n_entry;
  export.name = name;
  TRY(hl_list_read(cli->arguments[0], &list));
  TRY(cli_new_provenance(cli, 1, cli->arguments, &provenance));
  if (provenance != NULL) TRY(hl_json_copy_text(provenance, &text));
  export.provenance = text;
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
