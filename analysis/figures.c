#include "analysis/figures.h"
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* All there are, in the paper's order: name, title, whether there is a picture to draw of it, and whether
 * ranks share its work. */
// clang-format off
#define FIGURES(ROW) \
  ROW(figure1a, "Numbers of parameters", PICTURE, ALONE) \
  ROW(figure1b, "How many configurations do how well on each task", PICTURE, ALONE) \
  ROW(figure1c, "Training times", PICTURE, ALONE) \
  ROW(figure2, "Learned search strategies on held-out tasks", PICTURE, SHARED) \
  ROW(figure3a, "Lists learned from more and more tasks", PICTURE, SHARED) \
  ROW(figure3b, "Held-out score against the number of train tasks", PICTURE, SHARED) \
  ROW(figure3c, "Recurrent networks held out", PICTURE, SHARED) \
  ROW(figure3d, "Autoencoders held out", PICTURE, SHARED) \
  ROW(figureA1, "Tasks by how they respond to optimizers", PICTURE, ALONE) \
  ROW(figureB5, "Mean against lowest loss as the score of a run", PICTURE, SHARED) \
  ROW(space, "Volumes of the search spaces, original and refined", TABLE, ALONE)
// clang-format on

enum { PICTURE, TABLE };
enum { ALONE, SHARED };
#define PROTOTYPES(name, title, form, ranks) FIGURE(name);
#define ENTRY(name, title, form, ranks)                                                                      \
  {#name, title, (form) == TABLE, (ranks) == SHARED, name##_check, name##_make},
FIGURES(PROTOTYPES)
static const struct figure figures[] = {FIGURES(ENTRY)};

const struct figure *figures_get_all(size_t *n) {
  *n = sizeof figures / sizeof figures[0];
  return figures;
}

const struct figure *figures_find(const char *name) {
  for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
    if (strcmp(figures[i].name, name) == 0) return &figures[i];
  }
  return NULL;
}

void figure_tables_clear(struct figure_tables *tables) {
  for (size_t i = 0; i < tables->n; i++) hl_table_free(tables->items[i].table);
  *tables = (struct figure_tables){0};
}

hl_status figure_tables_add(struct figure_tables *tables, const char *suffix, struct hl_table *table,
                            hl_status made) {
  if (made == HL_OK && tables->n == sizeof tables->items / sizeof tables->items[0]) {
    made = hl_fail(HL_BUG, "found more than %zu tables of a figure", tables->n);
  }
  if (made == HL_OK) {
    tables->items[tables->n++] = (struct figure_table){suffix, table};
  } else {
    hl_table_free(table);
  }
  return made;
}

hl_status figure_caption(struct hl_table *table, const char *format, ...) {
  char text[1000];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  return hl_table_note(table, "caption: %s", text);
}
