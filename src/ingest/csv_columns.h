/* Which column of a CSV file is what. */
#ifndef HL_INGEST_CSV_COLUMNS_H
#define HL_INGEST_CSV_COLUMNS_H

#include "hyperlist/strings.h"

enum csv_role {
  CSV_CONFIG,
  CSV_TASK,
  CSV_REPLICA,
  CSV_STEP,
  CSV_SPLIT, /* the first of the splits, in the order of an archive: train, valid_inner, valid, valid_outer,
                test */
  CSV_N_SPLIT = 5,
  CSV_N_ROLE = CSV_SPLIT + CSV_N_SPLIT,
};

extern const char *const csv_role_names[CSV_N_ROLE];

struct csv_columns {
  size_t n_field;                    /* columns of the file */
  size_t column[CSV_N_ROLE];         /* n_field: none */
  struct hl_strings hyperparameters; /* their names */
  size_t *hyperparameter_columns;
  struct hl_strings names; /* the header, for messages */
};

/* From the header row, and what --columns says (NULL: nothing): "ROLE=NAME,..", roles as above and
 * hp:HYPERPARAMETER; a pair with a comma in it stands in double quotes, as in the file. A role that is not
 * given is the column of its own name, and so is each column named hp:... HL_USAGE: --columns is wrong, or
 * names a column that the file lacks; HL_INVALID: a column that is needed is not there, or there twice. */
hl_status csv_columns_init(struct csv_columns *columns, const char *path, size_t line, size_t n_field,
                           const char *const *fields, const char *wanted);
void csv_columns_clear(struct csv_columns *columns);

#endif
