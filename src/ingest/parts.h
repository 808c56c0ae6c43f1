/* The part files beside an archive, and the lock that keeps a second writer out. */
#ifndef HL_INGEST_PARTS_H
#define HL_INGEST_PARTS_H

#include "archive/writer.h"
#include "hyperlist/context.h"

#include <time.h>

struct parts {
  const char *archive_path;
  int lock; /* file descriptor; -1: not held */
  char *lock_path;
  struct hl_strings complete;        /* paths, in the order they were made */
  size_t n_taken_over;               /* the first of them are from an earlier run */
  unsigned next_number, number_step; /* each rank has numbers of its own */
  /* the part in the making */
  bool is_open;
  char *path, *temporary;
  struct hl_writer writer;
  struct hl_archive_index index;
  time_t begun;
};

/* Takes the lock (HL_IO if another process has it; where the file system has no locks, with a warning, does
 * without), removes what a killed run left half-written, and finds its complete parts. Of several ranks the
 * first does so and tells the others. Collective (base/ranks.h). */
hl_status hl_parts_open(struct parts *parts, const char *archive_path, const struct hl_context *context);

/* Begins a part if none is open. */
hl_status hl_parts_begin(struct parts *parts);
/* Is it time for a new one: a minute old, or a GB large? */
bool hl_parts_is_due(const struct parts *parts);
/* Finishes the open one, if any: names, fsync, rename. provenance may be NULL. */
hl_status hl_parts_finish(struct parts *parts, const char *provenance);
/* Removes the complete ones. */
void hl_parts_remove(struct parts *parts);
/* Drops the open one and releases the lock; complete ones stay. */
void hl_parts_close(struct parts *parts);

#endif
