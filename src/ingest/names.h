/* Names by number: each distinct text once, found by its hash. For tables with the same names in every row.
 */
#ifndef HL_INGEST_NAMES_H
#define HL_INGEST_NAMES_H

#include "hyperlist/strings.h"

#include <stdint.h>

/* All zero is empty. */
struct hl_names {
  struct hl_strings strings; /* [n], in the order they came */
  uint32_t *table;           /* [n_slot], a power of two: 1 + index, 0 empty */
  size_t n_slot;
};

/* The number of a name, which is added if it is new. HL_LIMIT if it is longer than HL_MAX_NAME_BYTES ("found
 * a name of
 * .. bytes, expected at most ..", without the place). O(1). */
hl_status hl_names_intern(struct hl_names *names, const char *name, size_t *index);
/* XXH64 of a text, from the hash of what came before it (0: nothing). */
uint64_t hl_names_hash(const char *text, size_t length, uint64_t before);

void hl_names_clear(struct hl_names *names);

#endif
