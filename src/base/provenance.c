#include "base/provenance.h"
#include "base/error.h"
#include "base/hasher.h"
#include "base/json.h"
#include "base/text.h"
#include "hyperlist/version.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Only those whose code the numbers or bytes of an output pass. */
static hl_status add_libraries(struct cJSON *json) {
  size_t n;
  const struct hl_library *libraries = hl_version_libraries(&n);
  struct cJSON *object = hl_json_new_object();
  hl_status status = hl_json_add(json, "libraries", object);
  for (size_t i = 0; i < n && status == HL_OK; i++) {
    if (!libraries[i].makes_output) continue;
    status = hl_json_add(object, libraries[i].name, hl_json_new_text(libraries[i].version));
  }
  return status;
}

hl_status hl_provenance_add_hashed(struct cJSON *json, const char *path, uint64_t hash, uint64_t n_byte) {
  char text[17];
  hl_status status = HL_OK;
  if (json == NULL) return HL_OK;
  struct cJSON *input = hl_json_new_object();
  snprintf(text, sizeof text, "%016" PRIx64, hash);
  TRY(hl_json_add(input, "name", hl_json_new_text(path)));
  TRY(hl_json_add(input, "xxh64", hl_json_new_text(text)));
  TRY(hl_json_add(input, "bytes", hl_json_new_integer((int64_t)n_byte)));
  return hl_json_append(hl_json_get_array(json, "inputs"), input);
out:
  hl_json_free(input);
  return status;
}

hl_status hl_provenance_add_input(struct cJSON *json, const char *path) {
  uint64_t hash, n_byte;
  if (json == NULL) return HL_OK;
  const hl_status status = hl_file_hash(path, &hash, &n_byte);
  return status == HL_OK ? hl_provenance_add_hashed(json, path, hash, n_byte) : status;
}

hl_status hl_provenance_new(const char *command, uint64_t seed, struct cJSON **json) {
  hl_status status = HL_OK;
  *json = NULL;
  if (command == NULL) return HL_OK;
  *json = hl_json_new_object();
  TRY(hl_json_add(*json, "version", hl_json_new_text("hyperlist " HL_VERSION_STRING)));
  TRY(hl_json_add(*json, "command", hl_json_new_text(command)));
  TRY(hl_json_add(*json, "seed", hl_json_new_integer((int64_t)seed)));
  TRY(hl_json_add(*json, "inputs", hl_json_new_array()));
  TRY(add_libraries(*json));
out:
  if (status != HL_OK) {
    hl_json_free(*json);
    *json = NULL;
  }
  return status;
}

hl_status hl_provenance_print(const struct cJSON *json, FILE *file) {
  for (const struct cJSON *item = hl_json_first(json); item != NULL; item = hl_json_next(item)) {
    char *text = NULL;
    const char *raw = hl_json_text(item); /* an argument of the command line may hold a line break */
    const hl_status status =
        raw == NULL ? hl_json_copy_text(item, &text) : hl_escape_text(raw, strlen(raw), &text);
    if (status != HL_OK) return status;
    fprintf(file, "# %s: %s\n", hl_json_name(item), text);
    free(text);
  }
  return HL_OK; /* a failed write stays in the stream and is found when it is closed */
}
