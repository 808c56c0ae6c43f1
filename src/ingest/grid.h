/* Each task's grid of steps: fixed when the task is first ingested, the same for all its sets. */
#ifndef HL_INGEST_GRID_H
#define HL_INGEST_GRID_H

#include "hyperlist/archive.h"
#include "ingest/curves.h"

struct grids {
  struct hl_strings tasks; /* byte order */
  struct grid {
    size_t n_step;
    double *steps;
  } * grids; /* [tasks.n] */
};

/* Remembers the grid of curves->task, or holds it against the one known: from this run, or from what the
 * earlier archives hold of the task. HL_INVALID with "PATH: task ..: found .., expected ..". */
hl_status hl_grids_check(struct grids *grids, size_t n_earlier, struct hl_archive *const *earlier,
                         const struct hl_curves *curves, const char *path);
/* The grid known of a task, as above; *n 0: none yet. Borrowed until the next call that adds one. */
hl_status hl_grids_find(struct grids *grids, size_t n_earlier, struct hl_archive *const *earlier,
                        const char *task, size_t *n_step, const double **steps);
void hl_grids_clear(struct grids *grids);

#endif
