#include "generalize/trials.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/stream.h"
#include "evaluate/best_so_far.h"

#include <stdlib.h>

static size_t count_evaluated(const struct hl_trials *trials) {
  const struct hl_fold *fold = trials->fold;
  size_t n = 0;
  if (trials->report == HL_REPORT_VALID) return fold->n_test;
  for (size_t i = 0; i < fold->n_test; i++) n += trials->cells->is_tested[fold->test[i]];
  return n;
}

static void take(void *user, const struct hl_best_so_far *best) {
  const struct hl_trials *trials = user;
  const struct hl_fold *fold = trials->fold;
  const struct hl_best_scores *scores = trials->report == HL_REPORT_TEST ? &best->test : &best->valid;
  const size_t k = best->n_trial - 1;
  trials->sums[k] = scores->sum;
  for (size_t i = 0; i < fold->n_test && trials->values != NULL; i++)
    trials->values[k * fold->n_test + i] = scores->now[fold->test[i]];
}

hl_status hl_trials_try(struct hl_trials *trials, const size_t *order, size_t n_order) {
  const struct hl_fold *fold = trials->fold;
  const unsigned part = trials->report == HL_REPORT_TEST ? HL_BEST_TEST : HL_BEST_VALID;
  trials->n_evaluated = count_evaluated(trials);
  trials->n_trial = n_order < trials->n_most ? n_order : trials->n_most;
  return hl_best_so_far_run(trials->cells, fold->test, fold->n_test, order, trials->n_trial, part, take,
                            trials);
}

void hl_trials_look_up(struct hl_trials *trials, const double *curves, size_t n_trial) {
  const struct hl_fold *fold = trials->fold;
  trials->n_trial = n_trial;
  trials->n_evaluated = count_evaluated(trials);
  for (size_t k = 0; k < n_trial; k++) trials->sums[k] = 0;
  for (size_t i = 0; i < fold->n_test; i++) {
    const double *curve = curves + fold->test[i] * n_trial;
    for (size_t k = 0; k < n_trial; k++) trials->sums[k] += curve[k];
    for (size_t k = 0; k < n_trial && trials->values != NULL; k++)
      trials->values[k * fold->n_test + i] = curve[k];
  }
}

hl_status hl_trials_shuffle(const struct hl_trials *trials, const char *search, size_t *items, size_t n) {
  char *purpose;
  if (n == 0) return HL_OK;
  hl_status status = hl_format_text(&purpose, "%s:%s", search, trials->cells->set->name);
  if (status != HL_OK) return status;
  status = hl_stream_shuffle(trials->seed, trials->resample, purpose, items, n);
  free(purpose);
  return status;
}
