/* Tracking: how far somebody has come who tries a list's configs on a task of their own (TaskSet, Fig. 4).
 *
 * The log is a CSV with a header row: one row a config and step, with the columns `config` (a name of the
 * list's) or `rank` (its place, from 1), `step`, `valid` and, if there is one, `test`; others are ignored.
 * Trials count in the order in which their configs first appear. As for curves: a row
 * whose loss cells are all empty, and nan and inf, are non-finite observations; an empty valid cell beside a
 * test loss is none. Two rows of one config and step must be equal. */
#ifndef HYPERLIST_TRACK_H
#define HYPERLIST_TRACK_H

#include "hyperlist/list.h"

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a curve is worth. Losses of one's own task have no scale yet, so they are compared as they are. */
enum hl_trial_value {
  HL_TRIAL_MIN,  /* the lowest finite validation loss, as with the best checkpoint kept; its test is that
                    step's */
  HL_TRIAL_LAST, /* the last step's, worst if it is not finite */
  HL_TRIAL_MEAN, /* the mean over the steps, worst if one is not finite; test likewise */
};

/* All zero is the default. */
struct hl_track_options {
  enum hl_trial_value value;
  bool is_maximized; /* more is better: all losses change sign on their way in */
  /* Columns' names in the file; NULL: as above. */
  const char *config, *rank, *step, *valid, *test;
};

struct hl_trial {
  size_t entry; /* of the list */
  size_t n_point;
  double *steps;        /* [n_point], ascending */
  double *valid, *test; /* [n_point]; INFINITY: not finite; NaN: no observation */
  bool is_diverged;     /* some validation loss is not finite, */
  double diverged_step; /* first at this step */
  double value;         /* lower is better; INFINITY: nothing finite */
  double test_value;    /* NaN: unknown */
};

struct hl_track {
  size_t n_trial;
  struct hl_trial *trials; /* in the order of the log */
  size_t
      *best; /* [n_trial]: the trial with the lowest value so far, the earlier of equals; n_trial: none yet */
  double *sorted;       /* [n_trial]: the trials' values, ascending */
  size_t n_next, *next; /* entries that are not tried yet, in the list's order */
  struct hl_strings
      unknown; /* "line N: NAME": configs and ranks of the log that the list lacks, once each, left out */
  /* What the train tasks say of the trials and then of the entries in `next`: the mean of the best f so far
   * before and after each, [n_trial + n_next]. NaN: unknown. */
  double *expected_before, *expected_after;
  size_t n_expected_task; /* 0: by the list's own J, an upper bound where later entries were tried before */
  bool is_train;          /* those tasks are the list's train tasks */
};

/* Reads the log. With scores the expectations are exact for the trials as they were made, on those of the
 * list's train tasks which the scores have; where these are unknown, on all tasks (is_train false). Without,
 * they are differences of J by rank. HL_IO; HL_INVALID with the line: a column that is not there, a step or
 * loss that is no number, two rows that contradict each other, a name and rank of different entries, nothing
 * that the list has; from the scores as in hl_evaluate. O(rows log rows), with scores O(tasks x entries). */
HL_API hl_status hl_track_read(const struct hl_list *list, const char *path, struct hl_scores *scores,
                               const struct hl_track_options *options, struct hl_track **track);

/* The p quantile of the best value after k of the trials made, had they come in random order: the lowest
 * value v with P(best <= v) >= p, exactly, over all orders. k in 1..n_trial; INFINITY where nothing finite is
 * reached. O(trials). */
HL_API double hl_track_shuffled_quantile(const struct hl_track *track, size_t k, double p);

/* Legal on NULL. */
HL_API void hl_track_free(struct hl_track *track);

#ifdef __cplusplus
}
#endif
#endif
