/* Several lists on the same tasks: only then are their averages to be compared. */
#include "base/error.h"
#include "base/memory.h"
#include "hyperlist/evaluate.h"

#include <stdlib.h>
#include <string.h>

/* The tasks of all evaluations, in byte order, and how many of any there are. */
static hl_status intersect(struct hl_evaluation *const *evaluations, size_t n, struct hl_strings *common,
                           size_t *n_any) {
  hl_status status = HL_OK;
  *n_any = 0;
  for (size_t i = 0; i < n; i++) {
    const struct hl_strings *tasks = &evaluations[i]->tasks;
    for (size_t t = 0; t < tasks->n; t++) {
      size_t n_before = 0, n_with = 0;
      for (size_t j = 0; j < n; j++) {
        const struct hl_strings *other = &evaluations[j]->tasks;
        const bool is_there = hl_strings_find_sorted(other, tasks->items[t], strcmp) < other->n;
        n_with += is_there;
        n_before += is_there && j < i;
      }
      if (n_before > 0) continue;
      ++*n_any;
      if (n_with == n) TRY(hl_strings_add(common, tasks->items[t]));
    }
  }
out:
  return status;
}

static hl_status evaluate_all(const struct hl_list *const *lists, size_t n_list, struct hl_scores *scores,
                              const struct hl_evaluate_options *options, struct hl_evaluation **evaluations) {
  hl_status status = HL_OK;
  for (size_t i = 0; i < n_list && status == HL_OK; i++) {
    hl_evaluation_free(evaluations[i]);
    status = hl_evaluate(lists[i], scores, options, &evaluations[i]);
    if (status != HL_OK && n_list > 1) hl_fail_within(status, "list %zu: ", i + 1);
  }
  return status;
}

hl_status hl_evaluate_lists(const struct hl_list *const *lists, size_t n_list, struct hl_scores *scores,
                            const struct hl_evaluate_options *options, struct hl_evaluation **evaluations,
                            size_t *n_left_out) {
  hl_status status = HL_OK;
  struct hl_evaluate_options common_options = *options;
  struct hl_strings common = {0};
  size_t n_any;
  *n_left_out = 0;
  for (size_t i = 0; i < n_list; i++) evaluations[i] = NULL;
  TRY(evaluate_all(lists, n_list, scores, options, evaluations));
  TRY(intersect(evaluations, n_list, &common, &n_any));
  if (common.n == n_any) goto out;
  *n_left_out = n_any - common.n;
  common_options.among = &common;
  TRY(evaluate_all(lists, n_list, scores, &common_options, evaluations));
out:
  for (size_t i = 0; i < n_list && status != HL_OK; i++) {
    hl_evaluation_free(evaluations[i]);
    evaluations[i] = NULL;
  }
  hl_strings_clear(&common);
  return status;
}
