#include "analysis/figures.h"
#include "base/error.h"

#include <string.h>

static const struct figure figures[] = {
    {"figure2", "Learned search strategies on held-out tasks", figure2_check, figure2_make},
};

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
