#include "ingest/curves.h"
#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

void hl_curves_clear(struct hl_curves *curves) {
  free(curves->task);
  free(curves->set);
  hl_strings_clear(&curves->configs);
  hl_strings_clear(&curves->hyperparameters);
  free(curves->hyperparameter_values);
  hl_strings_clear(&curves->splits);
  free(curves->steps);
  memset(curves, 0, sizeof *curves);
}

bool hl_has_suffix(const char *name, const char *suffix) {
  const size_t n = strlen(name), n_suffix = strlen(suffix);
  return n >= n_suffix && strcmp(name + n - n_suffix, suffix) == 0;
}

static void strip(char *name, const char *suffix) {
  if (hl_has_suffix(name, suffix)) name[strlen(name) - strlen(suffix)] = '\0';
}

hl_status hl_curves_copy_stem(const char *path, const char *suffix, char **stem) {
  hl_status status = HL_OK;
  *stem = NULL;
  TRY(hl_copy_text(hl_file_name(path), stem));
  strip(*stem, ".gz");
  strip(*stem, suffix);
  if (**stem == '\0' || !hl_is_utf8(*stem, strlen(*stem))) {
    FAIL(HL_INVALID, "%s: found file name '%s', expected UTF-8 text before %s", path, hl_file_name(path),
         suffix);
  }
out:
  if (status != HL_OK) {
    free(*stem);
    *stem = NULL;
  }
  return status;
}
