/* One archive out of several: what an ingest stored, beside what was there before. */
#ifndef HL_ARCHIVE_MERGE_H
#define HL_ARCHIVE_MERGE_H

#include "hyperlist/archive.h"

/* Writes the union of the sources to path, tables in canonical order (tasks, then sets, by name), so that its
 * bytes do not depend on how the curves were spread over sources. A table that one source alone has, under
 * the same configs, is copied chunk by chunk without unpacking; others are put together run by run. Runs that
 * two sources have must be equal: HL_INVALID naming source, task, set, config and replica. describe(user,
 * source, task, set) names in messages where a source's table came from. O(bytes). */
struct hl_merge {
  size_t n_source;
  struct hl_archive **sources; /* earlier ones are what later ones are held against */
  const char *(*describe)(void *user, size_t i_source, const char *task, const char *set);
  void *user;
  const char *provenance; /* NULL: none */
  const struct hl_context *context;
};
hl_status hl_merge_run(const struct hl_merge *merge, const char *path);

#endif
