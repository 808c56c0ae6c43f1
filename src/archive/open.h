/* Archives from the inside: the steps that opening an archive or a table consists of, so that `check` can go
 * on behind one that fails. Each is HL_INVALID with the place if the file contradicts itself there. */
#ifndef HL_ARCHIVE_OPEN_H
#define HL_ARCHIVE_OPEN_H

#include "base/h5.h"
#include "hyperlist/archive.h"

struct hl_archive {
  char *path, *provenance;
  struct hl_h5 file;
  struct hl_archive_index index;
  uint64_t file_bytes;
};

/* Opens the file and checks its schema; the index stays empty. Close it by hl_archive_close, also
 * after a failure. */
hl_status archive_new(const char *path, struct hl_archive **archive);

hl_status archive_read_provenance(struct hl_archive *archive);
hl_status archive_read_task_names(struct hl_archive *archive); /* ascending, unique */
hl_status archive_read_n_params(struct hl_archive *archive);
hl_status archive_read_seconds(struct hl_archive *archive);

/* Of the set in `group`. */
hl_status archive_read_configs(struct hl_archive *archive, struct hl_h5 group, struct hl_archive_set *set);
hl_status archive_read_hyperparameters(struct hl_archive *archive, struct hl_h5 group,
                                       struct hl_archive_set *set);
hl_status archive_read_splits(struct hl_archive *archive, struct hl_h5 group, struct hl_archive_set *set);

/* Into the order of their true names, once all are read in the order of their links. */
void archive_sort_sets(struct hl_archive_index *index);

/* Of a table: first its curves' shape against the set's names, then the rest in any order. Closing is
 * hl_archive_close_table's. */
hl_status table_open_curves(struct hl_archive *archive, size_t i_set, size_t i_task,
                            struct hl_archive_table *table);
hl_status table_read_steps(struct hl_archive *archive, struct hl_archive_table *table);
hl_status table_read_ran(struct hl_archive *archive, size_t i_set, size_t i_task,
                         struct hl_archive_table *table);
hl_status table_read_observed(struct hl_archive *archive, size_t i_set, size_t i_task,
                              struct hl_archive_table *table);

/* "sets/SET/WHAT/TASK", percent-encoded; WHAT is curves, ran or observed. Free it. */
hl_status table_copy_place(const struct hl_archive *archive, size_t i_set, const char *what, size_t i_task,
                           char **place);

#endif
