/* "Did you mean": the name that a mistyped text was most likely meant to be. */
#ifndef HL_BASE_NEAREST_H
#define HL_BASE_NEAREST_H

#include <stddef.h>

enum { HL_NEAREST_LENGTH = 127 }; /* longer texts and names are never near */

struct hl_nearest {
  const char *text;                 /* borrowed */
  char name[HL_NEAREST_LENGTH + 1]; /* "": none is near */
  size_t distance;
  char hint[HL_NEAREST_LENGTH + 32];
};

/* Begin with {.text = text}, offer every name, ask for the hint. Of equally near names the first is taken.
 * Near is at most a third of the text's characters wrong, left out, too much or swapped with their neighbour
 * (case does not count), or a name that begins with the text. O(length of text x length of name). */
void hl_nearest_offer(struct hl_nearest *nearest, const char *name);

/* "; did you mean 'NAME'?", or "": to end an error message with. */
const char *hl_nearest_hint(struct hl_nearest *nearest);

#endif
