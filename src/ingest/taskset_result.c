/* Result trees, as train_inner leaves them: <root>/<task>/<optimizer>/<steps>/<replica>/ with `result` and
 * `time_per_step` (result_file.h). One source is a task: all its runs below whatever was named, a root, a
 * task's, an optimizer's, a steps' or a run's folder, or a `result`.
 *
 * - The config is the optimizer (`adam8p_wide_grid_seed107`), its set the sampler before `_seed`, unless
 * --set says otherwise; a task has a table for each of its sets.
 * - The task's grid is the one it has had, or else the union of the steps of its runs (the numbers' meaning,
 *   7). A run that ended early holds its last values, or, with --after-end missing, has no more points.
 * - A run without `result` is missing; a config all of whose runs are stays a row.
 * - The <steps> folder says how long a run was to be and is no part of its name: of one config and replica
 *   there is one run, and a second one, of other steps too, must be the same. Which of several lengths is
 *   meant only the user can know, and says by naming folders (the 10000 of every optimizer).
 * - Losses are stored as float32 where all of a table are such numbers, as those of the release are. */
#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"
#include "hyperlist/limits.h"
#include "ingest/configs.h"
#include "ingest/regrid.h"
#include "ingest/result_runs.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const split_names[RESULT_N_SPLIT] = {"train", "valid_inner", "valid_outer", "test"};

/* The runs of one config are neighbours. */
struct row {
  size_t first_run, n_run;
};

struct table {
  struct hl_curves curves;
  struct row *rows; /* [curves.configs.n] */
  size_t row_capacity;
  struct tree *tree;
};

struct tree {
  struct hl_load_options options;
  struct result_runs runs;
  size_t n_table, table_capacity;
  struct table *tables; /* byte order of their sets */
  bool is_settled;
  double *steps;
  struct hl_regrid grid; /* steps */
  double *row;           /* the one at hand, as doubles */
};

/* ---- Tables ---- */

/* "adam8p_wide_grid" of "adam8p_wide_grid_seed107"; 0: there is none. */
static size_t sampler_length(const char *config) {
  static const char infix[] = "_seed";
  size_t n = strlen(config), n_digit = 0;
  while (n > 0 && isdigit((unsigned char)config[n - 1])) n--, n_digit++;
  const size_t n_infix = sizeof infix - 1;
  return n_digit > 0 && n > n_infix && memcmp(config + n - n_infix, infix, n_infix) == 0 ? n - n_infix : 0;
}

static hl_status copy_set(const struct tree *tree, const char *config, char **set) {
  const size_t n = sampler_length(config);
  if (tree->options.set != NULL) return hl_copy_text(tree->options.set, set);
  if (n > 0) return hl_format_text(set, "%.*s", (int)n, config);
  return hl_fail(HL_USAGE, "--set is needed: %s: found optimizer '%s', whose name is not <set>_seed<N>",
                 tree->runs.roots[0].path, config);
}

/* Takes set over. */
static hl_status find_table(struct tree *tree, char *set, struct table **table) {
  hl_status status = HL_OK;
  size_t i = 0;
  while (i < tree->n_table && strcmp(tree->tables[i].curves.set, set) < 0) i++;
  if (i < tree->n_table && strcmp(tree->tables[i].curves.set, set) == 0) {
    free(set);
    *table = &tree->tables[i];
    return HL_OK;
  }
  TRY(hl_grow_array(&tree->tables, &tree->table_capacity, tree->n_table + 1, sizeof *tree->tables));
  memmove(&tree->tables[i + 1], &tree->tables[i], (tree->n_table++ - i) * sizeof *tree->tables);
  tree->tables[i] = (struct table){.curves = {.set = set}};
  *table = &tree->tables[i];
  return HL_OK;
out:
  free(set);
  return status;
}

/* Each config with its runs to the table of its set; configs come in natural order, and so do rows. */
static hl_status deal_rows(struct tree *tree) {
  const struct result_runs *runs = &tree->runs;
  hl_status status = HL_OK;
  size_t first = 0;
  for (size_t i = 0; i < runs->configs.n; i++) {
    struct table *table;
    char *set;
    TRY(copy_set(tree, runs->configs.items[i], &set));
    TRY(find_table(tree, set, &table));
    struct row row = {.first_run = first};
    while (first + row.n_run < runs->n_run && runs->runs[first + row.n_run].i_config == i) row.n_run++;
    first += row.n_run;
    TRY(hl_grow_array(&table->rows, &table->row_capacity, table->curves.configs.n + 1, sizeof row));
    table->rows[table->curves.configs.n] = row;
    TRY(hl_strings_add(&table->curves.configs, runs->configs.items[i]));
  }
out:
  return status;
}

/* A set of which no run is there has nothing to store. */
static void drop_empty_tables(struct tree *tree) {
  size_t n = 0;
  for (size_t i = 0; i < tree->n_table; i++) {
    struct table *table = &tree->tables[i];
    size_t n_run = 0;
    for (size_t r = 0; r < table->curves.configs.n; r++) n_run += table->rows[r].n_run;
    if (n_run > 0) {
      if (n != i) tree->tables[n] = *table;
      n++;
    } else {
      free(table->rows);
      hl_curves_clear(&table->curves);
    }
  }
  tree->n_table = n;
}

/* The mean over the task's runs that have told their time. */
static double mean_seconds(const struct result_runs *runs) {
  double sum = 0;
  size_t n = 0;
  for (size_t i = 0; i < runs->n_run; i++) {
    if (isnan(runs->runs[i].seconds)) continue;
    sum += runs->runs[i].seconds;
    n++;
  }
  return n > 0 ? sum / (double)n : 0;
}

static hl_status fill_curves(struct tree *tree, struct table *table) {
  const struct result_runs *runs = &tree->runs;
  struct hl_curves *curves = &table->curves;
  hl_status status = HL_OK;
  table->tree = tree;
  TRY(hl_copy_text(runs->roots[0].task, &curves->task));
  for (size_t k = 0; k < RESULT_N_SPLIT; k++) TRY(hl_strings_add(&curves->splits, split_names[k]));
  curves->seconds_per_step = mean_seconds(runs);
  curves->source = table;
  for (size_t i = 0; i < curves->configs.n; i++) {
    for (size_t r = 0; r < table->rows[i].n_run; r++) {
      const struct result_run *run = &runs->runs[table->rows[i].first_run + r];
      if (run->replica >= curves->n_replica) curves->n_replica = (size_t)run->replica + 1;
      curves->is_double = curves->is_double || !run->is_float;
    }
  }
  status = hl_configs_fill(curves, &tree->options, runs->roots[0].path);
out:
  return status;
}

/* ---- The task's grid ---- */

static hl_status find_steps(struct tree *tree, size_t *n_step, double **steps) {
  const struct hl_load_options *options = &tree->options;
  const double *known = NULL;
  hl_status status = HL_OK;
  *n_step = 0;
  if (options->find_grid != NULL)
    TRY(options->find_grid(options->user, tree->runs.roots[0].task, n_step, &known));
  if (*n_step == 0) return result_runs_unite_steps(&tree->runs, n_step, steps);
  TRY(hl_new_array(*n_step, sizeof **steps, steps));
  memcpy(*steps, known, *n_step * sizeof **steps);
out:
  return status;
}

/* A row is the least that is held at once. */
static hl_status check_row(const struct tree *tree, const struct hl_curves *curves) {
  size_t n;
  if (hl_multiply(curves->n_replica, curves->n_step, &n) &&
      hl_multiply(n, RESULT_N_SPLIT * sizeof(double), &n) && n <= hl_limit_size(HL_LIMIT_CURVES)) {
    return HL_OK;
  }
  return hl_fail(HL_LIMIT, "%s: found replicas up to %zu and %zu steps, expected at most %zu MiB a config",
                 tree->runs.roots[0].path, curves->n_replica - 1, curves->n_step,
                 hl_limit_size(HL_LIMIT_CURVES) >> 20);
}

static bool ends_early(const struct tree *tree, const struct table *table) {
  const struct result_runs *runs = &tree->runs;
  const double last = tree->grid.steps[tree->grid.n - 1];
  for (size_t i = 0; i < table->curves.configs.n; i++) {
    for (size_t r = 0; r < table->rows[i].n_run; r++) {
      const struct result_grid *grid = &runs->grids[runs->runs[table->rows[i].first_run + r].i_grid];
      if (grid->steps[grid->n_step - 1] < last) return true;
    }
  }
  return false;
}

static hl_status read_rows(struct hl_curves *curves, size_t first, size_t n, void *values, uint8_t *ran,
                           int32_t *observed);

static hl_status settle(struct tree *tree) {
  hl_status status = HL_OK;
  size_t n_step, n_most = 0;
  if (tree->is_settled) return HL_OK;
  TRY(find_steps(tree, &n_step, &tree->steps));
  const double *steps = tree->steps;
  tree->grid = (struct hl_regrid){n_step, steps, hl_grid_is_uniform(n_step, steps)};
  for (size_t i = 0; i < tree->n_table; i++) {
    struct hl_curves *curves = &tree->tables[i].curves;
    curves->n_step = n_step;
    curves->read = read_rows;
    TRY(check_row(tree, curves));
    TRY(hl_new_array(n_step, sizeof *steps, &curves->steps));
    memcpy(curves->steps, steps, n_step * sizeof *steps);
    curves->has_observed =
        tree->options.after_end == HL_AFTER_END_MISSING && ends_early(tree, &tree->tables[i]);
    if (curves->n_replica > n_most) n_most = curves->n_replica;
  }
  TRY(hl_new_array(n_most * n_step * RESULT_N_SPLIT, sizeof *tree->row, &tree->row));
  tree->is_settled = true;
out:
  return status;
}

/* ---- Rows ---- */

/* One run to its place in the row; how many points of the grid it observed. */
static hl_status place_run(struct tree *tree, const struct result_run *run, int32_t *n_observed) {
  const struct result_grid *own = &tree->runs.grids[run->i_grid];
  const size_t n_step = tree->grid.n;
  const bool hold = tree->options.after_end == HL_AFTER_END_HOLD;
  const bool same =
      own->n_step == n_step && memcmp(own->steps, tree->grid.steps, n_step * sizeof(double)) == 0;
  const double sign = tree->options.maximize ? -1 : 1, *losses;
  double *to = tree->row + run->replica * n_step * RESULT_N_SPLIT;
  const hl_status status = result_runs_get(&tree->runs, run, &losses);
  size_t n = n_step;
  for (size_t k = 0; status == HL_OK && k < RESULT_N_SPLIT; k++) {
    const double *from = losses + k * own->n_step;
    if (!same) n = hl_regrid(&tree->grid, own->n_step, own->steps, from, hold, to + k, RESULT_N_SPLIT);
    for (size_t s = 0; s < n_step; s++) {
      double *loss = &to[s * RESULT_N_SPLIT + k];
      *loss = sign * (same ? from[s] : *loss);
    }
  }
  *n_observed = (int32_t)n;
  return status;
}

static hl_status read_row(struct table *table, size_t i, uint8_t *ran, int32_t *observed) {
  struct tree *tree = table->tree;
  const struct hl_curves *curves = &table->curves;
  const struct row *row = &table->rows[i];
  hl_status status = HL_OK;
  for (size_t v = 0; v < curves->n_replica * curves->n_step * RESULT_N_SPLIT; v++) tree->row[v] = (double)NAN;
  memset(ran, 0, curves->n_replica);
  if (observed != NULL) memset(observed, 0, curves->n_replica * RESULT_N_SPLIT * sizeof *observed);
  for (size_t r = 0; r < row->n_run; r++) {
    const struct result_run *run = &tree->runs.runs[row->first_run + r];
    int32_t n_observed;
    TRY(place_run(tree, run, &n_observed));
    ran[run->replica] = 1;
    for (size_t k = 0; k < RESULT_N_SPLIT && observed != NULL; k++)
      observed[run->replica * RESULT_N_SPLIT + k] = n_observed;
  }
out:
  return status;
}

static hl_status read_rows(struct hl_curves *curves, size_t first, size_t n, void *values, uint8_t *ran,
                           int32_t *observed) {
  struct table *table = curves->source;
  const size_t n_value = curves->n_replica * curves->n_step * RESULT_N_SPLIT;
  hl_status status = HL_OK;
  for (size_t i = 0; i < n; i++) {
    int32_t *seen = curves->has_observed ? observed + i * curves->n_replica * RESULT_N_SPLIT : NULL;
    const double *row = table->tree->row;
    TRY(read_row(table, first + i, ran + i * curves->n_replica, seen));
    for (size_t v = 0; v < n_value; v++) {
      if (curves->is_double)
        ((double *)values)[i * n_value + v] = row[v];
      else
        ((float *)values)[i * n_value + v] = (float)row[v];
    }
  }
out:
  return status;
}

/* ---- The loader ---- */

static void result_close(void *file) {
  struct tree *tree = file;
  if (tree == NULL) return;
  for (size_t i = 0; i < tree->n_table; i++) {
    free(tree->tables[i].rows);
    hl_curves_clear(&tree->tables[i].curves);
  }
  free(tree->tables);
  result_runs_clear(&tree->runs);
  free(tree->steps);
  free(tree->row);
  free(tree);
}

static hl_status result_open_parts(const struct hl_strings *paths, const struct hl_load_options *options,
                                   void **file) {
  hl_status status = HL_OK;
  struct tree *tree = NULL;
  *file = NULL;
  TRY(hl_new_array(1, sizeof *tree, &tree));
  tree->options = *options;
  TRY(result_runs_read(&tree->runs, paths, &tree->options));
  TRY(deal_rows(tree));
  drop_empty_tables(tree);
  for (size_t i = 0; i < tree->n_table; i++) TRY(fill_curves(tree, &tree->tables[i]));
  *file = tree;
out:
  if (status != HL_OK) result_close(tree);
  return status;
}

static hl_status result_open(const char *path, const struct hl_load_options *options, void **file) {
  struct hl_strings paths = {0};
  hl_status status = hl_strings_add(&paths, path);
  if (status == HL_OK) status = result_open_parts(&paths, options, file);
  hl_strings_clear(&paths);
  return status;
}

static size_t result_count(const void *file) {
  const struct tree *tree = file;
  return tree->n_table;
}

static hl_status result_get(void *file, size_t i, struct hl_curves **curves) {
  struct tree *tree = file;
  if (i >= tree->n_table) return hl_fail(HL_BUG, "table %zu of %zu was asked for", i, tree->n_table);
  const hl_status status = settle(tree);
  *curves = &tree->tables[i].curves;
  return status;
}

static const struct hl_load_notes *result_notes(const void *file) {
  const struct tree *tree = file;
  return &tree->runs.notes;
}

static hl_status result_claim(const char *path, char **name, bool *is_whole) {
  struct result_root root;
  const hl_status status = result_root_find(path, &root);
  *name = NULL;
  if (status != HL_OK) return status;
  *is_whole = root.level != RESULT_TASK;
  *name = root.task;
  root.task = NULL;
  result_root_clear(&root);
  return HL_OK;
}

/* Files are found by their place in a tree. */
static bool result_fits_name(const char *name) {
  (void)name;
  return false;
}

/* {"200": [ */
static bool begins_like_result(const unsigned char *head, size_t n) {
  static const char space[] = " \t\r\n";
  size_t i = n >= 3 && memcmp(head, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
  for (const char *at = "{\"0\":["; *at != '\0'; at++) {
    while (i < n && head[i] != '\0' && strchr(space, head[i]) != NULL) i++;
    if (*at == '0') {
      const size_t first = i;
      while (i < n && isdigit(head[i])) i++;
      if (i == first) return false;
    } else if (i == n || head[i++] != (unsigned char)*at) {
      return false;
    }
  }
  return true;
}

static hl_status result_fits_content(const unsigned char *head, size_t n, bool *fits) {
  *fits = begins_like_result(head, n);
  return HL_OK;
}

const struct hl_loader hl_loader_result = {
    .format = "taskset-result",
    .takes = HL_TAKES_AFTER_END | HL_TAKES_MAXIMIZE,
    .fits_name = result_fits_name,
    .fits_content = result_fits_content,
    .open = result_open,
    .count = result_count,
    .get = result_get,
    .close = result_close,
    .is_in_turn = true,
    .needs_hyperparameters = true,
    .layout = "<task>/<optimizer>/<steps>/<replica>/result",
    .claim = result_claim,
    .open_parts = result_open_parts,
    .notes = result_notes,
};
