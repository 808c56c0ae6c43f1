/* The first reading of a file in the general form of curves-json: everything but the losses. */
#ifndef HL_INGEST_JSON_SURVEY_H
#define HL_INGEST_JSON_SURVEY_H

#include "ingest/gz.h"
#include "ingest/json_config.h"

/* What is kept of a config. */
struct json_entry {
  size_t n_point;   /* losses of each of its lists; 0: it has none */
  bool has_steps;   /* of its own */
  double last_step; /* of them */
  unsigned present; /* bit k: some replica has split k */
  unsigned always;  /* bit k: every replica that is there has it */
};

struct json_hp_value {
  size_t i_config, i_name;
  double value; /* NaN: null */
};

struct json_survey {
  const char *path;
  char *task, *set; /* NULL: not said */
  bool has_n_params, has_seconds, has_configs;
  double n_params, seconds_per_step;
  size_t n_top, top_capacity;
  double *top_steps; /* "steps" of the file; n_top 0: none */

  /* configs as they stand in the file */
  size_t n_entry, entry_capacity;
  struct json_entry *entries;
  struct hl_strings configs; /* [n_entry] names, not empty */
  size_t n_replica;          /* the most that a config has; at least 1 */

  /* steps of their own */
  size_t n_own;
  double *own_steps;  /* of the first config that has some */
  size_t own_config;  /* which that is */
  size_t first_other; /* the first whose own steps are others; SIZE_MAX: none */
  size_t n_all;
  double *all_steps; /* of any config's own, rising */

  struct hl_strings hp_names; /* as met */
  size_t n_hp, hp_capacity;
  struct json_hp_value *hp; /* by config */

  struct json_config config; /* the one at hand, while reading */
  struct hl_gz *gz;
  struct hl_json_scan *scan;
};

/* Opens the file; the scanner then stands before the first member. *gz and *scan are the caller's, also after
 * failure, and what they held is closed. */
hl_status json_general_enter(const char *path, struct hl_gz **gz, struct hl_json_scan **scan);

/* Reads the whole file: HL_INVALID with the place, HL_IO, HL_LIMIT. path is borrowed. *survey is all zero
 * before. */
hl_status json_survey_read(struct json_survey *survey, const char *path);
void json_survey_clear(struct json_survey *survey); /* legal after failure */

/* Puts rising steps to those that *all has, an array to be freed. O(n). */
hl_status json_unite_steps(double **all, size_t *n_all, const double *steps, size_t n_step);

/* Fills hyperparameters of curves->configs, which is sorted: our_row[i] is where the file's config i stands.
 * From what is known of the set, and then what the file says must agree, or else from the file
 * (json_hyperparameters.c). */
hl_status json_set_hyperparameters(const struct json_survey *survey, const size_t *our_row,
                                   const struct hl_load_options *options, struct hl_curves *curves);

#endif
