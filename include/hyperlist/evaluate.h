/* Evaluation: how good the best config so far is, trial by trial, for someone who follows a list on given
 * tasks.
 *
 * After k trials on task t, the config with the best f(t,.) among the first k is taken (the earlier of
 * equals); its f is "valid", its g "test". Averages are over the tasks, summed in their order. A task that
 * has validation scores but no test score at all is left out of the test averages. */
#ifndef HYPERLIST_EVALUATE_H
#define HYPERLIST_EVALUATE_H

#include "hyperlist/list.h"

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* All zero is the default. */
struct hl_evaluate_options {
  const char *tasks; /* a selector (selector.h); NULL: all */
  enum hl_missing missing;
  bool skip_unknown;              /* leave out configs that the scores lack, instead of HL_INVALID */
  bool per_task;                  /* fill task_valid and task_test */
  const struct hl_strings *among; /* of the selected tasks only these, in byte order; NULL: all */
};

struct hl_evaluation {
  size_t n_trial;
  struct hl_strings configs; /* [n_trial]: the one tried at that trial */
  double *valid, *test;      /* [n_trial] averages; test is NaN if no task is tested */
  struct hl_strings tasks;   /* those in use: selected, not degenerate in the list's set, not dropped */
  size_t n_tested;           /* of them, those in the test averages */
  size_t n_own; /* of them, the list's own train tasks: there it is not a measure of generalization */
  double *task_valid, *task_test; /* [tasks.n][n_trial]; NaN in task_test where a task has no test scores;
                                     NULL unless asked for */
  size_t n_unknown,
      n_dropped; /* entries left out: unknown to the scores; missing on a task, by HL_MISSING_DROP_CONFIG */
  int64_t n_missing,
      n_diverged; /* cells of these tasks and the set's configs; n_diverged is -1 where unknown */
};

/* Evaluates a list on the scores of its set, whose tables are loaded here if need be; configs are joined by
 * name. Free the evaluation by hl_evaluation_free. HL_USAGE: the scores have no such set, or a selector
 * matches nothing; HL_INVALID: an unknown config (the first, named), no task or entry left, a score outside
 * [0, 1], a missing cell under HL_MISSING_ERROR. O(tasks x configs). */
HL_API hl_status hl_evaluate(const struct hl_list *list, struct hl_scores *scores,
                             const struct hl_evaluate_options *options, struct hl_evaluation **evaluation);

/* Evaluates several lists, of the same or of different sets, to be compared: evaluations[n_list], each to be
 * freed. All are on the same tasks, those that each list alone would be evaluated on; *n_left_out is how many
 * tasks some lists lose by that. One list is hl_evaluate. Errors as above, of several lists with the list's
 * position in the message; HL_INVALID: the lists have no task in common. */
HL_API hl_status hl_evaluate_lists(const struct hl_list *const *lists, size_t n_list,
                                   struct hl_scores *scores, const struct hl_evaluate_options *options,
                                   struct hl_evaluation **evaluations, size_t *n_left_out);

/* Legal on NULL. */
HL_API void hl_evaluation_free(struct hl_evaluation *evaluation);

#ifdef __cplusplus
}
#endif
#endif
