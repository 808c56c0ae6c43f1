#include "hyperlist/generalize.h"
#include "base/error.h"
#include "base/text.h"
#include "cli/results.h"
#include "generalize/series_table.h"

#include <stdint.h>

static hl_status parse_fraction(const char *text, bool is_held_out, double *fraction) {
  if (text == NULL) return HL_OK;
  const bool is_number = hl_parse_double(text, fraction);
  if (is_number && *fraction > 0 && (*fraction < 1 || (*fraction == 1 && is_held_out))) return HL_OK;
  return hl_fail(HL_USAGE, "--train-fraction: found '%s', expected a number between 0 and 1", text);
}

/* The headline: how far a baseline has to go to reach the learned list. */
static void say_summary(const struct cli *cli, const struct hl_generalization *generalization) {
  const struct hl_series *learned = &generalization->series[0];
  cli_say(cli, "%zu resamplings of %zu train and %zu test tasks", learned->n_resample,
          generalization->n_train, generalization->n_test);
  if (!cli->verbose) return;
  const size_t k = learned->n_trial < 10 ? learned->n_trial : 10;
  for (size_t i = 1; i < generalization->n_series; i++) {
    const size_t n = hl_series_trials_to_reach(&generalization->series[i], learned->median[k - 1]);
    if (n > 0) {
      cli_say(cli, "%s needs %zu trials for what the learned list reaches in %zu",
              generalization->series[i].name, n, k);
    } else {
      cli_say(cli, "%s never reaches what the learned list reaches in %zu trials",
              generalization->series[i].name, k);
    }
  }
}

struct generalize_texts {
  char *set, *hold_out, *fraction, *n_train, *n_resample, *baselines, *report, *missing, *n_trial;
};

static hl_status choose(const struct generalize_texts *texts, struct hl_generalize_options *options) {
  static const char *const reports[] = {"test", "valid", NULL};
  hl_status status = HL_OK;
  uint64_t n_train = 0, n_resample = 0, n_trial = 0;
  int report = HL_REPORT_TEST;
  if (texts->set == NULL) FAIL(HL_USAGE, "--set SET is missing: the set to learn from");
  if (texts->fraction != NULL && texts->n_train != NULL) {
    FAIL(HL_USAGE, "--train-fraction and --train-tasks: found both, expected one of them");
  }
  TRY(parse_fraction(texts->fraction, texts->hold_out != NULL, &options->split.train_fraction));
  TRY(cli_integer("--train-tasks", texts->n_train, 1, UINT32_MAX, &n_train));
  TRY(cli_integer("--resamples", texts->n_resample, 1, 1000000, &n_resample));
  TRY(cli_integer("-k", texts->n_trial, 1, UINT32_MAX, &n_trial));
  TRY(cli_choose("--report", texts->report, reports, &report));
  TRY(cli_choose_missing(texts->missing, &options->missing));
  options->set = texts->set;
  options->baselines = texts->baselines;
  options->split.hold_out = texts->hold_out;
  options->split.train_tasks = (size_t)n_train;
  options->n_resample = (size_t)n_resample;
  options->n_trial = (size_t)n_trial;
  options->report = (enum hl_report)report;
out:
  return status;
}

hl_status cli_generalize(struct cli *cli) {
  hl_status status = HL_OK;
  struct hl_scores *scores = NULL;
  struct hl_generalization *generalization = NULL;
  struct hl_table *table = NULL;
  struct hl_generalize_options generalize = {0};
  struct generalize_texts texts = {0};
  const struct poptOption options[] = {
      {"set", 0, POPT_ARG_STRING, &texts.set, 0, "the set to learn from", "SET"},
      {"hold-out", 0, POPT_ARG_STRING, &texts.hold_out, 0, "test on these tasks, train on others", "SEL"},
      {"train-fraction", 0, POPT_ARG_STRING, &texts.fraction, 0, "share of tasks that train (default: half)",
       "F"},
      {"train-tasks", 0, POPT_ARG_STRING, &texts.n_train, 0, "number of tasks that train", "N"},
      {"resamples", 0, POPT_ARG_STRING, &texts.n_resample, 0, "how often tasks are split anew (default: 50)",
       "R"},
      {"baselines", 0, POPT_ARG_STRING, &texts.baselines, 0,
       "series beside the learned list, comma-separated, or all, or none (default: " HL_DEFAULT_BASELINES ")",
       "B"},
      {"report", 0, POPT_ARG_STRING, &texts.report, 0, "score of the chosen config: test (default) or valid",
       "WHAT"},
      {"missing", 0, POPT_ARG_STRING, &texts.missing, 0, CLI_MISSING_HELP, "M"},
      {NULL, 'k', POPT_ARG_STRING, &texts.n_trial, 0, "stop after that many trials (default: all)", "N"},
      POPT_TABLEEND};
  TRY(cli_parse(cli, options, CLI_OUTPUT | CLI_THREADS | CLI_SEED | CLI_JSON | CLI_PROVENANCE, 1, 1));
  TRY(choose(&texts, &generalize));
  TRY(hl_scores_open(cli->arguments[0], &scores));
  TRY(hl_generalize(scores, &generalize, &cli->context, &generalization));
  TRY(hl_series_tabulate(generalization, &table));
  TRY(cli_print_table(cli, table, 1, cli->arguments));
  say_summary(cli, generalization);
out:
  hl_table_free(table);
  hl_generalization_free(generalization);
  hl_scores_close(scores);
  return status;
}
