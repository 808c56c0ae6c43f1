#include "ingest/configs.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "hyperlist/limits.h"
#include "hyperlist/space.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_REMEMBERED = 64 };

/* All hyperparameters that any config of the file has; a table may hold several sets. */
struct hl_config_table {
  char *path;
  struct hl_strings configs; /* byte order */
  struct hl_strings hyperparameters;
  double *values; /* [n_config][n_hyperparameter]; NaN where a config has none */
};

static size_t find_name(const struct hl_strings *names, const char *name) {
  size_t i = 0;
  while (i < names->n && strcmp(names->items[i], name) != 0) i++;
  return i;
}

/* ---- Reading ---- */

/* The object of hyperparameters of one entry of the file; NULL: it is malformed. */
static const struct cJSON *get_hyperparameters(const struct cJSON *entry) {
  if (hl_json_is_object(entry)) return entry;
  if (!hl_json_is_array(entry)) return NULL;
  const struct cJSON *first = hl_json_first(entry);
  if (first == NULL || !hl_json_is_object(first)) return NULL;
  const struct cJSON *second = hl_json_next(first);
  if (second != NULL && (hl_json_text(second) == NULL || hl_json_next(second) != NULL)) return NULL;
  return first;
}

static hl_status collect_names(struct hl_config_table *table, const struct cJSON *json) {
  hl_status status = HL_OK;
  for (const struct cJSON *entry = hl_json_first(json); entry != NULL; entry = hl_json_next(entry)) {
    const struct cJSON *object = get_hyperparameters(entry);
    if (*hl_json_name(entry) == '\0' || object == NULL) {
      FAIL(HL_INVALID, "%s: config '%s': found no hyperparameters, expected [{..}, \"<sampler>\"] or {..}",
           table->path, hl_json_name(entry));
    }
    TRY(hl_strings_add(&table->configs, hl_json_name(entry)));
    for (const struct cJSON *item = hl_json_first(object); item != NULL; item = hl_json_next(item)) {
      if (find_name(&table->hyperparameters, hl_json_name(item)) < table->hyperparameters.n) continue;
      if (table->hyperparameters.n == HL_MAX_HYPERPARAMETERS) {
        FAIL(HL_LIMIT, "%s: config '%s': found more than %d hyperparameters, the most that is read",
             table->path, hl_json_name(entry), HL_MAX_HYPERPARAMETERS);
      }
      TRY(hl_strings_add(&table->hyperparameters, hl_json_name(item)));
    }
  }
out:
  return status;
}

static hl_status read_values(const struct hl_config_table *table, const struct cJSON *entry, double *values) {
  for (size_t i = 0; i < table->hyperparameters.n; i++) values[i] = (double)NAN;
  const struct cJSON *object = get_hyperparameters(entry);
  for (const struct cJSON *item = hl_json_first(object); item != NULL; item = hl_json_next(item)) {
    double *value = &values[find_name(&table->hyperparameters, hl_json_name(item))];
    if (!isnan(*value)) {
      return hl_fail(HL_INVALID, "%s: config '%s': found %s twice, expected it once", table->path,
                     hl_json_name(entry), hl_json_name(item));
    }
    if (hl_json_is_null(item) || (hl_json_number(item, value) && isfinite(*value))) continue;
    return hl_fail(HL_INVALID,
                   "%s: config '%s': found a %s that is no finite number, expected a number, true or false",
                   table->path, hl_json_name(entry), hl_json_name(item));
  }
  return HL_OK;
}

/* Names and values, rows as they stand in the file; then both go into byte order. */
static hl_status fill_table(struct hl_config_table *table, const struct cJSON *json) {
  hl_status status = HL_OK;
  size_t *order = NULL, *row = NULL, i_row = 0;
  TRY(collect_names(table, json));
  const size_t n_config = table->configs.n, n_hyperparameter = table->hyperparameters.n;
  if (n_hyperparameter > 0 && n_config > HL_MAX_HYPERPARAMETER_VALUES / n_hyperparameter) {
    FAIL(HL_LIMIT, "%s: found %zu configs with %zu hyperparameters, expected at most %d values", table->path,
         n_config, n_hyperparameter, HL_MAX_HYPERPARAMETER_VALUES);
  }
  TRY(hl_new_array(n_config, sizeof *order, &order));
  TRY(hl_new_array(n_config, sizeof *row, &row));
  TRY(hl_strings_sort(&table->configs, strcmp, order));
  for (size_t i = 0; i < n_config; i++) row[order[i]] = i;
  TRY(hl_new_array(n_config * n_hyperparameter, sizeof *table->values, &table->values));
  for (const struct cJSON *entry = hl_json_first(json); entry != NULL; entry = hl_json_next(entry)) {
    TRY(read_values(table, entry, table->values + row[i_row++] * n_hyperparameter));
  }
  for (size_t i = 1; i < n_config; i++) {
    if (strcmp(table->configs.items[i - 1], table->configs.items[i]) != 0) continue;
    FAIL(HL_INVALID, "%s: found config '%s' twice, expected each once", table->path, table->configs.items[i]);
  }
out:
  free(order);
  free(row);
  return status;
}

hl_status hl_configs_read(const char *path, struct hl_config_table **out) {
  hl_status status = HL_OK;
  struct hl_config_table *table = NULL;
  struct cJSON *json = NULL;
  char *text = NULL;
  size_t size;
  *out = NULL;
  TRY(hl_new_array(1, sizeof *table, &table));
  TRY(hl_copy_text(path, &table->path));
  TRY(hl_file_read(path, hl_limit_size(HL_LIMIT_CONFIGS), &text, &size));
  TRY(hl_json_parse(path, text, size, &json));
  if (!hl_json_is_object(json) || hl_json_first(json) == NULL) {
    FAIL(HL_INVALID, "%s: found no configs, expected {\"<config>\": [{..}, \"<sampler>\"], ..}", path);
  }
  TRY(fill_table(table, json));
  *out = table;
out:
  hl_json_free(json);
  free(text);
  if (status != HL_OK) hl_configs_free(table);
  return status;
}

const struct hl_strings *hl_configs_get_names(const struct hl_config_table *table) {
  return &table->configs;
}

void hl_configs_free(struct hl_config_table *table) {
  if (table == NULL) return;
  free(table->path);
  hl_strings_clear(&table->configs);
  hl_strings_clear(&table->hyperparameters);
  free(table->values);
  free(table);
}

/* libm's exp and log differ in the last digits between machines, and 1 - beta loses some more. */
bool hl_configs_agree(double found, double expected) {
  if (isnan(found) || isnan(expected)) return isnan(found) && isnan(expected);
  return found == expected || fabs(found - expected) <= 1e-12 * fabs(expected);
}

/* ---- Filling ---- */

static hl_status check_names(const struct hl_curves *curves, const struct hl_space *space, const char *path) {
  for (size_t i = 0; i < curves->configs.n; i++) {
    const struct hl_space *own;
    uint32_t seed;
    if (hl_space_parse_config(curves->configs.items[i], &own, &seed) && own == space) continue;
    return hl_fail(HL_INVALID, "%s: config %zu: found '%s' in set %s, expected %s_seed<N>", path, i,
                   curves->configs.items[i], curves->set, space->sampler);
  }
  return HL_OK;
}

static hl_status add_names(struct hl_curves *curves, const struct hl_space *space) {
  hl_status status = HL_OK;
  for (size_t i = 0; i < space->n_dimension && status == HL_OK; i++)
    status = hl_strings_add(&curves->hyperparameters, space->dimensions[i].name);
  return status;
}

static hl_status regenerate(struct hl_curves *curves, const struct hl_space *space) {
  hl_status status = HL_OK;
  const size_t n = space->n_dimension;
  TRY(add_names(curves, space));
  TRY(hl_new_array(curves->configs.n * n, sizeof(double), &curves->hyperparameter_values));
  for (size_t i = 0; i < curves->configs.n; i++) {
    const struct hl_space *own;
    uint32_t seed;
    if (!hl_space_parse_config(curves->configs.items[i], &own, &seed)) {
      FAIL(HL_BUG, "config '%s' was checked and has no number", curves->configs.items[i]);
    }
    hl_space_sample(space, seed, curves->hyperparameter_values + i * n);
  }
out:
  return status;
}

static hl_status find_rows(const struct hl_curves *curves, const struct hl_config_table *table,
                           const char *path, size_t *rows) {
  for (size_t i = 0; i < curves->configs.n; i++) {
    rows[i] = hl_strings_find_sorted(&table->configs, curves->configs.items[i], strcmp);
    if (rows[i] < table->configs.n) continue;
    return hl_fail(HL_INVALID, "%s: config %zu: found '%s', expected one that %s has", path, i,
                   curves->configs.items[i], table->path);
  }
  return HL_OK;
}

/* Only hyperparameters that some of these configs have. */
static hl_status look_up(struct hl_curves *curves, const struct hl_config_table *table, const char *path) {
  hl_status status = HL_OK;
  const size_t n_config = curves->configs.n, n_all = table->hyperparameters.n;
  size_t *rows = NULL, *columns = NULL, n_used = 0;
  TRY(hl_new_array(n_config, sizeof *rows, &rows));
  TRY(hl_new_array(n_all, sizeof *columns, &columns));
  TRY(find_rows(curves, table, path, rows));
  for (size_t j = 0; j < n_all; j++) {
    size_t i = 0;
    while (i < n_config && isnan(table->values[rows[i] * n_all + j])) i++;
    if (i == n_config) continue;
    TRY(hl_strings_add(&curves->hyperparameters, table->hyperparameters.items[j]));
    columns[n_used++] = j;
  }
  if (n_used == 0) goto out;
  TRY(hl_new_array(n_config * n_used, sizeof(double), &curves->hyperparameter_values));
  for (size_t i = 0; i < n_config; i++) {
    for (size_t j = 0; j < n_used; j++) {
      curves->hyperparameter_values[i * n_used + j] = table->values[rows[i] * n_all + columns[j]];
    }
  }
out:
  free(rows);
  free(columns);
  return status;
}

/* ---- Memory ---- */

struct hl_config_memory {
  pthread_mutex_t lock;
  size_t n, capacity;
  struct remembered {
    char *set;
    struct hl_strings configs;
    double *values; /* [n_config][n_dimension of the set's space] */
  } * items;
};

hl_status hl_config_memory_new(struct hl_config_memory **memory) {
  const hl_status status = hl_new_array(1, sizeof **memory, memory);
  if (status == HL_OK) pthread_mutex_init(&(*memory)->lock, NULL);
  return status;
}

static void clear_remembered(struct remembered *item) {
  free(item->set);
  hl_strings_clear(&item->configs);
  free(item->values);
}

void hl_config_memory_free(struct hl_config_memory *memory) {
  if (memory == NULL) return;
  for (size_t i = 0; i < memory->n; i++) clear_remembered(&memory->items[i]);
  free(memory->items);
  pthread_mutex_destroy(&memory->lock);
  free(memory);
}

static bool is_same_list(const struct hl_strings *a, const struct hl_strings *b) {
  size_t i = 0;
  if (a->n != b->n) return false;
  while (i < a->n && strcmp(a->items[i], b->items[i]) == 0) i++;
  return i == a->n;
}

/* The values of the same configs under the same set, NULL: never seen. They stay until the memory is freed.
 */
static const double *recall(struct hl_config_memory *memory, const struct hl_curves *curves) {
  const double *values = NULL;
  pthread_mutex_lock(&memory->lock);
  for (size_t i = memory->n; i-- > 0 && values == NULL;) {
    const struct remembered *item = &memory->items[i];
    if (strcmp(item->set, curves->set) == 0 && is_same_list(&item->configs, &curves->configs))
      values = item->values;
  }
  pthread_mutex_unlock(&memory->lock);
  return values;
}

static hl_status remember(struct hl_config_memory *memory, const struct hl_curves *curves) {
  const size_t n_value = curves->configs.n * curves->hyperparameters.n;
  struct remembered item = {0};
  hl_status status = HL_OK;
  TRY(hl_copy_text(curves->set, &item.set));
  TRY(hl_strings_copy(&curves->configs, &item.configs));
  TRY(hl_new_array(n_value, sizeof(double), &item.values));
  memcpy(item.values, curves->hyperparameter_values, n_value * sizeof(double));
  pthread_mutex_lock(&memory->lock);
  if (memory->n < MAX_REMEMBERED) /* a source of ever new configs is not what this is for */
    status = hl_grow_array(&memory->items, &memory->capacity, memory->n + 1, sizeof item);
  const bool has_room = status == HL_OK && memory->n < MAX_REMEMBERED;
  if (has_room) memory->items[memory->n++] = item;
  pthread_mutex_unlock(&memory->lock);
  if (has_room) return HL_OK;
out:
  clear_remembered(&item);
  return status;
}

static hl_status copy_values(struct hl_curves *curves, const struct hl_space *space, const double *values) {
  const size_t n_value = curves->configs.n * space->n_dimension;
  hl_status status = HL_OK;
  TRY(add_names(curves, space));
  TRY(hl_new_array(n_value, sizeof(double), &curves->hyperparameter_values));
  memcpy(curves->hyperparameter_values, values, n_value * sizeof(double));
out:
  return status;
}

hl_status hl_configs_fill(struct hl_curves *curves, const struct hl_load_options *options, const char *path) {
  const struct hl_space *space = hl_space_find(curves->set);
  const bool is_regenerated = space != NULL && options->configs == NULL;
  hl_status status = HL_OK;
  if (is_regenerated && options->memory != NULL) {
    const double *values = recall(options->memory, curves);
    if (values != NULL) return copy_values(curves, space, values);
  }
  if (space != NULL) TRY(check_names(curves, space, path));
  if (options->configs != NULL) return look_up(curves, options->configs, path);
  if (is_regenerated) TRY(regenerate(curves, space));
  if (is_regenerated && options->memory != NULL) status = remember(options->memory, curves);
out:
  return status;
}
