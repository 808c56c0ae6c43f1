/* Observations on their own steps to a task's grid (what the numbers mean, 7).
 *
 * Grid point i of n, from first to last, takes the last observation at a step s with
 * (s - first)(n - 1) <= (last - first) i, in exact arithmetic, so never a later one; before the first
 * observation the first; after the end, the last, or nothing. On a grid that is not uniform (the union of a
 * task's steps) the condition is s <= steps[i]. */
#ifndef HL_INGEST_REGRID_H
#define HL_INGEST_REGRID_H

#include "hyperlist/status.h"

#include <stdbool.h>
#include <stddef.h>

/* Strictly ascending steps, at most HL_MAX_STEP in size, so that sums neither overflow nor lose their ends;
 * borrowed. */
struct hl_regrid {
  size_t n; /* at least 1 */
  const double *steps;
  bool is_uniform; /* hl_grid_is_uniform: decided once, for it costs O(n) */
};

/* n points from first to last: steps[i] = first + (last - first) i / (n - 1), ends exact; n is 1 if first is
 * last. */
void hl_grid_fill(double first, double last, size_t n, double *steps);

/* Are these the steps that hl_grid_fill gives? A stored grid is recognized by its numbers. */
bool hl_grid_is_uniform(size_t n, const double *steps);

/* The sign of s - the step of grid point i; exact. */
int hl_regrid_compare(const struct hl_regrid *grid, double s, size_t i);

/* n observations (at least 1) at strictly ascending steps, to values[0], values[stride], .. of the grid's
 * points. Returns how many points hold an observation: all of them if `hold`, else those up to the last step;
 * later ones become NaN. O(n + grid->n). */
size_t hl_regrid(const struct hl_regrid *grid, size_t n, const double *steps, const double *observations,
                 bool hold, double *values, size_t stride);

#endif
