/* One JSON file that needs no knowledge of ours: documented in hyperlist/export.h. */
#include "base/json.h"
#include "base/error.h"
#include "export/target.h"

static hl_status add_config(const struct hl_exporting *it, size_t i, struct cJSON *array) {
  hl_status status = HL_OK;
  const struct hl_list_entry *entry = &it->list->entries[i];
  struct cJSON *json = hl_json_new_object();
  TRY(hl_json_append(array, json));
  TRY(hl_json_add(json, "rank", hl_json_new_integer((int64_t)i + 1)));
  TRY(hl_json_add(json, "config", hl_json_new_text(entry->config)));
  TRY(hl_json_add(json, "J", hl_json_new_number(entry->objective)));
  TRY(hl_json_add(json, "hyperparameters", hl_export_hyperparameters(it, i)));
out:
  return status;
}

hl_status hl_write_json(const struct hl_exporting *it, FILE *file, const char *path) {
  hl_status status = HL_OK;
  struct cJSON *json = hl_json_new_object(), *configs;
  TRY(hl_json_add(json, "schema", hl_json_new_text("hyperlist.export/1")));
  TRY(hl_json_add(json, "set", hl_json_new_text(it->list->set)));
  TRY(hl_json_add(json, "train_tasks", hl_json_new_integer((int64_t)it->list->train_tasks.n)));
  configs = hl_json_new_array();
  TRY(hl_json_add(json, "configs", configs));
  for (size_t i = 0; i < it->n_entry; i++) TRY(add_config(it, i, configs));
  if (it->provenance != NULL) TRY(hl_json_add(json, "provenance", hl_json_copy(it->provenance)));
  TRY(hl_json_print(json, file, path));
out:
  hl_json_free(json);
  return status;
}
