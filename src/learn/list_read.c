/* Lists as JSON: reading. Every refusal names the place, as "PATH: entries[3].J: found .., expected ..". */
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "hyperlist/limits.h"
#include "learn/list_format.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct reading {
  const char *path;
  const struct cJSON *json;
  struct hl_list *list;
};

static hl_status get_member(const struct cJSON *object, const char *name, const struct cJSON **member) {
  *member = hl_json_get(object, name);
  return *member != NULL ? HL_OK
                         : hl_fail(HL_INVALID, "%s: found nothing, expected a member of that name", name);
}

static hl_status copy_text_member(const struct cJSON *object, const char *name, char **text) {
  const struct cJSON *member;
  const hl_status status = get_member(object, name, &member);
  if (status != HL_OK) return status;
  if (hl_json_text(member) == NULL) return hl_fail(HL_INVALID, "%s: expected a text", name);
  return hl_copy_text(hl_json_text(member), text);
}

/* A whole number in [low, 2^53]. */
static hl_status get_integer(const struct cJSON *object, const char *name, double low, size_t *value) {
  const struct cJSON *member;
  double number;
  const hl_status status = get_member(object, name, &member);
  if (status != HL_OK) return status;
  if (!hl_json_number(member, &number)) return hl_fail(HL_INVALID, "%s: expected a whole number", name);
  if (!(number >= low && number <= 9007199254740992.0) || number != floor(number)) {
    return hl_fail(HL_INVALID, "%s: found %.17g, expected a whole number from %g", name, number, low);
  }
  *value = (size_t)number;
  return HL_OK;
}

/* ---- The head ---- */

static hl_status check_schema(const struct reading *reading) {
  const struct cJSON *member = hl_json_get(reading->json, "schema");
  const char *schema = member != NULL ? hl_json_text(member) : NULL;
  const size_t n_family = strlen(HL_LIST_SCHEMA_FAMILY);
  if (schema == NULL) return hl_fail(HL_INVALID, "schema: found none, expected " HL_LIST_SCHEMA);
  if (strcmp(schema, HL_LIST_SCHEMA) == 0) return HL_OK;
  const bool is_other_version = strncmp(schema, HL_LIST_SCHEMA_FAMILY, n_family) == 0;
  return hl_fail(HL_INVALID, "schema: found %.100s, expected " HL_LIST_SCHEMA "%s", schema,
                 is_other_version ? ": another version of hyperlist wrote this list" : "");
}

static int64_t get_count(const struct cJSON *object, const char *name) {
  const struct cJSON *member = hl_json_get(object, name);
  double number;
  const bool is_there = member != NULL && hl_json_number(member, &number);
  return is_there && number >= 0 && number <= 9007199254740992.0 ? (int64_t)number : -1;
}

/* All its members may be absent: lists may come from elsewhere. */
static hl_status read_objective(const struct reading *reading) {
  hl_status status = HL_OK;
  const struct cJSON *object;
  struct hl_objective *objective = &reading->list->objective;
  TRY(get_member(reading->json, "objective", &object));
  if (!hl_json_is_object(object)) FAIL(HL_INVALID, "objective: expected an object");
  for (size_t i = 0; i < HL_N_OBJECTIVE_TEXT; i++) {
    const struct cJSON *member = hl_json_get(object, hl_objective_names[i]);
    const char *text = member != NULL ? hl_json_text(member) : "";
    if (text == NULL) FAIL(HL_INVALID, "objective.%s: expected a text", hl_objective_names[i]);
    TRY(hl_copy_text(text, hl_objective_get_text(objective, i)));
  }
  objective->n_missing = get_count(object, "n_missing");
  objective->n_diverged = get_count(object, "n_diverged");
out:
  return status;
}

static hl_status read_train_tasks(const struct reading *reading) {
  hl_status status = HL_OK;
  const struct cJSON *array;
  TRY(get_member(reading->json, "train_tasks", &array));
  if (!hl_json_is_array(array)) FAIL(HL_INVALID, "train_tasks: expected an array");
  for (const struct cJSON *item = hl_json_first(array); item != NULL; item = hl_json_next(item)) {
    const char *task = hl_json_text(item);
    if (task == NULL) FAIL(HL_INVALID, "train_tasks[%zu]: expected a text", reading->list->train_tasks.n);
    TRY(hl_strings_add(&reading->list->train_tasks, task));
  }
out:
  return status;
}

static hl_status read_seed(const struct reading *reading) {
  const struct cJSON *member;
  size_t seed;
  hl_status status = get_member(reading->json, "seed", &member);
  if (status != HL_OK) return status;
  const char *text = hl_json_text(member);
  if (text != NULL) {
    const bool is_number = hl_parse_uint64(text, &reading->list->seed);
    return is_number ? HL_OK : hl_fail(HL_INVALID, "seed: found '%.100s', expected a whole number", text);
  }
  status = get_integer(reading->json, "seed", 0, &seed);
  if (status == HL_OK) reading->list->seed = seed;
  return status;
}

/* ---- Entries ---- */

/* The names of all entries' hyperparameters, in the order in which they are first met. */
static hl_status collect_names(const struct cJSON *entry, struct hl_strings *names) {
  const struct cJSON *object = hl_json_get(entry, "hyperparameters");
  for (const struct cJSON *item = hl_json_first(object); item != NULL; item = hl_json_next(item)) {
    size_t i = 0;
    while (i < names->n && strcmp(names->items[i], hl_json_name(item)) != 0) i++;
    const hl_status status = i < names->n ? HL_OK : hl_strings_add(names, hl_json_name(item));
    if (status != HL_OK) return status;
  }
  return HL_OK;
}

static hl_status read_hyperparameters(const struct hl_strings *names, const struct cJSON *json,
                                      struct hl_list_entry *entry) {
  hl_status status = HL_OK;
  const struct cJSON *object;
  TRY(get_member(json, "hyperparameters", &object));
  if (!hl_json_is_object(object)) FAIL(HL_INVALID, "hyperparameters: expected an object");
  TRY(hl_new_array(names->n, sizeof(double), &entry->hyperparameters));
  for (size_t i = 0; i < names->n; i++) {
    const struct cJSON *member = hl_json_get(object, names->items[i]);
    entry->hyperparameters[i] = (double)NAN;
    if (member == NULL || hl_json_is_null(member)) continue;
    if (!hl_json_number(member, &entry->hyperparameters[i]) || !isfinite(entry->hyperparameters[i])) {
      FAIL(HL_INVALID, "hyperparameters.%s: expected a finite number, true or false", names->items[i]);
    }
  }
out:
  return status;
}

static hl_status read_phase(const struct cJSON *json, enum hl_phase *phase) {
  char *text = NULL;
  hl_status status = copy_text_member(json, "phase", &text);
  if (status != HL_OK) return status;
  size_t i = 0;
  while (i < HL_N_PHASE && strcmp(text, hl_phase_names[i]) != 0) i++;
  *phase = i == HL_PHASE_GREEDY ? HL_PHASE_GREEDY : HL_PHASE_RANDOM;
  if (i == HL_N_PHASE) status = hl_fail(HL_INVALID, "phase: found '%.100s', expected greedy or random", text);
  free(text);
  return status;
}

static hl_status read_objective_value(const struct cJSON *json, double *value) {
  const struct cJSON *member;
  const hl_status status = get_member(json, "J", &member);
  if (status != HL_OK) return status;
  *value = (double)NAN;
  if (hl_json_is_null(member)) return HL_OK;
  if (!hl_json_number(member, value)) return hl_fail(HL_INVALID, "J: expected a number or null");
  return *value >= 0 && *value <= 1 ? HL_OK
                                    : hl_fail(HL_INVALID, "J: found %.17g, expected one in 0..1", *value);
}

static hl_status read_entry(const struct hl_list *list, const struct cJSON *json, size_t i,
                            struct hl_list_entry *entry) {
  hl_status status = HL_OK;
  size_t rank = 0;
  if (!hl_json_is_object(json)) FAIL(HL_INVALID, "expected an object");
  TRY(get_integer(json, "rank", 1, &rank));
  if (rank != i + 1) FAIL(HL_INVALID, "rank: found %zu, expected %zu", rank, i + 1);
  TRY(copy_text_member(json, "config", &entry->config));
  if (entry->config[0] == '\0') FAIL(HL_INVALID, "config: found an empty name, expected a config's");
  TRY(get_integer(json, "index", 0, &entry->index));
  TRY(read_hyperparameters(&list->hyperparameters, json, entry));
  TRY(read_phase(json, &entry->phase));
  TRY(read_objective_value(json, &entry->objective));
out:
  return status;
}

static hl_status check_unique(const struct hl_list *list) {
  hl_status status = HL_OK;
  struct hl_strings names = {0};
  size_t *order = NULL;
  TRY(hl_new_array(list->n_entry, sizeof *order, &order));
  for (size_t i = 0; i < list->n_entry; i++) TRY(hl_strings_add(&names, list->entries[i].config));
  TRY(hl_strings_sort(&names, strcmp, order));
  for (size_t i = 1; i < names.n; i++) {
    if (strcmp(names.items[i - 1], names.items[i]) == 0) {
      FAIL(HL_INVALID, "entries[%zu].config: found %s again, expected each config once", order[i],
           names.items[i]);
    }
  }
out:
  hl_strings_clear(&names);
  free(order);
  return status;
}

static hl_status read_entries(const struct reading *reading) {
  hl_status status = HL_OK;
  struct hl_list *list = reading->list;
  const struct cJSON *array;
  size_t n = 0;
  TRY(get_member(reading->json, "entries", &array));
  if (!hl_json_is_array(array)) FAIL(HL_INVALID, "entries: expected an array");
  for (const struct cJSON *item = hl_json_first(array); item != NULL; item = hl_json_next(item), n++) {
    if (hl_json_is_object(item)) TRY(collect_names(item, &list->hyperparameters));
  }
  if (n == 0) FAIL(HL_INVALID, "entries: found none, expected at least one");
  TRY(hl_new_array(n, sizeof *list->entries, &list->entries));
  for (const struct cJSON *item = hl_json_first(array); item != NULL; item = hl_json_next(item)) {
    const size_t i = list->n_entry++;
    status = read_entry(list, item, i, &list->entries[i]);
    if (status != HL_OK) return hl_fail_within(status, "entries[%zu]: ", i);
  }
  status = check_unique(list);
out:
  return status;
}

/* ---- The whole ---- */

static hl_status read_list(const struct reading *reading) {
  hl_status status = HL_OK;
  if (!hl_json_is_object(reading->json)) FAIL(HL_INVALID, "expected an object with schema " HL_LIST_SCHEMA);
  TRY(check_schema(reading));
  TRY(copy_text_member(reading->json, "set", &reading->list->set));
  TRY(read_objective(reading));
  TRY(read_train_tasks(reading));
  TRY(read_seed(reading));
  TRY(read_entries(reading));
  const struct cJSON *provenance = hl_json_get(reading->json, "provenance");
  if (provenance != NULL) TRY(hl_json_copy_text(provenance, &reading->list->provenance));
out:
  return status;
}

hl_status hl_list_read(const char *path, struct hl_list **list) {
  hl_status status = HL_OK;
  char *text = NULL;
  size_t n_byte;
  struct cJSON *json = NULL;
  *list = NULL;
  TRY(hl_file_read(path, hl_limit_size(HL_LIMIT_TEXT), &text, &n_byte));
  TRY(hl_json_parse(path, text, n_byte, &json));
  TRY(hl_new_array(1, sizeof **list, list));
  const struct reading reading = {path, json, *list};
  status = read_list(&reading);
  if (status == HL_INVALID) hl_fail_within(status, "%s: ", path);
out:
  if (status != HL_OK) {
    hl_list_free(*list);
    *list = NULL;
  }
  hl_json_free(json);
  free(text);
  return status;
}
