#include "hyperlist/generalize.h"
#include "base/error.h"
#include "base/text.h"
#include "cli/results.h"
#include "generalize/series_table.h"
#include "hyperlist/limits.h"

#include <stdint.h>
#include <stdio.h>

/* ---- Options ---- */

static const char *const reports[] = {"test", "valid", NULL};
static const char *const units[] = {"task", "family", "kind", NULL};

struct generalize_texts {
  char *set, *hold_out, *k_fold, *leave_out, *fraction, *n_train, *n_resample, *baselines, *report, *missing,
      *n_trial;
  int per_task, per_resample;
};

static hl_status refuse_both(const char *one, bool has_one, const char *other, bool has_other) {
  if (!has_one || !has_other) return HL_OK;
  return hl_fail(HL_USAGE, "%s and %s: found both, expected one of them", one, other);
}

static hl_status check_together(const struct generalize_texts *texts) {
  hl_status status = HL_OK;
  const bool hold_out = texts->hold_out != NULL, k_fold = texts->k_fold != NULL,
             leave_out = texts->leave_out != NULL;
  TRY(refuse_both("--hold-out", hold_out, "--k-fold", k_fold));
  TRY(refuse_both("--hold-out", hold_out, "--leave-one-out", leave_out));
  TRY(refuse_both("--k-fold", k_fold, "--leave-one-out", leave_out));
  TRY(refuse_both("--train-fraction", texts->fraction != NULL, "--train-tasks", texts->n_train != NULL));
  TRY(refuse_both("--per-task", texts->per_task != 0, "--per-resample", texts->per_resample != 0));
out:
  return status;
}

/* may_be_1: the test side is given, so that all others may train. */
static hl_status parse_fraction(const char *text, bool may_be_1, double *fraction) {
  if (text == NULL) return HL_OK;
  const bool is_number = hl_parse_double(text, fraction);
  if (is_number && *fraction > 0 && (*fraction < 1 || (*fraction == 1 && may_be_1))) return HL_OK;
  return hl_fail(HL_USAGE, "--train-fraction: found '%s', expected a number between 0 and 1", text);
}

static hl_status choose_split(const struct generalize_texts *texts, struct hl_split_options *split) {
  hl_status status = HL_OK;
  uint64_t n_train = 0, k_fold = 0;
  int unit = -1;
  TRY(cli_integer("--k-fold", texts->k_fold, 2, UINT32_MAX, &k_fold));
  TRY(cli_choose("--leave-one-out", texts->leave_out, units, &unit));
  TRY(cli_integer("--train-tasks", texts->n_train, 1, UINT32_MAX, &n_train));
  split->hold_out = texts->hold_out;
  split->k_fold = (size_t)k_fold;
  split->leave_out = (enum hl_leave_out)(unit + 1);
  split->train_tasks = (size_t)n_train;
  TRY(parse_fraction(texts->fraction, split->hold_out != NULL || k_fold > 0 || unit >= 0,
                     &split->train_fraction));
out:
  return status;
}

static hl_status choose(const struct generalize_texts *texts, struct hl_generalize_options *options) {
  hl_status status = HL_OK;
  uint64_t n_resample = 0, n_trial = 0;
  int report = HL_REPORT_TEST;
  if (texts->set == NULL) FAIL(HL_USAGE, "--set SET is missing: the set to learn from");
  TRY(check_together(texts));
  TRY(choose_split(texts, &options->split));
  TRY(cli_integer("--resamples", texts->n_resample, 1, HL_MAX_RESAMPLES, &n_resample));
  TRY(cli_integer("-k", texts->n_trial, 1, UINT32_MAX, &n_trial));
  TRY(cli_choose("--report", texts->report, reports, &report));
  TRY(cli_choose_missing(texts->missing, &options->missing));
  options->set = texts->set;
  options->baselines = texts->baselines;
  options->n_resample = (size_t)n_resample;
  options->n_trial = (size_t)n_trial;
  options->report = (enum hl_report)report;
out:
  return status;
}

/* ---- Results ---- */

struct generalizing {
  struct cli *cli;
  struct hl_scores *scores;
  struct hl_generalize_options options;
  struct hl_generalization *generalization;
  struct hl_table *table; /* per task: where the visitor's rows go */
};

static hl_status add_resample_rows(void *user, struct hl_table *table) {
  const struct generalizing *it = user;
  return hl_series_add_rows(it->generalization, HL_SERIES_PER_RESAMPLE, table);
}

static hl_status visit_task_curves(void *user, const struct hl_task_curves *curves) {
  const struct generalizing *it = user;
  return hl_series_add_task_rows(curves, it->scores, it->table);
}

static hl_status add_task_rows(void *user, struct hl_table *table) {
  struct generalizing *it = user;
  it->table = table;
  return hl_generalize_tasks(it->scores, &it->options, &it->cli->context, it->generalization,
                             visit_task_curves, it);
}

static hl_status print_results(struct generalizing *it, const struct generalize_texts *texts) {
  hl_status status = HL_OK;
  const struct cli *cli = it->cli;
  struct hl_table *table = NULL;
  if (texts->per_task) {
    TRY(hl_series_new_table(it->generalization, HL_SERIES_PER_TASK, &table));
    TRY(cli_stream_table(cli, table, 1, cli->arguments, add_task_rows, it));
  } else if (texts->per_resample) {
    TRY(hl_series_new_table(it->generalization, HL_SERIES_PER_RESAMPLE, &table));
    TRY(cli_stream_table(cli, table, 1, cli->arguments, add_resample_rows, it));
  } else {
    TRY(hl_series_tabulate(it->generalization, &table));
    TRY(cli_print_table(cli, table, "median", 1, cli->arguments));
  }
out:
  hl_table_free(table);
  return status;
}

static void say_split(const struct cli *cli, const struct hl_generalization *generalization) {
  char folds[64] = "", train[64] = "", test[64] = "";
  if (generalization->n_fold > 1) snprintf(folds, sizeof folds, "%zu folds of ", generalization->n_fold);
  if (generalization->n_train < generalization->n_train_most)
    snprintf(train, sizeof train, " to %zu", generalization->n_train_most);
  if (generalization->n_test < generalization->n_test_most)
    snprintf(test, sizeof test, " to %zu", generalization->n_test_most);
  cli_say(cli, "%zu resampling%s of %s%zu%s train and %zu%s test tasks", generalization->n_resample,
          generalization->n_resample == 1 ? "" : "s", folds, generalization->n_train, train,
          generalization->n_test, test);
}

/* The headline: how far a baseline has to go to reach the learned list. */
static void say_summary(const struct cli *cli, const struct hl_generalization *generalization) {
  const struct hl_series *learned = &generalization->series[0];
  say_split(cli, generalization);
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

static hl_status run(struct cli *cli) {
  hl_status status = HL_OK;
  struct generalizing it = {.cli = cli};
  struct generalize_texts texts = {0};
  const struct cli_option options[] = {
      CLI_GROUP("Which tasks test"),
      {"hold-out", 0, CLI_TEXT, &texts.hold_out, "SEL", "these tasks; others train", "none", NULL},
      {"k-fold", 0, CLI_TEXT, &texts.k_fold, "K", "each of K parts of the tasks in turn", "none", NULL},
      {"leave-one-out", 0, CLI_TEXT, &texts.leave_out, "UNIT",
       "each in turn, with --resamples 1 unless said otherwise", "none", units},
      CLI_GROUP("Which tasks train"),
      {"train-fraction", 0, CLI_TEXT, &texts.fraction, "F", "share of the tasks", "half", NULL},
      {"train-tasks", 0, CLI_TEXT, &texts.n_train, "N", "number of tasks", "half", NULL},
      {"resamples", 0, CLI_TEXT, &texts.n_resample, "R", "how often tasks are split anew", "50", NULL},
      CLI_GROUP("What is compared"),
      {"set", 0, CLI_TEXT, &texts.set, "SET", "the set to learn from", CLI_NEEDED, NULL},
      {"baselines", 0, CLI_TEXT, &texts.baselines, "B,..",
       "series beside the learned list: random[:SET], refined-minmax, refined-q90, refined-q90-joint, "
       "best-case, "
       "oracle, expected[:SET], all, none",
       HL_DEFAULT_BASELINES, NULL},
      CLI_GROUP("How it is counted"),
      {"report", 0, CLI_TEXT, &texts.report, "WHAT", "which score of the chosen config", "test", reports},
      CLI_MISSING_OPTION(&texts.missing),
      {NULL, 'k', CLI_TEXT, &texts.n_trial, "N", "stop after that many trials", "all", NULL},
      {"per-task", 0, CLI_FLAG, &texts.per_task,
       .help = "one row a series, resampling, test task and trial instead of the summary"},
      {"per-resample", 0, CLI_FLAG, &texts.per_resample,
       .help = "one row a series, resampling and trial instead of the summary"},
      CLI_END};
  TRY(cli_parse(cli, options, CLI_THREADS | CLI_SEED | CLI_JSON | CLI_PROVENANCE, 1, 1));
  TRY(choose(&texts, &it.options));
  it.options.keep_values = texts.per_resample;
  cli_hash_arguments(cli);
  TRY(hl_scores_open(cli->arguments[0], &it.scores));
  TRY(cli_open_journal(cli, false));
  TRY(hl_generalize(it.scores, &it.options, &cli->context, &it.generalization));
  TRY(print_results(&it, &texts));
  say_summary(cli, it.generalization);
out:
  cli_close_journal(cli, status);
  hl_generalization_free(it.generalization);
  hl_scores_close(it.scores);
  return status;
}

const struct cli_command cli_generalize = {
    .name = "generalize",
    .arguments = "SCORES --set SET",
    .summary = "learned lists against baselines on held-out tasks",
    .output = "TSV",
    .output_help = "the table",
    .output_fallback = "standard output",
    .description =
        "Learns on some tasks and tries on the others, --resamples times with another split, and reports "
        "median, "
        "quartiles and mean over the resamplings of the best config so far, trial by trial. By default one "
        "half of the "
        "tasks trains and the other tests; --hold-out, --k-fold and --leave-one-out say otherwise, and then "
        "--train-tasks or --train-fraction limit what trains.\n\n"
        "@ learned\nthe list learned from the train tasks\n\n"
        "@ random:SET\na random order of the set's configs; expected:SET is the exact mean over all "
        "orders\n\n"
        "@ refined-minmax\na random order of the configs inside the box around the train tasks' best\n\n"
        "@ refined-q90\nthe same between their 5th and 95th percentiles; refined-q90-joint shrinks all sides "
        "by one "
        "factor until 90 % are inside\n\n"
        "@ best-case\na list learned from the test tasks themselves\n\n"
        "@ oracle\neach test task's own best config\n\n"
        "random and expected alone mean every set of the file.",
    .examples = {"hyperlist generalize scores.h5 --set adam8p_wide_grid_1k -k 10",
                 "hyperlist generalize scores.h5 --set adam8p_wide_grid_1k --hold-out kind:rnn --baselines "
                 "random,best-case -k 10"},
    .run = run,
    .ranks = CLI_SHARED,
};
