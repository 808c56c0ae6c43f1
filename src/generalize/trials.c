#include "generalize/trials.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/stream.h"
#include "evaluate/best_so_far.h"

#include <stdlib.h>

hl_status hl_trials_try(struct hl_trials *trials, const size_t *order, size_t n_order) {
  hl_status status = HL_OK;
  struct hl_best_so_far best;
  const bool is_test = trials->report == HL_REPORT_TEST;
  const size_t n_test = trials->fold->n_test;
  TRY(hl_best_so_far_init(&best, trials->cells, trials->fold->test, n_test));
  trials->n_evaluated = is_test ? best.n_tested : best.n_task;
  trials->n_trial = n_order < trials->n_most ? n_order : trials->n_most;
  for (size_t k = 0; k < trials->n_trial; k++) {
    hl_best_so_far_try(&best, order[k]);
    trials->sums[k] = is_test ? best.test_sum : best.valid_sum;
    if (trials->values == NULL) continue;
    const double *scores = is_test ? best.test : best.valid;
    for (size_t i = 0; i < n_test; i++) trials->values[k * n_test + i] = scores[trials->fold->test[i]];
  }
out:
  hl_best_so_far_clear(&best);
  return status;
}

void hl_trials_look_up(struct hl_trials *trials, const double *curves, size_t n_trial) {
  const struct hl_fold *fold = trials->fold;
  const struct hl_cells *cells = trials->cells;
  trials->n_trial = n_trial;
  trials->n_evaluated = 0;
  for (size_t i = 0; i < fold->n_test; i++) {
    trials->n_evaluated += trials->report == HL_REPORT_VALID || cells->is_tested[fold->test[i]];
  }
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
