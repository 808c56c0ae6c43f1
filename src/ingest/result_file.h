/* The two files of one run, as train_inner writes them: `result`, JSON {"<step>": [train, valid_inner,
 * valid_outer, test], ..}, and `time_per_step`, JSON {"mean_time": seconds, ..}.
 *
 * Steps come in any order (a Python dictionary's, or that of their text). Losses may be NaN, Infinity,
 * -Infinity or null, which is NaN. A file may be gzip, whatever its name says. */
#ifndef HL_INGEST_RESULT_FILE_H
#define HL_INGEST_RESULT_FILE_H

#include "hyperlist/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RESULT_N_SPLIT = 4 };

/* Reads one run after another into the same room. */
struct result_reader {
  size_t n_step;
  double *steps;  /* [n_step], rising */
  double *losses; /* [RESULT_N_SPLIT][n_step] */
  uint64_t hash;  /* of the bytes of all files read since it was set to 0, in blocks (hl_hash_more) */
  uint64_t n_byte;
  struct result_buffers *buffers;
};

/* All zero is legal to clear. HL_LIMIT. */
hl_status result_reader_new(struct result_reader *reader);
void result_reader_clear(struct result_reader *reader);

/* Reads the run in an open folder; path is the folder's, for messages. *is_there false: there is no `result`.
 * HL_IO; HL_INVALID with "PATH/result: line .., column ..: found .., expected .."; HL_LIMIT. */
hl_status result_read(struct result_reader *reader, int folder, const char *path, bool *is_there);

/* "mean_time" of its `time_per_step`; NaN: there is none, or it says null or NaN. */
hl_status result_read_seconds(struct result_reader *reader, int folder, const char *path, double *seconds);

#endif
