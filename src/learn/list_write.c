/* Lists as JSON: writing. */
#include "base/error.h"
#include "base/json.h"
#include "base/memory.h"
#include "hyperlist/list.h"
#include "hyperlist/space.h"
#include "learn/list_format.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct cJSON *new_count(int64_t n) {
  return n < 0 ? hl_json_new_number((double)NAN) : hl_json_new_integer(n);
}

static hl_status add_objective(struct cJSON *json, const struct hl_objective *objective) {
  hl_status status = HL_OK;
  struct cJSON *object = hl_json_new_object();
  struct hl_objective look = *objective;
  TRY(hl_json_add(json, "objective", object));
  for (size_t i = 0; i < HL_N_OBJECTIVE_TEXT; i++) {
    const char *text = *hl_objective_get_text(&look, i);
    TRY(hl_json_add(object, hl_objective_names[i], hl_json_new_text(text != NULL ? text : "")));
  }
  TRY(hl_json_add(object, "n_missing", new_count(objective->n_missing)));
  TRY(hl_json_add(object, "n_diverged", new_count(objective->n_diverged)));
out:
  return status;
}

static hl_status add_texts(struct cJSON *json, const char *name, const struct hl_strings *texts) {
  hl_status status = HL_OK;
  struct cJSON *array = hl_json_new_array();
  TRY(hl_json_add(json, name, array));
  for (size_t i = 0; i < texts->n; i++) TRY(hl_json_append(array, hl_json_new_text(texts->items[i])));
out:
  return status;
}

/* Beyond 2^53 readers that have only doubles would lose digits: as text. */
static hl_status add_seed(struct cJSON *json, uint64_t seed) {
  if (seed <= (uint64_t)1 << 53) return hl_json_add(json, "seed", hl_json_new_integer((int64_t)seed));
  char text[24];
  snprintf(text, sizeof text, "%" PRIu64, seed);
  return hl_json_add(json, "seed", hl_json_new_text(text));
}

struct entries {
  const struct hl_list *list;
  bool *is_boolean; /* [n hyperparameters] */
};

static hl_status add_hyperparameters(struct cJSON *json, const struct entries *it, const double *values) {
  hl_status status = HL_OK;
  const struct hl_strings *names = &it->list->hyperparameters;
  struct cJSON *object = hl_json_new_object();
  TRY(hl_json_add(json, "hyperparameters", object));
  for (size_t i = 0; i < names->n; i++) {
    if (isnan(values[i])) continue;
    TRY(hl_json_add(object, names->items[i],
                    it->is_boolean[i] ? hl_json_new_bool(values[i] != 0) : hl_json_new_number(values[i])));
  }
out:
  return status;
}

static hl_status make_entry(void *user, size_t i, struct cJSON **item) {
  hl_status status = HL_OK;
  const struct entries *it = user;
  const struct hl_list_entry *entry = &it->list->entries[i];
  struct cJSON *json = *item = hl_json_new_object();
  TRY(hl_json_add(json, "rank", hl_json_new_integer((int64_t)i + 1)));
  TRY(hl_json_add(json, "config", hl_json_new_text(entry->config)));
  TRY(hl_json_add(json, "index", hl_json_new_integer((int64_t)entry->index)));
  TRY(add_hyperparameters(json, it, entry->hyperparameters));
  TRY(hl_json_add(json, "phase", hl_json_new_text(hl_phase_names[entry->phase])));
  TRY(hl_json_add(json, "J", hl_json_new_number(entry->objective)));
out:
  return status;
}

static hl_status add_provenance(struct cJSON *json, const char *provenance) {
  hl_status status = HL_OK;
  struct cJSON *object = NULL;
  char *copy = NULL;
  if (provenance == NULL) return HL_OK;
  TRY(hl_copy_text(provenance, &copy));
  TRY(hl_json_parse("provenance", copy, strlen(copy), &object));
  status = hl_json_add(json, "provenance", object);
out:
  free(copy);
  return status;
}

hl_status hl_list_write(const struct hl_list *list, FILE *file, const char *path) {
  hl_status status = HL_OK;
  struct cJSON *json = hl_json_new_object();
  struct entries look = {.list = list};
  const struct hl_json_items entries = {"entries", list->n_entry, make_entry, &look};
  TRY(hl_new_array(list->hyperparameters.n, sizeof(bool), &look.is_boolean));
  for (size_t i = 0; i < list->hyperparameters.n; i++)
    look.is_boolean[i] = hl_scale_find(list->hyperparameters.items[i]) == HL_SCALE_BOOLEAN;
  TRY(hl_json_add(json, "schema", hl_json_new_text(HL_LIST_SCHEMA)));
  TRY(hl_json_add(json, "set", hl_json_new_text(list->set)));
  TRY(add_objective(json, &list->objective));
  TRY(add_texts(json, "train_tasks", &list->train_tasks));
  TRY(add_seed(json, list->seed));
  TRY(hl_json_add(json, "entries", hl_json_new_array()));
  TRY(add_provenance(json, list->provenance));
  TRY(hl_json_print_long(json, &entries, file, path));
out:
  free(look.is_boolean);
  hl_json_free(json);
  return status;
}
