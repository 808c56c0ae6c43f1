/* Scores one task: every set's curves averaged, the task's constants, every cell collapsed. One scorer per
 * thread. */
#ifndef HL_NORMALIZE_SCORER_H
#define HL_NORMALIZE_SCORER_H

#include "hyperlist/archive.h"
#include "hyperlist/scores.h"
#include "normalize/collapse.h"

enum { SPLIT_VALID, SPLIT_TEST, N_SCORED_SPLIT };

/* What one set gives for the task at hand; rows have n_config cells. */
struct set_row {
  size_t n_config;
  size_t i_split[N_SCORED_SPLIT]; /* where the set has them; n_split: it has no test split */
  bool has_table;
  struct hl_archive_table table;
  struct averaged averaged[N_SCORED_SPLIT];
  double *valid, *test, *valid_min, *valid_last;
  double init[N_SCORED_SPLIT], best[N_SCORED_SPLIT];
  int64_t n_missing, n_diverged;
  bool degenerate;
};

struct scorer {
  struct hl_archive *archive;
  const struct hl_normalize_options *options;
  struct hl_archive_reader reader;
  void *values; /* rows of one chunk */
  size_t values_capacity;
  double *y; /* one curve */
  size_t y_capacity;
  size_t n_set;
  struct set_row *sets;
  double last_step; /* of the task's curves; NaN: it has none */
};

/* HL_USAGE: the valid split asked for, or any to score, is not in a set. */
hl_status scorer_init(struct scorer *scorer, struct hl_archive *archive,
                      const struct hl_normalize_options *options);
void scorer_clear(struct scorer *scorer); /* legal on all zero */

/* Fills scorer->sets[..] for one task. O(bytes of its curves); twice that with normalize-first. */
hl_status scorer_run(struct scorer *scorer, size_t i_task);

#endif
