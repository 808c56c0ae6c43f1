#include "report/kinds.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"
#include "hyperlist/task.h"

#include <stdlib.h>
#include <string.h>

static const char *get_kind(const struct hl_strings *tasks, const struct hl_strings *kinds, size_t t) {
  return kinds != NULL && kinds->n == tasks->n ? kinds->items[t] : hl_task_kind(tasks->items[t]);
}

/* Sorted, the tasks of a kind stand together, first of them the one that is met first: its place takes the
 * counts. */
static void count_sorted(const struct hl_strings *sorted, const size_t *order, const uint8_t *degenerate,
                         struct hl_kind_count *counts) {
  struct hl_kind_count *count = NULL;
  for (size_t i = 0; i < sorted->n; i++) {
    if (i == 0 || strcmp(sorted->items[i], sorted->items[i - 1]) != 0) count = &counts[order[i]];
    count->n++;
    count->n_degenerate += degenerate != NULL && degenerate[order[i]];
  }
}

hl_status hl_kinds_count(const struct hl_strings *tasks, const struct hl_strings *kinds,
                         const uint8_t *degenerate, struct hl_kind_count **counts, size_t *n) {
  hl_status status = HL_OK;
  struct hl_strings sorted = {0};
  size_t *order = NULL;
  *counts = NULL;
  *n = 0;
  TRY(hl_new_array(tasks->n, sizeof *order, &order));
  TRY(hl_new_array(tasks->n, sizeof **counts, counts));
  for (size_t t = 0; t < tasks->n; t++) TRY(hl_strings_add(&sorted, get_kind(tasks, kinds, t)));
  TRY(hl_strings_sort(&sorted, strcmp, order));
  count_sorted(&sorted, order, degenerate, *counts);
  for (size_t t = 0; t < tasks->n; t++) {
    struct hl_kind_count count = (*counts)[t];
    count.kind = get_kind(tasks, kinds, t);
    if (count.n > 0) (*counts)[(*n)++] = count;
  }
out:
  if (status != HL_OK) {
    free(*counts);
    *counts = NULL;
  }
  hl_strings_clear(&sorted);
  free(order);
  return status;
}
