/* The published list's two files (google-research, opt_list): names.txt and configs.json. */
#include "base/error.h"
#include "base/json.h"
#include "export/target.h"

#include <stdlib.h>
#include <string.h>

hl_status hl_write_opt_names(const struct hl_exporting *it, FILE *file, const char *path) {
  for (size_t i = 0; i < it->n_entry; i++) {
    const char *name = it->list->entries[i].config;
    const size_t length = strlen(name);
    /* readers split at line breaks and strip blanks */
    if (strpbrk(name, "\r\n") != NULL || strchr(" \t", name[0]) != NULL ||
        strchr(" \t", name[length - 1]) != NULL) {
      return hl_fail(HL_INVALID,
                     "%s: rank %zu: found config '%s', expected a name without line breaks or outer blanks",
                     path, i + 1, name);
    }
    fprintf(file, "%s\n", name);
  }
  return HL_OK;
}

hl_status hl_write_opt_configs(const struct hl_exporting *it, FILE *file, const char *path) {
  hl_status status = HL_OK;
  char *sampler = NULL;
  struct cJSON *json = hl_json_new_object();
  TRY(hl_export_copy_sampler(it, &sampler));
  for (size_t i = 0; i < it->n_entry; i++) {
    struct cJSON *pair = hl_json_new_array();
    TRY(hl_json_add(json, it->list->entries[i].config, pair));
    TRY(hl_json_append(pair, hl_export_hyperparameters(it, i)));
    TRY(hl_json_append(pair, hl_json_new_text(sampler)));
  }
  TRY(hl_json_print(json, file, path));
out:
  hl_json_free(json);
  free(sampler);
  return status;
}
