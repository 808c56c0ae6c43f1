/* The `schema` attribute of our files: NAME/VERSION. */
#ifndef HL_ARCHIVE_SCHEMA_H
#define HL_ARCHIVE_SCHEMA_H

#include "base/h5.h"

/* HL_INVALID with what was found: no schema, another name, or a version newer than `version`. what: "an
 * archive". */
hl_status hl_schema_check(struct hl_h5 file, const char *name, unsigned version, const char *what);

#endif
