/* What `info` says of a file, as a JSON object: one file a kind. */
#ifndef HL_CLI_DESCRIBE_H
#define HL_CLI_DESCRIBE_H

#include "cli/cli.h"
#include "hyperlist/strings.h"

#include <stdint.h>

struct cJSON;

/* Each fills json from the file. A census counts what only reading all curves can tell. */
hl_status describe_archive(const struct cli *cli, const char *path, bool has_census, struct cJSON *json);
hl_status describe_scores(const char *path, struct cJSON *json);
hl_status describe_list(const char *path, struct cJSON *json);

/* Parts of a description. */

/* "file", "schema", "bytes", "made" (UTC; the file's time of change: what is to be the same for the same
 * input tells no time itself). */
hl_status describe_file(struct cJSON *json, const char *path, const char *schema);
/* "made_by": [{"command", "inputs": how many}, ..] of a provenance, one JSON object or an array of them;
 * NULL: not recorded. */
hl_status describe_makers(struct cJSON *json, const char *path, const char *provenance);
/* "tasks": how many, "kinds" and "families": {name: how many}. */
hl_status describe_tasks(struct cJSON *json, const struct hl_strings *tasks);
hl_status describe_names(struct cJSON *json, const char *name, const struct hl_strings *names);
hl_status describe_text(struct cJSON *json, const char *name, const char *text);
/* Negative: null. */
hl_status describe_count(struct cJSON *json, const char *name, int64_t count);
/* part / whole, null where either is unknown (negative) or whole is 0. */
hl_status describe_share(struct cJSON *json, const char *name, int64_t part, int64_t whole);

#endif
