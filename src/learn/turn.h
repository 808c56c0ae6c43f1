/* Turning: a set's tables, a task a row, into tables with a config a row, as cells have them.
 *
 * Blocks of rows are read, or taken from memory where the table is loaded, and turned in threads, a square of
 * 32 tasks and 8 configs at a time: whole cache lines on both sides. Nothing of the file is kept. */
#ifndef HL_LEARN_TURN_H
#define HL_LEARN_TURN_H

#include "learn/cells.h"

/* Fills valid and coarse, with HL_CELLS_TEST also test and is_tested, which cells has room for, from the
 * tasks rows[n_task]; counts n_missing and, under HL_MISSING_DROP_CONFIG, takes away from is_kept. A failure
 * is told of the first row that has one: HL_INVALID for a score outside [0, 1] or, under HL_MISSING_ERROR, a
 * missing cell. O(cells). */
hl_status hl_cells_turn(struct hl_cells *cells, const struct hl_scores *scores, const size_t *rows,
                        enum hl_missing missing, unsigned parts, const struct hl_context *context);

/* The first missing config of a row from `from` on, or n_config: one without a score in valid or, unless test
 * is NULL, in test. */
size_t hl_cells_find_hole(const double *valid, const double *test, size_t from, size_t n_config);

/* A task that is degenerate in the test split alone has scores in `valid` and none in `test`. */
bool hl_cells_is_tested(const double *valid, const double *test, size_t n_config);

#endif
