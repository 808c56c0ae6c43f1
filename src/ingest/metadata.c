#include "ingest/metadata.h"
#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "hyperlist/limits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TASK, N_PARAMS, SECONDS, N_COLUMN };

/* Splits a line at tabs in place; fields beyond the last are passed over. */
static size_t split_line(char *line, char *fields[HL_MAX_TABLE_COLUMNS]) {
  size_t n = 0;
  for (char *at = line; at != NULL && n < HL_MAX_TABLE_COLUMNS;) {
    char *tab = strchr(at, '\t');
    if (tab != NULL) *tab++ = '\0';
    fields[n++] = at;
    at = tab;
  }
  return n;
}

static hl_status find_columns(const char *path, size_t i_line, size_t n, char **fields,
                              size_t columns[N_COLUMN]) {
  static const char *const names[] = {"task", "n_params", "seconds_per_step"};
  for (size_t k = 0; k < N_COLUMN; k++) {
    columns[k] = n;
    for (size_t i = 0; i < n; i++) {
      if (strcmp(fields[i], names[k]) == 0) columns[k] = i;
    }
  }
  if (columns[TASK] < n) return HL_OK;
  return hl_fail(HL_INVALID,
                 "%s: line %zu: found no column 'task', expected task, n_params, seconds_per_step", path,
                 i_line);
}

static hl_status add_line(struct metadata *metadata, const char *path, size_t i_line, size_t n, char **fields,
                          const size_t columns[N_COLUMN]) {
  uint64_t n_params = 0;
  double seconds = NAN;
  int64_t known_params = -1;
  if (columns[TASK] >= n || *fields[columns[TASK]] == '\0' ||
      !hl_is_utf8(fields[columns[TASK]], strlen(fields[columns[TASK]]))) {
    return hl_fail(HL_INVALID, "%s: line %zu: found no task name, expected one", path, i_line);
  }
  if (columns[N_PARAMS] < n && strcmp(fields[columns[N_PARAMS]], "NA") != 0) {
    if (!hl_parse_uint64(fields[columns[N_PARAMS]], &n_params) || n_params > INT64_MAX) {
      return hl_fail(HL_INVALID, "%s: line %zu: n_params: found '%s', expected a whole number or NA", path,
                     i_line, fields[columns[N_PARAMS]]);
    }
    known_params = (int64_t)n_params;
  }
  if (columns[SECONDS] < n && strcmp(fields[columns[SECONDS]], "NA") != 0) {
    if (!hl_parse_double(fields[columns[SECONDS]], &seconds) || !(seconds >= 0) || !isfinite(seconds)) {
      return hl_fail(HL_INVALID, "%s: line %zu: seconds_per_step: found '%s', expected a number or NA", path,
                     i_line, fields[columns[SECONDS]]);
    }
  }
  const size_t i = metadata->tasks.n;
  int64_t *params = realloc(metadata->n_params, (i + 1) * sizeof *params);
  if (params != NULL) metadata->n_params = params;
  double *times = realloc(metadata->seconds_per_step, (i + 1) * sizeof *times);
  if (times != NULL) metadata->seconds_per_step = times;
  if (params == NULL || times == NULL) return hl_fail_memory();
  params[i] = known_params;
  times[i] = seconds;
  return hl_strings_add(&metadata->tasks, fields[columns[TASK]]);
}

hl_status hl_metadata_read(struct metadata *metadata, const char *path) {
  hl_status status = HL_OK;
  char *text = NULL, *fields[HL_MAX_TABLE_COLUMNS];
  size_t size, i_line = 0, columns[N_COLUMN];
  bool has_header = false;
  TRY(hl_file_read(path, hl_limit_size(HL_LIMIT_TEXT), &text, &size));
  for (char *line = text, *next; line != NULL && *line != '\0'; line = next) {
    i_line++;
    next = strchr(line, '\n');
    if (next != NULL) *next++ = '\0';
    line[strcspn(line, "\r")] = '\0';
    if (*line == '#' || *line == '\0') continue;
    const size_t n = split_line(line, fields);
    TRY(has_header ? add_line(metadata, path, i_line, n, fields, columns)
                   : find_columns(path, i_line, n, fields, columns));
    has_header = true;
  }
  if (!has_header) FAIL(HL_INVALID, "%s: found no line, expected a header with the column 'task'", path);
out:
  free(text);
  return status;
}

void hl_metadata_clear(struct metadata *metadata) {
  hl_strings_clear(&metadata->tasks);
  free(metadata->n_params);
  free(metadata->seconds_per_step);
  *metadata = (struct metadata){0};
}

void hl_metadata_find(const struct metadata *metadata, const char *task, int64_t *n_params,
                      double *seconds_per_step) {
  *n_params = -1;
  *seconds_per_step = NAN;
  for (size_t i = metadata->tasks.n; i-- > 0;) {
    if (strcmp(metadata->tasks.items[i], task) != 0) continue;
    *n_params = metadata->n_params[i];
    *seconds_per_step = metadata->seconds_per_step[i];
    return;
  }
}
