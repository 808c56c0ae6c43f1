#include "base/nearest.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static size_t least(size_t a, size_t b) {
  return a < b ? a : b;
}

static int fold(char c) {
  return tolower((unsigned char)c);
}

/* Edits from a to b: one character wrong, missing, too many, or two neighbours swapped (optimal string
 * alignment; Damerau 1964). Three rows of the table are enough. */
static size_t measure(const char *a, size_t n_a, const char *b, size_t n_b) {
  size_t rows[3][HL_NEAREST_LENGTH + 1];
  for (size_t j = 0; j <= n_b; j++) rows[0][j] = j;
  for (size_t i = 1; i <= n_a; i++) {
    size_t *row = rows[i % 3];
    const size_t *above = rows[(i + 2) % 3], *above_that = rows[(i + 1) % 3];
    row[0] = i;
    for (size_t j = 1; j <= n_b; j++) {
      const int x = fold(a[i - 1]), y = fold(b[j - 1]);
      row[j] = least(above[j - 1] + (x != y), 1 + least(above[j], row[j - 1]));
      if (i > 1 && j > 1 && x == fold(b[j - 2]) && y == fold(a[i - 2]))
        row[j] = least(row[j], above_that[j - 2] + 1);
    }
  }
  return rows[n_a % 3][n_b];
}

void hl_nearest_offer(struct hl_nearest *nearest, const char *name) {
  const size_t n_text = strlen(nearest->text), n_name = strlen(name);
  if (n_text == 0 || n_text > HL_NEAREST_LENGTH || n_name > HL_NEAREST_LENGTH) return;
  const size_t most = n_text < 3 ? 1 : n_text / 3;
  const bool begins = n_text > 2 && strncmp(name, nearest->text, n_text) == 0;
  const size_t distance = begins ? 0 : measure(nearest->text, n_text, name, n_name);
  if (distance > most || (nearest->name[0] != '\0' && distance >= nearest->distance)) return;
  memcpy(nearest->name, name, n_name + 1);
  nearest->distance = distance;
}

const char *hl_nearest_hint(struct hl_nearest *nearest) {
  nearest->hint[0] = '\0';
  if (nearest->name[0] != '\0')
    snprintf(nearest->hint, sizeof nearest->hint, "; did you mean '%s'?", nearest->name);
  return nearest->hint;
}
