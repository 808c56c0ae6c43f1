/* Series as tables. */
#ifndef HL_GENERALIZE_SERIES_TABLE_H
#define HL_GENERALIZE_SERIES_TABLE_H

#include "base/table.h"
#include "hyperlist/generalize.h"

enum hl_series_rows {
  HL_SERIES_SUMMARY,      /* `series trials q25 median q75 mean n_tasks n_resamples` */
  HL_SERIES_PER_RESAMPLE, /* `series resample trials value n_tasks`, sorted by these */
  HL_SERIES_PER_TASK, /* `series resample task trials value`, sorted by resample, fold, series, task, trials
                       */
};

/* A table without rows. Notes say how tasks were split, how many cells were missing and diverged, and of
 * refined search how many configs its boxes hold and which share of the best ones. Free it by hl_table_free,
 * on failure too. */
hl_status hl_series_new_table(const struct hl_generalization *generalization, enum hl_series_rows rows,
                              struct hl_table **table);

/* The rows of HL_SERIES_SUMMARY or HL_SERIES_PER_RESAMPLE. */
hl_status hl_series_add_rows(const struct hl_generalization *generalization, enum hl_series_rows rows,
                             struct hl_table *table);

/* Some rows of HL_SERIES_PER_TASK: those of one series on one fold. */
hl_status hl_series_add_task_rows(const struct hl_task_curves *curves, const struct hl_scores *scores,
                                  struct hl_table *table);

/* The whole of HL_SERIES_SUMMARY. */
hl_status hl_series_tabulate(const struct hl_generalization *generalization, struct hl_table **table);

#endif
