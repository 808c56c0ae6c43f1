/* The curve files behind the sources a user names. */
#ifndef HL_INGEST_WALK_H
#define HL_INGEST_WALK_H

#include "hyperlist/context.h"
#include "hyperlist/strings.h"
#include "ingest/loader.h"

struct walk {
  struct hl_strings paths;          /* curve files, in the order of the sources, folders in byte order */
  const struct hl_loader **loaders; /* [paths.n] */
  struct walk_parts {               /* [paths.n]: of a source of folders; no paths where it is one file */
    char *name;                     /* what joined them */
    struct hl_strings paths;
  } * parts;
  size_t n_found;             /* files and parts so far */
  struct hl_strings metadata; /* files task_metadata.tsv that were met */
  struct hl_strings foreign;  /* files of other names, skipped */
};

/* format NULL: any. HL_IO: a source cannot be read; HL_INVALID: a named file is of no known format, or there
 * is no curve file at all. */
hl_status hl_walk_run(struct walk *walk, size_t n_source, const char *const *sources, const char *format);
void hl_walk_clear(struct walk *walk);

#endif
