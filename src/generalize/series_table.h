/* Series as a table: `series trials q25 median q75 mean n_tasks n_resamples`. */
#ifndef HL_GENERALIZE_SERIES_TABLE_H
#define HL_GENERALIZE_SERIES_TABLE_H

#include "base/table.h"
#include "hyperlist/generalize.h"

/* One row a trial of each series; notes say on how many tasks, how many cells were missing and diverged, and
 * of refined search how many configs its boxes hold. Free it by hl_table_free, on failure too. */
hl_status hl_series_tabulate(const struct hl_generalization *generalization, struct hl_table **table);

#endif
