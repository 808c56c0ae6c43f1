/* Curves as a loader gives them: one table of one task under one set, in canonical order, read a few rows at
 * a time. */
#ifndef HL_INGEST_CURVES_H
#define HL_INGEST_CURVES_H

#include "hyperlist/archive.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Values are [n_config][n_replica][n_step][n_split], float or double as the source had them, in native byte
 * order; rows follow `configs`, which is in natural order without duplicates, whatever order the source had.
 * Owned by its loader's file. */
struct hl_curves {
  char *task, *set;
  struct hl_strings configs;         /* natural order, unique */
  struct hl_strings hyperparameters; /* names; empty: unknown */
  double *hyperparameter_values;     /* [n_config][n_hyperparameter]; NaN: unknown; NULL if no names */
  struct hl_strings
      splits; /* as the source names them, in this order: train, valid_inner, valid, valid_outer, test */
  size_t n_replica, n_step;
  double *steps;           /* [n_step], finite, strictly increasing, integers beyond 2^53 refused */
  int64_t n_params;        /* of the task; 0: the source does not say */
  double seconds_per_step; /* likewise */
  bool is_double;          /* element type: float64, else float32 */

  /* Copies rows [first, first + n) to values (n x n_replica x n_step x n_split elements) and whether each run
   * is there to ran (n x n_replica; where 0 its values are NaN). observed (n x n_replica x n_split) is
   * written only if has_observed: how many grid points hold an observation, 0 where the run is not there.
   * Rows are asked for in ascending order; a loader may keep a window and go over its file again. Checksums
   * of the source are verified by the time all rows have been read. */
  hl_status (*read)(struct hl_curves *curves, size_t first, size_t n, void *values, uint8_t *ran,
                    int32_t *observed);
  bool has_observed;
  void *source; /* the loader's own */
};

/* Frees what the members own and makes them zero. For loaders. */
void hl_curves_clear(struct hl_curves *curves);

/* For loaders: the name of a file without its folder, a trailing .gz, and then `suffix`, where it has them.
 * HL_INVALID if nothing is left or it is no UTF-8. */
hl_status hl_curves_copy_stem(const char *path, const char *suffix, char **stem);

/* Does name end with suffix? */
bool hl_has_suffix(const char *name, const char *suffix);

#endif
