/* Where each task's runs are among the sorted observations of a CSV file. */
#ifndef HL_INGEST_CSV_SURVEY_H
#define HL_INGEST_CSV_SURVEY_H

#include "ingest/csv_rows.h"

/* A config's observations on a task. */
struct csv_cell {
  uint32_t config;
  size_t first, n;
};

struct csv_task {
  size_t first_cell, n_cell;
  double first_step, last_step;
  double least_end;         /* the earliest step at which a run's observations of a split end */
  bool has_gap;             /* some run has no observation of some split */
  size_t n_name, *replicas; /* numbers of the replicas' names, in the natural order of the names */
  size_t most_replicas;     /* of one config */
};

struct csv_survey {
  size_t n_task; /* [number of the task's name] */
  struct csv_task *tasks;
  size_t n_cell, cell_capacity;
  struct csv_cell *cells;
};

/* Sorts the observations; of rows for the same run and step one is kept if they are equal. HL_INVALID with
 * both lines if they are not; HL_LIMIT: more rows of one config on one task than HL_MAX_CELL_ROWS. Clear it
 * in any case. */
hl_status csv_survey_run(struct csv_survey *survey, const struct csv_rows *rows);
void csv_survey_clear(struct csv_survey *survey);

#endif
