#include "cli/describe.h"
#include "base/error.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "hyperlist/task.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

hl_status describe_text(struct cJSON *json, const char *name, const char *text) {
  return hl_json_add(json, name, hl_json_new_text(text));
}

hl_status describe_count(struct cJSON *json, const char *name, int64_t count) {
  return hl_json_add(json, name, count < 0 ? hl_json_new_number((double)NAN) : hl_json_new_integer(count));
}

hl_status describe_share(struct cJSON *json, const char *name, int64_t part, int64_t whole) {
  const double share = part < 0 || whole <= 0 ? (double)NAN : (double)part / (double)whole;
  return hl_json_add(json, name, hl_json_new_number(share));
}

hl_status describe_names(struct cJSON *json, const char *name, const struct hl_strings *names) {
  struct cJSON *array = hl_json_new_array();
  hl_status status = hl_json_add(json, name, array);
  for (size_t i = 0; i < names->n && status == HL_OK; i++) {
    status = hl_json_append(array, hl_json_new_text(names->items[i]));
  }
  return status;
}

/* {"rnn": 12, ...}: how often each text occurs, in byte order. */
static hl_status add_counts(struct cJSON *json, const char *name, struct hl_strings *texts) {
  struct cJSON *counts = hl_json_new_object();
  hl_status status = hl_json_add(json, name, counts);
  if (status == HL_OK) status = hl_strings_sort(texts, strcmp, NULL);
  for (size_t i = 0, n; i < texts->n && status == HL_OK; i += n) {
    for (n = 1; i + n < texts->n && strcmp(texts->items[i], texts->items[i + n]) == 0;) n++;
    status = describe_count(counts, texts->items[i], (int64_t)n);
  }
  return status;
}

hl_status describe_tasks(struct cJSON *json, const struct hl_strings *tasks) {
  struct hl_strings kinds = {0}, families = {0};
  hl_status status = HL_OK;
  TRY(describe_count(json, "tasks", (int64_t)tasks->n));
  for (size_t i = 0; i < tasks->n; i++) {
    char *family;
    size_t length;
    const char *start = hl_task_family(tasks->items[i], &length);
    TRY(hl_strings_add(&kinds, hl_task_kind(tasks->items[i])));
    const bool is_sampled = start[length] != '\0'; /* else a fixed task, a family of its own */
    TRY(hl_format_text(&family, "%.*s", is_sampled ? (int)length : 5, is_sampled ? start : "fixed"));
    status = hl_strings_add(&families, family);
    free(family);
    if (status != HL_OK) goto out;
  }
  TRY(add_counts(json, "kinds", &kinds));
  TRY(add_counts(json, "families", &families));
out:
  hl_strings_clear(&kinds);
  hl_strings_clear(&families);
  return status;
}

hl_status describe_file(struct cJSON *json, const char *path, const char *schema) {
  struct stat info;
  struct tm when;
  char text[32];
  hl_status status = HL_OK;
  TRY(describe_text(json, "file", path));
  TRY(describe_text(json, "schema", schema));
  if (stat(path, &info) != 0) goto out;
  TRY(describe_count(json, "bytes", (int64_t)info.st_size));
  if (gmtime_r(&info.st_mtime, &when) == NULL ||
      strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &when) == 0)
    goto out;
  TRY(describe_text(json, "made", text));
out:
  return status;
}

/* ---- where it came from ---- */

static hl_status add_maker(struct cJSON *made_by, const struct cJSON *origin) {
  const struct cJSON *command = hl_json_get(origin, "command"), *inputs = hl_json_get(origin, "inputs");
  int64_t n_input = 0;
  if (command == NULL || hl_json_text(command) == NULL) return HL_OK;
  struct cJSON *json = hl_json_new_object();
  hl_status status = hl_json_append(made_by, json);
  if (status == HL_OK) status = describe_text(json, "command", hl_json_text(command));
  if (status != HL_OK || inputs == NULL || !hl_json_is_array(inputs)) return status;
  for (const struct cJSON *item = hl_json_first(inputs); item != NULL; item = hl_json_next(item)) n_input++;
  return describe_count(json, "inputs", n_input);
}

hl_status describe_makers(struct cJSON *json, const char *path, const char *provenance) {
  hl_status status = HL_OK;
  char *text = NULL;
  struct cJSON *parsed = NULL, *made_by = hl_json_new_array();
  TRY(hl_json_add(json, "made_by", made_by));
  if (provenance == NULL) goto out;
  TRY(hl_copy_text(provenance, &text));
  status = hl_json_parse(path, text, strlen(text), &parsed);
  if (hl_is_foreign(status)) status = HL_OK; /* another writer's own words */
  if (status != HL_OK) goto out;
  if (hl_json_is_object(parsed)) TRY(add_maker(made_by, parsed));
  if (!hl_json_is_array(parsed)) goto out;
  for (const struct cJSON *item = hl_json_first(parsed); item != NULL; item = hl_json_next(item)) {
    if (hl_json_is_object(item)) TRY(add_maker(made_by, item));
  }
out:
  hl_json_free(parsed);
  free(text);
  return status;
}
