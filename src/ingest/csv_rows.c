#include "ingest/csv_rows.h"
#include "base/csv.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/pool.h"
#include "base/text.h"
#include "hyperlist/limits.h"
#include "ingest/gz.h"
#include "ingest/number.h"
#include "ingest/regrid.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { BLOCK_BYTES = 1 << 18 };

/* The row at hand. */
struct row {
  struct csv_rows *rows;
  size_t line;
  const char *const *fields;
};

static hl_status fail_field(const struct row *row, size_t column, const char *expected) {
  return hl_fail(HL_INVALID, "%s: line %zu, column %s: found '%.100s', expected %s", row->rows->path,
                 row->line, row->rows->columns.names.items[column], row->fields[column], expected);
}

/* ---- Cells ---- */

/* Decimal numbers with a sign, a point and an exponent where they like; nan, inf and infinity in any case. */
static bool parse_number(const char *text, double *value) {
  const size_t n = hl_number_read(text, value); /* the usual ones, fast */
  if (n > 0 && text[n] == '\0') return true;
  const char *body = text + (*text == '+' || *text == '-');
  const bool is_decimal = *body != '\0' && body[strspn(body, "0123456789.eE+-")] == '\0';
  const bool is_word = strpbrk(body, "0123456789.(+-") == NULL;
  return (is_decimal || is_word) && hl_parse_double(text, value);
}

static hl_status read_step(const struct row *row, double *step) {
  const size_t column = row->rows->columns.column[CSV_STEP];
  if (!parse_number(row->fields[column], step) || !(fabs(*step) <= HL_MAX_STEP))
    return fail_field(row, column, "a step: a finite number, at most 2^53");
  return HL_OK;
}

/* An empty cell is no observation, but a row without any is one of all: the run was there and had nothing to
 * report. */
static hl_status read_losses(const struct row *row, struct hl_observation *observation) {
  const struct csv_columns *columns = &row->rows->columns;
  const bool negate = row->rows->options->maximize;
  unsigned all = 0;
  for (size_t k = 0; k < CSV_N_SPLIT; k++) {
    const size_t column = columns->column[CSV_SPLIT + k];
    if (column == columns->n_field) continue;
    all |= 1u << k;
    observation->losses[k] = (double)NAN;
    if (row->fields[column][0] == '\0') continue;
    observation->present |= 1u << k;
    if (!parse_number(row->fields[column], &observation->losses[k]))
      return fail_field(row, column, "a number");
    if (negate) observation->losses[k] = -observation->losses[k];
  }
  if (observation->present == 0) observation->present = all;
  return HL_OK;
}

static hl_status intern(const struct row *row, enum csv_role role, struct hl_names *names, uint32_t *number) {
  const size_t column = row->rows->columns.column[role];
  const char *name = column < row->rows->columns.n_field ? row->fields[column] : "";
  size_t index;
  if (*name == '\0' && role != CSV_REPLICA) return fail_field(row, column, "a name");
  const hl_status status = hl_names_intern(names, name, &index);
  *number = (uint32_t)index;
  return status == HL_OK ? HL_OK
                         : hl_fail_within(status, "%s: line %zu, column %s: ", row->rows->path, row->line,
                                          row->rows->columns.names.items[column]);
}

/* ---- Hyperparameters ---- */

static hl_status read_value(const struct row *row, size_t column, double *value) {
  const char *text = row->fields[column];
  *value = (double)NAN;
  if (*text == '\0') return HL_OK;
  if (strcasecmp(text, "true") == 0 || strcasecmp(text, "false") == 0) {
    *value = text[0] == 't' || text[0] == 'T';
    return HL_OK;
  }
  if (!parse_number(text, value) || !isfinite(*value))
    return fail_field(row, column, "a finite number, true or false");
  return HL_OK;
}

static hl_status compare_values(const struct row *row, size_t config) {
  struct csv_rows *rows = row->rows;
  const size_t n = rows->columns.hyperparameters.n;
  for (size_t i = 0; i < n; i++) {
    double value;
    double *known = &rows->values[config * n + i];
    const hl_status status = read_value(row, rows->columns.hyperparameter_columns[i], &value);
    if (status != HL_OK) return status;
    if (isnan(value) || value == *known) continue;
    if (!isnan(*known)) {
      return hl_fail(HL_INVALID, "%s: line %zu, config %s: found %s %.17g, expected %.17g as in line %llu",
                     rows->path, row->line, rows->configs.strings.items[config],
                     rows->columns.hyperparameters.items[i], value, *known,
                     (unsigned long long)rows->value_lines[config * n + i]);
    }
    *known = value;
    rows->value_lines[config * n + i] = row->line;
  }
  return HL_OK;
}

static uint64_t hash_values(const struct row *row) {
  const struct csv_columns *columns = &row->rows->columns;
  uint64_t hash = 0;
  for (size_t i = 0; i < columns->hyperparameters.n; i++) {
    const char *text = row->fields[columns->hyperparameter_columns[i]];
    hash = hl_names_hash(text, strlen(text), hash);
  }
  return hash;
}

/* Every row of a config repeats them, mostly in the same words. */
static hl_status take_hyperparameters(const struct row *row, size_t config) {
  struct csv_rows *rows = row->rows;
  const size_t n = rows->columns.hyperparameters.n, n_config = rows->configs.strings.n;
  hl_status status = HL_OK;
  size_t n_value;
  if (n == 0) return HL_OK;
  if (config + 1 == n_config) {
    const size_t before = rows->seen_capacity;
    if (!hl_multiply(n_config, n, &n_value)) return hl_fail_memory();
    TRY(hl_grow_array(&rows->config_seen, &rows->seen_capacity, n_config, sizeof *rows->config_seen));
    TRY(hl_grow_array(&rows->values, &rows->value_capacity, n_value, sizeof *rows->values));
    TRY(hl_grow_array(&rows->value_lines, &rows->line_capacity, n_value, sizeof *rows->value_lines));
    for (size_t i = before; i < rows->seen_capacity; i++) rows->config_seen[i] = (struct csv_config){0};
    for (size_t i = 0; i < n && !rows->config_seen[config].is_seen; i++)
      rows->values[config * n + i] = (double)NAN;
  }
  const uint64_t hash = hash_values(row);
  struct csv_config *seen = &rows->config_seen[config];
  if (seen->is_seen && seen->hash == hash) return HL_OK;
  TRY(compare_values(row, config));
  *seen = (struct csv_config){hash, true};
out:
  return status;
}

/* ---- Rows ---- */

static hl_status take_header(const struct row *row, size_t n_field) {
  row->rows->has_header = true;
  return csv_columns_init(&row->rows->columns, row->rows->path, row->line, n_field, row->fields,
                          row->rows->options->columns);
}

static hl_status take_row(void *user, size_t line, size_t n_field, const char *const *fields) {
  struct csv_rows *rows = user;
  const struct row row = {rows, line, fields};
  struct hl_observation observation = {.line = line};
  hl_status status = HL_OK;
  if (!rows->has_header) return take_header(&row, n_field);
  if (n_field != rows->columns.n_field) {
    FAIL(HL_INVALID, "%s: line %zu: found %zu fields, expected %zu as in the header", rows->path, line,
         n_field, rows->columns.n_field);
  }
  TRY(intern(&row, CSV_TASK, &rows->tasks, &observation.task));
  TRY(intern(&row, CSV_CONFIG, &rows->configs, &observation.config));
  TRY(intern(&row, CSV_REPLICA, &rows->replicas, &observation.replica));
  TRY(read_step(&row, &observation.step));
  TRY(read_losses(&row, &observation));
  TRY(take_hyperparameters(&row, observation.config));
  TRY(hl_observations_add(rows->observations, &observation));
  rows->n_row++;
out:
  return status;
}

static hl_status feed(struct hl_csv *csv, struct hl_gz *gz) {
  hl_status status = HL_OK;
  char *block;
  size_t n;
  TRY(hl_new_block(BLOCK_BYTES, &block));
  do {
    TRY(hl_gz_read(gz, block, BLOCK_BYTES, &n));
    TRY(hl_csv_feed(csv, block, n));
  } while (n == BLOCK_BYTES);
  status = hl_csv_finish(csv);
out:
  free(block);
  return status;
}

hl_status csv_rows_read(struct csv_rows *rows, const char *path, const struct hl_load_options *options) {
  hl_status status = HL_OK;
  struct hl_gz *gz = NULL;
  struct hl_csv *csv = NULL;
  *rows = (struct csv_rows){.path = path, .options = options};
  TRY(hl_observations_new(0, &rows->observations));
  TRY(hl_gz_open(path, &gz));
  if (hl_pool_threads(options->context, 2) > 1) hl_gz_read_ahead(gz);
  TRY(hl_csv_new(path, options->delimiter, take_row, rows, &csv));
  TRY(feed(csv, gz));
  if (!rows->has_header) FAIL(HL_INVALID, "%s: found no line, expected a header", path);
  if (rows->n_row == 0) FAIL(HL_INVALID, "%s: found no row below the header, expected some", path);
out:
  hl_csv_free(csv);
  hl_gz_close(gz);
  return status;
}

void csv_rows_clear(struct csv_rows *rows) {
  csv_columns_clear(&rows->columns);
  hl_names_clear(&rows->tasks);
  hl_names_clear(&rows->configs);
  hl_names_clear(&rows->replicas);
  free(rows->config_seen);
  free(rows->values);
  free(rows->value_lines);
  hl_observations_free(rows->observations);
  *rows = (struct csv_rows){0};
}
