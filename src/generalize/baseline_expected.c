/* Expected random search: the exact mean, over all orders of a set's configs, of what random search reports
 * after each trial.
 *
 * Of n configs sorted by f, let a group of m equal ones have a better configs before it. After k trials the
 * best so far is one of the group, each of its configs equally likely, with probability
 *
 *   [C(n-a, k) - C(n-a-m, k)] / C(n, k),
 *
 * and reports the group's mean score. Each binomial ratio S(a) = C(n-a, k) / C(n, k), the chance that none of
 * the a best is among the first k, telescopes over ranks:
 *
 *   S(j) - S(j+1) = S(j) k / (n-j),   S(0) = 1,   S(j+1) = S(j) (n-k-j) / (n-j),
 *
 * so that the expectation is the sum over ranks j of S(j) k / (n-j) times the mean score of the group that
 * rank j is in. All terms are positive and all factors within 0..1: nothing cancels, nothing overflows. The
 * weights are the same for all tasks, so each row of them is made once and run over all tasks at a time. */
#include "base/error.h"
#include "base/memory.h"
#include "base/pool.h"
#include "generalize/baseline.h"

#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdlib.h>

/* Ranks beyond those that all but this share of the orders have met are left out: far below a double's last
 * digit of any score. */
#define NEGLIGIBLE 0x1p-70

struct expecting {
  const struct hl_cells *cells;
  const double *scores; /* [n_config][n_task]: f or g */
  size_t n;             /* kept configs */
  double *means;        /* [n][n_task]: of the group that each rank is in */
  size_t n_trial;
  double *curves; /* [n_task][n_trial] */
};

/* ---- A task: its configs by rank ---- */

static void average_groups(const struct expecting *it, size_t task, const double *valid,
                           const double *sorted_scores) {
  const size_t n_task = it->cells->n_task;
  for (size_t begin = 0, end; begin < it->n; begin = end) {
    double sum = 0;
    for (end = begin; end < it->n && valid[end] == valid[begin]; end++) sum += sorted_scores[end];
    for (size_t j = begin; j < end; j++) it->means[j * n_task + task] = sum / (double)(end - begin);
  }
}

static hl_status rank_configs(void *user, size_t task, size_t i_thread) {
  hl_status status = HL_OK;
  const struct expecting *it = user;
  const struct hl_cells *cells = it->cells;
  double *valid = NULL, *scores = NULL;
  size_t n = 0;
  (void)i_thread;
  TRY(hl_new_array(it->n, sizeof *valid, &valid));
  TRY(hl_new_array(it->n, sizeof *scores, &scores));
  for (size_t c = 0; c < cells->n_config; c++) {
    if (!cells->is_kept[c]) continue;
    valid[n] = cells->valid[c * cells->n_task + task];
    scores[n++] = it->scores[c * cells->n_task + task];
  }
  gsl_sort2(valid, 1, scores, 1, n);
  average_groups(it, task, valid, scores);
out:
  free(valid);
  free(scores);
  return status;
}

/* ---- A trial: the weights of the ranks ---- */

static hl_status expect_trial(void *user, size_t i_trial, size_t i_thread) {
  const struct expecting *it = user;
  const size_t n_task = it->cells->n_task, n = it->n, k = i_trial + 1;
  double none_before = 1; /* S(j) */
  double *sums;
  (void)i_thread;
  const hl_status status = hl_new_array(n_task, sizeof *sums, &sums);
  if (status != HL_OK) return status;
  for (size_t j = 0; j + k <= n && none_before > NEGLIGIBLE; j++) {
    const double *means = it->means + j * n_task;
    const double weight = none_before * (double)k / (double)(n - j);
    for (size_t i = 0; i < n_task; i++) sums[i] += weight * means[i];
    none_before *= (double)(n - k - j) / (double)(n - j);
  }
  for (size_t i = 0; i < n_task; i++) it->curves[i * it->n_trial + i_trial] = sums[i];
  free(sums);
  return HL_OK;
}

static hl_status tabulate(const struct hl_cells *cells, enum hl_report report, size_t n_trial,
                          const struct hl_context *context, double *curves) {
  hl_status status = HL_OK;
  struct expecting it = {.cells = cells, .n = cells->n_kept, .n_trial = n_trial, .curves = curves};
  size_t n_cell;
  it.scores = report == HL_REPORT_TEST ? cells->test : cells->valid;
  if (!hl_multiply(it.n, cells->n_task, &n_cell)) n_cell = SIZE_MAX;
  TRY(hl_new_array(n_cell, sizeof *it.means, &it.means));
  TRY(hl_pool_run(context, NULL, cells->n_task, rank_configs, NULL, &it));
  TRY(hl_pool_run(context, NULL, n_trial, expect_trial, NULL, &it));
out:
  free(it.means);
  return status;
}

const struct hl_baseline hl_expected = {.name = "expected", .is_of_every_set = true, .tabulate = tabulate};
