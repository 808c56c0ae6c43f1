/* Step 1 of the scores: the mean over the replicas that ran, L[c,s]. */
#ifndef HL_NORMALIZE_AVERAGE_H
#define HL_NORMALIZE_AVERAGE_H

#include "hyperlist/archive.h"

/* Averaged curves of one split of a table, in room that one table after the other may use. All zero: none. */
struct averaged {
  size_t n_config, n_step; /* n_config 0: no curves */
  size_t first;            /* the table's row of the first config here */
  double *loss;            /* [n_config][n_step]; beyond n_point: undefined */
  size_t *n_point;         /* [n_config]: grid points that any replica observed; 0: the cell is missing */
  size_t loss_capacity, n_point_capacity;
};

/* Makes room; what was there is lost. */
hl_status averaged_begin(struct averaged *averaged, size_t n_config, size_t n_step);
void averaged_clear(struct averaged *averaged); /* legal on all zero */

/* How many grid points of a run's split are there: 0 if it did not run. */
size_t run_points(const struct hl_archive_table *table, size_t i_config, size_t i_replica, size_t i_split);

/* Averages rows [first, first + n) of the table, whose curves are in values, for one split. A point is
 * non-finite where a replica that has it is; later points than a replica's last are the mean of the others.
 */
void average_rows(const struct hl_archive_table *table, const void *values, size_t first, size_t n,
                  size_t i_split, struct averaged *averaged);

#endif
