#include "hyperlist/report.h"
#include "analysis/figure4.h"
#include "analysis/figures.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/pool.h"
#include "cli/describe.h"
#include "cli/results.h"

#include <stdint.h>
#include <stdlib.h>

/* The figures' own titles, in the paper's order but for Figure 4, which is not made by `reproduce` and stands
 * last. */
static hl_status list_captions(struct hl_report_caption **captions, size_t *n) {
  const struct figure *figures = figures_get_all(n);
  const hl_status status = hl_new_array(*n + 1, sizeof **captions, captions);
  if (status != HL_OK) return status;
  for (size_t i = 0; i < *n; i++) {
    (*captions)[i] = (struct hl_report_caption){
        .name = figures[i].name, .title = figures[i].title, .is_table = figures[i].is_table};
  }
  (*captions)[(*n)++] = (struct hl_report_caption){.name = FIGURE4_NAME, .title = FIGURE4_TITLE};
  return HL_OK;
}

static hl_status say_summary(const struct cli *cli, const struct hl_strings *warnings,
                             const struct hl_strings *unused) {
  hl_status status = HL_OK;
  struct cJSON *json = hl_json_new_object();
  if (json == NULL) return hl_fail_memory();
  for (size_t i = 0; i < unused->n; i++) cli_say(cli, "left out %s", unused->items[i]);
  cli_say(cli, "%s: %zu warning%s in it", cli->output, warnings->n, warnings->n == 1 ? "" : "s");
  TRY(describe_text(json, "page", cli->output));
  TRY(describe_names(json, "warnings", warnings));
  TRY(describe_names(json, "left_out", unused));
  TRY(cli_print_summary(cli, json));
out:
  hl_json_free(json);
  return status;
}

static hl_status write_page(const struct cli *cli, const struct hl_report_options *report) {
  hl_status status = HL_OK;
  struct hl_strings warnings = {0}, unused = {0};
  struct hl_output output = {0};
  TRY(hl_output_open(&output, cli->output));
  TRY(hl_report_write(report, output.file, cli->output, &warnings, &unused));
  TRY(hl_check_cancel(&cli->context));
  TRY(hl_output_commit(&output));
  TRY(say_summary(cli, &warnings, &unused));
out:
  hl_output_discard(&output);
  hl_strings_clear(&warnings);
  hl_strings_clear(&unused);
  return status;
}

static hl_status run(struct cli *cli) {
  hl_status status = HL_OK;
  struct hl_report_options report = {0};
  struct hl_report_caption *captions = NULL;
  struct cJSON *provenance = NULL;
  char *title = NULL, *length = NULL, *text = NULL;
  uint64_t n_entry = 0;
  const struct cli_option options[] = {
      CLI_GROUP("The page"),
      {"title", 0, CLI_TEXT, &title, "TEXT", "its title", "hyperlist report", NULL},
      {NULL, 'k', CLI_TEXT, &length, "N", "show the first N of each list", "10", NULL},
      CLI_END};
  TRY(cli_parse(cli, options, CLI_JSON | CLI_PROVENANCE, 1, 0));
  TRY(cli_integer("-k", length, 1, UINT32_MAX, &n_entry));
  TRY(list_captions(&captions, &report.n_caption));
  TRY(cli_new_provenance(cli, 0, NULL, &provenance));
  if (provenance != NULL) TRY(hl_json_copy_text(provenance, &text));
  report.sources = cli->arguments;
  report.n_source = cli->n_argument;
  report.captions = captions;
  report.n_entry = (size_t)n_entry;
  report.title = title;
  report.provenance = text;
  TRY(write_page(cli, &report));
out:
  hl_json_free(provenance);
  free(captions);
  free(text);
  return status;
}

const struct cli_command cli_report = {
    .name = "report",
    .arguments = "DIR|FILE... -o HTML",
    .summary = "figures, tables, lists and data in one page",
    .output = "HTML",
    .output_help = "the page",
    .description = "Makes one HTML page, whole in itself, for a reader who has neither the files nor the "
                   "program: pictures "
                   "(.svg) with their captions and numbers, tables, lists, what is in archives and scores "
                   "files, and warnings of "
                   "what a careful reader should know. It loads nothing from anywhere.\n\n"
                   "Of a folder all that fits is taken, and what does not is named.",
    .examples = {"hyperlist report figures list.json scores.h5 -o page.html"},
    .run = run,
};
