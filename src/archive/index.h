/* The index of an archive in memory: built by ingest, merged, read and written. */
#ifndef HL_ARCHIVE_INDEX_H
#define HL_ARCHIVE_INDEX_H

#include "hyperlist/archive.h"

void hl_index_clear(struct hl_archive_index *index);

/* Position of a task or set by name, or n. O(log n). */
size_t hl_index_find_task(const struct hl_archive_index *index, const char *task);
size_t hl_index_find_set(const struct hl_archive_index *index, const char *set);

/* Adds a task in its place; one that is there is kept, an unknown n_params or seconds is filled in. O(n). */
hl_status hl_index_add_task(struct hl_archive_index *index, const char *task, int64_t n_params,
                            double seconds);

/* Adds a set, or the configs and splits it lacks, in their place. *has_grown: some were added to a set that
 * was there, or the names of its hyperparameters. Refuses other hyperparameter names, or values (beyond 1e-12
 * relative) for the same config: HL_INVALID with the place; a side that knows none contradicts nothing.
 * `source` is named as what contradicts. */
hl_status hl_index_add_set(struct hl_archive_index *index, const struct hl_archive_set *set,
                           const char *source, bool *has_grown);

/* to[i]: row of list's i-th item in the sorted superset. O(n). Every item must be there. */
void hl_index_map_rows(const struct hl_strings *list, const struct hl_strings *superset, size_t *to);

bool hl_index_same_strings(const struct hl_strings *a, const struct hl_strings *b);

#endif
