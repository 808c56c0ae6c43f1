#include "archive/schema.h"
#include "base/error.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

hl_status hl_schema_check(struct hl_h5 file, const char *name, unsigned version, const char *what) {
  char *schema = NULL;
  uint64_t found = 0;
  hl_status status = hl_h5_read_text(file, "schema", &schema);
  if (status != HL_OK) return status;
  const size_t length = strlen(name);
  if (schema == NULL) {
    status = hl_fail(HL_INVALID, "%s: found no attribute schema, expected %s/%u: %s", file.path, name,
                     version, what);
  } else if (strncmp(schema, name, length) != 0 || schema[length] != '/' ||
             !hl_parse_uint64(schema + length + 1, &found) || found == 0) {
    status = hl_fail(HL_INVALID, "%s: schema: found '%s', expected '%s/%u': %s", file.path, schema, name,
                     version, what);
  } else if (found > version) {
    status = hl_fail(HL_INVALID, "%s: schema: found '%s', expected '%s/%u': made by a newer hyperlist",
                     file.path, schema, name, version);
  }
  free(schema);
  return status;
}
