/* Ingest: curve files of any known format into an archive.
 *
 * The archive is never changed in place. New tables go to part files beside it (ARCHIVE.part000001, ..), each
 * complete before it gets its name; at the end they and the old archive are merged into a new file that
 * replaces it. A kill leaves the archive as it was and parts that the next ingest takes over; an error leaves
 * no parts. */
#ifndef HYPERLIST_INGEST_H
#define HYPERLIST_INGEST_H

#include "hyperlist/context.h"

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* For hl_ingest_options.grid: all steps that any run of the task has. */
#define HL_GRID_OWN ((size_t)-1)

/* Grid points where a run ended early: they keep its last observation, or hold none. */
enum hl_after_end { HL_AFTER_END_HOLD, HL_AFTER_END_MISSING };

/* All zero is the default. */
struct hl_ingest_options {
  const char *format;  /* NULL or "auto": by content */
  const char *set;     /* NULL: as the source's name says */
  const char *configs; /* JSON of hyperparameters; NULL: regenerated from the config names */
  const char *columns; /* csv: "ROLE=NAME,.."; NULL: columns bear the names of their roles */
  char delimiter;      /* csv: between fields; 0: a comma */
  size_t grid;         /* csv, curves-json: points of a task's uniform grid; 0: 51 (curves-json: the steps
                          themselves where all of a file are the same) */
  enum hl_after_end after_end; /* formats whose runs may end early */
  bool maximize;               /* more is better: losses are negated as they are read */
  bool keep_going;             /* leave out bad sources, store the others, return HL_BROKEN */
  const char *command;         /* for provenance; NULL: none */
};

struct hl_ingest_report {
  size_t n_source; /* curve files found */
  size_t n_stored; /* tables (task x set) that went in */
  size_t n_known;  /* tables that the archive held already, equal */
  size_t n_failed; /* sources left out (keep_going) */
  size_t n_task, n_set;
};

/* Sources are files or folders; folders are walked in byte order, hidden files ignored, files of foreign
 * names skipped with a warning. HL_INVALID: a source is bad or contradicts what is stored, by name; nothing
 * is stored then. HL_IO, HL_USAGE (no hyperparameters known for --set, ..), HL_LIMIT (a config's curves
 * beyond HL_LIMIT_CURVES). Memory: below 300 MB at any input size. report may be NULL. */
HL_API hl_status hl_ingest(const char *archive_path, size_t n_source, const char *const *sources,
                           const struct hl_ingest_options *options, const struct hl_context *context,
                           struct hl_ingest_report *report);

#ifdef __cplusplus
}
#endif
#endif
