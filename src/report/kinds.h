/* How many tasks are of each kind. */
#ifndef HL_REPORT_KINDS_H
#define HL_REPORT_KINDS_H

#include "hyperlist/strings.h"

#include <stdint.h>

struct hl_kind_count {
  const char *kind; /* borrowed from kinds, or static */
  size_t n, n_degenerate;
};

/* The kinds in the order in which they are met, *n of them; yours to free. kinds: [tasks.n], or NULL or
 * empty: by the names of the tasks. degenerate: [tasks.n], or NULL: not known, n_degenerate is 0. O(n log n)
 * for n tasks, however many kinds a file claims. HL_LIMIT: out of memory. */
hl_status hl_kinds_count(const struct hl_strings *tasks, const struct hl_strings *kinds,
                         const uint8_t *degenerate, struct hl_kind_count **counts, size_t *n);

#endif
