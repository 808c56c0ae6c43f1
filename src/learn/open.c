#include "learn/open.h"
#include "base/error.h"
#include "base/memory.h"

#include <stdlib.h>

/* Counting sort by task or by config, stable. ends[n_key] is zeroed. */
static void sort_cells(const struct hl_open_cell *cells, size_t n_cell, bool is_by_task, size_t n_key,
                       size_t *ends, struct hl_open_cell *sorted) {
  size_t begin = 0;
  for (size_t i = 0; i < n_cell; i++) ends[is_by_task ? cells[i].task : cells[i].config]++;
  for (size_t key = 0; key < n_key; key++) {
    const size_t n = ends[key];
    ends[key] = begin; /* moves to the end while cells are put there */
    begin += n;
  }
  for (size_t i = 0; i < n_cell; i++) sorted[ends[is_by_task ? cells[i].task : cells[i].config]++] = cells[i];
}

hl_status hl_open_init(struct hl_open *open, size_t n_config, size_t n_task, int64_t *best,
                       const struct hl_open_cell *cells, size_t n_cell) {
  hl_status status = HL_OK;
  *open = (struct hl_open){.best = best};
  TRY(hl_new_array(n_config, sizeof *open->gains, &open->gains));
  TRY(hl_new_array(n_config, sizeof *open->config_ends, &open->config_ends));
  TRY(hl_new_array(n_task, sizeof *open->task_ends, &open->task_ends));
  TRY(hl_new_array(n_task, sizeof *open->n_open, &open->n_open));
  TRY(hl_new_array(n_cell, sizeof *cells, &open->of_config));
  TRY(hl_new_array(n_cell, sizeof *cells, &open->of_task));
  sort_cells(cells, n_cell, false, n_config, open->config_ends, open->of_config);
  sort_cells(cells, n_cell, true, n_task, open->task_ends, open->of_task);
  for (size_t t = 0; t < n_task; t++)
    open->n_open[t] = open->task_ends[t] - (t > 0 ? open->task_ends[t - 1] : 0);
  for (size_t i = 0; i < n_cell; i++) open->gains[cells[i].config] += best[cells[i].task] - cells[i].exact;
out:
  return status;
}

void hl_open_clear(struct hl_open *open) {
  free(open->gains);
  free(open->config_ends);
  free(open->task_ends);
  free(open->n_open);
  free(open->of_config);
  free(open->of_task);
}

/* On one task. Cells that stay open keep their order. */
static void lower(struct hl_open *open, size_t task, int64_t to) {
  const int64_t from = open->best[task];
  struct hl_open_cell *cells = open->of_task + (task > 0 ? open->task_ends[task - 1] : 0);
  const size_t n = open->n_open[task];
  size_t n_left = 0;
  for (size_t i = 0; i < n; i++) {
    const struct hl_open_cell cell = cells[i];
    open->gains[cell.config] -= from - (cell.exact > to ? cell.exact : to);
    cells[n_left] = cell;
    n_left += cell.exact < to;
  }
  open->n_open[task] = n_left;
  open->best[task] = to;
  open->n_step += n;
}

void hl_open_pick(struct hl_open *open, size_t config) {
  const size_t begin = config > 0 ? open->config_ends[config - 1] : 0;
  for (size_t i = begin; i < open->config_ends[config]; i++) {
    const struct hl_open_cell *cell = &open->of_config[i];
    if (cell->exact < open->best[cell->task]) lower(open, cell->task, cell->exact);
  }
}
