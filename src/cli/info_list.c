#include "base/error.h"
#include "base/json.h"
#include "cli/describe.h"
#include "hyperlist/list.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

enum { N_FIRST = 10 };

static hl_status describe_entry(const struct hl_list *list, size_t i, struct cJSON *first) {
  const struct hl_list_entry *entry = &list->entries[i];
  struct cJSON *json = hl_json_new_object(), *values = hl_json_new_object();
  hl_status status = hl_json_append(first, json);
  if (status == HL_OK) status = describe_count(json, "rank", (int64_t)i + 1);
  if (status == HL_OK) status = describe_text(json, "config", entry->config);
  if (status == HL_OK) status = hl_json_add(json, "J", hl_json_new_number(entry->objective));
  if (status == HL_OK) status = hl_json_add(json, "hyperparameters", values);
  for (size_t h = 0; h < list->hyperparameters.n && status == HL_OK; h++) {
    if (isnan(entry->hyperparameters[h])) continue;
    status =
        hl_json_add(values, list->hyperparameters.items[h], hl_json_new_number(entry->hyperparameters[h]));
  }
  return status;
}

hl_status describe_list(const char *path, struct cJSON *json) {
  struct hl_list *list;
  struct cJSON *first;
  char seed[32];
  size_t n_greedy = 0;
  hl_status status = hl_list_read(path, &list);
  if (status != HL_OK) return status;
  while (n_greedy < list->n_entry && list->entries[n_greedy].phase == HL_PHASE_GREEDY) n_greedy++;
  TRY(describe_file(json, path, "hyperlist.list/1"));
  TRY(describe_makers(json, path, list->provenance));
  TRY(describe_text(json, "set", list->set));
  TRY(describe_count(json, "entries", (int64_t)list->n_entry));
  TRY(describe_count(json, "greedy", (int64_t)n_greedy));
  if (n_greedy > 0) TRY(hl_json_add(json, "J", hl_json_new_number(list->entries[n_greedy - 1].objective)));
  TRY(describe_text(json, "missing", list->objective.missing));
  TRY(describe_text(json, "aggregate", list->objective.aggregate));
  TRY(describe_text(json, "valid_split", list->objective.valid_split));
  snprintf(seed, sizeof seed, "%" PRIu64, list->seed); /* a number could not hold every one */
  TRY(describe_text(json, "seed", seed));
  TRY(describe_tasks(json, &list->train_tasks));
  first = hl_json_new_array();
  TRY(hl_json_add(json, "first", first));
  for (size_t i = 0; i < list->n_entry && i < N_FIRST; i++) TRY(describe_entry(list, i, first));
out:
  hl_list_free(list);
  return status;
}
