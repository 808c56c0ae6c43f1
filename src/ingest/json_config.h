/* One config of the general form of curves-json, as it stands in the file:
 *   {"name": .., "hp": {name: number|bool|null, ..}, "steps": [..], "curves": {split: [[loss, ..]|null, ..]}}
 * Members come in any order, so nothing can be put in its place before the object has been read to its end:
 * what is kept is one config's losses, never more than HL_LIMIT_CURVES. */
#ifndef HL_INGEST_JSON_CONFIG_H
#define HL_INGEST_JSON_CONFIG_H

#include "ingest/json_source.h"

#include <stdint.h>

/* One curve: a replica's losses of a split. */
struct json_list {
  size_t split, replica;
  size_t n_loss, first_loss; /* in `losses` */
};

/* Buffers are reused from config to config. All zero is legal. */
struct json_config {
  char *name;
  bool has_name;
  bool has_steps; /* steps of its own */
  size_t n_step, step_capacity;
  double *steps;
  struct hl_strings hp_names; /* as written */
  double *hp_values;          /* NaN: null */
  size_t hp_capacity;
  unsigned splits;  /* bit k: split k was named */
  size_t n_replica; /* one more than the highest that has a list */
  size_t n_list, list_capacity;
  struct json_list *lists; /* null ones left out; all of one length */
  size_t n_loss, loss_capacity;
  double *losses;
};

/* Reads the object that the scanner stands before; index is its place in the file and path the file's name,
 * for messages. keep_losses: else only their number is kept. HL_INVALID with the place, HL_LIMIT. */
hl_status json_config_read(struct json_config *config, struct hl_json_scan *scan, const char *path,
                           size_t index, bool keep_losses);
void json_config_clear(struct json_config *config);

/* An array of steps, finite and rising, at least one. where: "PATH" or "PATH: config 3 ('a')". */
hl_status json_steps_read(struct hl_json_scan *scan, const char *where, double **steps, size_t *capacity,
                          size_t *n_step);

/* Takes a null, if that is what comes. */
hl_status json_take_null(struct hl_json_scan *scan, bool *is_null);

#endif
