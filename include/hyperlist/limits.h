/* Limits: the most that is taken of anything foreign, so that no input eats all memory.
 *
 * What is truly larger ends with HL_LIMIT and a line that names the most; a size that the file's own bytes
 * cannot hold is HL_INVALID, whatever it claims. Those of enum hl_limit can be set in the environment, before
 * the first of them is asked for:
 *
 *   HYPERLIST_LIMITS=curves=256M,csv-row=64M
 *
 * A size is a whole number, or one with K, M, G or T behind it (powers of 1024). */
#ifndef HYPERLIST_LIMITS_H
#define HYPERLIST_LIMITS_H

#include "hyperlist/status.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Those that can be set: bytes, and what is held in memory because of them ---- */

enum hl_limit {
  HL_LIMIT_CURVES,  /* a config's curves on a task, all replicas, steps and splits: rows are held whole */
  HL_LIMIT_CSV_ROW, /* a row of a CSV: a quote left open ends there, not at the end of a huge file */
  HL_LIMIT_TEXT,    /* a list, log, table, or file of names or metadata: read whole */
  HL_LIMIT_CONFIGS, /* a file of hyperparameters (--configs): read whole, and its JSON takes some times more
                     */
  HL_LIMIT_PICTURE, /* a picture in a page: read whole */
  HL_LIMIT_FILE,    /* a file that is fetched, or unpacked (an npz in gzip): it goes to disk, and must end */
  HL_N_SET_LIMIT,
};

/* ---- Those that are fixed ---- */

enum {
  HL_MAX_NAME_BYTES = 4096, /* of a task, set, config, hyperparameter or split: a link in HDF5 holds them */
  HL_MAX_NAMES = 1 << 30,   /* of one column of a CSV: they are counted in 32 bits */
  HL_MAX_HYPERPARAMETERS = 1024,           /* of a set: compared one by one */
  HL_MAX_HYPERPARAMETER_VALUES = 32 << 20, /* of a set, configs times hyperparameters: held whole */
  HL_MAX_CELL_ROWS = 1 << 20,              /* of a CSV, of one config on one task: sorted in memory */
  HL_MAX_GRID = 1 << 20,                   /* points of --grid */
  HL_MAX_NPZ_NAME_BYTES = 128 << 20,       /* of a file's config names: held whole */
  HL_MAX_NPY_HEADER_BYTES = 1 << 20,       /* numpy's own limit is 10,000 */
  HL_MAX_NPY_AXES = 32,                    /* as numpy */
  HL_MAX_JSON_DEPTH = 64,                  /* of curves: a stack, and no honest file has ten levels */
  HL_MAX_JSON_TEXT_BYTES = 1 << 20,        /* of a text that is read, not passed over */
  HL_MAX_NUMBER_BYTES = 500,               /* of a number's text: a double needs 17 digits */
  HL_MAX_FOLDER_DEPTH = 64,                /* deeper is a loop of links */
  HL_MAX_TABLE_COLUMNS = 64,               /* of a table in a page, and of task_metadata.tsv */
  HL_MAX_NAME_LIST_BYTES = 64 << 20,       /* the release's list of tasks, as fetched */
  HL_MAX_FETCH_FILES = 1 << 20,            /* of one fetch */
  HL_MAX_FETCH_NAME_BYTES = 200,           /* of a task or set: they become names of files */
  HL_MAX_TASKS = 1 << 22,                  /* that are learned from: their scores sum exactly in 63 bits */
  HL_MAX_CONFIGS = 1 << 30,                /* of a set that is learned from: they are counted in 32 bits */
  HL_MAX_RESAMPLES = 1000000,              /* of --resamples */
  HL_MAX_THREADS = 1024,                   /* of -j */
  HL_MAX_DEFLATE_RATIO = 1032, /* 258 bytes for two bits: more than that a size that is told cannot be true */
};

/* The largest step: beyond it doubles do not tell whole numbers apart. */
#define HL_MAX_STEP 9007199254740992.0

/* A row of the manual. */
struct hl_limit_row {
  const char *name;  /* "csv-row"; of the fixed ones too */
  uint64_t value;    /* as it is by default */
  uint64_t most;     /* that it can be set to; 0: it is fixed */
  const char *of;    /* "bytes of a row of a CSV" */
  const char *where; /* what it is a limit of: "ingest" */
  hl_status beyond;  /* what ends there: HL_LIMIT; HL_INVALID where nothing honest is so large */
};

/* All of them, in the manual's order; *n rows. */
HL_API const struct hl_limit_row *hl_limits(size_t *n);

/* What holds, in O(1): the default where HYPERLIST_LIMITS says nothing or what hl_limits_check refuses. */
HL_API uint64_t hl_limit_get(enum hl_limit limit);
/* The same of what is to be held in memory: SIZE_MAX where an address space is smaller than the limit. */
HL_API size_t hl_limit_size(enum hl_limit limit);

/* HL_USAGE: HYPERLIST_LIMITS names no limit that can be set, or a size that it cannot have. */
HL_API hl_status hl_limits_check(void);

#ifdef __cplusplus
}
#endif
#endif
