#include "hyperlist/limits.h"
#include "base/error.h"
#include "base/text.h"
#include "hyperlist/fetch.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define MB        ((uint64_t)1 << 20)
#define MOST      ((uint64_t)1 << 30) /* of what is held in memory: a chunk of HDF5 has less than 4 GB */
#define MOST_FILE ((uint64_t)512 << 40)

/* The first ones are those of enum hl_limit, in its order. */
static const struct hl_limit_row rows[] = {
    {"curves", 64 * MB, MOST, "bytes of a config's curves on a task: all replicas, steps and splits",
     "ingest", HL_LIMIT},
    {"csv-row", 16 * MB, MOST, "bytes of a row of a CSV", "ingest", HL_LIMIT},
    {"text", 256 * MB, MOST, "bytes of a list, log, table, or file of names or metadata", "all", HL_LIMIT},
    {"configs", 64 * MB, MOST, "bytes of a file of hyperparameters (--configs)", "ingest", HL_LIMIT},
    {"picture", 64 * MB, MOST, "bytes of a picture", "report", HL_LIMIT},
    {"file", 16384 * MB, MOST_FILE, "bytes of a file that is fetched, or of an npz unpacked from gzip",
     "fetch, ingest", HL_LIMIT},
    {"name", HL_MAX_NAME_BYTES, 0, "bytes of the name of a task, set, config, hyperparameter or split",
     "ingest", HL_LIMIT},
    {"names", HL_MAX_NAMES, 0, "different names in a column of a CSV", "ingest", HL_LIMIT},
    {"hyperparameters", HL_MAX_HYPERPARAMETERS, 0, "hyperparameters of a set", "ingest", HL_LIMIT},
    {"values", HL_MAX_HYPERPARAMETER_VALUES, 0, "configs times hyperparameters of a set", "ingest", HL_LIMIT},
    {"cell-rows", HL_MAX_CELL_ROWS, 0, "rows of a CSV for one config on one task", "ingest", HL_LIMIT},
    {"grid", HL_MAX_GRID, 0, "points of --grid", "ingest", HL_USAGE},
    {"npz-names", HL_MAX_NPZ_NAME_BYTES, 0, "bytes of all config names of a file", "ingest", HL_LIMIT},
    {"npy-header", HL_MAX_NPY_HEADER_BYTES, 0, "bytes of a header", "ingest", HL_INVALID},
    {"npy-axes", HL_MAX_NPY_AXES, 0, "axes of an array", "ingest", HL_INVALID},
    {"json-depth", HL_MAX_JSON_DEPTH, 0, "levels of curves in JSON", "ingest", HL_LIMIT},
    {"json-text", HL_MAX_JSON_TEXT_BYTES, 0, "bytes of a text in curves in JSON", "ingest", HL_LIMIT},
    {"number", HL_MAX_NUMBER_BYTES, 0, "bytes of a number's text", "ingest", HL_INVALID},
    {"folders", HL_MAX_FOLDER_DEPTH, 0, "folders within each other", "ingest", HL_LIMIT},
    {"columns", HL_MAX_TABLE_COLUMNS, 0, "columns of a table in a page, and of task_metadata.tsv", "report",
     HL_LIMIT},
    {"task-list", HL_MAX_NAME_LIST_BYTES, 0, "bytes of the list of tasks", "fetch", HL_LIMIT},
    {"files", HL_MAX_FETCH_FILES, 0, "files of one fetch", "fetch", HL_LIMIT},
    {"file-name", HL_MAX_FETCH_NAME_BYTES, 0, "bytes of a task's or set's name", "fetch", HL_INVALID},
    {"transfers", HL_FETCH_MAX_THREADS, 0, "transfers at a time", "fetch", HL_USAGE},
    {"tasks", HL_MAX_TASKS, 0, "tasks, whose scores are summed exactly", "learn", HL_LIMIT},
    {"set", HL_MAX_CONFIGS, 0, "configs of a set, which are counted in 32 bits", "learn", HL_LIMIT},
    {"resamples", HL_MAX_RESAMPLES, 0, "resamplings", "generalize", HL_USAGE},
    {"step", (uint64_t)HL_MAX_STEP, 0, "as a step", "ingest", HL_INVALID},
    {"threads", HL_MAX_THREADS, 0, "threads of -j", "all", HL_USAGE},
    {"deflate", HL_MAX_DEFLATE_RATIO, 0, "bytes that a byte of a deflate stream can hold", "all", HL_INVALID},
};

const struct hl_limit_row *hl_limits(size_t *n) {
  *n = sizeof rows / sizeof *rows;
  return rows;
}

/* "64M". */
static bool parse_size(const char *text, size_t length, uint64_t *size) {
  static const char units[] = "KMGT";
  char digits[24];
  const char *unit = length > 0 ? memchr(units, text[length - 1], sizeof units - 1) : NULL;
  const unsigned shift = unit != NULL ? 10 * (unsigned)(unit - units + 1) : 0;
  if (unit != NULL) length--;
  if (length == 0 || length >= sizeof digits) return false;
  memcpy(digits, text, length);
  digits[length] = '\0';
  if (!hl_parse_uint64(digits, size) || *size > UINT64_MAX >> shift) return false;
  *size <<= shift;
  return true;
}

/* values[HL_N_SET_LIMIT] */
static hl_status parse(const char *text, uint64_t *values) {
  for (size_t i = 0; i < HL_N_SET_LIMIT; i++) values[i] = rows[i].value;
  while (text != NULL && *text != '\0') {
    const size_t n = strcspn(text, ","), n_name = strcspn(text, "=,");
    size_t i = 0;
    uint64_t size;
    while (i < HL_N_SET_LIMIT && (strlen(rows[i].name) != n_name || strncmp(rows[i].name, text, n_name) != 0))
      i++;
    if (i == HL_N_SET_LIMIT || n_name == n) {
      return hl_fail(
          HL_USAGE,
          "HYPERLIST_LIMITS: found '%.*s', expected NAME=SIZE with a name of curves, csv-row, text, "
          "configs, picture, file",
          (int)(n < 200 ? n : 200), text);
    }
    if (!parse_size(text + n_name + 1, n - n_name - 1, &size) || size == 0 || size > rows[i].most) {
      return hl_fail(HL_USAGE, "HYPERLIST_LIMITS: %s: found '%.*s', expected bytes, 1 to %lluG, such as 256M",
                     rows[i].name, (int)(n - n_name - 1 < 200 ? n - n_name - 1 : 200), text + n_name + 1,
                     (unsigned long long)(rows[i].most >> 30));
    }
    values[i] = size;
    text += n + (text[n] == ',');
  }
  return HL_OK;
}

static uint64_t in_force[HL_N_SET_LIMIT];

/* What cannot be read as a whole changes nothing. */
static void read_environment(void) {
  if (parse(getenv("HYPERLIST_LIMITS"), in_force) != HL_OK) (void)parse(NULL, in_force);
}

uint64_t hl_limit_get(enum hl_limit limit) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, read_environment);
  return in_force[limit];
}

size_t hl_limit_size(enum hl_limit limit) {
  const uint64_t value = hl_limit_get(limit);
  return value < SIZE_MAX ? (size_t)value : SIZE_MAX;
}

hl_status hl_limits_check(void) {
  uint64_t values[HL_N_SET_LIMIT];
  return parse(getenv("HYPERLIST_LIMITS"), values);
}
