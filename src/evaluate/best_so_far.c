#include "evaluate/best_so_far.h"
#include "base/error.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

hl_status hl_best_so_far_init(struct hl_best_so_far *best, const struct hl_cells *cells, const size_t *tasks,
                              size_t n_task) {
  hl_status status = HL_OK;
  *best = (struct hl_best_so_far){.cells = cells, .tasks = tasks, .n_task = n_task};
  TRY(hl_new_array(n_task, sizeof(double), &best->valid));
  TRY(hl_new_array(n_task, sizeof(double), &best->test));
  for (size_t i = 0; i < n_task; i++) {
    best->valid[i] = (double)INFINITY;
    best->n_tested += cells->is_tested[tasks[i]];
  }
out:
  return status;
}

void hl_best_so_far_try(struct hl_best_so_far *best, size_t config) {
  const double *valid = best->cells->valid + config * best->cells->n_task;
  const double *test = best->cells->test + config * best->cells->n_task;
  bool is_better = false;
  for (size_t i = 0; i < best->n_task; i++) {
    const size_t task = best->tasks[i];
    if (!(valid[task] < best->valid[i])) continue;
    best->valid[i] = valid[task];
    best->test[i] = test[task];
    is_better = true;
  }
  if (!is_better) return; /* after some trials the usual case: the sums stand */
  best->valid_sum = best->test_sum = 0;
  for (size_t i = 0; i < best->n_task; i++) {
    best->valid_sum += best->valid[i];
    best->test_sum += best->test[i];
  }
}

void hl_best_so_far_clear(struct hl_best_so_far *best) {
  free(best->valid);
  free(best->test);
  *best = (struct hl_best_so_far){0};
}
