#include "analysis/figures.h"
#include "base/error.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/pool.h"
#include "base/ranks.h"
#include "base/text.h"
#include "cli/describe.h"
#include "cli/pictures.h"
#include "cli/results.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct reproducing {
  struct cli *cli;
  struct hl_scores *scores;
  struct figure_options options;
  struct cli_pictures pictures;
  struct cJSON *provenance;
  struct cJSON *summary, *made, *left_out; /* the latter two are in it */
};

/* ---- Options ---- */

static hl_status check_figure_names(const struct cli *cli) {
  size_t n, used = 0;
  const struct figure *figures = figures_get_all(&n);
  char known[256] = "";
  for (size_t i = 0; i < n && used < sizeof known; i++) {
    used += (size_t)snprintf(known + used, sizeof known - used, "%s%s", i > 0 ? ", " : "", figures[i].name);
  }
  for (size_t i = 1; i < cli->n_argument; i++) {
    if (figures_find(cli->arguments[i]) != NULL) continue;
    return hl_fail(HL_USAGE, "figure: found '%s', expected one of: %s", cli->arguments[i], known);
  }
  return HL_OK;
}

/* ---- A figure ---- */

static hl_status write_table(const struct reproducing *it, const struct figure *figure,
                             const struct figure_table *item) {
  return cli_pictures_write(&it->pictures, figure->name, item->suffix, item->table, it->provenance);
}

static hl_status publish_figure(const struct reproducing *it, const struct figure *figure,
                                const struct figure_tables *tables, const struct cli_drawing *drawing) {
  hl_status status = HL_OK;
  TRY(hl_table_note(tables->items[0].table, "title: %s", figure->title));
  for (size_t i = 0; i < tables->n; i++) TRY(write_table(it, figure, &tables->items[i]));
  if (!figure->is_table) TRY(cli_pictures_draw(&it->pictures, figure->name, drawing, &it->cli->context));
  TRY(cli_pictures_publish(&it->pictures));
  cli_say(it->cli, "%s: %s, in %s", figure->name, figure->title, it->cli->output);
  TRY(hl_json_append(it->made, hl_json_new_text(figure->name)));
  if (!it->cli->json && !figure->is_table) TRY(cli_pictures_show(&it->pictures, figure->name));
out:
  if (status != HL_OK) cli_pictures_discard(&it->pictures);
  return status;
}

/* All ranks make the numbers, where they share the work; the first draws. */
static hl_status make_figure(const struct reproducing *it, const struct figure *figure) {
  hl_status status = HL_OK;
  const struct hl_context *context = &it->cli->context;
  const bool is_first = hl_ranks_is_first(context);
  struct figure_tables tables = {0};
  struct cli_drawing drawing = {0};
  if (is_first && !figure->is_table) TRY(cli_drawing_init(&drawing, figure->name));
  if (is_first || figure->is_shared) TRY(figure->make(it->scores, &it->options, context, &tables));
  if (is_first) TRY(publish_figure(it, figure, &tables, &drawing));
out:
  status = hl_ranks_agree(context, status, 0);
  figure_tables_clear(&tables);
  cli_drawing_clear(&drawing);
  return status;
}

/* Those named, each of which must be possible; without names those that are. */
static hl_status make_figures(const struct reproducing *it) {
  hl_status status = HL_OK;
  size_t n, n_made = 0;
  const struct figure *figures = figures_get_all(&n);
  for (size_t i = 1; i < it->cli->n_argument; i++) {
    TRY(figures_find(it->cli->arguments[i])->check(it->scores, &it->options));
  }
  for (size_t i = 1; i < it->cli->n_argument; i++) TRY(make_figure(it, figures_find(it->cli->arguments[i])));
  for (size_t i = 0; i < n && it->cli->n_argument == 1; i++) {
    if (figures[i].check(it->scores, &it->options) == HL_OK) {
      TRY(make_figure(it, &figures[i]));
      n_made++;
    } else {
      cli_say(it->cli, "left out %s", hl_error_message());
      TRY(hl_json_append(it->left_out, hl_json_new_text(hl_error_message())));
    }
  }
  if (it->cli->n_argument == 1 && n_made == 0) {
    FAIL(HL_USAGE, "%s: found nothing that a figure can be made from, expected the paper's sets",
         it->cli->arguments[0]);
  }
out:
  return status;
}

/* ---- The command ---- */

static hl_status begin_summary(struct reproducing *it) {
  hl_status status = HL_OK;
  it->summary = hl_json_new_object();
  if (it->summary == NULL) return hl_fail_memory();
  TRY(describe_text(it->summary, "folder", it->cli->output));
  TRY(hl_json_add(it->summary, "figures", it->made = hl_json_new_array()));
  TRY(hl_json_add(it->summary, "left_out", it->left_out = hl_json_new_array()));
out:
  return status;
}

static hl_status reproduce(struct reproducing *it) {
  hl_status status = HL_OK;
  TRY(begin_summary(it));
  const bool is_first = hl_ranks_is_first(&it->cli->context);
  if (is_first) TRY(cli_pictures_open(&it->pictures, it->cli->output));
  TRY(make_figures(it));
  TRY(cli_print_summary(it->cli, it->summary));
out:
  if (it->pictures.folder != NULL) cli_pictures_close(&it->pictures, status);
  return status;
}

static hl_status choose_perplexity(const char *text, double *perplexity) {
  if (text == NULL || (hl_parse_double(text, perplexity) && *perplexity > 1 && isfinite(*perplexity)))
    return HL_OK;
  return hl_fail(HL_USAGE, "--perplexity: found '%s', expected a number above 1", text);
}

static hl_status check_set(const struct reproducing *it) {
  size_t i_set;
  return it->options.set == NULL ? HL_OK : hl_scores_find_set(it->scores, it->options.set, &i_set);
}

hl_status cli_reproduce(struct cli *cli) {
  hl_status status = HL_OK;
  struct reproducing it = {.cli = cli};
  char *format = NULL, *missing = NULL, *resamples = NULL, *trials = NULL, *perplexity = NULL, *set = NULL;
  uint64_t n_resample = 0, n_trial = 0;
  const struct poptOption options[] = {
      {"format", 0, POPT_ARG_STRING, &format, 0, CLI_FORMAT_HELP, "F"},
      {"missing", 0, POPT_ARG_STRING, &missing, 0, CLI_MISSING_HELP, "M"},
      {"perplexity", 0, POPT_ARG_STRING, &perplexity, 0,
       "of figure A1's t-SNE (default: 30, or a third of the tasks)", "P"},
      {"resamples", 0, POPT_ARG_STRING, &resamples, 0, "how often tasks are split anew (default: 50)", "R"},
      {"set", 0, POPT_ARG_STRING, &set, 0, "which lists are learned from (default: " FIGURE_SET ")", "SET"},
      {"trials", 0, POPT_ARG_STRING, &trials, 0, "stop after that many trials (default: all)", "N"},
      POPT_TABLEEND};
  TRY(cli_parse(cli, options,
                CLI_OUTPUT | CLI_OUTPUT_REQUIRED | CLI_THREADS | CLI_SEED | CLI_JSON | CLI_PROVENANCE, 1, 0));
  TRY(cli_pictures_choose(&it.pictures, format));
  TRY(cli_choose_missing(missing, &it.options.missing));
  TRY(cli_integer("--resamples", resamples, 1, 1000000, &n_resample));
  TRY(cli_integer("--trials", trials, 1, UINT32_MAX, &n_trial));
  TRY(choose_perplexity(perplexity, &it.options.perplexity));
  it.options.set = set;
  it.options.n_resample = (size_t)n_resample;
  it.options.n_trial = (size_t)n_trial;
  TRY(check_figure_names(cli));
  TRY(hl_scores_open(cli->arguments[0], &it.scores));
  TRY(check_set(&it));
  TRY(cli_new_provenance(cli, 1, cli->arguments, &it.provenance));
  TRY(reproduce(&it));
out:
  hl_json_free(it.provenance);
  hl_json_free(it.summary);
  hl_scores_close(it.scores);
  return status;
}
