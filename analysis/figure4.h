/* Figure 4 is made from somebody's own log and not from scores: it has a command of its own, `track`. */
#ifndef ANALYSIS_FIGURE4_H
#define ANALYSIS_FIGURE4_H

#include "base/table.h"
#include "hyperlist/track.h"

#define FIGURE4_NAME  "figure4"
#define FIGURE4_TITLE "A list on a task of one's own"

/* The best so far against trials: series `list` (valid) and `list:test`, as the trials were made, and
 * `shuffled`, the same trials in random order: exact median and quartiles. Columns of curves of trials. */
hl_status figure4_tabulate_best(const struct hl_track *track, const struct hl_list *list, bool is_maximized,
                                struct hl_table **table);

/* `place trial config step valid test`: the curves, place 1 the best, of equals the earlier. */
hl_status figure4_tabulate_curves(const struct hl_track *track, const struct hl_list *list, bool is_maximized,
                                  struct hl_table **table);

#endif
