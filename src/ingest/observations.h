/* Observations of many runs, in any order: sorted by run and step, in memory while they fit, else in runs on
 * a temporary file that are merged (an external merge sort). */
#ifndef HL_INGEST_OBSERVATIONS_H
#define HL_INGEST_OBSERVATIONS_H

#include "hyperlist/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HL_OBSERVED_SPLITS = 5 };

struct hl_observation {
  uint32_t task, config, replica; /* numbers of names */
  uint32_t present;               /* bit k: split k was observed */
  double step;
  double losses[HL_OBSERVED_SPLITS]; /* of those */
  uint64_t line;                     /* of the source, for messages */
};

struct hl_observations;

/* Holds up to `room` bytes in memory (0: a default that keeps ingest's bound). */
hl_status hl_observations_new(size_t room, struct hl_observations **observations);
void hl_observations_free(struct hl_observations *observations); /* legal on NULL */

hl_status hl_observations_add(struct hl_observations *observations, const struct hl_observation *observation);

/* Sorts by task, config, replica, step and line and calls visit for each in that order, which says whether to
 * keep it. To be called once, after the last add. O(n log n); HL_IO where the temporary file fails. */
hl_status hl_observations_sort(struct hl_observations *observations,
                               hl_status (*visit)(void *user, const struct hl_observation *observation,
                                                  bool *keep),
                               void *user);

/* After sorting: those kept, numbers [first, first + n). */
hl_status hl_observations_read(struct hl_observations *observations, size_t first, size_t n,
                               struct hl_observation *to);

#endif
