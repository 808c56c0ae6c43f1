#include "ingest/json_config.h"
#include "base/error.h"
#include "base/memory.h"
#include "hyperlist/limits.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PLACE_BYTES = 512 };

/* That one config may have. */
static size_t most_losses(void) {
  return hl_limit_size(HL_LIMIT_CURVES) / sizeof(double);
}

/* What is being read, for messages. */
struct place {
  const char *path;
  size_t index;
  const struct json_config *config;
};

/* "PATH: config 3 ('a')"; the name is there once it has been read. Returns buffer. */
static char *describe(const struct place *place, char buffer[PLACE_BYTES]) {
  if (place->config->has_name) {
    snprintf(buffer, PLACE_BYTES, "%.300s: config %zu ('%.100s')", place->path, place->index,
             place->config->name);
  } else {
    snprintf(buffer, PLACE_BYTES, "%.300s: config %zu", place->path, place->index);
  }
  return buffer;
}

static hl_status fail_at(const struct place *place, const char *what, const char *expected) {
  char where[PLACE_BYTES];
  return hl_fail(HL_INVALID, "%s: found %s, expected %s", describe(place, where), what, expected);
}

hl_status json_take_null(struct hl_json_scan *scan, bool *is_null) {
  enum hl_json_kind kind;
  hl_status status = HL_OK;
  TRY(hl_json_scan_peek(scan, &kind));
  *is_null = kind == HL_JSON_NULL;
  if (*is_null) status = hl_json_scan_skip(scan);
out:
  return status;
}

/* ---- Steps ---- */

hl_status json_steps_read(struct hl_json_scan *scan, const char *where, double **steps, size_t *capacity,
                          size_t *n_step) {
  size_t n = 0;
  const size_t most = most_losses();
  hl_status status = HL_OK;
  TRY(hl_json_scan_enter(scan, HL_JSON_ARRAY, "an array of steps"));
  for (bool more;; n++) {
    double step;
    TRY(hl_json_scan_element(scan, &more));
    if (!more) break;
    TRY(hl_json_scan_number(scan, false, &step));
    if (!isfinite(step) || fabs(step) > HL_MAX_STEP) {
      FAIL(HL_INVALID, "%s: steps, item %zu: found %.17g, expected a finite step up to 2^53", where, n, step);
    }
    if (n > 0 && step <= (*steps)[n - 1]) {
      FAIL(HL_INVALID, "%s: steps, item %zu: found %.17g after %.17g, expected steps that rise", where, n,
           step, (*steps)[n - 1]);
    }
    if (n == most)
      FAIL(HL_LIMIT, "%s: found more than %zu steps, the most that one config may have", where, most);
    TRY(hl_grow_array(steps, capacity, n + 1, sizeof **steps));
    (*steps)[n] = step;
  }
  if (n == 0) FAIL(HL_INVALID, "%s: found an empty array of steps, expected at least one", where);
  *n_step = n;
out:
  return status;
}

/* ---- Hyperparameters ---- */

static hl_status add_hyperparameter(struct json_config *config, struct hl_json_scan *scan, const char *name,
                                    const struct place *place) {
  hl_status status = HL_OK;
  bool is_null;
  double value = (double)NAN;
  for (size_t i = 0; i < config->hp_names.n; i++) {
    if (strcmp(config->hp_names.items[i], name) == 0) return json_fail_again(scan, name);
  }
  if (*name == '\0') return fail_at(place, "a hyperparameter without a name", "one");
  if (config->hp_names.n == HL_MAX_HYPERPARAMETERS) {
    char where[PLACE_BYTES];
    return hl_fail(HL_LIMIT, "%s: found more than %d hyperparameters, the most that is read",
                   describe(place, where), HL_MAX_HYPERPARAMETERS);
  }
  TRY(hl_strings_add(&config->hp_names, name));
  TRY(hl_grow_array(&config->hp_values, &config->hp_capacity, config->hp_names.n, sizeof value));
  TRY(json_take_null(scan, &is_null));
  if (!is_null) TRY(hl_json_scan_number(scan, true, &value));
  if (!is_null && !isfinite(value)) {
    char what[160];
    snprintf(what, sizeof what, "hyperparameter %.100s %g", config->hp_names.items[config->hp_names.n - 1],
             value);
    return fail_at(place, what, "a finite number, true, false, or null where it is unknown");
  }
  config->hp_values[config->hp_names.n - 1] = value;
out:
  return status;
}

static hl_status read_hyperparameters(struct json_config *config, struct hl_json_scan *scan,
                                      const struct place *place) {
  hl_status status = HL_OK;
  const char *name;
  bool is_null;
  TRY(json_take_null(scan, &is_null));
  if (is_null) return HL_OK;
  TRY(hl_json_scan_enter(scan, HL_JSON_OBJECT, "an object of hyperparameters"));
  for (bool more;;) {
    TRY(hl_json_scan_member(scan, &more, &name));
    if (!more) break;
    TRY(add_hyperparameter(config, scan, name, place));
  }
out:
  return status;
}

/* ---- Curves ---- */

static hl_status read_losses(struct json_config *config, struct hl_json_scan *scan, size_t split,
                             size_t replica, bool keep, const struct place *place) {
  hl_status status = HL_OK;
  const size_t most = most_losses();
  const struct json_list list = {.split = split, .replica = replica, .first_loss = config->n_loss};
  TRY(hl_grow_array(&config->lists, &config->list_capacity, config->n_list + 1, sizeof list));
  struct json_list *at = &config->lists[config->n_list++];
  *at = list;
  TRY(hl_json_scan_enter(scan, HL_JSON_ARRAY, "an array of one replica's losses, or null"));
  for (bool more;;) {
    double loss;
    TRY(hl_json_scan_element(scan, &more));
    if (!more) break;
    TRY(hl_json_scan_number(scan, false, &loss));
    if (config->n_loss == most) {
      char where[PLACE_BYTES];
      FAIL(HL_LIMIT, "%s: found more than %zu losses, the most that one config may have",
           describe(place, where), most);
    }
    if (keep) {
      TRY(hl_grow_array(&config->losses, &config->loss_capacity, config->n_loss + 1, sizeof loss));
      config->losses[config->n_loss] = loss;
    }
    config->n_loss++;
    at->n_loss++;
  }
  if (at->n_loss == 0) status = fail_at(place, "an empty array of losses", "at least one, or null");
  if (replica >= config->n_replica) config->n_replica = replica + 1;
out:
  return status;
}

/* [[loss, ..]|null, ..]: a list of replicas. */
static hl_status read_split(struct json_config *config, struct hl_json_scan *scan, size_t split, bool keep,
                            const struct place *place) {
  hl_status status = HL_OK;
  bool is_null;
  TRY(json_take_null(scan, &is_null));
  if (is_null) return HL_OK;
  TRY(hl_json_scan_enter(scan, HL_JSON_ARRAY, "a list of replicas, each an array of losses"));
  size_t replica = 0;
  for (bool more;; replica++) {
    TRY(hl_json_scan_element(scan, &more));
    if (!more) break;
    TRY(json_take_null(scan, &is_null));
    if (!is_null) TRY(read_losses(config, scan, split, replica, keep, place));
  }
  if (replica == 0) status = fail_at(place, "a split without replicas", "at least one, or null");
out:
  return status;
}

static hl_status read_curves(struct json_config *config, struct hl_json_scan *scan, bool keep,
                             const struct place *place) {
  hl_status status = HL_OK;
  const char *name;
  TRY(hl_json_scan_enter(scan, HL_JSON_OBJECT, "an object of splits"));
  for (bool more;;) {
    TRY(hl_json_scan_member(scan, &more, &name));
    if (!more) break;
    const size_t split = json_find_split(name);
    if (split == JSON_N_SPLIT) {
      char what[100];
      snprintf(what, sizeof what, "a split \"%.64s\"", name);
      return hl_json_scan_fail(scan, what, "train, valid_inner, valid, valid_outer or test");
    }
    if (config->splits & 1u << split) return json_fail_again(scan, name);
    config->splits |= 1u << split;
    TRY(read_split(config, scan, split, keep, place));
  }
out:
  return status;
}

/* ---- All of it ---- */

static hl_status read_name(struct json_config *config, struct hl_json_scan *scan, const struct place *place) {
  hl_status status = HL_OK;
  const char *text;
  TRY(hl_json_scan_text(scan, &text));
  if (*text == '\0') return fail_at(place, "an empty name", "the config's");
  free(config->name);
  config->name = NULL;
  TRY(hl_copy_text(text, &config->name));
  config->has_name = true;
out:
  return status;
}

static hl_status read_steps(struct json_config *config, struct hl_json_scan *scan,
                            const struct place *place) {
  hl_status status = HL_OK;
  char where[PLACE_BYTES];
  bool is_null;
  TRY(json_take_null(scan, &is_null));
  if (is_null) return HL_OK;
  TRY(json_steps_read(scan, describe(place, where), &config->steps, &config->step_capacity, &config->n_step));
  config->has_steps = true;
out:
  return status;
}

static hl_status read_members(struct json_config *config, struct hl_json_scan *scan, bool keep,
                              const struct place *place) {
  static const char *const names[] = {"name", "hp", "curves", "steps"};
  unsigned seen = 0;
  const char *name;
  hl_status status = HL_OK;
  for (bool more;;) {
    TRY(hl_json_scan_member(scan, &more, &name));
    if (!more) break;
    size_t i = 0;
    while (i < 4 && strcmp(names[i], name) != 0) i++;
    if (i < 4 && seen & 1u << i) return json_fail_again(scan, name);
    seen |= 1u << i;
    TRY(i == 0   ? read_name(config, scan, place)
        : i == 1 ? read_hyperparameters(config, scan, place)
        : i == 2 ? read_curves(config, scan, keep, place)
        : i == 3 ? read_steps(config, scan, place)
                 : hl_json_scan_skip(scan));
  }
  if (!(seen & 1u)) return fail_at(place, "no \"name\"", "the config's");
  if (!(seen & 4u)) return fail_at(place, "no \"curves\"", "an object of splits");
out:
  return status;
}

/* All lists have one loss a step: of the config's own steps, or as many as the first list, which is held
 * against the file's steps later. */
static hl_status check_lengths(const struct json_config *config, const struct place *place) {
  for (size_t i = 0; i < config->n_list; i++) {
    const struct json_list *list = &config->lists[i], *first = &config->lists[0];
    char where[PLACE_BYTES];
    if (config->has_steps && list->n_loss != config->n_step) {
      return hl_fail(
          HL_INVALID, "%s, split %s, replica %zu: found %zu losses, expected %zu, one for each step",
          describe(place, where), json_split_names[list->split], list->replica, list->n_loss, config->n_step);
    }
    if (list->n_loss != first->n_loss) {
      return hl_fail(HL_INVALID,
                     "%s, split %s, replica %zu: found %zu losses, expected %zu as in split %s, replica %zu",
                     describe(place, where), json_split_names[list->split], list->replica, list->n_loss,
                     first->n_loss, json_split_names[first->split], first->replica);
    }
  }
  return HL_OK;
}

hl_status json_config_read(struct json_config *config, struct hl_json_scan *scan, const char *path,
                           size_t index, bool keep_losses) {
  const struct place place = {path, index, config};
  hl_status status = HL_OK;
  hl_strings_clear(&config->hp_names);
  config->has_name = config->has_steps = false;
  config->splits = 0;
  config->n_step = config->n_replica = config->n_list = config->n_loss = 0;
  TRY(hl_json_scan_enter(scan, HL_JSON_OBJECT, "a config as an object"));
  TRY(read_members(config, scan, keep_losses, &place));
  status = check_lengths(config, &place);
out:
  return status;
}

void json_config_clear(struct json_config *config) {
  free(config->name);
  free(config->steps);
  hl_strings_clear(&config->hp_names);
  free(config->hp_values);
  free(config->lists);
  free(config->losses);
  *config = (struct json_config){0};
}
