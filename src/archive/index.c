#include "archive/index.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void clear_set(struct hl_archive_set *set) {
  free(set->name);
  hl_strings_clear(&set->configs);
  hl_strings_clear(&set->hyperparameters);
  free(set->hyperparameter_values);
  hl_strings_clear(&set->splits);
  *set = (struct hl_archive_set){0};
}

void hl_index_clear(struct hl_archive_index *index) {
  hl_strings_clear(&index->tasks);
  free(index->n_params);
  free(index->seconds_per_step);
  for (size_t i = 0; i < index->n_set; i++) clear_set(&index->sets[i]);
  free(index->sets);
  *index = (struct hl_archive_index){0};
}

size_t hl_index_find_task(const struct hl_archive_index *index, const char *task) {
  return hl_strings_find_sorted(&index->tasks, task, strcmp);
}

size_t hl_index_find_set(const struct hl_archive_index *index, const char *set) {
  size_t i = 0;
  while (i < index->n_set && strcmp(index->sets[i].name, set) != 0) i++;
  return i;
}

bool hl_index_same_strings(const struct hl_strings *a, const struct hl_strings *b) {
  if (a->n != b->n) return false;
  for (size_t i = 0; i < a->n; i++) {
    if (strcmp(a->items[i], b->items[i]) != 0) return false;
  }
  return true;
}

void hl_index_map_rows(const struct hl_strings *list, const struct hl_strings *superset, size_t *to) {
  size_t row = 0;
  for (size_t i = 0; i < list->n; i++) {
    while (strcmp(superset->items[row], list->items[i]) != 0) row++;
    to[i] = row++;
  }
}

/* ---- tasks
 * ---------------------------------------------------------------------------------------------------------
 */

static hl_status insert_task(struct hl_archive_index *index, const char *task, size_t *i_task) {
  const size_t n = index->tasks.n;
  int64_t *n_params = realloc(index->n_params, (n + 1) * sizeof *n_params);
  if (n_params != NULL) index->n_params = n_params;
  double *seconds = realloc(index->seconds_per_step, (n + 1) * sizeof *seconds);
  if (seconds != NULL) index->seconds_per_step = seconds;
  if (n_params == NULL || seconds == NULL) return hl_fail_memory();
  const hl_status status = hl_strings_add(&index->tasks, task);
  if (status != HL_OK) return status;
  char *added = index->tasks.items[n];
  size_t i = n;
  for (; i > 0 && strcmp(index->tasks.items[i - 1], added) > 0; i--) {
    index->tasks.items[i] = index->tasks.items[i - 1];
    n_params[i] = n_params[i - 1];
    seconds[i] = seconds[i - 1];
  }
  index->tasks.items[i] = added;
  n_params[i] = -1;
  seconds[i] = NAN;
  *i_task = i;
  return HL_OK;
}

hl_status hl_index_add_task(struct hl_archive_index *index, const char *task, int64_t n_params,
                            double seconds) {
  size_t i = hl_index_find_task(index, task);
  if (i == index->tasks.n) {
    const hl_status status = insert_task(index, task, &i);
    if (status != HL_OK) return status;
  }
  if (n_params >= 0) index->n_params[i] = n_params;
  if (isfinite(seconds)) index->seconds_per_step[i] = seconds;
  return HL_OK;
}

/* ---- sets
 * ----------------------------------------------------------------------------------------------------------
 */

static hl_status copy_values(const struct hl_archive_set *set, double **values) {
  *values = NULL;
  const size_t n = set->configs.n * set->hyperparameters.n;
  if (n == 0) return HL_OK;
  const hl_status status = hl_new_array(n, sizeof **values, values);
  if (status == HL_OK) memcpy(*values, set->hyperparameter_values, n * sizeof **values);
  return status;
}

static hl_status insert_set(struct hl_archive_index *index, const struct hl_archive_set *set) {
  hl_status status = HL_OK;
  struct hl_archive_set copy = {0};
  struct hl_archive_set *sets = realloc(index->sets, (index->n_set + 1) * sizeof *sets);
  if (sets == NULL) return hl_fail_memory();
  index->sets = sets;
  TRY(hl_copy_text(set->name, &copy.name));
  TRY(hl_strings_copy(&set->configs, &copy.configs));
  TRY(hl_strings_copy(&set->hyperparameters, &copy.hyperparameters));
  TRY(hl_strings_copy(&set->splits, &copy.splits));
  TRY(copy_values(set, &copy.hyperparameter_values));
  size_t i = index->n_set++;
  for (; i > 0 && strcmp(sets[i - 1].name, copy.name) > 0; i--) sets[i] = sets[i - 1];
  sets[i] = copy;
  return HL_OK;
out:
  clear_set(&copy);
  return status;
}

/* Configs of both, in natural order without repeats. */
static hl_status unite(const struct hl_strings *a, const struct hl_strings *b, struct hl_strings *both) {
  hl_status status = HL_OK;
  for (size_t i = 0, j = 0; (i < a->n || j < b->n) && status == HL_OK;) {
    const int order = i == a->n ? 1 : j == b->n ? -1 : hl_strings_compare_natural(a->items[i], b->items[j]);
    status = hl_strings_add(both, order <= 0 ? a->items[i] : b->items[j]);
    i += order <= 0;
    j += order >= 0;
  }
  if (status != HL_OK) hl_strings_clear(both);
  return status;
}

static bool same_value(double a, double b) {
  return (isnan(a) && isnan(b)) || a == b || fabs(a - b) <= 1e-12 * fmax(fabs(a), fabs(b));
}

/* Writes set's values into the rows of `united`; what is there already must agree, unless one side is
 * unknown. */
static hl_status fill_values(const struct hl_archive_set *set, const struct hl_strings *united,
                             double *values, const char *source) {
  hl_status status = HL_OK;
  size_t *to = NULL;
  const size_t n_hyper = set->hyperparameters.n;
  TRY(hl_new_array(set->configs.n, sizeof *to, &to));
  hl_index_map_rows(&set->configs, united, to);
  for (size_t i = 0; i < set->configs.n; i++) {
    for (size_t h = 0; h < n_hyper; h++) {
      double *value = &values[to[i] * n_hyper + h];
      const double given = set->hyperparameter_values[i * n_hyper + h];
      if (!isnan(*value) && !isnan(given) && !same_value(*value, given)) {
        FAIL(HL_INVALID, "%s: set %s, config %s: found %s %.17g, expected %.17g as stored before", source,
             set->name, set->configs.items[i], set->hyperparameters.items[h], given, *value);
      }
      if (isnan(*value)) *value = given; /* the first one stays, to the last digit */
    }
  }
out:
  free(to);
  return status;
}

/* The order of splits in a set that was put together, whatever came first: that of the release, with `valid`
 * where it belongs; others behind, in byte order. */
static int compare_splits(const char *a, const char *b) {
  static const char *const order[] = {"train", "valid_inner", "valid", "valid_outer", "test"};
  size_t n = sizeof order / sizeof *order, i = 0, k = 0;
  while (i < n && strcmp(order[i], a) != 0) i++;
  while (k < n && strcmp(order[k], b) != 0) k++;
  return i != k ? (i < k ? -1 : 1) : strcmp(a, b);
}

static bool has_name(const struct hl_strings *names, const char *name) {
  for (size_t i = 0; i < names->n; i++) {
    if (strcmp(names->items[i], name) == 0) return true;
  }
  return false;
}

static hl_status grow_splits(struct hl_strings *known, const struct hl_strings *splits, bool *has_grown) {
  const size_t n_before = known->n;
  for (size_t i = 0; i < splits->n; i++) {
    if (has_name(known, splits->items[i])) continue;
    const hl_status status = hl_strings_add(known, splits->items[i]);
    if (status != HL_OK) return status;
  }
  if (known->n == n_before) return HL_OK;
  *has_grown = true;
  return hl_strings_sort(known, compare_splits, NULL);
}

/* A set whose hyperparameters were unknown learns their names. */
static hl_status adopt_hyperparameters(struct hl_archive_set *known, const struct hl_archive_set *set,
                                       bool *has_grown) {
  const size_t n = known->configs.n * set->hyperparameters.n;
  if (known->hyperparameters.n > 0 || n == 0) return HL_OK;
  hl_status status = hl_strings_copy(&set->hyperparameters, &known->hyperparameters);
  if (status == HL_OK) status = hl_new_array(n, sizeof(double), &known->hyperparameter_values);
  for (size_t i = 0; i < n && status == HL_OK; i++) known->hyperparameter_values[i] = NAN;
  *has_grown = true;
  return status;
}

static hl_status grow_set(struct hl_archive_set *known, const struct hl_archive_set *set, const char *source,
                          bool *has_grown) {
  hl_status status = HL_OK;
  struct hl_strings united = {0};
  double *values = NULL;
  TRY(grow_splits(&known->splits, &set->splits, has_grown));
  TRY(adopt_hyperparameters(known, set, has_grown));
  const size_t n_hyper = known->hyperparameters.n;
  TRY(unite(&known->configs, &set->configs, &united));
  if (n_hyper > 0) {
    TRY(hl_new_array(united.n * n_hyper, sizeof *values, &values));
    for (size_t i = 0; i < united.n * n_hyper; i++) values[i] = NAN;
    TRY(fill_values(known, &united, values, source));
    if (set->hyperparameters.n > 0) TRY(fill_values(set, &united, values, source));
  }
  *has_grown = *has_grown || united.n > known->configs.n;
  hl_strings_clear(&known->configs);
  free(known->hyperparameter_values);
  known->configs = united;
  known->hyperparameter_values = values;
  return HL_OK;
out:
  hl_strings_clear(&united);
  free(values);
  return status;
}

/* The usual case, thousands of files of one released set: nothing to do. */
static bool same_rows(const struct hl_archive_set *known, const struct hl_archive_set *set) {
  const size_t n_value = set->configs.n * set->hyperparameters.n;
  for (size_t i = 0; i < set->splits.n; i++) {
    if (!has_name(&known->splits, set->splits.items[i])) return false;
  }
  if (n_value > 0 && known->hyperparameters.n == 0) return false;
  if (!hl_index_same_strings(&known->configs, &set->configs)) return false;
  return n_value == 0 ||
         memcmp(known->hyperparameter_values, set->hyperparameter_values, n_value * sizeof(double)) == 0;
}

hl_status hl_index_add_set(struct hl_archive_index *index, const struct hl_archive_set *set,
                           const char *source, bool *has_grown) {
  const size_t i_set = hl_index_find_set(index, set->name);
  *has_grown = false;
  if (i_set == index->n_set) return insert_set(index, set);
  struct hl_archive_set *known = &index->sets[i_set];
  const bool both_know = known->hyperparameters.n > 0 && set->hyperparameters.n > 0;
  if (both_know && !hl_index_same_strings(&known->hyperparameters, &set->hyperparameters)) {
    return hl_fail(HL_INVALID,
                   "%s: set %s: found %zu hyperparameters, expected the %zu stored before, by name", source,
                   set->name, set->hyperparameters.n, known->hyperparameters.n);
  }
  return same_rows(known, set) ? HL_OK : grow_set(known, set, source, has_grown);
}
