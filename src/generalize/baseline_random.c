/* Random search: all configs of a set in a uniformly random order. */
#include "base/error.h"
#include "base/memory.h"
#include "generalize/baseline.h"

#include <stdlib.h>

/* The configs that the missing policy keeps of order[n], in place. */
static size_t keep(const struct hl_cells *cells, size_t *order, size_t n) {
  size_t n_kept = 0;
  for (size_t i = 0; i < n; i++) {
    if (cells->is_kept[order[i]]) order[n_kept++] = order[i];
  }
  return n_kept;
}

static hl_status run(struct hl_trials *trials) {
  hl_status status = HL_OK;
  const size_t n = trials->cells->n_config;
  size_t *order = NULL;
  TRY(hl_new_array(n, sizeof *order, &order));
  for (size_t c = 0; c < n; c++) order[c] = c;
  TRY(hl_trials_shuffle(trials, "random", order, n));
  TRY(hl_trials_try(trials, order, keep(trials->cells, order, n)));
out:
  free(order);
  return status;
}

const struct hl_baseline hl_random = {.name = "random", .is_of_every_set = true, .run = run};
