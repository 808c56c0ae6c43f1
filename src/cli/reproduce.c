#include "analysis/figures.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/pool.h"
#include "cli/draw.h"
#include "cli/results.h"

#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_FORMATS = 4 };

struct reproducing {
  struct cli *cli;
  struct hl_scores *scores;
  struct figure_options options;
  size_t n_format;
  const struct cli_format *formats[MOST_FORMATS];
  struct cJSON *provenance;
  char *work; /* a folder in the output's, in which a figure is made whole before its files move out */
};

/* ---- Options ---- */

static hl_status add_format(struct reproducing *it, const char *name) {
  const struct cli_format *format = cli_find_format(name);
  if (format == NULL) return hl_fail(HL_USAGE, "--format: found '%s', expected svg, png, pdf or dumb", name);
  for (size_t i = 0; i < it->n_format; i++) {
    if (it->formats[i] == format) return HL_OK;
  }
  it->formats[it->n_format++] = format;
  return HL_OK;
}

static hl_status choose_formats(struct reproducing *it, const char *text) {
  hl_status status = HL_OK;
  char *names = NULL;
  TRY(hl_copy_text(text != NULL ? text : "svg", &names));
  for (char *name = names, *end = names; end != NULL; name = end + 1) {
    end = strchr(name, ',');
    if (end != NULL) *end = '\0';
    TRY(add_format(it, name));
  }
out:
  free(names);
  return status;
}

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

/* ---- Files ---- */

static hl_status write_table(const struct reproducing *it, const char *name,
                             const struct figure_table *item) {
  hl_status status = HL_OK;
  struct hl_output output = {0};
  char *path = NULL;
  TRY(hl_format_text(&path, "%s/%s%s.tsv", it->work, name, item->suffix));
  TRY(hl_output_open(&output, path));
  TRY(hl_table_print_tsv(item->table, it->provenance, output.file));
  TRY(hl_output_commit(&output));
out:
  hl_output_discard(&output);
  free(path);
  return status;
}

/* Calls `act` for each file of the work folder. */
static hl_status for_each_file(const struct reproducing *it,
                               hl_status (*act)(const struct reproducing *it, const char *name)) {
  hl_status status = HL_OK;
  DIR *folder = opendir(it->work);
  if (folder == NULL) return hl_fail_errno(it->work, "open");
  for (const struct dirent *entry; status == HL_OK && (entry = readdir(folder)) != NULL;) {
    if (entry->d_name[0] != '.') status = act(it, entry->d_name);
  }
  closedir(folder);
  return status;
}

static hl_status publish(const struct reproducing *it, const char *name) {
  hl_status status = HL_OK;
  char *from = NULL, *to = NULL;
  TRY(hl_format_text(&from, "%s/%s", it->work, name));
  TRY(hl_format_text(&to, "%s/%s", it->cli->output, name));
  TRY(hl_file_replace(from, to));
out:
  free(from);
  free(to);
  return status;
}

static hl_status discard(const struct reproducing *it, const char *name) {
  char *path;
  const hl_status status = hl_format_text(&path, "%s/%s", it->work, name);
  if (status != HL_OK) return status;
  unlink(path);
  free(path);
  return HL_OK;
}

/* ---- A figure ---- */

static hl_status draw(const struct reproducing *it, const struct figure *figure,
                      const struct cli_drawing *drawing) {
  hl_status status = HL_OK;
  for (size_t i = 0; i < it->n_format; i++) {
    char *picture;
    TRY(hl_format_text(&picture, "%s.%s", figure->name, it->formats[i]->extension));
    status = cli_draw(drawing, it->formats[i], it->work, picture);
    free(picture);
    if (status != HL_OK) goto out;
    TRY(hl_check_cancel(&it->cli->context));
  }
out:
  return status;
}

static hl_status make_figure(const struct reproducing *it, const struct figure *figure) {
  hl_status status = HL_OK;
  struct figure_tables tables = {0};
  struct cli_drawing drawing = {0};
  TRY(cli_drawing_init(&drawing, figure->name));
  TRY(figure->make(it->scores, &it->options, &it->cli->context, &tables));
  for (size_t i = 0; i < tables.n; i++) TRY(write_table(it, figure->name, &tables.items[i]));
  TRY(draw(it, figure, &drawing));
  TRY(for_each_file(it, publish));
  cli_say(it->cli, "%s: %s, in %s", figure->name, figure->title, it->cli->output);
out:
  if (status != HL_OK) {
    char *message;
    if (hl_copy_text(hl_error_message(), &message) == HL_OK) {
      for_each_file(it, discard);
      hl_fail_again(status, message);
      free(message);
    }
  }
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
    TRY(figures_find(it->cli->arguments[i])->check(it->scores));
  }
  for (size_t i = 1; i < it->cli->n_argument; i++) TRY(make_figure(it, figures_find(it->cli->arguments[i])));
  for (size_t i = 0; i < n && it->cli->n_argument == 1; i++) {
    if (figures[i].check(it->scores) == HL_OK) {
      TRY(make_figure(it, &figures[i]));
      n_made++;
    } else {
      cli_say(it->cli, "left out %s", hl_error_message());
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

static hl_status reproduce(struct reproducing *it) {
  hl_status status = HL_OK;
  const bool is_new = mkdir(it->cli->output, 0777) == 0;
  if (!is_new && errno != EEXIST) return hl_fail_errno(it->cli->output, "make folder");
  TRY(hl_format_text(&it->work, "%s/.hyperlist-XXXXXX", it->cli->output));
  if (mkdtemp(it->work) == NULL) {
    status = hl_fail_errno(it->cli->output, "make a folder in");
    free(it->work);
    it->work = NULL;
    goto out;
  }
  TRY(make_figures(it));
out:
  if (it->work != NULL) rmdir(it->work);
  if (is_new && status != HL_OK) rmdir(it->cli->output); /* fails, as it should, once a figure is in it */
  free(it->work);
  return status;
}

hl_status cli_reproduce(struct cli *cli) {
  hl_status status = HL_OK;
  struct reproducing it = {.cli = cli};
  char *format = NULL, *missing = NULL, *resamples = NULL, *trials = NULL;
  uint64_t n_resample = 0, n_trial = 0;
  const struct poptOption options[] = {
      {"format", 0, POPT_ARG_STRING, &format, 0, "pictures: svg (default), png, pdf, dumb; comma-separated",
       "F"},
      {"missing", 0, POPT_ARG_STRING, &missing, 0, CLI_MISSING_HELP, "M"},
      {"resamples", 0, POPT_ARG_STRING, &resamples, 0, "how often tasks are split anew (default: 50)", "R"},
      {"trials", 0, POPT_ARG_STRING, &trials, 0, "stop after that many trials (default: all)", "N"},
      POPT_TABLEEND};
  TRY(cli_parse(cli, options, CLI_OUTPUT | CLI_OUTPUT_REQUIRED | CLI_THREADS | CLI_SEED | CLI_PROVENANCE, 1,
                0));
  TRY(choose_formats(&it, format));
  TRY(cli_choose_missing(missing, &it.options.missing));
  TRY(cli_integer("--resamples", resamples, 1, 1000000, &n_resample));
  TRY(cli_integer("--trials", trials, 1, UINT32_MAX, &n_trial));
  it.options.n_resample = (size_t)n_resample;
  it.options.n_trial = (size_t)n_trial;
  TRY(check_figure_names(cli));
  TRY(hl_scores_open(cli->arguments[0], &it.scores));
  TRY(cli_new_provenance(cli, 1, cli->arguments, &it.provenance));
  TRY(reproduce(&it));
out:
  hl_json_free(it.provenance);
  hl_scores_close(it.scores);
  return status;
}
