#include "ingest/result_runs.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/pool.h"
#include "base/text.h"

#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_FOREIGN = 8 }; /* names kept; the others are counted */

/* ---- Reading ---- */

static hl_status note_foreign(void *user, const char *path) {
  struct result_runs *runs = user;
  if (runs->notes.n_foreign++ >= MAX_FOREIGN) return HL_OK;
  return hl_strings_add(&runs->notes.foreign, path);
}

static hl_status note_config(void *user, const char *name) {
  struct result_runs *runs = user;
  const hl_status status = hl_check_cancel(runs->options->context);
  return status == HL_OK ? hl_strings_add(&runs->configs, name) : status;
}

/* A bad file: the end, unless the others are to be read all the same. */
static hl_status judge(struct result_runs *runs, hl_status status) {
  if (status != HL_INVALID || !runs->options->keep_going) return status;
  return hl_strings_add(&runs->notes.left_out, hl_error_message());
}

static bool is_grid(const struct result_grid *grid, size_t n_step, const double *steps) {
  return grid->n_step == n_step && memcmp(grid->steps, steps, n_step * sizeof *steps) == 0;
}

/* Runs mostly have the steps of the first, or those of the one before. */
static hl_status find_grid(struct result_runs *runs, size_t n_step, const double *steps, size_t *i_grid) {
  const size_t n = runs->n_grid;
  hl_status status = HL_OK;
  *i_grid = 0;
  if (n > 0 && is_grid(&runs->grids[0], n_step, steps)) return HL_OK;
  *i_grid = n > 0 ? n - 1 : 0;
  if (n > 0 && is_grid(&runs->grids[n - 1], n_step, steps)) return HL_OK;
  TRY(hl_grow_array(&runs->grids, &runs->grid_capacity, n + 1, sizeof *runs->grids));
  runs->grids[n] = (struct result_grid){.n_step = n_step};
  TRY(hl_new_array(n_step, sizeof *steps, &runs->grids[n].steps));
  memcpy(runs->grids[n].steps, steps, n_step * sizeof *steps);
  runs->n_grid++;
  *i_grid = n;
out:
  return status;
}

/* Numbers that float32 holds exactly are stored as such: they were printed from it. */
static bool fits_float(const struct result_reader *reader) {
  for (size_t i = 0; i < reader->n_step * RESULT_N_SPLIT; i++) {
    const double loss = reader->losses[i];
    if (isfinite(loss) && !(fabs(loss) <= 3.4028234663852886e38 && (double)(float)loss == loss)) return false;
  }
  return true;
}

static hl_status hold_losses(struct result_runs *runs, struct result_run *run) {
  const size_t n_byte = runs->reader.n_step * RESULT_N_SPLIT * sizeof *run->losses;
  const size_t window = runs->options->window > 0 ? runs->options->window : HL_DEFAULT_WINDOW;
  if (runs->n_held + n_byte > window) return HL_OK;
  const hl_status status = hl_new_array(n_byte, 1, &run->losses);
  if (status != HL_OK) return status;
  memcpy(run->losses, runs->reader.losses, n_byte);
  runs->n_held += n_byte;
  return HL_OK;
}

static hl_status add_run(struct result_runs *runs, const struct result_place *place) {
  struct result_reader *reader = &runs->reader;
  hl_status status = HL_OK;
  TRY(hl_grow_array(&runs->runs, &runs->run_capacity, runs->n_run + 1, sizeof *runs->runs));
  struct result_run *run = &runs->runs[runs->n_run];
  *run = (struct result_run){.i_config = runs->configs.n - 1,
                             .replica = place->replica,
                             .steps = place->steps,
                             .i_root = runs->i_root,
                             .is_float = fits_float(reader)};
  TRY(find_grid(runs, reader->n_step, reader->steps, &run->i_grid));
  TRY(hold_losses(runs, run));
  runs->n_run++;
  TRY(judge(runs, result_read_seconds(reader, place->folder, place->path, &run->seconds)));
out:
  return status;
}

static hl_status visit_run(void *user, const struct result_place *place) {
  struct result_runs *runs = user;
  bool is_there;
  const hl_status status = result_read(&runs->reader, place->folder, place->path, &is_there);
  if (status != HL_OK) return judge(runs, status);
  return is_there ? add_run(runs, place) : HL_OK; /* without a result the run is missing */
}

/* ---- Order ---- */

static int compare_runs(const void *a, const void *b) {
  const struct result_run *x = a, *y = b;
  if (x->i_config != y->i_config) return x->i_config < y->i_config ? -1 : 1;
  if (x->replica != y->replica) return x->replica < y->replica ? -1 : 1;
  if (x->steps != y->steps) return x->steps < y->steps ? -1 : 1;
  return x->i_root < y->i_root ? -1 : x->i_root > y->i_root;
}

/* Configs in natural order, each once, though several roots may have told of it. */
static hl_status sort_configs(struct result_runs *runs) {
  struct hl_strings *names = &runs->configs;
  size_t *order = NULL, *place = NULL, n = 0;
  hl_status status = HL_OK;
  TRY(hl_new_array(names->n, sizeof *order, &order));
  TRY(hl_new_array(names->n, sizeof *place, &place));
  TRY(hl_strings_sort(names, hl_strings_compare_natural, order));
  for (size_t i = 0; i < names->n; i++) {
    const bool is_new = n == 0 || strcmp(names->items[n - 1], names->items[i]) != 0;
    if (is_new) {
      char *name = names->items[i];
      names->items[i] = names->items[n];
      names->items[n++] = name;
    }
    place[order[i]] = n - 1;
  }
  while (names->n > n) free(names->items[--names->n]);
  for (size_t i = 0; i < runs->n_run; i++) runs->runs[i].i_config = place[runs->runs[i].i_config];
  if (runs->n_run > 0) qsort(runs->runs, runs->n_run, sizeof *runs->runs, compare_runs);
out:
  free(order);
  free(place);
  return status;
}

/* ---- Runs that are there twice ---- */

static hl_status find_path(const struct result_runs *runs, const struct result_run *run, char **path) {
  return result_tree_path(&runs->roots[run->i_root], runs->configs.items[run->i_config], run->steps,
                          run->replica, path);
}

static hl_status fail_again(struct result_runs *runs, const struct result_run *first,
                            const struct result_run *second) {
  char *here = NULL, *there = NULL;
  hl_status status = HL_OK;
  TRY(find_path(runs, second, &here));
  TRY(find_path(runs, first, &there));
  status = hl_fail(
      HL_INVALID, "%s/result: found other curves of this run than %s/result, expected the same%s", here,
      there,
      first->steps != second->steps ? "; name the folders of one number of steps to read those alone" : "");
out:
  free(here);
  free(there);
  return status;
}

static bool same_losses(size_t n, const double *a, const double *b) {
  for (size_t i = 0; i < n; i++) {
    if (a[i] != b[i] && !(isnan(a[i]) && isnan(b[i]))) return false;
  }
  return true;
}

static hl_status compare_twins(struct result_runs *runs, const struct result_run *first,
                               const struct result_run *second) {
  const struct result_grid *a = &runs->grids[first->i_grid], *b = &runs->grids[second->i_grid];
  const size_t n = a->n_step * RESULT_N_SPLIT;
  const double *losses;
  double *kept = NULL;
  hl_status status = HL_OK;
  if (!is_grid(a, b->n_step, b->steps)) return fail_again(runs, first, second);
  TRY(hl_new_array(n, sizeof *kept, &kept));
  TRY(result_runs_get(runs, first, &losses));
  memcpy(kept, losses, n * sizeof *kept);
  TRY(result_runs_get(runs, second, &losses));
  if (!same_losses(n, kept, losses)) status = fail_again(runs, first, second);
out:
  free(kept);
  return status;
}

static bool are_twins(const struct result_run *a, const struct result_run *b) {
  return a->i_config == b->i_config && a->replica == b->replica;
}

static hl_status drop_twins(struct result_runs *runs) {
  size_t n = 0;
  hl_status status = HL_OK;
  for (size_t i = 0; i < runs->n_run; i++) {
    struct result_run *run = &runs->runs[i];
    if (n > 0 && are_twins(&runs->runs[n - 1], run)) {
      if (status == HL_OK) status = compare_twins(runs, &runs->runs[n - 1], run);
      free(run->losses);
    } else {
      runs->runs[n++] = *run;
    }
  }
  runs->n_run = n;
  return status;
}

/* ---- All of it ---- */

static hl_status read_root(struct result_runs *runs, const char *path) {
  const struct result_visitor visitor = {
      .user = runs, .config = note_config, .run = visit_run, .foreign = note_foreign};
  struct result_root *root = &runs->roots[runs->i_root];
  hl_status status = HL_OK;
  TRY(result_root_find(path, root));
  if (root->level == RESULT_NONE) {
    FAIL(HL_INVALID, "%s: found no run, expected <task>/<optimizer>/<steps>/<replica>/result", path);
  }
  runs->n_root++;
  status = result_tree_visit(root, &visitor);
out:
  return status;
}

hl_status result_runs_read(struct result_runs *runs, const struct hl_strings *paths,
                           const struct hl_load_options *options) {
  hl_status status = HL_OK;
  *runs = (struct result_runs){.options = options};
  TRY(hl_new_array(paths->n, sizeof *runs->roots, &runs->roots));
  TRY(result_reader_new(&runs->reader));
  for (; runs->i_root < paths->n; runs->i_root++) TRY(read_root(runs, paths->items[runs->i_root]));
  runs->notes.hash = runs->reader.hash;
  runs->notes.n_byte = runs->reader.n_byte;
  TRY(sort_configs(runs));
  TRY(drop_twins(runs));
  if (runs->n_run == 0) {
    FAIL(HL_INVALID, "%s: found no good result of any run, expected at least one", paths->items[0]);
  }
out:
  if (status != HL_OK) result_runs_clear(runs);
  return status;
}

void result_runs_clear(struct result_runs *runs) {
  for (size_t i = 0; i < runs->n_root; i++) result_root_clear(&runs->roots[i]);
  free(runs->roots);
  hl_strings_clear(&runs->configs);
  for (size_t i = 0; i < runs->n_run; i++) free(runs->runs[i].losses);
  free(runs->runs);
  for (size_t i = 0; i < runs->n_grid; i++) free(runs->grids[i].steps);
  free(runs->grids);
  hl_strings_clear(&runs->notes.left_out);
  hl_strings_clear(&runs->notes.foreign);
  result_reader_clear(&runs->reader);
  *runs = (struct result_runs){0};
}

hl_status result_runs_get(struct result_runs *runs, const struct result_run *run, const double **losses) {
  hl_status status = HL_OK;
  char *path = NULL;
  int folder = -1;
  bool is_there = false;
  const struct result_grid *grid = &runs->grids[run->i_grid];
  if (run->losses != NULL) {
    *losses = run->losses;
    return HL_OK;
  }
  TRY(find_path(runs, run, &path));
  folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) {
    status = hl_fail_errno(path, "open");
    goto out;
  }
  TRY(result_read(&runs->reader, folder, path, &is_there));
  if (!is_there || !is_grid(grid, runs->reader.n_step, runs->reader.steps)) {
    FAIL(HL_INVALID, "%s/result: found a change, expected none while it is read", path);
  }
  *losses = runs->reader.losses;
out:
  if (folder >= 0) close(folder);
  free(path);
  return status;
}

/* ---- Steps ---- */

static int compare_steps(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

hl_status result_runs_unite_steps(const struct result_runs *runs, size_t *n_step, double **steps) {
  size_t n = 0, n_unique = 0;
  hl_status status = HL_OK;
  *steps = NULL;
  for (size_t i = 0; i < runs->n_grid; i++) n += runs->grids[i].n_step;
  TRY(hl_new_array(n, sizeof **steps, steps));
  n = 0;
  for (size_t i = 0; i < runs->n_grid; i++) {
    memcpy(*steps + n, runs->grids[i].steps, runs->grids[i].n_step * sizeof **steps);
    n += runs->grids[i].n_step;
  }
  qsort(*steps, n, sizeof **steps, compare_steps);
  for (size_t i = 0; i < n; i++) {
    if (n_unique == 0 || (*steps)[n_unique - 1] < (*steps)[i]) (*steps)[n_unique++] = (*steps)[i];
  }
  *n_step = n_unique;
out:
  return status;
}
