/* Derived curves: one JSON array a task, of one object a config,
 *   {"hp": {name: value, ..}, "train": {"loss": [..]}, "valid": {"loss": [..]}, "test": {"loss": [..]}}
 * Element i is config <sampler>_seed<i>, so its order is the canonical one. The file is read twice: a survey
 * when it is opened, which checks everything and keeps the shape and the hyperparameters, and a second time
 * while rows are asked for, straight into the caller's memory. What is held does not grow with the curves. */
#include "base/error.h"
#include "base/memory.h"
#include "hyperlist/limits.h"
#include "ingest/configs.h"
#include "ingest/gz.h"
#include "ingest/json_source.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  /* The release's grid, for files that carry no steps: 51 points are steps 0, 200, ..., 10000. */
  RELEASE_POINTS = 51,
  RELEASE_STRIDE = 200,
};

struct json_file {
  struct json_source base;
  char *path, *sampler;
  bool maximize;
  struct hl_gz *gz;
  struct hl_json_scan *scan;
  size_t i_config;                  /* the scanner stands before this element */
  size_t first_config, first_split; /* where the number of losses was learned, for messages */
  size_t n_config;
  uint8_t *present; /* [n_config]: bit k: has split k */
  size_t present_capacity;
  size_t column[JSON_N_SPLIT]; /* of a split among curves.splits; JSON_N_SPLIT: no config has it */
  struct hl_strings hp_names;  /* in the order of element 0 */
  double *hp_values;           /* [n_config][hp_names.n] */
  size_t hp_capacity;
};

/* ---- Messages ---- */

/* "PATH: config 17 ('adam8p_wide_grid_seed17')", for what is wrong with one element. */
static hl_status fail_config(const struct json_file *file, const char *what, const char *expected) {
  return hl_fail(HL_INVALID, "%s: config %zu ('%s_seed%zu'): found %s, expected %s", file->path,
                 file->i_config, file->sampler, file->i_config, what, expected);
}

static hl_status fail_length(const struct json_file *file, size_t split, size_t n_loss) {
  return hl_fail(
      HL_INVALID,
      "%s: config %zu ('%s_seed%zu'), split %s: found %zu losses, expected %zu as in config %zu, split %s",
      file->path, file->i_config, file->sampler, file->i_config, json_split_names[split], n_loss,
      file->base.curves.n_step, file->first_config, json_split_names[file->first_split]);
}

/* ---- One element ---- */

/* An array of losses; values, if given, takes the first n_step of them, n_split apart. */
static hl_status scan_losses(struct json_file *file, size_t split, double *values) {
  const size_t n_step = file->base.curves.n_step, n_split = file->base.curves.splits.n;
  size_t n = 0;
  hl_status status = HL_OK;
  TRY(hl_json_scan_enter(file->scan, HL_JSON_ARRAY, "an array of losses"));
  for (bool more;; n++) {
    double loss;
    TRY(hl_json_scan_element(file->scan, &more));
    if (!more) break;
    TRY(hl_json_scan_number(file->scan, false, &loss));
    if (values != NULL && n < n_step) values[n * n_split] = file->maximize ? -loss : loss;
  }
  if (n_step == 0 && n == 0) return fail_config(file, "an empty array of losses", "at least one");
  if (n_step == 0) { /* the first curve of the survey */
    if (n > hl_limit_size(HL_LIMIT_CURVES) / (JSON_N_SPLIT * sizeof(double))) {
      FAIL(HL_LIMIT, "%s: config %zu: found %zu losses, expected at most %zu", file->path, file->i_config, n,
           hl_limit_size(HL_LIMIT_CURVES) / (JSON_N_SPLIT * sizeof(double)));
    }
    file->base.curves.n_step = n;
    file->first_config = file->i_config;
    file->first_split = split;
  } else if (n != n_step) {
    status = fail_length(file, split, n);
  }
out:
  return status;
}

/* {"loss": [..], ..}; null is a split that is not there. */
static hl_status scan_split(struct json_file *file, size_t split, double *values, bool *is_there) {
  enum hl_json_kind kind;
  const char *name;
  hl_status status = HL_OK;
  *is_there = false;
  TRY(hl_json_scan_peek(file->scan, &kind));
  if (kind == HL_JSON_NULL) return hl_json_scan_skip(file->scan);
  TRY(hl_json_scan_enter(file->scan, HL_JSON_OBJECT, "an object with \"loss\""));
  for (bool more;;) {
    TRY(hl_json_scan_member(file->scan, &more, &name));
    if (!more) break;
    if (strcmp(name, "loss") != 0) {
      TRY(hl_json_scan_skip(file->scan));
      continue;
    }
    if (*is_there) return json_fail_again(file->scan, name);
    TRY(scan_losses(file, split, values));
    *is_there = true;
  }
  if (!*is_there) status = hl_json_scan_fail(file->scan, "a split without \"loss\"", "one with");
out:
  return status;
}

/* Which column a hyperparameter has; the first element decides what there is. Members mostly come in the same
 * order, so the search begins where the last one ended. */
static hl_status find_column(struct json_file *file, const char *name, size_t guess, size_t *column) {
  hl_status status = HL_OK;
  const size_t n = file->hp_names.n;
  for (size_t i = 0; i < n; i++) {
    *column = (guess + i) % n;
    if (strcmp(file->hp_names.items[*column], name) == 0) return HL_OK;
  }
  if (file->i_config > 0) {
    FAIL(HL_INVALID, "%s: config %zu ('%s_seed%zu'): found hyperparameter '%s', expected those of config 0",
         file->path, file->i_config, file->sampler, file->i_config, name);
  }
  if (n == HL_MAX_HYPERPARAMETERS) {
    FAIL(HL_LIMIT, "%s: config 0: found more than %d hyperparameters, the most that is read", file->path,
         HL_MAX_HYPERPARAMETERS);
  }
  *column = n;
  TRY(hl_strings_add(&file->hp_names, name));
  status = hl_grow_array(&file->hp_values, &file->hp_capacity, n + 1, sizeof *file->hp_values);
out:
  return status;
}

/* "hp", into a new row of hp_values. */
static hl_status scan_hyperparameters(struct json_file *file) {
  unsigned char seen[HL_MAX_HYPERPARAMETERS] = {0};
  const char *name;
  size_t n = 0, column = 0;
  hl_status status = HL_OK;
  const size_t offset = file->i_config * file->hp_names.n;
  TRY(hl_grow_array(&file->hp_values, &file->hp_capacity, offset + file->hp_names.n,
                    sizeof *file->hp_values));
  TRY(hl_json_scan_enter(file->scan, HL_JSON_OBJECT, "an object of hyperparameters"));
  for (bool more;; n++) {
    TRY(hl_json_scan_member(file->scan, &more, &name));
    if (!more) break;
    TRY(find_column(file, name, n, &column));
    if (seen[column]++) return json_fail_again(file->scan, name);
    TRY(hl_json_scan_number(file->scan, true, &file->hp_values[offset + column]));
  }
  for (size_t i = 0; i < file->hp_names.n; i++) {
    if (seen[i]) continue;
    return fail_config(file, "a hyperparameter missing", file->hp_names.items[i]);
  }
out:
  return status;
}

/* Element i_config. In the survey row is NULL; else it takes the values. *present: which splits there are. */
static hl_status scan_config(struct json_file *file, double *row, uint8_t *present) {
  bool has_hp = false, is_there, is_survey = row == NULL;
  const char *name;
  unsigned seen = 0, there = 0;
  hl_status status = HL_OK;
  TRY(hl_json_scan_enter(file->scan, HL_JSON_OBJECT, "a config as an object"));
  for (bool more;;) {
    TRY(hl_json_scan_member(file->scan, &more, &name));
    if (!more) break;
    const size_t split = json_find_split(name);
    if (split < JSON_N_SPLIT) {
      if (seen & 1u << split) return json_fail_again(file->scan, name);
      seen |= 1u << split;
      TRY(scan_split(file, split, is_survey ? NULL : row + file->column[split], &is_there));
      if (is_there) there |= 1u << split;
    } else if (strcmp(name, "hp") == 0) {
      if (has_hp) return json_fail_again(file->scan, name);
      has_hp = true;
      TRY(is_survey ? scan_hyperparameters(file) : hl_json_scan_skip(file->scan));
    } else {
      TRY(hl_json_scan_skip(file->scan));
    }
  }
  if (!has_hp) return fail_config(file, "no \"hp\"", "an object of hyperparameters");
  *present = (uint8_t)there;
out:
  return status;
}

/* ---- The survey ---- */

/* (Re)opens the file; the scanner then stands before element 0. */
static hl_status start(struct json_file *file) {
  hl_status status = HL_OK;
  hl_json_scan_free(file->scan);
  hl_gz_close(file->gz);
  file->scan = NULL;
  file->gz = NULL;
  file->i_config = 0;
  TRY(hl_gz_open(file->path, &file->gz));
  TRY(hl_json_scan_new(file->path, json_fill_from_gz, file->gz, &file->scan));
  status = hl_json_scan_enter(file->scan, HL_JSON_ARRAY, "an array of configs");
out:
  return status;
}

static hl_status add_config_name(struct json_file *file) {
  hl_status status = HL_OK;
  char *name = NULL;
  TRY(hl_format_text(&name, "%s_seed%zu", file->sampler, file->i_config));
  status = hl_strings_add(&file->base.curves.configs, name);
out:
  free(name);
  return status;
}

static hl_status survey(struct json_file *file) {
  hl_status status = HL_OK;
  TRY(start(file));
  for (bool more;; file->i_config++) {
    TRY(hl_json_scan_element(file->scan, &more));
    if (!more) break;
    TRY(hl_grow_array(&file->present, &file->present_capacity, file->i_config + 1, 1));
    TRY(scan_config(file, NULL, &file->present[file->i_config]));
    TRY(add_config_name(file));
  }
  TRY(hl_json_scan_end(file->scan));
  file->n_config = file->i_config;
  if (file->n_config == 0) FAIL(HL_INVALID, "%s: found an empty array, expected configs", file->path);
  if (file->base.curves.n_step == 0)
    FAIL(HL_INVALID, "%s: found no losses in any config, expected some", file->path);
out:
  return status;
}

/* The splits that any config has, and whether some lack one of them. */
static hl_status set_splits(struct json_file *file) {
  unsigned any = 0, all = (1u << JSON_N_SPLIT) - 1;
  hl_status status = HL_OK;
  for (size_t i = 0; i < file->n_config; i++) {
    any |= file->present[i];
    all &= file->present[i];
  }
  for (size_t k = 0; k < JSON_N_SPLIT; k++) {
    file->column[k] = any & 1u << k ? file->base.curves.splits.n : JSON_N_SPLIT;
    if (file->column[k] == JSON_N_SPLIT) continue;
    TRY(hl_strings_add(&file->base.curves.splits, json_split_names[k]));
  }
  file->base.curves.has_observed = any != all;
out:
  return status;
}

static hl_status set_steps(struct json_file *file) {
  const size_t n = file->base.curves.n_step, stride = n == RELEASE_POINTS ? RELEASE_STRIDE : 1;
  hl_status status = HL_OK;
  TRY(hl_new_array(n, sizeof *file->base.curves.steps, &file->base.curves.steps));
  for (size_t i = 0; i < n; i++) file->base.curves.steps[i] = (double)(i * stride);
out:
  return status;
}

/* ---- Hyperparameters: what the file says against what is known ---- */

static hl_status compare_config(const struct json_file *file, size_t i, const size_t *column) {
  const struct hl_strings *names = &file->base.curves.hyperparameters;
  for (size_t j = 0; j < names->n; j++) {
    const double found = file->hp_values[i * file->hp_names.n + column[j]];
    const double expected = file->base.curves.hyperparameter_values[i * names->n + j];
    if (hl_configs_agree(found, expected)) continue;
    return hl_fail(HL_INVALID, "%s: config %zu ('%s'), hyperparameter %s: found %.17g, expected %.17g",
                   file->path, i, file->base.curves.configs.items[i], names->items[j], found, expected);
  }
  return HL_OK;
}

static hl_status compare_hyperparameters(const struct json_file *file) {
  const struct hl_strings *names = &file->base.curves.hyperparameters;
  size_t *column = NULL;
  hl_status status = HL_OK;
  TRY(hl_new_array(names->n, sizeof *column, &column));
  for (size_t j = 0; j < names->n; j++) {
    while (column[j] < file->hp_names.n && strcmp(file->hp_names.items[column[j]], names->items[j]) != 0)
      column[j]++;
    if (column[j] < file->hp_names.n) continue;
    FAIL(HL_INVALID, "%s: config 0 ('%s'): found no hyperparameter %s, expected those of set %s", file->path,
         file->base.curves.configs.items[0], names->items[j], file->base.curves.set);
  }
  if (file->hp_names.n != names->n) {
    FAIL(HL_INVALID, "%s: config 0 ('%s'): found %zu hyperparameters, expected the %zu of set %s", file->path,
         file->base.curves.configs.items[0], file->hp_names.n, names->n, file->base.curves.set);
  }
  for (size_t i = 0; i < file->n_config; i++) TRY(compare_config(file, i, column));
out:
  free(column);
  return status;
}

static hl_status set_hyperparameters(struct json_file *file, const struct hl_load_options *options) {
  hl_status status = HL_OK;
  TRY(hl_configs_fill(&file->base.curves, options, file->path));
  if (file->base.curves.hyperparameters.n > 0) {
    status = compare_hyperparameters(file);
  } else if (file->hp_names.n > 0) { /* nobody else knows them */
    TRY(hl_strings_copy(&file->hp_names, &file->base.curves.hyperparameters));
    file->base.curves.hyperparameter_values = file->hp_values;
    file->hp_values = NULL;
  }
out:
  hl_strings_clear(&file->hp_names);
  free(file->hp_values);
  file->hp_values = NULL;
  return status;
}

/* ---- The second reading ---- */

static hl_status read_config(struct json_file *file, double *row) {
  const size_t n_value = file->base.curves.n_step * file->base.curves.splits.n;
  bool more;
  uint8_t present = 0;
  hl_status status = HL_OK;
  for (size_t i = 0; i < n_value; i++) row[i] = (double)NAN;
  TRY(hl_json_scan_element(file->scan, &more));
  if (more) TRY(scan_config(file, row, &present));
  if (!more || present != file->present[file->i_config])
    status = fail_config(file, "a change", "none while it is read");
  file->i_config++;
out:
  return status;
}

/* Goes to element `first`. */
static hl_status seek(struct json_file *file, size_t first) {
  bool more;
  hl_status status = HL_OK;
  if (file->scan == NULL || file->i_config > first) TRY(start(file));
  for (; file->i_config < first; file->i_config++) {
    TRY(hl_json_scan_element(file->scan, &more));
    TRY(hl_json_scan_skip(file->scan));
  }
out:
  return status;
}

/* A split that a config lacks has not been observed, which is another thing than NaN. */
static void count_points(const struct json_file *file, unsigned present, int32_t *observed) {
  for (size_t k = 0; k < JSON_N_SPLIT; k++) {
    if (file->column[k] == JSON_N_SPLIT) continue;
    observed[file->column[k]] = present & 1u << k ? (int32_t)file->base.curves.n_step : 0;
  }
}

static hl_status read_rows(struct hl_curves *curves, size_t first, size_t n, void *values, uint8_t *ran,
                           int32_t *observed) {
  struct json_file *file = curves->source;
  const size_t n_split = curves->splits.n, row_items = curves->n_step * n_split;
  hl_status status = HL_OK;
  TRY(seek(file, first));
  for (size_t i = 0; i < n; i++) {
    const unsigned present = file->present[first + i];
    TRY(read_config(file, (double *)values + i * row_items));
    ran[i] = present != 0;
    if (curves->has_observed) count_points(file, present, observed + i * n_split);
  }
out:
  if (status != HL_OK) { /* the next read begins anew */
    hl_json_scan_free(file->scan);
    file->scan = NULL;
  }
  return status;
}

/* ---- Opening and closing ---- */

static void derived_close(struct json_source *source) {
  struct json_file *file = (struct json_file *)source;
  hl_json_scan_free(file->scan);
  hl_gz_close(file->gz);
  hl_curves_clear(&file->base.curves);
  hl_strings_clear(&file->hp_names);
  free(file->hp_values);
  free(file->present);
  free(file->path);
  free(file->sampler);
  free(file);
}

/* "adam8p_wide_grid_1k" holds configs of sampler "adam8p_wide_grid". */
static hl_status name_table(struct json_file *file, const char *set) {
  hl_status status = HL_OK;
  if (set == NULL || *set == '\0') {
    FAIL(HL_USAGE, "--set is needed: %s does not say which optimizer set its curves are of", file->path);
  }
  TRY(hl_curves_copy_stem(file->path, ".json", &file->base.curves.task));
  TRY(hl_copy_text(set, &file->base.curves.set));
  const size_t n = strlen(set) - (hl_has_suffix(set, "_1k") ? 3 : 0);
  status = hl_format_text(&file->sampler, "%.*s", (int)n, set);
out:
  return status;
}

hl_status json_derived_open(const char *path, const struct hl_load_options *options,
                            struct json_source **out) {
  hl_status status = HL_OK;
  struct json_file *file = NULL;
  *out = NULL;
  TRY(hl_new_array(1, sizeof *file, &file));
  file->base.close = derived_close;
  file->maximize = options->maximize;
  TRY(hl_copy_text(path, &file->path));
  TRY(name_table(file, options->set));
  TRY(survey(file));
  TRY(set_splits(file));
  TRY(set_steps(file));
  TRY(set_hyperparameters(file, options));
  file->base.curves.n_replica = 1; /* the files hold means over replicas */
  file->base.curves.is_double = true;
  file->base.curves.read = read_rows;
  file->base.curves.source = file;
  *out = &file->base;
out:
  if (status != HL_OK && file != NULL) derived_close(&file->base);
  return status;
}
