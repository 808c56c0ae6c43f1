/* Lists of names, and the order they stand in. */
#ifndef HYPERLIST_STRINGS_H
#define HYPERLIST_STRINGS_H

#include "hyperlist/status.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* n owned, NUL-terminated UTF-8 strings. All zero is the empty list. */
struct hl_strings {
  size_t n;
  char **items;
};

/* Appends a copy of text. Amortized O(length). HL_LIMIT: out of memory, the list is unchanged. */
HL_API hl_status hl_strings_add(struct hl_strings *strings, const char *text);

/* *copy must be empty. */
HL_API hl_status hl_strings_copy(const struct hl_strings *strings, struct hl_strings *copy);

/* Frees the items and empties the list; legal on an empty one. */
HL_API void hl_strings_clear(struct hl_strings *strings);

/* The order of configs: bytes, but runs of digits compare as numbers (seed9 < seed10); numbers that are equal
 * but for leading zeros are ordered by bytes, so that only equal strings compare equal. O(length). */
HL_API int hl_strings_compare_natural(const char *a, const char *b);

/* Position of text in a list sorted by compare (strcmp for tasks, the function above for configs), or n.
 * O(log n). */
HL_API size_t hl_strings_find_sorted(const struct hl_strings *strings, const char *text,
                                     int (*compare)(const char *, const char *));

#ifdef __cplusplus
}
#endif
#endif
