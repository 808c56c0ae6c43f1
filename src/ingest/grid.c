#include "ingest/grid.h"
#include "archive/index.h"
#include "base/error.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

static hl_status insert(struct grids *grids, const char *task, size_t n_step, const double *steps,
                        size_t *at) {
  const size_t n = grids->tasks.n;
  double *copy = NULL;
  struct grid *longer = realloc(grids->grids, (n + 1) * sizeof *longer);
  if (longer == NULL) return hl_fail_memory();
  grids->grids = longer;
  hl_status status = hl_new_array(n_step, sizeof *copy, &copy);
  if (status == HL_OK) status = hl_strings_add(&grids->tasks, task);
  if (status != HL_OK) {
    free(copy);
    return status;
  }
  memcpy(copy, steps, n_step * sizeof *copy);
  char *name = grids->tasks.items[n];
  size_t i = n;
  for (; i > 0 && strcmp(grids->tasks.items[i - 1], name) > 0; i--) {
    grids->tasks.items[i] = grids->tasks.items[i - 1];
    grids->grids[i] = grids->grids[i - 1];
  }
  grids->tasks.items[i] = name;
  grids->grids[i] = (struct grid){n_step, copy};
  *at = i;
  return HL_OK;
}

/* The grid of any table that an earlier archive has of the task. */
static hl_status insert_stored(struct grids *grids, struct hl_archive *archive, const char *task,
                               size_t *at) {
  const struct hl_archive_index *index = hl_archive_get_index(archive);
  const size_t i_task = hl_index_find_task(index, task);
  for (size_t i_set = 0; i_task < index->tasks.n && i_set < index->n_set; i_set++) {
    struct hl_archive_table table;
    bool has;
    hl_status status = hl_archive_has_table(archive, i_set, i_task, &has);
    if (status == HL_OK && !has) continue;
    if (status == HL_OK) status = hl_archive_open_table(archive, i_set, i_task, &table);
    if (status != HL_OK) return status;
    status = insert(grids, task, table.n_step, table.steps, at);
    hl_archive_close_table(archive, &table);
    return status;
  }
  return HL_OK;
}

/* *at: position of the task's grid, tasks.n if none is known. */
static hl_status find(struct grids *grids, size_t n_earlier, struct hl_archive *const *earlier,
                      const char *task, size_t *at) {
  hl_status status = HL_OK;
  *at = hl_strings_find_sorted(&grids->tasks, task, strcmp);
  for (size_t i = 0; i < n_earlier && *at == grids->tasks.n; i++) {
    const size_t n_before = grids->tasks.n;
    TRY(insert_stored(grids, earlier[i], task, at));
    if (grids->tasks.n == n_before) *at = n_before;
  }
out:
  return status;
}

hl_status hl_grids_find(struct grids *grids, size_t n_earlier, struct hl_archive *const *earlier,
                        const char *task, size_t *n_step, const double **steps) {
  size_t at;
  const hl_status status = find(grids, n_earlier, earlier, task, &at);
  const bool is_known = status == HL_OK && at < grids->tasks.n;
  *n_step = is_known ? grids->grids[at].n_step : 0;
  *steps = is_known ? grids->grids[at].steps : NULL;
  return status;
}

hl_status hl_grids_check(struct grids *grids, size_t n_earlier, struct hl_archive *const *earlier,
                         const struct hl_curves *curves, const char *path) {
  hl_status status = HL_OK;
  size_t at;
  TRY(find(grids, n_earlier, earlier, curves->task, &at));
  if (at == grids->tasks.n) return insert(grids, curves->task, curves->n_step, curves->steps, &at);
  const struct grid *known = &grids->grids[at];
  for (size_t i = 0; i < known->n_step && i < curves->n_step; i++) {
    if (known->steps[i] == curves->steps[i]) continue;
    FAIL(HL_INVALID,
         "%s: task %s: found step %.17g at point %zu, expected %.17g as in the task's other curves", path,
         curves->task, curves->steps[i], i, known->steps[i]);
  }
  if (known->n_step != curves->n_step) {
    FAIL(HL_INVALID, "%s: task %s: found %zu steps, expected %zu as in the task's other curves", path,
         curves->task, curves->n_step, known->n_step);
  }
out:
  return status;
}

void hl_grids_clear(struct grids *grids) {
  for (size_t i = 0; i < grids->tasks.n; i++) free(grids->grids[i].steps);
  free(grids->grids);
  hl_strings_clear(&grids->tasks);
  *grids = (struct grids){0};
}
