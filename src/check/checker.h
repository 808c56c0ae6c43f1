/* What the checks of each kind of file share: a fault is noted and the check goes on. */
#ifndef HL_CHECK_CHECKER_H
#define HL_CHECK_CHECKER_H

#include "archive/open.h"
#include "hyperlist/check.h"

struct checker {
  const char *path;
  const struct hl_context *context;
  struct hl_check_report *report;
};

/* A call that found the file wrong (HL_INVALID) is a fault: its message is noted, with the file's name in
 * front, and all is well again. Other failures stand. */
hl_status checker_note(struct checker *checker, hl_status status);
/* A fault of the check's own: "/place: found .., expected ..". */
hl_status checker_fault(struct checker *checker, const char *format, ...) HL_PRINTF(2, 3);

/* New sets for the report, all counts 0. */
hl_status checker_new_sets(struct checker *checker, size_t n_set);

hl_status check_archive(struct checker *checker);
hl_status check_scores(struct checker *checker);
hl_status check_list(struct checker *checker);

/* An archive being checked: its names, as far as they can be read. */
struct archive_check {
  struct checker *checker;
  struct hl_archive *archive;
  bool *is_usable; /* [n_set]: its configs and splits are known, so that its tables can be read */
  bool *has_table; /* [n_task][n_set] */
};

/* The names and shapes, and what belongs together: fills archive->index, is_usable, has_table. */
hl_status check_archive_names(struct archive_check *check);
/* Each table: what describes it, then its chunks, in threads; counts for the report. */
hl_status check_archive_curves(struct archive_check *check);

#endif
