/* The log of somebody's own trials: rows of CSV, joined to a list's entries. */
#ifndef HL_TRACK_LOG_H
#define HL_TRACK_LOG_H

#include "hyperlist/track.h"

struct hl_log_row {
  size_t entry, line;
  double step, valid, test; /* as in hl_trial */
};

struct hl_log {
  size_t n, capacity;
  struct hl_log_row *rows; /* in the file's order */
  struct hl_strings unknown;
};

/* Clear it in any case. */
hl_status hl_log_read(struct hl_log *log, const struct hl_list *list, const char *path,
                      const struct hl_track_options *options);
void hl_log_clear(struct hl_log *log);

#endif
