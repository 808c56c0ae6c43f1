/* Cells: the scores of one set on the tasks in use, laid out for learning and evaluating.
 *
 * Tables are config-major, so that "what would this config do on these tasks" is one run through memory; they
 * are made once and shared by all threads. Tasks are numbered 0 .. n_task-1 here, in the order of `rows`,
 * configs as in the scores file. */
#ifndef HL_LEARN_CELLS_H
#define HL_LEARN_CELLS_H

#include "hyperlist/missing.h"
#include "hyperlist/scores.h"
#include "learn/coarse.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum hl_cells_part {
  HL_CELLS_TEST = 1, /* g too: for evaluating */
};

struct hl_cells {
  const struct hl_score_set *set;
  size_t n_task, n_config;
  double *valid; /* [n_config][n_task] f; a missing cell is 1 */
  double *test; /* [n_config][n_task] g likewise, and 0 on tasks without test scores; NULL if not asked for */
  int16_t *coarse; /* [n_config][n_block * HL_BLOCK] hl_coarse(f), that of 1 behind the last task */
  size_t n_block;
  bool *is_tested; /* [n_task] false: no config has a test score there, though some have a validation score;
                      NULL as above */
  bool *is_kept;   /* [n_config] false: dropped by HL_MISSING_DROP_CONFIG */
  size_t n_kept;
  int64_t n_missing, n_diverged; /* cells before the policy; n_diverged is -1 where the file does not say */
};

/* Fills cells for the tasks rows[n_row] from a set's tables (valid; with HL_CELLS_TEST also test) where they
 * are loaded, so that scores may be made by hand, else from the file, of which no more is kept. Under
 * HL_MISSING_DROP_TASK the caller has dropped the tasks before (hl_cells_drop_holes). Clear it in any case.
 * HL_INVALID: a score outside [0, 1], no config left, a missing cell under HL_MISSING_ERROR; HL_LIMIT: more
 * tasks than exact sums allow, 2^32 configs or more; HL_IO. */
hl_status hl_cells_init(struct hl_cells *cells, const struct hl_scores *scores,
                        const struct hl_score_set *set, const size_t *rows, size_t n_row,
                        enum hl_missing missing, unsigned parts, const struct hl_context *context);
void hl_cells_clear(struct hl_cells *cells);

/* best[n_task]: the kept config with the lowest f, ties to the lower index; n_config where none is below 1.
 * One pass. */
hl_status hl_cells_find_best(const struct hl_cells *cells, size_t *best);

/* The tasks in use: the rows of the scores file that the selector takes (NULL: all) and that are not
 * degenerate by degenerate[all tasks], ascending; (*rows)[*n_row] is yours to free. HL_USAGE from the
 * selector; HL_INVALID: all are degenerate. */
hl_status hl_cells_select_rows(const struct hl_scores *scores, const char *selector,
                               const uint8_t *degenerate, size_t **rows, size_t *n_row);

/* HL_MISSING_DROP_TASK: leaves out of rows[*n_row], in place, the tasks on which a config of the set is
 * missing (in g too, with HL_CELLS_TEST). Loads the set's tables, if they are not. HL_INVALID: none is left;
 * HL_IO. */
hl_status hl_cells_drop_holes(struct hl_scores *scores, size_t i_set, unsigned parts, size_t *rows,
                              size_t *n_row);

/* The set's own flags, or those of any set where a file has none for it. */
const uint8_t *hl_cells_get_degenerate(const struct hl_scores *scores, const struct hl_score_set *set);

#endif
