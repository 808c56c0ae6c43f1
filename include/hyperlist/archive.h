/* Archives: every curve that was ingested, in one HDF5 file (`hyperlist.archive/1`).
 *
 * Tables of curves are [n_config][n_replica][n_step][n_split], one per set and task, float32 or float64 as
 * the source had them. Tasks and sets stand in byte order, configs in natural order. A run that is not there
 * (ran = 0) is NaN. */
#ifndef HYPERLIST_ARCHIVE_H
#define HYPERLIST_ARCHIVE_H

#include "hyperlist/context.h"
#include "hyperlist/strings.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct hl_archive_set {
  char *name;
  struct hl_strings configs;
  struct hl_strings hyperparameters; /* names; empty: unknown */
  double *hyperparameter_values;     /* [n_config][n_hyperparameter]; NaN: unknown; NULL if there are none */
  struct hl_strings splits;
};

/* What an archive is about, without the curves. All zero is the empty one. */
struct hl_archive_index {
  struct hl_strings tasks;  /* byte order */
  int64_t *n_params;        /* [n_task]; -1 unknown */
  double *seconds_per_step; /* [n_task]; NaN unknown */
  size_t n_set;
  struct hl_archive_set *sets; /* byte order of their names */
};

struct hl_archive;

/* HL_IO: cannot open; HL_INVALID: no archive, a newer schema, or a contradiction in it, by name. O(names). */
HL_API hl_status hl_archive_open(const char *path, struct hl_archive **archive);
HL_API void hl_archive_close(struct hl_archive *archive); /* legal on NULL */
HL_API const struct hl_archive_index *hl_archive_get_index(const struct hl_archive *archive);
/* The provenance text, one JSON array of ingests; NULL: not recorded. Borrowed. */
HL_API const char *hl_archive_get_provenance(const struct hl_archive *archive);

/* One table of curves. */
struct hl_archive_table {
  size_t n_config, n_replica, n_step, n_split;
  double *steps;  /* [n_step], ascending */
  bool is_double; /* element type of the curves */
  uint8_t *ran;   /* [n_config][n_replica], 1 where that run is there */
  int32_t
      *observed; /* [n_config][n_replica][n_split]: so many grid points hold an observation; NULL: all do */
  size_t chunk_rows; /* rows that are read at once at best */
  void *internal;
};

/* Is there a table of this set and task? HL_IO, HL_LIMIT: the file could not be asked. */
HL_API hl_status hl_archive_has_table(struct hl_archive *archive, size_t i_set, size_t i_task, bool *has);

/* Checks every claim of the table against its set and the file's size. Thread-safe: HDF5 calls take turns. */
HL_API hl_status hl_archive_open_table(struct hl_archive *archive, size_t i_set, size_t i_task,
                                       struct hl_archive_table *table);
HL_API void hl_archive_close_table(struct hl_archive *archive, struct hl_archive_table *table);

/* A reader's buffers: one per thread, reused. All zero is legal to clear. */
struct hl_archive_reader {
  void *packed;
  size_t packed_capacity;
  void *packer;
};
HL_API void hl_archive_clear_reader(struct hl_archive_reader *reader);

/* Rows [first, first + n) to values (float or double by table->is_double, native); first is a multiple of
 * chunk_rows and n at most chunk_rows. The chunk's checksum is verified: HL_INVALID, by name, if it is wrong.
 * Unpacking runs outside HDF5's lock, so threads add up. */
HL_API hl_status hl_archive_read_rows(struct hl_archive *archive, const struct hl_archive_table *table,
                                      struct hl_archive_reader *reader, size_t first, size_t n, void *values);

#ifdef __cplusplus
}
#endif
#endif
