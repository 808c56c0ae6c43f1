/* The general form of curves-json, one object a task:
 *   {"task": "cifar", "set": "mysweep", "steps": [0, 100, 200], "configs": [
 *     {"name": "a", "hp": {"lr": 0.1, "nesterov": true},
 *      "curves": {"train": [[2.3, 1.9, 1.8]], "valid": [[2.4, 2.0, 1.9]]}},
 *     {"name": "b", "hp": {"lr": 1.0, "nesterov": false},
 *      "curves": {"train": [[2.3, NaN, null]], "valid": [[2.4, 9.9, null]]}}]}
 * - "task": else the file's name; "set": unless --set says it; "n_params" and "seconds_per_step" (numbers) if
 *   known. All may be absent or null, other members are passed over, and members come in any order.
 * - "steps": finite, rising; of the whole file, or of a config, whose own come first. Where they are not all
 *   the same, or the task has another grid already, each curve is put on the task's grid (regrid.h).
 * - "configs": in any order; rows are joined by "name", which is unique.
 * - "hp": absent or null: unknown; numbers, true and false (1 and 0), null: unknown. Under a released set, or
 *   with --configs, what is said must agree with what is known to 1e-12.
 * - "curves": by split (train, valid_inner, valid, valid_outer, test) a list of replicas; a replica is an
 * array of one loss a step, or null where that run is missing. Replicas may differ in number; a split that a
 * run lacks while it has others is not observed there. null, NaN, Infinity and -Infinity in an array are
 * losses that are not finite, which is another thing than missing. A bare array of losses in a replica's
 * place is refused: an array of nulls would be a diverged run in one reading and missing ones in the other.
 *
 * The file is read twice: a survey when it is opened, which checks everything and keeps what does not grow
 * with the curves, and once more for each window of rows; one window if the configs stand in their order. */
#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"
#include "hyperlist/limits.h"
#include "ingest/gz.h"
#include "ingest/json_survey.h"
#include "ingest/regrid.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_GRID = 51 };

struct general {
  struct json_source base;
  struct hl_load_options options;
  char *path;
  struct json_survey survey;
  size_t column[JSON_N_SPLIT];   /* of a split among curves.splits; JSON_N_SPLIT: no config has it */
  size_t *file_config, *our_row; /* [n_config]: row -> element of the file, and back */

  struct hl_regrid grid; /* curves.steps */

  /* the second reading */
  struct hl_gz *gz;
  struct hl_json_scan *scan;
  struct json_config config; /* the one at hand */
  size_t i_config;           /* the scanner stands before this element */

  /* rows held, ready for the archive */
  size_t first, n_held, window_rows;
  double *values;
  uint8_t *ran;
  int32_t *observed;
};

static size_t count_row(const struct general *file) {
  return file->base.curves.n_replica * file->base.curves.n_step * file->base.curves.splits.n;
}

/* ---- What follows from it ---- */

static hl_status set_names(struct general *file, const char *set) {
  struct hl_curves *curves = &file->base.curves;
  hl_status status = HL_OK;
  if (set == NULL || *set == '\0') set = file->survey.set;
  if (set == NULL) {
    FAIL(HL_USAGE, "--set is needed: %s has no member \"set\" that says which set its configs are of",
         file->path);
  }
  TRY(hl_copy_text(set, &curves->set));
  if (file->survey.task == NULL) return hl_curves_copy_stem(file->path, ".json", &curves->task);
  curves->task = file->survey.task;
  file->survey.task = NULL;
out:
  return status;
}

static void set_facts(struct general *file) {
  struct json_survey *survey = &file->survey;
  struct hl_curves *curves = &file->base.curves;
  curves->n_replica = survey->n_replica;
  curves->n_params = (int64_t)survey->n_params;
  curves->seconds_per_step = survey->seconds_per_step;
  curves->configs = survey->configs; /* taken over, to be sorted */
  survey->configs = (struct hl_strings){0};
}

/* Natural order of names, each once. */
static hl_status sort_configs(struct general *file) {
  struct hl_strings *names = &file->base.curves.configs;
  hl_status status = HL_OK;
  TRY(hl_new_array(names->n, sizeof *file->file_config, &file->file_config));
  TRY(hl_new_array(names->n, sizeof *file->our_row, &file->our_row));
  TRY(hl_strings_sort(names, hl_strings_compare_natural, file->file_config));
  for (size_t i = 0; i < names->n; i++) {
    file->our_row[file->file_config[i]] = i;
    if (i == 0 || strcmp(names->items[i - 1], names->items[i]) != 0) continue;
    FAIL(HL_INVALID, "%s: config %zu: found the name '%s' again, expected it once, as in config %zu",
         file->path, file->file_config[i], names->items[i], file->file_config[i - 1]);
  }
out:
  return status;
}

static hl_status set_splits(struct general *file) {
  struct hl_curves *curves = &file->base.curves;
  unsigned any = 0, all = (1u << JSON_N_SPLIT) - 1;
  hl_status status = HL_OK;
  for (size_t i = 0; i < file->survey.n_entry; i++) {
    any |= file->survey.entries[i].present;
    all &= file->survey.entries[i].always;
  }
  for (size_t k = 0; k < JSON_N_SPLIT; k++) {
    file->column[k] = any & 1u << k ? curves->splits.n : JSON_N_SPLIT;
    if (file->column[k] < JSON_N_SPLIT) TRY(hl_strings_add(&curves->splits, json_split_names[k]));
  }
  curves->has_observed = (any & ~all) != 0;
out:
  return status;
}

/* Configs without steps of their own have the file's, as many as they have losses. */
static hl_status check_top_steps(const struct general *file) {
  for (size_t i = 0; i < file->survey.n_entry; i++) {
    const struct json_entry *entry = &file->survey.entries[i];
    const char *name = file->base.curves.configs.items[file->our_row[i]];
    if (entry->has_steps || entry->n_point == 0 || entry->n_point == file->survey.n_top) continue;
    if (file->survey.n_top == 0) {
      return hl_fail(HL_INVALID,
                     "%s: config %zu ('%s'): found no steps, expected \"steps\" here or in the file",
                     file->path, i, name);
    }
    return hl_fail(HL_INVALID,
                   "%s: config %zu ('%s'): found %zu losses, expected %zu, one for each step of the file",
                   file->path, i, name, entry->n_point, file->survey.n_top);
  }
  return HL_OK;
}

static bool uses_top_steps(const struct general *file) {
  for (size_t i = 0; i < file->survey.n_entry; i++) {
    if (!file->survey.entries[i].has_steps && file->survey.entries[i].n_point > 0) return true;
  }
  return false;
}

/* The steps of a config as the survey saw them: its own are known by their ends only. */
static double last_step(const struct general *file, const struct json_entry *entry) {
  return entry->has_steps ? entry->last_step : file->survey.top_steps[file->survey.n_top - 1];
}

/* The one grid that all configs have, or a uniform one over all their steps (the numbers' meaning, 7), or
 * what
 * --grid says. */
static hl_status choose_steps(const struct general *file, size_t *n_step, double **steps) {
  const struct json_survey *survey = &file->survey;
  const size_t wanted = file->options.grid;
  double *all = NULL;
  size_t n = 0, n_each = survey->n_own;
  hl_status status = HL_OK;
  if (survey->n_all > 0) TRY(json_unite_steps(&all, &n, survey->all_steps, survey->n_all));
  if (uses_top_steps(file)) {
    TRY(json_unite_steps(&all, &n, survey->top_steps, survey->n_top));
    n_each = survey->own_steps == NULL || survey->n_own == survey->n_top ? survey->n_top : 0;
  }
  HL_ASSUME(n > 0 && all != NULL); /* json_survey.c: a file without losses, or without steps, is refused */
  const bool are_same = n == n_each && survey->first_other == SIZE_MAX;
  if (wanted == HL_GRID_OWN || (wanted == 0 && are_same)) {
    *n_step = n;
    *steps = all;
    return HL_OK;
  }
  *n_step = n == 1 ? 1 : wanted > 0 ? wanted : DEFAULT_GRID;
  TRY(hl_new_array(*n_step, sizeof **steps, steps));
  hl_grid_fill(all[0], all[n - 1], *n_step, *steps);
out:
  free(all);
  return status;
}

/* The grid that the task has, or else gets. */
static hl_status set_steps(struct general *file) {
  struct hl_curves *curves = &file->base.curves;
  const struct hl_load_options *options = &file->options;
  const double *known = NULL;
  size_t n_known = 0;
  hl_status status = HL_OK;
  if (options->find_grid != NULL) TRY(options->find_grid(options->user, curves->task, &n_known, &known));
  if (n_known > 0) {
    TRY(hl_new_array(n_known, sizeof *curves->steps, &curves->steps));
    memcpy(curves->steps, known, n_known * sizeof *known);
    curves->n_step = n_known;
  } else {
    TRY(choose_steps(file, &curves->n_step, &curves->steps));
  }
  for (size_t i = 0; i < file->survey.n_entry && options->after_end == HL_AFTER_END_MISSING; i++) {
    const struct json_entry *entry = &file->survey.entries[i];
    if (entry->n_point == 0 || last_step(file, entry) >= curves->steps[curves->n_step - 1]) continue;
    curves->has_observed = true;
  }
out:
  return status;
}

/* A row is the least that is held at once. */
static hl_status check_row(const struct general *file) {
  const struct hl_curves *curves = &file->base.curves;
  size_t n;
  if (hl_multiply(curves->n_replica, curves->n_step, &n) &&
      hl_multiply(n, curves->splits.n * sizeof(double), &n) && n <= hl_limit_size(HL_LIMIT_CURVES)) {
    return HL_OK;
  }
  return hl_fail(
      HL_LIMIT, "%s: found %zu replicas, %zu steps and %zu splits a config, expected at most %zu MiB",
      file->path, curves->n_replica, curves->n_step, curves->splits.n, hl_limit_size(HL_LIMIT_CURVES) >> 20);
}

/* ---- The second reading: windows of rows ---- */

/* One curve of the config at hand; how many of the grid's points hold an observation. */
static size_t place_losses(struct general *file, const struct json_list *list, double *values) {
  const struct hl_curves *curves = &file->base.curves;
  const struct json_config *config = &file->config;
  const size_t n_step = curves->n_step, n_split = curves->splits.n, n = list->n_loss;
  const double *steps = config->has_steps ? config->steps : file->survey.top_steps;
  double *losses = config->losses + list->first_loss;
  size_t n_observed = n_step;
  for (size_t s = 0; s < n && file->options.maximize; s++) losses[s] = -losses[s];
  if (n == n_step && memcmp(steps, curves->steps, n * sizeof *steps) == 0) {
    for (size_t s = 0; s < n; s++) values[s * n_split] = losses[s];
  } else {
    const bool hold = file->options.after_end == HL_AFTER_END_HOLD;
    n_observed = hl_regrid(&file->grid, n, steps, losses, hold, values, n_split);
  }
  return n_observed;
}

/* The config at hand, into the window's row. */
static void place_config(struct general *file, size_t row) {
  const struct hl_curves *curves = &file->base.curves;
  const struct json_config *config = &file->config;
  const size_t n_split = curves->splits.n, n_step = curves->n_step, n_row = count_row(file);
  double *values = file->values + row * n_row;
  uint8_t *ran = file->ran + row * curves->n_replica;
  int32_t *observed = file->observed + row * curves->n_replica * n_split;
  for (size_t i = 0; i < n_row; i++) values[i] = (double)NAN;
  memset(ran, 0, curves->n_replica);
  memset(observed, 0, curves->n_replica * n_split * sizeof *observed);
  for (size_t i = 0; i < config->n_list; i++) {
    const struct json_list *list = &config->lists[i];
    const size_t column = file->column[list->split];
    ran[list->replica] = 1;
    observed[list->replica * n_split + column] =
        (int32_t)place_losses(file, list, values + list->replica * n_step * n_split + column);
  }
}

/* Is the config at hand what the survey saw? */
static bool is_unchanged(const struct general *file) {
  const struct json_config *config = &file->config;
  const struct json_entry *entry = &file->survey.entries[file->i_config];
  if (strcmp(config->name, file->base.curves.configs.items[file->our_row[file->i_config]]) != 0) return false;
  for (size_t i = 0; i < config->n_list; i++) {
    if (!(entry->present & 1u << config->lists[i].split)) return false;
  }
  return config->has_steps == entry->has_steps && config->n_replica <= file->base.curves.n_replica &&
         (config->n_list > 0 ? config->lists[0].n_loss : 0) == entry->n_point &&
         (!config->has_steps || config->steps[config->n_step - 1] == entry->last_step);
}

/* Enters "configs", before its first element. */
static hl_status start_configs(struct general *file) {
  hl_status status = HL_OK;
  const char *name;
  bool more;
  TRY(json_general_enter(file->path, &file->gz, &file->scan));
  file->i_config = 0;
  for (;;) {
    TRY(hl_json_scan_member(file->scan, &more, &name));
    if (!more) FAIL(HL_INVALID, "%s: found a change, expected none while it is read", file->path);
    if (strcmp(name, "configs") == 0) break;
    TRY(hl_json_scan_skip(file->scan));
  }
  status = hl_json_scan_enter(file->scan, HL_JSON_ARRAY, "an array of configs");
out:
  return status;
}

/* Passes over elements [low, high) and keeps those whose rows the window holds. */
static hl_status pass(struct general *file, size_t low, size_t high) {
  hl_status status = HL_OK;
  bool more;
  if (file->scan == NULL || file->i_config > low) TRY(start_configs(file));
  for (; file->i_config < high; file->i_config++) {
    const size_t row = file->our_row[file->i_config] - file->first; /* huge if before the window */
    TRY(hl_json_scan_element(file->scan, &more));
    if (more && (file->i_config < low || row >= file->n_held)) {
      TRY(hl_json_scan_skip(file->scan));
      continue;
    }
    if (more) TRY(json_config_read(&file->config, file->scan, file->path, file->i_config, true));
    if (!more || !is_unchanged(file)) {
      FAIL(HL_INVALID, "%s: config %zu: found a change, expected none while it is read", file->path,
           file->i_config);
    }
    place_config(file, row);
  }
out:
  return status;
}

static hl_status reserve_window(struct general *file) {
  const struct hl_curves *curves = &file->base.curves;
  const size_t n_row = count_row(file), row_bytes = n_row * sizeof *file->values;
  const size_t window = file->options.window > 0 ? file->options.window : HL_DEFAULT_WINDOW;
  const size_t n_run = curves->n_replica, n_fit = window / row_bytes;
  hl_status status = HL_OK;
  if (file->values != NULL) return HL_OK;
  file->window_rows = n_fit == 0 ? 1 : n_fit < curves->configs.n ? n_fit : curves->configs.n;
  TRY(hl_new_array(file->window_rows * n_run, sizeof *file->ran, &file->ran));
  TRY(hl_new_array(file->window_rows * n_run * curves->splits.n, sizeof *file->observed, &file->observed));
  TRY(hl_new_array(file->window_rows, row_bytes, &file->values));
out:
  return status;
}

static hl_status fill_window(struct general *file, size_t first) {
  hl_status status = HL_OK;
  const size_t n_left = file->survey.n_entry - first;
  size_t low = file->survey.n_entry, high = 0;
  TRY(reserve_window(file));
  file->first = first;
  file->n_held = n_left < file->window_rows ? n_left : file->window_rows;
  for (size_t i = first; i < first + file->n_held; i++) {
    if (file->file_config[i] < low) low = file->file_config[i];
    if (file->file_config[i] >= high) high = file->file_config[i] + 1;
  }
  status = pass(file, low, high);
out:
  if (status != HL_OK) { /* the next read begins anew */
    file->n_held = 0;
    hl_json_scan_free(file->scan);
    file->scan = NULL;
  }
  return status;
}

static hl_status read_rows(struct hl_curves *curves, size_t first, size_t n, void *values, uint8_t *ran,
                           int32_t *observed) {
  struct general *file = curves->source;
  const size_t n_row = count_row(file), n_run = curves->n_replica, n_seen = n_run * curves->splits.n;
  for (size_t i = 0; i < n; i++) {
    if (first + i - file->first >= file->n_held) {
      const hl_status status = fill_window(file, first + i);
      if (status != HL_OK) return status;
    }
    const size_t row = first + i - file->first;
    memcpy((double *)values + i * n_row, file->values + row * n_row, n_row * sizeof(double));
    memcpy(ran + i * n_run, file->ran + row * n_run, n_run);
    if (!curves->has_observed) continue;
    memcpy(observed + i * n_seen, file->observed + row * n_seen, n_seen * sizeof *observed);
  }
  return HL_OK;
}

/* ---- Opening and closing ---- */

static void general_close(struct json_source *source) {
  struct general *file = (struct general *)source;
  hl_json_scan_free(file->scan);
  hl_gz_close(file->gz);
  json_config_clear(&file->config);
  hl_curves_clear(&file->base.curves);
  json_survey_clear(&file->survey);
  free(file->file_config);
  free(file->our_row);
  free(file->values);
  free(file->ran);
  free(file->observed);
  free(file->path);
  free(file);
}

static hl_status general_settle(struct json_source *source) {
  struct general *file = (struct general *)source;
  struct hl_curves *curves = &file->base.curves;
  hl_status status = HL_OK;
  if (curves->n_step > 0) return HL_OK;
  TRY(set_steps(file));
  TRY(check_row(file));
  file->grid =
      (struct hl_regrid){curves->n_step, curves->steps, hl_grid_is_uniform(curves->n_step, curves->steps)};
out:
  return status;
}

hl_status json_general_open(const char *path, const struct hl_load_options *options,
                            struct json_source **out) {
  hl_status status = HL_OK;
  struct general *file = NULL;
  *out = NULL;
  TRY(hl_new_array(1, sizeof *file, &file));
  file->base.close = general_close;
  file->base.settle = general_settle;
  file->options = *options;
  TRY(hl_copy_text(path, &file->path));
  TRY(json_survey_read(&file->survey, file->path));
  set_facts(file);
  TRY(set_names(file, options->set));
  TRY(sort_configs(file));
  TRY(set_splits(file));
  TRY(check_top_steps(file));
  TRY(json_set_hyperparameters(&file->survey, file->our_row, options, &file->base.curves));
  file->base.curves.is_double = true;
  file->base.curves.read = read_rows;
  file->base.curves.source = file;
  *out = &file->base;
out:
  if (status != HL_OK && file != NULL) general_close(&file->base);
  return status;
}
