#include "ingest/json_survey.h"
#include "base/error.h"
#include "base/memory.h"
#include "hyperlist/limits.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

hl_status json_general_enter(const char *path, struct hl_gz **gz, struct hl_json_scan **scan) {
  hl_status status = HL_OK;
  hl_json_scan_free(*scan);
  hl_gz_close(*gz);
  *scan = NULL;
  *gz = NULL;
  TRY(hl_gz_open(path, gz));
  TRY(hl_json_scan_new(path, json_fill_from_gz, *gz, scan));
  status = hl_json_scan_enter(*scan, HL_JSON_OBJECT, "an object with \"configs\"");
out:
  return status;
}

/* ---- The file's members ---- */

static hl_status read_text(struct json_survey *survey, const char *name, char **text) {
  hl_status status = HL_OK;
  const char *found;
  bool is_null;
  if (*text != NULL) return json_fail_again(survey->scan, name);
  TRY(json_take_null(survey->scan, &is_null));
  if (is_null) return HL_OK;
  TRY(hl_json_scan_text(survey->scan, &found));
  if (*found == '\0') FAIL(HL_INVALID, "%s: %s: found an empty text, expected a name", survey->path, name);
  status = hl_copy_text(found, text);
out:
  return status;
}

static hl_status read_top_steps(struct json_survey *survey) {
  hl_status status = HL_OK;
  bool is_null;
  if (survey->n_top > 0) return json_fail_again(survey->scan, "steps");
  TRY(json_take_null(survey->scan, &is_null));
  if (!is_null) {
    status = json_steps_read(survey->scan, survey->path, &survey->top_steps, &survey->top_capacity,
                             &survey->n_top);
  }
out:
  return status;
}

/* "n_params" and "seconds_per_step". */
static hl_status read_fact(struct json_survey *survey, const char *name, bool is_whole, bool *is_known,
                           double *value) {
  hl_status status = HL_OK;
  bool is_null;
  double found;
  if (*is_known) return json_fail_again(survey->scan, name);
  TRY(json_take_null(survey->scan, &is_null));
  if (is_null) return HL_OK;
  TRY(hl_json_scan_number(survey->scan, false, &found));
  if (!(found >= 0) || !isfinite(found) || (is_whole && (found != floor(found) || found > 0x1p53))) {
    FAIL(HL_INVALID, "%s: %s: found %.17g, expected a %s", survey->path,
         is_whole ? "n_params" : "seconds_per_step", found, is_whole ? "whole number" : "number of seconds");
  }
  *is_known = true;
  *value = found;
out:
  return status;
}

/* ---- The survey of a config ---- */

static hl_status find_hyperparameter(struct json_survey *survey, const char *name, size_t guess,
                                     size_t *i_name) {
  hl_status status = HL_OK;
  const size_t n = survey->hp_names.n;
  for (size_t i = 0; i < n; i++) {
    *i_name = (guess + i) % n; /* mostly they come in the same order */
    if (strcmp(survey->hp_names.items[*i_name], name) == 0) return HL_OK;
  }
  if (n == HL_MAX_HYPERPARAMETERS) {
    FAIL(HL_LIMIT, "%s: config %zu ('%s'): found more than %d hyperparameters, the most that is read",
         survey->path, survey->n_entry, survey->config.name, HL_MAX_HYPERPARAMETERS);
  }
  *i_name = n;
  status = hl_strings_add(&survey->hp_names, name);
out:
  return status;
}

static hl_status keep_hyperparameters(struct json_survey *survey) {
  const struct json_config *config = &survey->config;
  hl_status status = HL_OK;
  TRY(hl_grow_array(&survey->hp, &survey->hp_capacity, survey->n_hp + config->hp_names.n,
                    sizeof *survey->hp));
  for (size_t i = 0; i < config->hp_names.n; i++) {
    struct json_hp_value *value = &survey->hp[survey->n_hp++];
    *value = (struct json_hp_value){.i_config = survey->n_entry, .value = config->hp_values[i]};
    TRY(find_hyperparameter(survey, config->hp_names.items[i], i, &value->i_name));
  }
out:
  return status;
}

hl_status json_unite_steps(double **all, size_t *n_all, const double *steps, size_t n_step) {
  double *united = NULL;
  size_t n = 0;
  const hl_status status = hl_new_array(*n_all + n_step, sizeof *united, &united);
  if (status != HL_OK) return status;
  for (size_t i = 0, k = 0; i < *n_all || k < n_step;) {
    const bool from_all = k == n_step || (i < *n_all && (*all)[i] <= steps[k]);
    const double step = from_all ? (*all)[i] : steps[k];
    united[n++] = step;
    while (i < *n_all && (*all)[i] <= step) i++;
    while (k < n_step && steps[k] <= step) k++;
  }
  free(*all);
  *all = united;
  *n_all = n;
  return HL_OK;
}

/* The steps of the first config that has its own, the first whose own are others, and all there are. */
static hl_status keep_steps(struct json_survey *survey) {
  const struct json_config *config = &survey->config;
  const size_t n_byte = config->n_step * sizeof *config->steps;
  hl_status status = HL_OK;
  if (!config->has_steps) return HL_OK;
  if (survey->own_steps != NULL) {
    const bool same =
        config->n_step == survey->n_own && memcmp(config->steps, survey->own_steps, n_byte) == 0;
    if (same) return HL_OK;
    if (survey->first_other == SIZE_MAX) survey->first_other = survey->n_entry;
    return json_unite_steps(&survey->all_steps, &survey->n_all, config->steps, config->n_step);
  }
  TRY(hl_new_array(config->n_step, sizeof *config->steps, &survey->own_steps));
  memcpy(survey->own_steps, config->steps, n_byte);
  survey->n_own = config->n_step;
  survey->own_config = survey->n_entry;
  status = json_unite_steps(&survey->all_steps, &survey->n_all, config->steps, config->n_step);
out:
  return status;
}

/* Which splits some replica has, and which all have that are there. */
static hl_status find_splits(const struct json_config *config, struct json_entry *entry) {
  uint8_t *splits = NULL; /* [n_replica] */
  const hl_status status = hl_new_array(config->n_replica, 1, &splits);
  if (status != HL_OK) return status;
  entry->always = (1u << JSON_N_SPLIT) - 1;
  for (size_t i = 0; i < config->n_list; i++) {
    const struct json_list *list = &config->lists[i];
    splits[list->replica] |= (uint8_t)(1u << list->split);
  }
  for (size_t r = 0; r < config->n_replica; r++) {
    entry->present |= splits[r];
    if (splits[r] != 0) entry->always &= splits[r];
  }
  free(splits);
  return HL_OK;
}

static hl_status add_config(struct json_survey *survey) {
  struct json_config *config = &survey->config;
  hl_status status = HL_OK;
  TRY(json_config_read(config, survey->scan, survey->path, survey->n_entry, false));
  TRY(hl_grow_array(&survey->entries, &survey->entry_capacity, survey->n_entry + 1, sizeof *survey->entries));
  struct json_entry *entry = &survey->entries[survey->n_entry];
  *entry = (struct json_entry){.has_steps = config->has_steps,
                               .n_point = config->n_list > 0 ? config->lists[0].n_loss : 0};
  if (config->has_steps) entry->last_step = config->steps[config->n_step - 1];
  TRY(find_splits(config, entry));
  TRY(keep_steps(survey));
  TRY(keep_hyperparameters(survey));
  TRY(hl_strings_add(&survey->configs, config->name));
  survey->n_entry++;
  if (config->n_replica > survey->n_replica) survey->n_replica = config->n_replica;
out:
  return status;
}

static hl_status read_configs(struct json_survey *survey) {
  hl_status status = HL_OK;
  if (survey->has_configs) return json_fail_again(survey->scan, "configs");
  survey->has_configs = true;
  TRY(hl_json_scan_enter(survey->scan, HL_JSON_ARRAY, "an array of configs"));
  for (bool more;;) {
    TRY(hl_json_scan_element(survey->scan, &more));
    if (!more) break;
    TRY(add_config(survey));
  }
out:
  return status;
}

static hl_status read_member(struct json_survey *survey, const char *name) {
  if (strcmp(name, "task") == 0) return read_text(survey, "task", &survey->task);
  if (strcmp(name, "set") == 0) return read_text(survey, "set", &survey->set);
  if (strcmp(name, "steps") == 0) return read_top_steps(survey);
  if (strcmp(name, "configs") == 0) return read_configs(survey);
  if (strcmp(name, "n_params") == 0) {
    return read_fact(survey, "n_params", true, &survey->has_n_params, &survey->n_params);
  }
  if (strcmp(name, "seconds_per_step") == 0) {
    return read_fact(survey, "seconds_per_step", false, &survey->has_seconds, &survey->seconds_per_step);
  }
  return hl_json_scan_skip(survey->scan);
}

static hl_status check(const struct json_survey *survey) {
  if (!survey->has_configs) {
    return hl_fail(HL_INVALID,
                   "%s: found an object without \"configs\", expected curves: an array of configs, or an "
                   "object that holds one",
                   survey->path);
  }
  if (survey->n_entry == 0) {
    return hl_fail(HL_INVALID, "%s: found no configs, expected at least one", survey->path);
  }
  if (survey->n_replica == 0) {
    return hl_fail(HL_INVALID, "%s: found no losses in any config, expected some", survey->path);
  }
  return HL_OK;
}

hl_status json_survey_read(struct json_survey *survey, const char *path) {
  hl_status status = HL_OK;
  const char *name;
  survey->path = path;
  survey->first_other = SIZE_MAX;
  TRY(json_general_enter(path, &survey->gz, &survey->scan));
  for (bool more;;) {
    TRY(hl_json_scan_member(survey->scan, &more, &name));
    if (!more) break;
    TRY(read_member(survey, name));
  }
  TRY(hl_json_scan_end(survey->scan));
  status = check(survey);
out:
  hl_json_scan_free(survey->scan);
  hl_gz_close(survey->gz);
  survey->scan = NULL;
  survey->gz = NULL;
  json_config_clear(&survey->config);
  return status;
}

void json_survey_clear(struct json_survey *survey) {
  free(survey->task);
  free(survey->set);
  free(survey->top_steps);
  free(survey->entries);
  hl_strings_clear(&survey->configs);
  free(survey->own_steps);
  free(survey->all_steps);
  hl_strings_clear(&survey->hp_names);
  free(survey->hp);
  *survey = (struct json_survey){0};
}
