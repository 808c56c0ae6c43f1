#include "hyperlist/export.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "export/target.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct hl_target targets[] = {
    {"opt-list", {{"_opt_list.txt", hl_write_opt_names}, {"_configs.json", hl_write_opt_configs}}},
    {"json", {{"_list.json", hl_write_json}}},
    {"csv", {{"_list.csv", hl_write_csv}}},
    {"python", {{"_list.py", hl_write_python}}},
};
enum { N_TARGET = sizeof targets / sizeof targets[0] };

const char *const *hl_export_targets(size_t *n) {
  static const char *const names[] = {"opt-list", "json", "csv", "python", NULL};
  _Static_assert(sizeof names / sizeof names[0] == N_TARGET + 1, "a name a target");
  *n = N_TARGET;
  return names;
}

static hl_status find_target(const char *name, const struct hl_target **target) {
  for (size_t i = 0; i < N_TARGET; i++) {
    *target = &targets[i];
    if (strcmp(targets[i].name, name) == 0) return HL_OK;
  }
  return hl_fail(HL_USAGE, "target: found '%s', expected opt-list, json, csv or python", name);
}

/* ---- What the targets share ---- */

const char *hl_export_value(const struct hl_exporting *it, const char *hyperparameter, double value,
                            const char *yes, const char *no, char *buffer) {
  if (hl_scale_find(hyperparameter) == HL_SCALE_BOOLEAN) return value != 0 ? yes : no;
  return it->space != NULL ? hl_format_float(value, buffer) : hl_format_double(value, buffer);
}

struct cJSON *hl_export_hyperparameters(const struct hl_exporting *it, size_t i) {
  const struct hl_strings *names = &it->list->hyperparameters;
  struct cJSON *object = hl_json_new_object();
  for (size_t j = 0; j < names->n && object != NULL; j++) {
    const double value = it->list->entries[i].hyperparameters[j];
    if (isnan(value)) continue;
    struct cJSON *item = hl_scale_find(names->items[j]) == HL_SCALE_BOOLEAN ? hl_json_new_bool(value != 0)
                         : it->space != NULL                                ? hl_json_new_float(value)
                                                                            : hl_json_new_number(value);
    if (hl_json_add(object, names->items[j], item) != HL_OK) {
      hl_json_free(object);
      object = NULL;
    }
  }
  return object;
}

/* Drops `tail` from the end of text, if something is left then. */
static void drop_tail(char *text, const char *tail) {
  const size_t length = strlen(text), n = strlen(tail);
  if (length > n && strcmp(text + length - n, tail) == 0) text[length - n] = '\0';
}

hl_status hl_export_copy_sampler(const struct hl_exporting *it, char **sampler) {
  const hl_status status = hl_copy_text(it->list->set, sampler);
  if (status == HL_OK) drop_tail(*sampler, "_1k");
  return status;
}

/* ---- Names of files ---- */

static hl_status copy_stem(const struct hl_exporting *it, const char *name, char **stem) {
  hl_status status = HL_OK;
  if (name != NULL) {
    const bool is_name = *name != '\0' && strchr(name, '/') == NULL;
    return is_name ? hl_copy_text(name, stem)
                   : hl_fail(HL_USAGE, "name: found '%s', expected the beginning of a file's name", name);
  }
  TRY(hl_export_copy_sampler(it, stem));
  drop_tail(*stem, "_grid");
  drop_tail(*stem, "_wide");
  for (char *at = *stem; *at != '\0'; at++) {
    const bool is_letter =
        (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') || (*at >= '0' && *at <= '9');
    if (!is_letter && (strchr("-_.", *at) == NULL || (*at == '.' && at == *stem))) *at = '_';
  }
out:
  return status;
}

/* ---- Files: all are whole before the first takes its place ---- */

static hl_status write_files(const struct hl_exporting *it, const struct hl_target *target,
                             const char *folder, const char *stem, struct hl_strings *paths) {
  hl_status status = HL_OK;
  struct hl_output outputs[HL_TARGET_FILES] = {{0}};
  char *path = NULL;
  for (size_t i = 0; i < HL_TARGET_FILES && target->files[i].suffix != NULL; i++) {
    free(path);
    path = NULL;
    TRY(hl_format_text(&path, "%s/%s%s", folder, stem, target->files[i].suffix));
    TRY(hl_output_open(&outputs[i], path));
    TRY(target->files[i].write(it, outputs[i].file, path));
    if (fflush(outputs[i].file) != 0) {
      status = hl_fail_errno(path, "write");
      goto out;
    }
    TRY(hl_strings_add(paths, path));
  }
  for (size_t i = 0; i < HL_TARGET_FILES && target->files[i].suffix != NULL; i++) {
    TRY(hl_output_commit(&outputs[i]));
  }
out:
  for (size_t i = 0; i < HL_TARGET_FILES; i++) hl_output_discard(&outputs[i]);
  free(path);
  return status;
}

hl_status hl_export(const struct hl_list *list, const char *target, const char *folder,
                    const struct hl_export_options *options, struct hl_strings *paths) {
  hl_status status = HL_OK;
  const struct hl_target *row;
  struct hl_exporting it = {.list = list, .n_entry = list->n_entry, .space = hl_space_find(list->set)};
  char *stem = NULL, *provenance = NULL;
  bool is_new = false;
  if (options->n_entry > 0 && options->n_entry < it.n_entry) it.n_entry = options->n_entry;
  TRY(find_target(target, &row));
  TRY(copy_stem(&it, options->name, &stem));
  if (options->provenance != NULL) {
    TRY(hl_copy_text(options->provenance, &provenance));
    TRY(hl_json_parse("provenance", provenance, strlen(provenance), &it.provenance));
  }
  is_new = mkdir(folder, 0777) == 0;
  if (!is_new && errno != EEXIST) {
    status = hl_fail_errno(folder, "make folder");
    goto out;
  }
  TRY(write_files(&it, row, folder, stem, paths));
out:
  if (is_new && status != HL_OK) rmdir(folder);
  hl_json_free(it.provenance);
  free(provenance);
  free(stem);
  return status;
}
