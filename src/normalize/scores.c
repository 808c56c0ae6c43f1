#include "hyperlist/scores.h"
#include "archive/schema.h"
#include "base/error.h"
#include "base/h5.h"
#include "base/memory.h"
#include "base/nearest.h"
#include "base/text.h"
#include "hyperlist/task.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- names and counts
 * ---------------------------------------------------------------------------------------------- */

static hl_status check_order(const struct hl_scores *scores, const char *place,
                             const struct hl_strings *names, int (*compare)(const char *, const char *)) {
  for (size_t i = 1; i < names->n; i++) {
    if (compare(names->items[i - 1], names->items[i]) >= 0) {
      return hl_fail(HL_INVALID,
                     "%s: %s: item %zu: found '%s' after '%s', expected ascending names without repeats",
                     scores->path, place, i, names->items[i], names->items[i - 1]);
    }
  }
  return HL_OK;
}

static hl_status read_kinds(struct hl_scores *scores, struct hl_h5 group) {
  bool has_kind;
  hl_status status = hl_h5_has(group, "kind", &has_kind);
  if (status != HL_OK) return status;
  if (has_kind) {
    TRY(hl_h5_read_strings(group, "kind", &scores->kinds));
    if (scores->kinds.n != scores->tasks.n) {
      FAIL(HL_INVALID, "%s: /tasks/kind: found %zu, expected %zu as in /tasks/name", scores->path,
           scores->kinds.n, scores->tasks.n);
    }
  } else {
    for (size_t i = 0; i < scores->tasks.n; i++) {
      TRY(hl_strings_add(&scores->kinds, hl_task_kind(scores->tasks.items[i])));
    }
  }
out:
  return status;
}

static hl_status read_optional(struct hl_h5 group, const char *name, enum hl_h5_type type,
                               struct hl_h5_shape shape, void *data) {
  bool has;
  const hl_status status = hl_h5_has(group, name, &has);
  return status == HL_OK && has ? hl_h5_read_array(group, name, type, shape, data) : status;
}

static hl_status read_tasks(struct hl_scores *scores, struct hl_h5 file, bool *has_degenerate) {
  hl_status status = HL_OK;
  struct hl_h5 group = {0};
  TRY(hl_h5_open_group(file, "tasks", &group));
  TRY(hl_h5_read_strings(group, "name", &scores->tasks));
  TRY(check_order(scores, "/tasks/name", &scores->tasks, strcmp));
  TRY(read_kinds(scores, group));
  const size_t n = scores->tasks.n;
  const struct hl_h5_shape shape = {1, {n}};
  TRY(hl_new_array(n, sizeof(uint8_t), &scores->degenerate));
  TRY(hl_new_array(n, sizeof(int64_t), &scores->n_params));
  TRY(hl_new_array(n, sizeof(double), &scores->seconds_per_step));
  TRY(hl_new_array(n, sizeof(double), &scores->last_step));
  for (size_t i = 0; i < n; i++) {
    scores->n_params[i] = -1;
    scores->seconds_per_step[i] = scores->last_step[i] = NAN;
  }
  TRY(hl_h5_has(group, "degenerate", has_degenerate));
  if (*has_degenerate) TRY(hl_h5_read_array(group, "degenerate", HL_H5_UINT8, shape, scores->degenerate));
  TRY(read_optional(group, "n_params", HL_H5_INT64, shape, scores->n_params));
  TRY(read_optional(group, "seconds_per_step", HL_H5_FLOAT64, shape, scores->seconds_per_step));
  TRY(read_optional(group, "last_step", HL_H5_FLOAT64, shape, scores->last_step));
out:
  hl_h5_close(&group);
  return status;
}

/* Below zero: unknown. More cells than there are would also overflow where they are summed up. */
static hl_status check_counts(const struct hl_scores *scores, const struct hl_score_set *set) {
  const int64_t n = (int64_t)set->configs.n;
  for (size_t i = 0; i < scores->tasks.n; i++) {
    const int64_t n_missing = set->n_missing[i], n_diverged = set->n_diverged[i];
    if (n_missing <= n && n_diverged <= n && (n_missing < 0 || n_diverged <= n - n_missing)) continue;
    return hl_fail(HL_INVALID,
                   "%s: /sets/%s: task %s: found %lld missing and %lld diverged cells, expected at most %lld",
                   scores->path, set->name, scores->tasks.items[i], (long long)n_missing,
                   (long long)n_diverged, (long long)n);
  }
  return HL_OK;
}

static hl_status read_set_counts(struct hl_scores *scores, struct hl_h5 group, struct hl_score_set *set) {
  hl_status status = HL_OK;
  const size_t n = scores->tasks.n;
  const struct hl_h5_shape one = {1, {n}}, two = {2, {n, 2}};
  TRY(hl_new_array(2 * n, sizeof(double), &set->init));
  TRY(hl_new_array(2 * n, sizeof(double), &set->best));
  TRY(hl_new_array(n, sizeof(int64_t), &set->n_missing));
  TRY(hl_new_array(n, sizeof(int64_t), &set->n_diverged));
  TRY(hl_new_array(n, sizeof(uint8_t), &set->degenerate));
  for (size_t i = 0; i < n; i++) {
    set->init[2 * i] = set->init[2 * i + 1] = set->best[2 * i] = set->best[2 * i + 1] = NAN;
    set->n_missing[i] = set->n_diverged[i] = -1; /* unknown until the file says */
  }
  TRY(read_optional(group, "init", HL_H5_FLOAT64, two, set->init));
  TRY(read_optional(group, "best", HL_H5_FLOAT64, two, set->best));
  TRY(read_optional(group, "n_missing", HL_H5_INT64, one, set->n_missing));
  TRY(read_optional(group, "n_diverged", HL_H5_INT64, one, set->n_diverged));
  TRY(read_optional(group, "degenerate", HL_H5_UINT8, one, set->degenerate));
  status = check_counts(scores, set);
out:
  return status;
}

static hl_status check_tables(const struct hl_scores *scores, struct hl_h5 group,
                              const struct hl_score_set *set) {
  static const char *const needed[] = {"valid", "test"};
  for (size_t i = 0; i < 2; i++) {
    struct hl_h5 dataset;
    enum hl_h5_type type;
    struct hl_h5_shape shape;
    const hl_status status = hl_h5_open_dataset(group, needed[i], &dataset, &type, &shape);
    if (status != HL_OK) return status;
    hl_h5_close(&dataset);
    if (shape.rank != 2 || shape.dims[0] != scores->tasks.n || shape.dims[1] != set->configs.n) {
      return hl_fail(
          HL_INVALID,
          "%s: /sets/%s/%s: found shape %llu x %llu (%zu dimensions), expected %zu tasks x %zu configs",
          scores->path, set->name, needed[i], (unsigned long long)shape.dims[0],
          (unsigned long long)shape.dims[1], shape.rank, scores->tasks.n, set->configs.n);
    }
  }
  return HL_OK;
}

static hl_status read_set(struct hl_scores *scores, struct hl_h5 sets, const char *link,
                          struct hl_score_set *set) {
  hl_status status = HL_OK;
  struct hl_h5 group = {0};
  TRY(hl_decode_link(link, &set->name));
  TRY(hl_h5_open_group(sets, link, &group));
  TRY(hl_h5_read_strings(group, "config_names", &set->configs));
  TRY(check_order(scores, link, &set->configs, hl_strings_compare_natural));
  TRY(hl_h5_read_strings(group, "hyperparameter_names", &set->hyperparameters));
  const struct hl_h5_shape values = {2, {set->configs.n, set->hyperparameters.n}};
  if (set->hyperparameters.n > 0) {
    TRY(hl_new_array(set->configs.n * set->hyperparameters.n, sizeof(double), &set->hyperparameter_values));
    TRY(hl_h5_read_array(group, "hyperparameters", HL_H5_FLOAT64, values, set->hyperparameter_values));
  }
  TRY(check_tables(scores, group, set));
  TRY(read_set_counts(scores, group, set));
out:
  hl_h5_close(&group);
  return status;
}

static hl_status read_sets(struct hl_scores *scores, struct hl_h5 file) {
  hl_status status = HL_OK;
  struct hl_h5 sets = {0};
  struct hl_strings links = {0};
  TRY(hl_h5_open_group(file, "sets", &sets));
  TRY(hl_h5_list(sets, &links));
  TRY(hl_new_array(links.n, sizeof *scores->sets, &scores->sets));
  for (size_t i = 0; i < links.n; i++) {
    scores->n_set = i + 1;
    TRY(read_set(scores, sets, links.items[i], &scores->sets[i]));
  }
out:
  hl_strings_clear(&links);
  hl_h5_close(&sets);
  return status;
}

static hl_status read_option(struct hl_h5 file, const char *name, char **text) {
  const hl_status status = hl_h5_read_text(file, name, text);
  return status == HL_OK && *text == NULL ? hl_copy_text("", text) : status;
}

static hl_status read_file(struct hl_scores *scores, struct hl_h5 file, bool *has_degenerate) {
  hl_status status = HL_OK;
  TRY(hl_schema_check(file, "hyperlist.scores", 1, "a scores file"));
  TRY(read_tasks(scores, file, has_degenerate));
  TRY(read_sets(scores, file));
  TRY(read_option(file, "valid_split", &scores->valid_split));
  TRY(read_option(file, "replicas", &scores->replicas));
  TRY(read_option(file, "best_over", &scores->best_over));
  TRY(read_option(file, "aggregate", &scores->aggregate));
  TRY(read_option(file, "test_constants", &scores->test_constants));
out:
  return status;
}

/* ---- tables
 * -------------------------------------------------------------------------------------------------------- */

static hl_status check_range(const struct hl_scores *scores, const struct hl_score_set *set,
                             const char *table, const double *values) {
  const size_t n_config = set->configs.n;
  for (size_t i = 0; i < scores->tasks.n * n_config; i++) {
    if (isnan(values[i]) || (values[i] >= 0 && values[i] <= 1)) continue;
    return hl_fail(HL_INVALID, "%s: /sets/%s/%s: task %s, config %s: found %g, expected 0 to 1 or NaN",
                   scores->path, set->name, table, scores->tasks.items[i / n_config],
                   set->configs.items[i % n_config], values[i]);
  }
  return HL_OK;
}

static hl_status load_table(const struct hl_scores *scores, struct hl_h5 group,
                            const struct hl_score_set *set, const char *name, bool is_optional,
                            double **values) {
  const struct hl_h5_shape shape = {2, {scores->tasks.n, set->configs.n}};
  bool has = true;
  if (*values != NULL) return HL_OK;
  hl_status status = is_optional ? hl_h5_has(group, name, &has) : HL_OK;
  if (status != HL_OK || !has) return status;
  status = hl_new_array(scores->tasks.n * set->configs.n, sizeof(double), values);
  if (status == HL_OK) status = hl_h5_read_array(group, name, HL_H5_FLOAT64, shape, *values);
  if (status == HL_OK) status = check_range(scores, set, name, *values);
  if (status != HL_OK) {
    free(*values);
    *values = NULL;
  }
  return status;
}

hl_status hl_scores_load(struct hl_scores *scores, size_t i_set, unsigned tables) {
  hl_status status = HL_OK;
  struct hl_score_set *set = &scores->sets[i_set];
  struct hl_h5 file = {0}, group = {0};
  char *link = NULL, *place = NULL;
  if (set->valid != NULL) tables &= ~(unsigned)HL_SCORES_VALID;
  if (set->test != NULL) tables &= ~(unsigned)HL_SCORES_TEST;
  tables &= ~set->sought; /* also those that the file was found not to have */
  if (tables == 0) return HL_OK;
  TRY(hl_encode_link(set->name, &link));
  TRY(hl_format_text(&place, "sets/%s", link));
  TRY(hl_h5_open_again(scores->path, &file));
  TRY(hl_h5_open_group(file, place, &group));
  if (tables & HL_SCORES_VALID) TRY(load_table(scores, group, set, "valid", false, &set->valid));
  if (tables & HL_SCORES_TEST) TRY(load_table(scores, group, set, "test", false, &set->test));
  if (tables & HL_SCORES_MIN) TRY(load_table(scores, group, set, "valid_min", true, &set->valid_min));
  if (tables & HL_SCORES_LAST) TRY(load_table(scores, group, set, "valid_last", true, &set->valid_last));
  set->sought |= tables;
out:
  hl_h5_close(&group);
  hl_h5_close(&file);
  free(place);
  free(link);
  return status;
}

/* A task whose row is NaN in every set has nothing to learn from: no run at all, or degenerate. */
static hl_status derive_degenerate(struct hl_scores *scores) {
  for (size_t t = 0; t < scores->tasks.n; t++) scores->degenerate[t] = 1;
  for (size_t i = 0; i < scores->n_set; i++) {
    const struct hl_score_set *set = &scores->sets[i];
    const hl_status status = hl_scores_load(scores, i, HL_SCORES_VALID);
    if (status != HL_OK) return status;
    for (size_t j = 0; j < scores->tasks.n * set->configs.n; j++) {
      if (!isnan(set->valid[j])) scores->degenerate[j / set->configs.n] = 0;
    }
  }
  return HL_OK;
}

/* ---- life
 * ----------------------------------------------------------------------------------------------------------
 */

hl_status hl_scores_open(const char *path, struct hl_scores **out) {
  hl_status status = HL_OK;
  struct hl_scores *scores = NULL;
  struct hl_h5 file = {0};
  bool has_degenerate = false;
  *out = NULL;
  TRY(hl_new_array(1, sizeof *scores, &scores));
  TRY(hl_copy_text(path, &scores->path));
  TRY(hl_h5_open(scores->path, &file));
  TRY(read_file(scores, file, &has_degenerate));
  hl_h5_close(&file);
  if (!has_degenerate) TRY(derive_degenerate(scores));
  *out = scores;
  return HL_OK;
out:
  hl_h5_close(&file);
  hl_scores_close(scores);
  return status;
}

hl_status hl_scores_find_set(const struct hl_scores *scores, const char *name, size_t *i_set) {
  char known[512] = "";
  size_t used = 0;
  struct hl_nearest nearest = {.text = name};
  for (*i_set = 0; *i_set < scores->n_set; ++*i_set) {
    const char *found = scores->sets[*i_set].name;
    if (strcmp(found, name) == 0) return HL_OK;
    hl_nearest_offer(&nearest, found);
    if (used < sizeof known) {
      used += (size_t)snprintf(known + used, sizeof known - used, "%s%s", *i_set > 0 ? ", " : "", found);
    }
  }
  return hl_fail(HL_USAGE, "%s: found no set '%s', expected one of: %s%s", scores->path, name, known,
                 hl_nearest_hint(&nearest));
}

static void clear_set(struct hl_score_set *set) {
  free(set->name);
  hl_strings_clear(&set->configs);
  hl_strings_clear(&set->hyperparameters);
  free(set->hyperparameter_values);
  free(set->valid);
  free(set->test);
  free(set->valid_min);
  free(set->valid_last);
  free(set->init);
  free(set->best);
  free(set->n_missing);
  free(set->n_diverged);
  free(set->degenerate);
}

void hl_scores_close(struct hl_scores *scores) {
  if (scores == NULL) return;
  for (size_t i = 0; i < scores->n_set; i++) clear_set(&scores->sets[i]);
  free(scores->sets);
  hl_strings_clear(&scores->tasks);
  hl_strings_clear(&scores->kinds);
  free(scores->degenerate);
  free(scores->n_params);
  free(scores->seconds_per_step);
  free(scores->last_step);
  free(scores->valid_split);
  free(scores->replicas);
  free(scores->best_over);
  free(scores->aggregate);
  free(scores->test_constants);
  free(scores->path);
  free(scores);
}
