/* The parts of a check, and what they find. */
#ifndef HL_CHECK_FAULTS_H
#define HL_CHECK_FAULTS_H

#include "archive/open.h"
#include "hyperlist/check.h"

/* Takes a failure as a fault, HL_OK then, if it is about the file; passes on what is about this run (no
 * memory, a stop). */
hl_status check_take(struct hl_strings *faults, hl_status status);

/* Fills the archive's index with the sets whose names can be read, and notes what cannot, and links of no
 * task. */
hl_status check_structure(struct hl_archive *archive, struct hl_strings *faults);

/* What a thread needs for tables. All zero is legal. */
struct check_room {
  struct hl_archive_reader reader;
  void *values;
  size_t capacity;
};
void check_room_clear(struct check_room *room);

/* All of a table's faults; its runs are counted in *n_run, *n_missing_run. */
hl_status check_table(struct hl_archive *archive, size_t i_set, size_t i_task, struct check_room *room,
                      struct hl_strings *faults, size_t *n_replica, int64_t *n_run, int64_t *n_missing_run);

#endif
