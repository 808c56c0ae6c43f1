/* Scores files: what their reader demands, ranges, and counts against the tables. */
#include "base/error.h"
#include "base/memory.h"
#include "base/pool.h"
#include "check/checker.h"
#include "hyperlist/scores.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDING 1e-12 /* of a mean of points in 0..1 */

static const char *task_name(const struct hl_scores *scores, size_t i) {
  return scores->tasks.items[i];
}

/* Loads each table by itself, so that a broken one does not hide the next. */
static hl_status load_tables(struct checker *checker, struct hl_scores *scores, size_t i_set) {
  static const unsigned tables[] = {HL_SCORES_VALID, HL_SCORES_TEST, HL_SCORES_MIN, HL_SCORES_LAST};
  hl_status status = HL_OK;
  for (size_t k = 0; k < sizeof tables / sizeof *tables && status == HL_OK; k++)
    status = checker_note(checker, hl_scores_load(scores, i_set, tables[k]));
  return status;
}

static size_t count_nan(const double *values, size_t n) {
  size_t n_nan = 0;
  for (size_t i = 0; i < n; i++) n_nan += isnan(values[i]) != 0;
  return n_nan;
}

/* NaN is a missing cell, and nothing else: but for degenerate tasks, whose rows are NaN. */
static hl_status check_counts(struct checker *checker, const struct hl_scores *scores,
                              const struct hl_score_set *set, size_t t) {
  const int64_t n = (int64_t)set->configs.n,
                n_nan = (int64_t)count_nan(set->valid + t * set->configs.n, set->configs.n);
  const int64_t n_missing = set->n_missing[t];
  hl_status status = HL_OK;
  if (set->degenerate[t] && n_nan < n) {
    TRY(checker_fault(checker,
                      "/sets/%s/valid: task %s: found %lld scores of a degenerate task, expected NaN",
                      set->name, task_name(scores, t), (long long)(n - n_nan)));
  }
  if (n_missing >= 0 && !set->degenerate[t] && n_missing != n_nan) {
    TRY(checker_fault(checker,
                      "/sets/%s/n_missing: task %s: found %lld, expected %lld as there are NaN in valid",
                      set->name, task_name(scores, t), (long long)n_missing, (long long)n_nan));
  }
  if (set->degenerate[t] && !scores->degenerate[t]) {
    TRY(checker_fault(checker, "/tasks/degenerate: task %s: found 0, expected 1 as in set %s",
                      task_name(scores, t), set->name));
  }
out:
  return status;
}

/* A task that has scores was given a range: best below init. */
static hl_status check_constants(struct checker *checker, const struct hl_scores *scores,
                                 const struct hl_score_set *set, size_t t) {
  const double init = set->init[2 * t], best = set->best[2 * t];
  if (isnan(init) || isnan(best) || best < init) return HL_OK;
  if (count_nan(set->valid + t * set->configs.n, set->configs.n) == set->configs.n) return HL_OK;
  return checker_fault(checker, "/sets/%s/best: task %s: found %g, expected less than init %g", set->name,
                       task_name(scores, t), best, init);
}

/* The lowest point is not above the mean, but for the rounding of its sum, nor above the last one. */
static hl_status check_order(struct checker *checker, const struct hl_scores *scores,
                             const struct hl_score_set *set, const char *what, const double *values) {
  const size_t n = set->configs.n;
  for (size_t i = 0; set->valid_min != NULL && values != NULL && i < scores->tasks.n * n; i++) {
    if (!(set->valid_min[i] > values[i] + ROUNDING)) continue;
    return checker_fault(
        checker, "/sets/%s/valid_min: task %s, config %s: found %.17g, expected at most %.17g as in %s",
        set->name, task_name(scores, i / n), set->configs.items[i % n], set->valid_min[i], values[i], what);
  }
  return HL_OK;
}

static void count_set(const struct hl_scores *scores, const struct hl_score_set *set,
                      struct hl_check_set *counts) {
  const size_t n = set->configs.n;
  counts->n_config = (int64_t)n;
  counts->n_cell = (int64_t)(n * scores->tasks.n);
  counts->n_replica = counts->n_run = counts->n_missing_run = -1;
  for (size_t t = 0; t < scores->tasks.n; t++) {
    counts->n_task += count_nan(set->valid + t * n, n) < n;
    counts->n_degenerate += set->degenerate[t] != 0;
    if (set->n_missing[t] < 0) counts->n_missing = -1;
    if (set->n_diverged[t] < 0) counts->n_diverged = -1;
    if (counts->n_missing >= 0) counts->n_missing += set->n_missing[t];
    if (counts->n_diverged >= 0) counts->n_diverged += set->n_diverged[t];
  }
}

static hl_status check_set(struct checker *checker, struct hl_scores *scores, size_t i_set) {
  struct hl_score_set *set = &scores->sets[i_set];
  struct hl_check_set *counts = &checker->report->sets[i_set];
  hl_status status = HL_OK;
  TRY(hl_copy_text(set->name, &counts->name));
  TRY(load_tables(checker, scores, i_set));
  if (set->valid == NULL) {
    *counts = (struct hl_check_set){counts->name, -1, (int64_t)set->configs.n, -1, -1, -1, -1, -1, -1, -1};
    goto out;
  }
  for (size_t t = 0; t < scores->tasks.n; t++) {
    TRY(check_counts(checker, scores, set, t));
    TRY(check_constants(checker, scores, set, t));
  }
  if (strcmp(scores->aggregate, "mean") == 0) TRY(check_order(checker, scores, set, "valid", set->valid));
  TRY(check_order(checker, scores, set, "valid_last", set->valid_last));
  count_set(scores, set, counts);
out:
  free(set->valid); /* one set's tables at a time */
  free(set->test);
  free(set->valid_min);
  free(set->valid_last);
  set->valid = set->test = set->valid_min = set->valid_last = NULL;
  return status;
}

hl_status check_scores(struct checker *checker) {
  struct hl_scores *scores = NULL;
  hl_status status = hl_scores_open(checker->path, &scores);
  if (status != HL_OK) return checker_note(checker, status);
  checker->report->n_task = (int64_t)scores->tasks.n;
  TRY(checker_new_sets(checker, scores->n_set));
  for (size_t i = 0; i < scores->n_set; i++) {
    TRY(hl_check_cancel(checker->context));
    TRY(check_set(checker, scores, i));
  }
out:
  hl_scores_close(scores);
  return status;
}
