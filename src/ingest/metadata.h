/* What is known of tasks beside their curves: `task_metadata.tsv`, columns task, n_params, seconds_per_step.
 */
#ifndef HL_INGEST_METADATA_H
#define HL_INGEST_METADATA_H

#include "hyperlist/strings.h"

#include <stdint.h>

struct metadata {
  struct hl_strings tasks;  /* as met; a later line of the same task wins */
  int64_t *n_params;        /* -1: unknown (NA) */
  double *seconds_per_step; /* NaN: unknown (NA) */
};

/* Adds a file's lines. Tab-separated, a header line naming the columns in any order, others ignored, lines
 * that begin with # too. HL_INVALID with "PATH: line N: found .., expected ..". */
hl_status hl_metadata_read(struct metadata *metadata, const char *path);
void hl_metadata_clear(struct metadata *metadata);

/* -1 and NaN where nothing is known. */
void hl_metadata_find(const struct metadata *metadata, const char *task, int64_t *n_params,
                      double *seconds_per_step);

#endif
