#include "ingest/names.h"
#include "base/error.h"
#include "base/memory.h"
#include "hyperlist/limits.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum { FIRST_SLOTS = 64 };

/* The slot that holds the name, or the empty one where it belongs. */
static size_t find_slot(const struct hl_names *names, const char *name, size_t length) {
  size_t slot = (size_t)XXH64(name, length, 0) & (names->n_slot - 1);
  while (names->table[slot] != 0 && strcmp(names->strings.items[names->table[slot] - 1], name) != 0)
    slot = (slot + 1) & (names->n_slot - 1);
  return slot;
}

/* Twice the slots, at least twice as many as names. */
static hl_status grow(struct hl_names *names) {
  struct hl_names grown = {.strings = names->strings,
                           .n_slot = names->n_slot > 0 ? 2 * names->n_slot : FIRST_SLOTS};
  const hl_status status = hl_new_array(grown.n_slot, sizeof *grown.table, &grown.table);
  if (status != HL_OK) return status;
  for (size_t i = 0; i < grown.strings.n; i++) {
    const char *name = grown.strings.items[i];
    grown.table[find_slot(&grown, name, strlen(name))] = (uint32_t)i + 1;
  }
  free(names->table);
  names->table = grown.table;
  names->n_slot = grown.n_slot;
  return HL_OK;
}

hl_status hl_names_intern(struct hl_names *names, const char *name, size_t *index) {
  hl_status status = HL_OK;
  const size_t length = strlen(name);
  if (length > HL_MAX_NAME_BYTES) {
    FAIL(HL_LIMIT, "found a name of %zu bytes, expected at most %d", length, (int)HL_MAX_NAME_BYTES);
  }
  if (2 * names->strings.n >= names->n_slot) TRY(grow(names));
  const size_t slot = find_slot(names, name, length);
  if (names->table[slot] == 0) {
    if (names->strings.n == HL_MAX_NAMES) FAIL(HL_LIMIT, "found more than %d names", (int)HL_MAX_NAMES);
    TRY(hl_strings_add(&names->strings, name));
    names->table[slot] = (uint32_t)names->strings.n;
  }
  *index = names->table[slot] - 1;
out:
  return status;
}

uint64_t hl_names_hash(const char *text, size_t length, uint64_t before) {
  return XXH64(text, length, before + length);
}

void hl_names_clear(struct hl_names *names) {
  hl_strings_clear(&names->strings);
  free(names->table);
  *names = (struct hl_names){0};
}
