#include "base/provenance.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "hyperlist/version.h"

#include <H5public.h> /* for their version numbers alone */
#include <gsl/gsl_version.h>
#include <inttypes.h>
#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>
#include <zip.h>
#include <zlib.h>

#define TEXT_OF(x)                      #x
#define VERSION_OF(major, minor, patch) TEXT_OF(major) "." TEXT_OF(minor) "." TEXT_OF(patch)

/* The releases this library was compiled against; only those whose code the numbers or bytes of an output
 * pass. */
static const struct {
  const char *name, *version;
} libraries[] = {
    {"gsl", GSL_VERSION},
    {"hdf5", VERSION_OF(H5_VERS_MAJOR, H5_VERS_MINOR, H5_VERS_RELEASE)},
    {"libdeflate", LIBDEFLATE_VERSION_STRING},
    {"libzip", LIBZIP_VERSION},
    {"xxhash", VERSION_OF(XXH_VERSION_MAJOR, XXH_VERSION_MINOR, XXH_VERSION_RELEASE)},
    {"zlib", ZLIB_VERSION},
};

static hl_status add_libraries(struct cJSON *json) {
  struct cJSON *object = hl_json_new_object();
  hl_status status = hl_json_add(json, "libraries", object);
  for (size_t i = 0; i < sizeof libraries / sizeof *libraries && status == HL_OK; i++) {
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

hl_status hl_provenance_new(const char *command, uint64_t seed, size_t n_input, const char *const *inputs,
                            struct cJSON **json) {
  hl_status status = HL_OK;
  *json = NULL;
  if (command == NULL) return HL_OK;
  *json = hl_json_new_object();
  TRY(hl_json_add(*json, "version", hl_json_new_text("hyperlist " HL_VERSION_STRING)));
  TRY(hl_json_add(*json, "command", hl_json_new_text(command)));
  TRY(hl_json_add(*json, "seed", hl_json_new_integer((int64_t)seed)));
  TRY(hl_json_add(*json, "inputs", hl_json_new_array()));
  for (size_t i = 0; i < n_input; i++) TRY(hl_provenance_add_input(*json, inputs[i]));
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
