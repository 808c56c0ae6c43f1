/* Where an output came from: version, command line, inputs with their hashes, libraries, seed. */
#ifndef HL_BASE_PROVENANCE_H
#define HL_BASE_PROVENANCE_H

#include "hyperlist/status.h"

#include <stdint.h>
#include <stdio.h>

struct cJSON;

/* As one JSON object: {"version","command","seed","inputs":[{"name","xxh64","bytes"}],"libraries":{..}},
 * without inputs yet. NULL command: *json is NULL, nothing is recorded (--no-provenance). */
hl_status hl_provenance_new(const char *command, uint64_t seed, struct cJSON **json);

/* Hashes one more input into "inputs"; nothing for NULL. */
hl_status hl_provenance_add_input(struct cJSON *json, const char *path);
/* The same for one that was hashed before (base/hasher.h). */
hl_status hl_provenance_add_hashed(struct cJSON *json, const char *path, uint64_t hash, uint64_t n_byte);

/* The same as `# key: value` lines of a TSV; nothing for NULL. */
hl_status hl_provenance_print(const struct cJSON *json, FILE *file);

#endif
