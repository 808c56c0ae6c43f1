#include "analysis/figures.h"
#include "base/error.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/nearest.h"
#include "base/pool.h"
#include "base/ranks.h"
#include "base/text.h"
#include "cli/describe.h"
#include "cli/pictures.h"
#include "cli/results.h"
#include "hyperlist/limits.h"

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
    struct hl_nearest nearest = {.text = cli->arguments[i]};
    for (size_t k = 0; k < n; k++) hl_nearest_offer(&nearest, figures[k].name);
    return hl_fail(HL_USAGE, "figure: found '%s', expected one of: %s%s", cli->arguments[i], known,
                   hl_nearest_hint(&nearest));
  }
  return HL_OK;
}

/* ---- A figure ---- */

static hl_status write_table(struct reproducing *it, const struct figure *figure,
                             const struct figure_table *item) {
  return cli_pictures_write(&it->pictures, figure->name, item->suffix, item->table, it->provenance);
}

static hl_status publish_figure(struct reproducing *it, const struct figure *figure,
                                const struct figure_tables *tables, const struct cli_drawing *drawing) {
  hl_status status = HL_OK;
  TRY(hl_table_note(tables->items[0].table, "title: %s", figure->title));
  for (size_t i = 0; i < tables->n; i++) TRY(write_table(it, figure, &tables->items[i]));
  if (!figure->is_table) TRY(cli_pictures_draw(&it->pictures, figure->name, drawing, &it->cli->context));
  TRY(hl_check_cancel(&it->cli->context));
  TRY(cli_pictures_publish(&it->pictures));
  cli_say(it->cli, "%s: %s, in %s", figure->name, figure->title, it->cli->output);
  TRY(hl_json_append(it->made, hl_json_new_text(figure->name)));
  if (!it->cli->json && !figure->is_table) TRY(cli_pictures_show(&it->pictures, figure->name));
out:
  return status;
}

/* All ranks make the numbers, where they share the work; the first draws. */
static hl_status make_figure(struct reproducing *it, const struct figure *figure) {
  hl_status status = HL_OK;
  const struct hl_context *context = &it->cli->context;
  const bool is_first = hl_ranks_is_first(context);
  struct figure_tables tables = {0};
  struct cli_drawing drawing = {0};
  if (is_first && !figure->is_table) TRY(cli_drawing_init(&drawing, figure->name));
  if (is_first || figure->is_shared) TRY(figure->make(it->scores, &it->options, context, &tables));
  if (is_first) TRY(publish_figure(it, figure, &tables, &drawing));
out:
  status = hl_ranks_agree(context, status);
  figure_tables_clear(&tables);
  cli_drawing_clear(&drawing);
  return status;
}

/* Those named, each of which must be possible; without names those that are. */
static hl_status make_figures(struct reproducing *it) {
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
  TRY(cli_open_journal(it->cli, true));
  TRY(make_figures(it));
  TRY(cli_print_summary(it->cli, it->summary));
out:
  cli_close_journal(it->cli, status);
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

static hl_status run(struct cli *cli) {
  hl_status status = HL_OK;
  struct reproducing it = {.cli = cli};
  struct figure_sizes sizes = {0};
  char *format = NULL, *missing = NULL, *resamples = NULL, *trials = NULL, *perplexity = NULL, *set = NULL;
  uint64_t n_resample = 0, n_trial = 0;
  const struct cli_option options[] = {
      CLI_GROUP("The pictures"),
      CLI_FORMAT_OPTION(&format),
      CLI_GROUP("The numbers"),
      {"set", 0, CLI_TEXT, &set, "SET", "which lists are learned from", FIGURE_SET, NULL},
      {"resamples", 0, CLI_TEXT, &resamples, "R", "how often tasks are split anew", "50", NULL},
      {"trials", 0, CLI_TEXT, &trials, "N", "stop after that many trials", "all", NULL},
      {"perplexity", 0, CLI_TEXT, &perplexity, "P", "of figure A1's t-SNE", "30, or a third of the tasks",
       NULL},
      CLI_MISSING_OPTION(&missing),
      CLI_END};
  TRY(cli_parse(cli, options, CLI_THREADS | CLI_SEED | CLI_JSON | CLI_PROVENANCE, 1, 0));
  TRY(cli_pictures_choose(&it.pictures, format));
  TRY(cli_choose_missing(missing, &it.options.missing));
  TRY(cli_integer("--resamples", resamples, 1, HL_MAX_RESAMPLES, &n_resample));
  TRY(cli_integer("--trials", trials, 1, UINT32_MAX, &n_trial));
  TRY(choose_perplexity(perplexity, &it.options.perplexity));
  it.options.set = set;
  it.options.n_resample = (size_t)n_resample;
  it.options.n_trial = (size_t)n_trial;
  it.options.sizes = &sizes;
  TRY(check_figure_names(cli));
  TRY(hl_scores_open(cli->arguments[0], &it.scores));
  TRY(check_set(&it));
  TRY(cli_new_provenance(cli, 1, cli->arguments, &it.provenance));
  TRY(reproduce(&it));
out:
  figure_sizes_clear(&sizes);
  hl_json_free(it.provenance);
  hl_json_free(it.summary);
  hl_scores_close(it.scores);
  return status;
}

const struct cli_command cli_reproduce = {
    .name = "reproduce",
    .arguments = "SCORES -o DIR [FIGURE...]",
    .summary = "the paper's figures from your own scores",
    .output = "DIR",
    .output_help = "where the figures go; it is made if need be",
    .description = "Makes the figures of the paper (Metz et al. 2020): DIR/FIGURE.tsv with the numbers, its "
                   "title and caption, and "
                   "a picture one column wide, drawn by gnuplot. Without names all that the scores allow are "
                   "made, and it is said "
                   "what the others lack; a figure asked for by name is made or refused.\n\n"
                   "@ figure1a figure1c\nhistograms of parameter counts and training times\n\n"
                   "@ figure1b\nthe lowest loss that each share of all configs reaches, task by task\n\n"
                   "@ figure2\nlearned list, random and refined search on held-out halves\n\n"
                   "@ figure3a figure3b\nlists learned from more and more tasks\n\n"
                   "@ figure3c figure3d\nrecurrent tasks, or autoencoders, held out\n\n"
                   "@ figureA1\ntasks by their scores: t-SNE and principal components\n\n"
                   "@ figureB5\nscoring a run by its mean or by its lowest loss\n\n"
                   "@ space\nnumbers only: volumes of the search spaces and boxes (E.1)\n\n"
                   "Beside figure2, figure3c and figure3d stands FIGURE.speedup.tsv: how many trials the "
                   "others need for what the "
                   "list reaches in 1, 2, 5, ..",
    .examples = {"hyperlist reproduce scores.h5 -o figures",
                 "hyperlist reproduce scores.h5 -o figures --format svg,dumb figure2"},
    .run = run,
    .ranks = CLI_SHARED,
};
