/* Missing cells: what to do about a config of which no replica ran on a task. Missing is not diverged. */
#ifndef HYPERLIST_MISSING_H
#define HYPERLIST_MISSING_H

#include "hyperlist/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Learning asks for f, evaluating for f and, on tasks with test scores, for g. A diverged cell has a score
 * and is never missing. */
enum hl_missing {
  HL_MISSING_WORST,       /* counts as 1, the worst score */
  HL_MISSING_DROP_CONFIG, /* a config missing on any of the tasks in use is out, of random orders and tails
                             too */
  HL_MISSING_DROP_TASK,   /* a task on which any config of a set in use is missing is out */
  HL_MISSING_ERROR,       /* HL_INVALID, naming the first */
};

/* "worst", "drop-config", "drop-task" or "error". Static storage. */
HL_API const char *hl_missing_name(enum hl_missing missing);

#ifdef __cplusplus
}
#endif
#endif
