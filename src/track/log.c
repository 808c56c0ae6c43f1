#include "track/log.h"
#include "base/csv.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"
#include "hyperlist/limits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum role { ROLE_CONFIG, ROLE_RANK, ROLE_STEP, ROLE_VALID, ROLE_TEST, N_ROLE };
static const char *const role_names[N_ROLE] = {"config", "rank", "step", "valid", "test"};

struct reading {
  struct hl_log *log;
  const struct hl_list *list;
  const char *path;
  bool is_maximized, has_header;
  const char *names[N_ROLE];
  bool is_named[N_ROLE];            /* by the options: must be there */
  size_t columns[N_ROLE], n_column; /* SIZE_MAX: the file has none */
  struct hl_strings sorted;         /* the list's configs */
  size_t *order;                    /* their entries */
};

/* ---- The header ---- */

static hl_status find_columns(struct reading *it, size_t line, size_t n, const char *const *fields) {
  for (size_t r = 0; r < N_ROLE; r++) {
    it->columns[r] = SIZE_MAX;
    for (size_t c = 0; c < n; c++) {
      if (strcmp(fields[c], it->names[r]) != 0) continue;
      if (it->columns[r] != SIZE_MAX) {
        return hl_fail(HL_INVALID, "%s: line %zu: found column '%s' twice, expected it once", it->path, line,
                       fields[c]);
      }
      it->columns[r] = c;
    }
  }
  it->n_column = n;
  it->has_header = true;
  if (it->columns[ROLE_CONFIG] == SIZE_MAX && it->columns[ROLE_RANK] == SIZE_MAX) {
    return hl_fail(HL_INVALID, "%s: line %zu: found neither a column '%s' nor '%s', expected one of them",
                   it->path, line, it->names[ROLE_CONFIG], it->names[ROLE_RANK]);
  }
  for (size_t r = 0; r < N_ROLE; r++) {
    const bool is_needed = r == ROLE_STEP || r == ROLE_VALID || it->is_named[r];
    if (it->columns[r] != SIZE_MAX || !is_needed) continue;
    return hl_fail(HL_INVALID, "%s: line %zu: found no column '%s', expected one", it->path, line,
                   it->names[r]);
  }
  return HL_OK;
}

/* ---- Cells ---- */

static const char *get_field(const struct reading *it, enum role role, const char *const *fields) {
  return it->columns[role] == SIZE_MAX ? "" : fields[it->columns[role]];
}

/* A loss: INFINITY if it is not finite, NaN if the cell is empty. */
static hl_status read_loss(const struct reading *it, size_t line, enum role role, const char *const *fields,
                           double *loss) {
  const char *text = get_field(it, role, fields);
  *loss = (double)NAN;
  if (*text == '\0') return HL_OK;
  if (!hl_parse_double(text, loss)) {
    return hl_fail(HL_INVALID, "%s: line %zu: %s: found '%s', expected a number, nan, inf or nothing",
                   it->path, line, it->names[role], text);
  }
  *loss = !isfinite(*loss) ? (double)INFINITY : it->is_maximized ? -*loss : *loss;
  return HL_OK;
}

/* The entry that a row is of; n_entry if the list has none such. */
static hl_status find_entry(const struct reading *it, size_t line, const char *const *fields, size_t *entry,
                            const char **name) {
  const size_t n_entry = it->list->n_entry;
  const char *config = get_field(it, ROLE_CONFIG, fields), *rank = get_field(it, ROLE_RANK, fields);
  uint64_t number = 0;
  if (*config == '\0' && *rank == '\0') {
    return hl_fail(HL_INVALID, "%s: line %zu: found no config, expected its name or rank", it->path, line);
  }
  if (*rank != '\0' && !hl_parse_uint64(rank, &number)) {
    return hl_fail(HL_INVALID, "%s: line %zu: %s: found '%s', expected a whole number", it->path, line,
                   it->names[ROLE_RANK], rank);
  }
  const size_t by_rank = number >= 1 && number <= n_entry ? (size_t)number - 1 : n_entry;
  *name = *config != '\0' ? config : rank;
  *entry = by_rank;
  if (*config == '\0') return HL_OK;
  const size_t i = hl_strings_find_sorted(&it->sorted, config, strcmp);
  *entry = i < it->sorted.n ? it->order[i] : n_entry;
  if (*rank == '\0' || *entry == by_rank) return HL_OK;
  return hl_fail(HL_INVALID,
                 "%s: line %zu: found config '%s' with rank %s, which the list does not have there", it->path,
                 line, config, rank);
}

/* Once each: "line N: NAME". */
static hl_status note_unknown(struct reading *it, size_t line, const char *name) {
  char *text;
  for (size_t i = 0; i < it->log->unknown.n; i++) {
    if (strcmp(strchr(it->log->unknown.items[i], ':') + 2, name) == 0) return HL_OK;
  }
  hl_status status = hl_format_text(&text, "line %zu: %s", line, name);
  if (status != HL_OK) return status;
  status = hl_strings_add(&it->log->unknown, text);
  free(text);
  return status;
}

/* ---- Rows ---- */

static hl_status add_row(void *user, size_t line, size_t n, const char *const *fields) {
  hl_status status = HL_OK;
  struct reading *it = user;
  struct hl_log_row row = {.line = line};
  const char *name = "";
  if (!it->has_header) return find_columns(it, line, n, fields);
  if (n != it->n_column) {
    FAIL(HL_INVALID, "%s: line %zu: found %zu cells, expected %zu as in the header", it->path, line, n,
         it->n_column);
  }
  TRY(find_entry(it, line, fields, &row.entry, &name));
  if (!hl_parse_double(get_field(it, ROLE_STEP, fields), &row.step) || !isfinite(row.step)) {
    FAIL(HL_INVALID, "%s: line %zu: %s: found '%s', expected a number", it->path, line, it->names[ROLE_STEP],
         get_field(it, ROLE_STEP, fields));
  }
  TRY(read_loss(it, line, ROLE_VALID, fields, &row.valid));
  TRY(read_loss(it, line, ROLE_TEST, fields, &row.test));
  if (isnan(row.valid) && isnan(row.test))
    row.valid = (double)INFINITY; /* the run was there and had nothing to say */
  if (row.entry == it->list->n_entry) return note_unknown(it, line, name);
  TRY(hl_grow_array(&it->log->rows, &it->log->capacity, it->log->n + 1, sizeof row));
  it->log->rows[it->log->n++] = row;
out:
  return status;
}

static void choose_names(struct reading *it, const struct hl_track_options *options) {
  const char *const given[N_ROLE] = {options->config, options->rank, options->step, options->valid,
                                     options->test};
  for (size_t r = 0; r < N_ROLE; r++) {
    it->is_named[r] = given[r] != NULL;
    it->names[r] = it->is_named[r] ? given[r] : role_names[r];
  }
}

hl_status hl_log_read(struct hl_log *log, const struct hl_list *list, const char *path,
                      const struct hl_track_options *options) {
  hl_status status = HL_OK;
  struct reading it = {.log = log, .list = list, .path = path, .is_maximized = options->is_maximized};
  *log = (struct hl_log){0};
  choose_names(&it, options);
  TRY(hl_new_array(list->n_entry, sizeof *it.order, &it.order));
  for (size_t i = 0; i < list->n_entry; i++) TRY(hl_strings_add(&it.sorted, list->entries[i].config));
  TRY(hl_strings_sort(&it.sorted, strcmp, it.order));
  TRY(hl_csv_read(path, hl_limit_size(HL_LIMIT_TEXT), add_row, &it));
  if (!it.has_header)
    FAIL(HL_INVALID, "%s: found no header row, expected config or rank, step and valid", path);
out:
  hl_strings_clear(&it.sorted);
  free(it.order);
  return status;
}

void hl_log_clear(struct hl_log *log) {
  free(log->rows);
  hl_strings_clear(&log->unknown);
  *log = (struct hl_log){0};
}
