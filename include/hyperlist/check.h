/* Check: is an archive what it claims to be, and what is in it? */
#ifndef HYPERLIST_CHECK_H
#define HYPERLIST_CHECK_H

#include "hyperlist/context.h"
#include "hyperlist/strings.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One set's part of the census. Counts that need a validation split, or curves without a fault, are -1 where
 * there are none to count. */
struct hl_check_set {
  char *name;
  size_t n_task, n_config; /* tasks with a table */
  size_t n_replica;        /* the most that a table has */
  int64_t n_run, n_missing_run;
  int64_t n_missing, n_diverged,
      n_degenerate; /* cells, cells, tasks: as normalize counts them, among tasks with a table */
};

struct hl_check {
  struct hl_strings
      faults;    /* one line each: "PATH: place: found .., expected ..", in the order of the file's names */
  size_t n_more; /* faults beyond HL_MAX_FAULTS, which are only counted */
  size_t n_set;
  struct hl_check_set *sets; /* byte order */
};

enum { HL_MAX_FAULTS = 1000 };

/* Reads all of an archive: names, order, shapes, types, links, every chunk with its checksum, `ran` and
 * `observed` against the curves. Goes on behind a fault, and returns HL_OK with the faults it found. HL_IO:
 * cannot open; HL_INVALID: no archive at all. Tasks run in threads; the result does not depend on how many.
 * Memory: one chunk and one task's averages a thread. O(bytes), read twice. Clear it in any case. */
HL_API hl_status hl_check_archive(const char *path, const struct hl_context *context, struct hl_check *check);
HL_API void hl_check_clear(struct hl_check *check);

#ifdef __cplusplus
}
#endif
#endif
