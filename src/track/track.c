#include "hyperlist/track.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"
#include "hyperlist/evaluate.h"
#include "track/log.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Trials ---- */

/* A row and the trial it is of. */
struct placed {
  size_t trial;
  const struct hl_log_row *row;
};

static int compare_placed(const void *a, const void *b) {
  const struct placed *one = a, *other = b;
  if (one->trial != other->trial) return one->trial < other->trial ? -1 : 1;
  if (one->row->step != other->row->step) return one->row->step < other->row->step ? -1 : 1;
  return one->row->line < other->row->line ? -1 : one->row->line > other->row->line;
}

static bool is_equal(double a, double b) {
  return a == b || (isnan(a) && isnan(b));
}

static hl_status check_repeats(const struct hl_list *list, const char *path, const struct placed *rows,
                               size_t n) {
  for (size_t i = 1; i < n; i++) {
    const struct hl_log_row *a = rows[i - 1].row, *b = rows[i].row;
    if (rows[i].trial != rows[i - 1].trial || a->step != b->step) continue;
    if (is_equal(a->valid, b->valid) && is_equal(a->test, b->test)) continue;
    return hl_fail(HL_INVALID,
                   "%s: lines %zu and %zu: found two rows of %s at step %.17g that differ, expected one",
                   path, a->line, b->line, list->entries[a->entry].config, a->step);
  }
  return HL_OK;
}

static hl_status fill_trial(struct hl_trial *trial, const struct placed *rows, size_t n) {
  hl_status status = HL_OK;
  TRY(hl_new_array(n, sizeof(double), &trial->steps));
  TRY(hl_new_array(n, sizeof(double), &trial->valid));
  TRY(hl_new_array(n, sizeof(double), &trial->test));
  for (size_t i = 0; i < n; i++) {
    const struct hl_log_row *row = rows[i].row;
    if (trial->n_point > 0 && trial->steps[trial->n_point - 1] == row->step) continue;
    trial->steps[trial->n_point] = row->step;
    trial->valid[trial->n_point] = row->valid;
    trial->test[trial->n_point++] = row->test;
    if (isinf(row->valid) && !trial->is_diverged) {
      trial->is_diverged = true;
      trial->diverged_step = row->step;
    }
  }
out:
  return status;
}

/* Trials in the order in which their configs first appear. */
static hl_status place_rows(struct hl_track *track, const struct hl_list *list, const struct hl_log *log,
                            struct placed *rows) {
  hl_status status = HL_OK;
  size_t *trial_of = NULL;
  TRY(hl_new_array(list->n_entry, sizeof *trial_of, &trial_of)); /* 1 + trial; 0: not met */
  for (size_t i = 0; i < log->n; i++) {
    const size_t entry = log->rows[i].entry;
    if (trial_of[entry] == 0) trial_of[entry] = ++track->n_trial;
    rows[i] = (struct placed){trial_of[entry] - 1, &log->rows[i]};
  }
  TRY(hl_new_array(track->n_trial, sizeof *track->trials, &track->trials));
  TRY(hl_new_array(list->n_entry, sizeof *track->next, &track->next));
  for (size_t e = 0; e < list->n_entry; e++) {
    if (trial_of[e] > 0) {
      track->trials[trial_of[e] - 1].entry = e;
    } else {
      track->next[track->n_next++] = e;
    }
  }
out:
  free(trial_of);
  return status;
}

static hl_status fill_trials(struct hl_track *track, const struct hl_list *list, const char *path,
                             const struct hl_log *log) {
  hl_status status = HL_OK;
  struct placed *rows = NULL;
  TRY(hl_new_array(log->n, sizeof *rows, &rows));
  TRY(place_rows(track, list, log, rows));
  qsort(rows, log->n, sizeof *rows, compare_placed);
  TRY(check_repeats(list, path, rows, log->n));
  for (size_t i = 0, n; i < log->n; i += n) {
    for (n = 1; i + n < log->n && rows[i + n].trial == rows[i].trial;) n++;
    TRY(fill_trial(&track->trials[rows[i].trial], rows + i, n));
  }
out:
  free(rows);
  return status;
}

/* ---- What they are worth ---- */

static void take_lowest(struct hl_trial *trial) {
  for (size_t i = 0; i < trial->n_point; i++) {
    if (!(trial->valid[i] < trial->value)) continue; /* not so for NaN */
    trial->value = trial->valid[i];
    trial->test_value = isfinite(trial->test[i]) ? trial->test[i] : (double)NAN;
  }
}

static void take_last(struct hl_trial *trial) {
  size_t i = trial->n_point;
  while (i > 0 && isnan(trial->valid[i - 1])) i--;
  if (i == 0) return;
  trial->value = trial->valid[i - 1];
  trial->test_value = isfinite(trial->test[i - 1]) ? trial->test[i - 1] : (double)NAN;
}

/* Over what was observed; INFINITY stays it. */
static double average(const double *values, size_t n) {
  double sum = 0;
  size_t n_observed = 0;
  for (size_t i = 0; i < n; i++) {
    if (isnan(values[i])) continue;
    sum += values[i];
    n_observed++;
  }
  return n_observed > 0 ? sum / (double)n_observed : (double)NAN;
}

static void take_mean(struct hl_trial *trial) {
  const double valid = average(trial->valid, trial->n_point), test = average(trial->test, trial->n_point);
  if (!isnan(valid)) trial->value = valid;
  if (isfinite(test)) trial->test_value = test;
}

static int compare_doubles(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static hl_status judge(struct hl_track *track, enum hl_trial_value value) {
  hl_status status = HL_OK;
  size_t best = track->n_trial;
  TRY(hl_new_array(track->n_trial, sizeof *track->best, &track->best));
  TRY(hl_new_array(track->n_trial, sizeof *track->sorted, &track->sorted));
  for (size_t k = 0; k < track->n_trial; k++) {
    struct hl_trial *trial = &track->trials[k];
    trial->value = (double)INFINITY;
    trial->test_value = (double)NAN;
    (value == HL_TRIAL_MIN ? take_lowest : value == HL_TRIAL_LAST ? take_last : take_mean)(trial);
    const double lowest = best < track->n_trial ? track->trials[best].value : (double)INFINITY;
    if (trial->value < lowest) best = k;
    track->best[k] = best;
    track->sorted[k] = trial->value;
  }
  qsort(track->sorted, track->n_trial, sizeof *track->sorted, compare_doubles);
out:
  return status;
}

/* P(best of k <= the m-th lowest) = 1 - C(n - m, k) / C(n, k): none of the k is among the m lowest. By
 * recurrence. */
double hl_track_shuffled_quantile(const struct hl_track *track, size_t k, double p) {
  const size_t n = track->n_trial;
  double none = 1;
  for (size_t m = 1; m <= n; m++) {
    const size_t n_left = n - m + 1;
    none *= n_left > k ? (double)(n_left - k) / (double)n_left : 0;
    if (1 - none >= p - 1e-12) return track->sorted[m - 1]; /* the margin: of an exact p, sums of roundings */
  }
  return (double)INFINITY;
}

/* ---- What the train tasks say ---- */

/* By rank: the entry's step in J. */
static void expect_by_rank(struct hl_track *track, const struct hl_list *list) {
  for (size_t i = 0; i < track->n_trial + track->n_next; i++) {
    const size_t entry = i < track->n_trial ? track->trials[i].entry : track->next[i - track->n_trial];
    track->expected_before[i] = entry == 0 ? 1 : list->entries[entry - 1].objective;
    track->expected_after[i] = list->entries[entry].objective;
  }
}

/* By scores: the list in the order in which it is tried, evaluated. */
static hl_status expect_by_scores(struct hl_track *track, const struct hl_list *list,
                                  struct hl_scores *scores) {
  hl_status status = HL_OK;
  struct hl_strings train = {0};
  struct hl_evaluation *evaluation = NULL;
  struct hl_list tried = *list; /* borrows all but the order */
  struct hl_evaluate_options options = {.skip_unknown = true};
  TRY(hl_new_array(list->n_entry, sizeof *tried.entries, &tried.entries));
  for (size_t i = 0; i < list->n_entry; i++) {
    const size_t entry = i < track->n_trial ? track->trials[i].entry : track->next[i - track->n_trial];
    tried.entries[i] = list->entries[entry];
  }
  TRY(hl_strings_copy(&list->train_tasks, &train));
  TRY(hl_strings_sort(&train, strcmp, NULL));
  track->is_train = train.n > 0;
  if (track->is_train) options.among = &train;
  TRY(hl_evaluate(&tried, scores, &options, &evaluation));
  track->n_expected_task = evaluation->tasks.n;
  for (size_t i = 0, k = 0; i < list->n_entry; i++) {
    const bool is_known =
        k < evaluation->n_trial && strcmp(tried.entries[i].config, evaluation->configs.items[k]) == 0;
    track->expected_before[i] = !is_known ? (double)NAN : k == 0 ? 1 : evaluation->valid[k - 1];
    track->expected_after[i] = is_known ? evaluation->valid[k] : (double)NAN;
    k += is_known;
  }
out:
  hl_evaluation_free(evaluation);
  hl_strings_clear(&train);
  if (tried.entries != list->entries) free(tried.entries);
  return status;
}

/* ---- The whole ---- */

hl_status hl_track_read(const struct hl_list *list, const char *path, struct hl_scores *scores,
                        const struct hl_track_options *options, struct hl_track **out) {
  hl_status status = HL_OK;
  struct hl_log log = {0};
  struct hl_track *track = NULL;
  *out = NULL;
  TRY(hl_log_read(&log, list, path, options));
  if (log.n == 0 && log.unknown.n > 0) {
    FAIL(HL_INVALID, "%s: %s: found no config of the list in the log, expected one", path,
         log.unknown.items[0]);
  }
  TRY(hl_new_array(1, sizeof *track, &track));
  TRY(hl_strings_copy(&log.unknown, &track->unknown));
  TRY(fill_trials(track, list, path, &log));
  TRY(judge(track, options->value));
  TRY(hl_new_array(list->n_entry, sizeof(double), &track->expected_before));
  TRY(hl_new_array(list->n_entry, sizeof(double), &track->expected_after));
  expect_by_rank(track, list);
  if (scores != NULL) TRY(expect_by_scores(track, list, scores));
  *out = track;
out:
  if (status != HL_OK) hl_track_free(track);
  hl_log_clear(&log);
  return status;
}

void hl_track_free(struct hl_track *track) {
  if (track == NULL) return;
  for (size_t k = 0; track->trials != NULL && k < track->n_trial; k++) {
    free(track->trials[k].steps);
    free(track->trials[k].valid);
    free(track->trials[k].test);
  }
  free(track->trials);
  free(track->best);
  free(track->sorted);
  free(track->next);
  free(track->expected_before);
  free(track->expected_after);
  hl_strings_clear(&track->unknown);
  free(track);
}
