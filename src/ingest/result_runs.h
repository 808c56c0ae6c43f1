/* All runs of one task of a result tree, read once: what they are, on which steps, and their losses as far as
 * they fit. */
#ifndef HL_INGEST_RESULT_RUNS_H
#define HL_INGEST_RESULT_RUNS_H

#include "ingest/loader.h"
#include "ingest/result_file.h"
#include "ingest/result_tree.h"

struct result_run {
  size_t i_config;
  uint64_t replica, steps; /* the names of its folders */
  size_t i_root, i_grid;
  double *losses; /* [RESULT_N_SPLIT][n_step]; NULL: not held, to be read again */
  double seconds; /* a step; NaN: unknown */
  bool is_float;  /* every loss is a float32 */
};

struct result_grid {
  size_t n_step;
  double *steps;
};

struct result_runs {
  size_t n_root;
  struct result_root *roots; /* of one task */
  struct hl_strings configs; /* natural order, once each; some may have no run */
  size_t n_run;
  struct result_run *runs; /* by config, then replica; once each */
  size_t n_grid;
  struct result_grid *grids; /* those of the runs; neighbours in time share one, others may be equal too */
  struct hl_load_notes notes;

  struct result_reader reader;
  size_t run_capacity, grid_capacity, n_held; /* bytes of losses held */
  const struct hl_load_options *options;      /* while they are read */
  size_t i_root;                              /* likewise */
};

/* Reads all runs below the paths, which are of one task. A run that is met twice must be the same both times.
 * HL_INVALID, by name; with options->keep_going bad files are noted and their runs left out. Memory: at most
 * options->window of losses, and what does not depend on the curves. */
hl_status result_runs_read(struct result_runs *runs, const struct hl_strings *paths,
                           const struct hl_load_options *options);
void result_runs_clear(struct result_runs *runs);

/* The losses of a run, [RESULT_N_SPLIT][n_step] on its grid: held, or read again. Valid until the next call.
 */
hl_status result_runs_get(struct result_runs *runs, const struct result_run *run, const double **losses);

/* All steps of any run, rising; to be freed. */
hl_status result_runs_unite_steps(const struct result_runs *runs, size_t *n_step, double **steps);

#endif
