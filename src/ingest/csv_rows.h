/* Rows of a CSV file, as observations and hyperparameters. */
#ifndef HL_INGEST_CSV_ROWS_H
#define HL_INGEST_CSV_ROWS_H

#include "ingest/csv_columns.h"
#include "ingest/loader.h"
#include "ingest/names.h"
#include "ingest/observations.h"

/* What is known of a config's hyperparameters, and from where. */
struct csv_config {
  uint64_t hash; /* of its hyperparameters' text in the row last seen: equal text is not read again */
  bool is_seen;
};

struct csv_rows {
  const char *path;
  const struct hl_load_options *options;
  bool has_header;
  struct csv_columns columns;
  struct hl_names tasks, configs, replicas;
  struct csv_config *config_seen; /* [configs] */
  double *values;                 /* [configs][hyperparameters]; NaN: unknown */
  uint64_t *value_lines;          /* likewise: the line that says so */
  size_t seen_capacity, value_capacity, line_capacity;
  struct hl_observations *observations;
  uint64_t n_row;
};

/* Reads all of the file. Clear it in any case. HL_INVALID with line and column. */
hl_status csv_rows_read(struct csv_rows *rows, const char *path, const struct hl_load_options *options);
void csv_rows_clear(struct csv_rows *rows);

#endif
