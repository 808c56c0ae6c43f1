/* Check: is a file of ours whole, and what is in it. */
#ifndef HYPERLIST_CHECK_H
#define HYPERLIST_CHECK_H

#include "hyperlist/context.h"
#include "hyperlist/strings.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum hl_file_kind {
  HL_FILE_ARCHIVE,
  HL_FILE_SCORES,
  HL_FILE_LIST,
  HL_FILE_HDF5, /* with HDF5's signature, but cut short or broken beyond telling what it was */
};

/* By the first bytes and the schema, whatever the rest is like. HL_IO: cannot open; HL_INVALID: none of ours.
 */
HL_API hl_status hl_file_find_kind(const char *path, enum hl_file_kind *kind);

/* The census of one set. A cell is a task and a config, of all the archive's tasks: one of which no replica
 * ran is missing, one whose averaged validation curve (valid_inner, else valid) has a non-finite point is
 * diverged; as in a scores file. -1: unknown (no such split, or a scores file that does not say). */
struct hl_check_set {
  char *name;
  int64_t n_task;               /* with curves in this set; in a scores file with any score */
  int64_t n_config, n_replica;  /* n_replica: the most of any task */
  int64_t n_run, n_missing_run; /* runs of the tables that are there, and those of them with ran = 0 */
  int64_t n_cell, n_missing, n_diverged;
  int64_t n_degenerate; /* tasks; with the constants of the default, over all sets */
};

struct hl_check_report {
  enum hl_file_kind kind;
  int64_t n_task;
  struct hl_strings faults; /* each "PATH: /place: found .., expected .." */
  size_t n_set;
  struct hl_check_set *sets;
};

/* Checks a file and fills the report, which is to be cleared whatever is returned. HL_OK: whole. HL_BROKEN:
 * it has faults, all of them in the report. HL_INVALID: none of our files at all; HL_IO: cannot open.
 *
 * Archives: names, shapes and types; every chunk's checksum and size, in threads; runs against `ran`, points
 * against `observed`; what belongs together and is not there. Of values that contradict `ran` or `observed`
 * the first of each chunk is named, with how many runs are like it. Scores files and lists: what their
 * readers demand, ranges, and counts against the tables. Memory: a few chunks a thread, and the names.
 * O(bytes). */
HL_API hl_status hl_check(const char *path, const struct hl_context *context, struct hl_check_report *report);
HL_API void hl_check_clear(struct hl_check_report *report);

#ifdef __cplusplus
}
#endif
#endif
