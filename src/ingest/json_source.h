/* The forms of curves-json: each opens a file of curves in JSON and gives one table. What they share. */
#ifndef HL_INGEST_JSON_SOURCE_H
#define HL_INGEST_JSON_SOURCE_H

#include "ingest/json_scan.h"
#include "ingest/loader.h"

enum {
  JSON_N_SPLIT = 5,
};

/* In the order of hl_curves.splits. */
extern const char *const json_split_names[JSON_N_SPLIT];

/* JSON_N_SPLIT: none of that name. */
size_t json_find_split(const char *name);

/* First member of what a form opens. */
struct json_source {
  struct hl_curves curves;
  /* Puts the curves on their task's grid, when their turn has come; NULL: they have no steps of their own. */
  hl_status (*settle)(struct json_source *source);
  void (*close)(struct json_source *source);
};

/* An array of the configs of a released set (json_derived.c), or an object that names everything
 * (json_general.c). */
hl_status json_derived_open(const char *path, const struct hl_load_options *options,
                            struct json_source **source);
hl_status json_general_open(const char *path, const struct hl_load_options *options,
                            struct json_source **source);

/* For hl_json_scan_new; user is a struct hl_gz. */
hl_status json_fill_from_gz(void *user, char *buffer, size_t n, size_t *n_read);

/* At a member whose object has it already. */
hl_status json_fail_again(struct hl_json_scan *scan, const char *name);

#endif
