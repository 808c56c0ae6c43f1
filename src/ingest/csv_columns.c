#include "ingest/csv_columns.h"
#include "base/csv.h"
#include "base/error.h"
#include "base/memory.h"
#include "hyperlist/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* gcc's analyser takes what `columns` held before for lost where a place in it is written that it does not
 * know. */
#if defined HL_ANALYZE && !defined __clang__
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
#endif

const char *const csv_role_names[CSV_N_ROLE] = {"config",      "task",  "replica",     "step", "train",
                                                "valid_inner", "valid", "valid_outer", "test"};

static const char prefix[] = "hp:";
enum { PREFIX = sizeof prefix - 1 };

/* What is being put together. */
struct choice {
  struct csv_columns *columns;
  const char *path;
  size_t line;
  bool was_given[CSV_N_ROLE];
};

static size_t find_role(const char *name) {
  size_t role = 0;
  while (role < CSV_N_ROLE && strcmp(csv_role_names[role], name) != 0) role++;
  return role;
}

/* The column of that name; n_field if there is none. HL_INVALID: two bear it. */
static hl_status find_column(const struct choice *choice, const char *name, size_t *column) {
  const struct hl_strings *names = &choice->columns->names;
  *column = names->n;
  for (size_t i = 0; i < names->n; i++) {
    if (strcmp(names->items[i], name) != 0) continue;
    if (*column < names->n) {
      return hl_fail(HL_INVALID, "%s: line %zu: found two columns '%s' (%zu and %zu), expected one",
                     choice->path, choice->line, name, *column + 1, i + 1);
    }
    *column = i;
  }
  return HL_OK;
}

/* "a, b, c", cut where a line would get too long. */
static void list_names(const struct hl_strings *names, char *text, size_t size) {
  size_t used = 0;
  *text = '\0';
  for (size_t i = 0; i < names->n && used < size; i++) {
    const int n = snprintf(text + used, size - used, "%s%.40s", i > 0 ? ", " : "", names->items[i]);
    used += n > 0 ? (size_t)n : size;
  }
}

static hl_status fail_column(const struct choice *choice, hl_status status, const char *found,
                             const char *expected) {
  char names[400];
  list_names(&choice->columns->names, names, sizeof names);
  return hl_fail(status, "%s: line %zu: %s among the columns %s; %s", choice->path, choice->line, found,
                 names, expected);
}

/* ---- What the user says ---- */

static hl_status add_hyperparameter(struct choice *choice, const char *name, size_t column) {
  struct csv_columns *columns = choice->columns;
  const size_t n = columns->hyperparameters.n;
  for (size_t i = 0; i < n; i++) {
    if (strcmp(columns->hyperparameters.items[i], name) == 0) {
      return hl_fail(HL_USAGE, "--columns: found hp:%s twice, expected once", name);
    }
  }
  if (n == HL_MAX_HYPERPARAMETERS) {
    return hl_fail(HL_LIMIT, "%s: line %zu: found more than %d hyperparameters, the most that is read",
                   choice->path, choice->line, (int)HL_MAX_HYPERPARAMETERS);
  }
  size_t *longer = realloc(columns->hyperparameter_columns, (n + 1) * sizeof *longer);
  if (longer == NULL) return hl_fail_memory();
  columns->hyperparameter_columns = longer;
  longer[n] = column;
  return hl_strings_add(&columns->hyperparameters, name);
}

static hl_status take_pair(struct choice *choice, const char *pair) {
  hl_status status = HL_OK;
  const char *equals = strchr(pair, '=');
  char *role = NULL;
  size_t column;
  if (equals == NULL || equals[1] == '\0')
    return hl_fail(HL_USAGE, "--columns: found '%s', expected ROLE=NAME", pair);
  TRY(hl_format_text(&role, "%.*s", (int)(equals - pair), pair));
  const size_t i_role = find_role(role);
  const bool is_hyperparameter = strncmp(role, prefix, PREFIX) == 0 && role[PREFIX] != '\0';
  if (i_role == CSV_N_ROLE && !is_hyperparameter) {
    FAIL(HL_USAGE,
         "--columns: found the role '%s', expected config, task, replica, step, train, valid, valid_inner, "
         "valid_outer, test or hp:NAME",
         role);
  }
  TRY(find_column(choice, equals + 1, &column));
  if (column == choice->columns->n_field) {
    char *found = NULL;
    TRY(hl_format_text(&found, "found no column '%s'", equals + 1));
    status = fail_column(choice, HL_USAGE, found, "--columns names it");
    free(found);
    goto out;
  }
  if (is_hyperparameter) {
    status = add_hyperparameter(choice, role + PREFIX, column);
  } else if (choice->was_given[i_role]) {
    status = hl_fail(HL_USAGE, "--columns: found %s twice, expected once", role);
  } else {
    choice->was_given[i_role] = true;
    choice->columns->column[i_role] = column;
  }
out:
  free(role);
  return status;
}

static hl_status take_pairs(void *user, size_t line, size_t n_field, const char *const *fields) {
  hl_status status = HL_OK;
  (void)line;
  for (size_t i = 0; i < n_field && status == HL_OK; i++) status = take_pair(user, fields[i]);
  return status;
}

static hl_status take_wanted(struct choice *choice, const char *wanted) {
  hl_status status = HL_OK;
  struct hl_csv *csv = NULL;
  if (*wanted == '\0') FAIL(HL_USAGE, "--columns: found an empty text, expected ROLE=NAME,..");
  TRY(hl_csv_new("--columns", ',', take_pairs, choice, &csv));
  TRY(hl_csv_feed(csv, wanted, strlen(wanted)));
  status = hl_csv_finish(csv);
out:
  hl_csv_free(csv);
  return status == HL_INVALID && strncmp(hl_error_message(), "--columns", 9) == 0
             ? hl_fail_again(HL_USAGE, hl_error_message())
             : status;
}

/* ---- What the header says ---- */

static hl_status take_own_names(struct choice *choice) {
  hl_status status = HL_OK;
  struct csv_columns *columns = choice->columns;
  for (size_t role = 0; role < CSV_N_ROLE && status == HL_OK; role++) {
    if (!choice->was_given[role]) status = find_column(choice, csv_role_names[role], &columns->column[role]);
  }
  for (size_t i = 0; i < columns->names.n && status == HL_OK; i++) {
    const char *name = columns->names.items[i];
    bool is_taken = strncmp(name, prefix, PREFIX) != 0 || name[PREFIX] == '\0';
    for (size_t k = 0; k < columns->hyperparameters.n && !is_taken; k++)
      is_taken = columns->hyperparameter_columns[k] == i;
    if (is_taken) continue;
    size_t column;
    status = find_column(choice, name, &column);
    if (status == HL_OK) status = add_hyperparameter(choice, name + PREFIX, column);
  }
  return status;
}

static hl_status check_needed(const struct choice *choice) {
  static const enum csv_role needed[] = {CSV_CONFIG, CSV_TASK, CSV_STEP};
  const struct csv_columns *columns = choice->columns;
  size_t n_split = 0;
  for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
    const char *name = csv_role_names[needed[i]];
    char found[64], expected[96];
    if (columns->column[needed[i]] < columns->n_field) continue;
    snprintf(found, sizeof found, "found no column '%s'", name);
    snprintf(expected, sizeof expected, "--columns %s=NAME says which it is", name);
    return fail_column(choice, HL_INVALID, found, expected);
  }
  for (size_t k = 0; k < CSV_N_SPLIT; k++) n_split += columns->column[CSV_SPLIT + k] < columns->n_field;
  if (n_split > 0) return HL_OK;
  return fail_column(choice, HL_INVALID, "found no losses (train, valid, valid_inner, valid_outer, test)",
                     "--columns valid=NAME says which they are");
}

hl_status csv_columns_init(struct csv_columns *columns, const char *path, size_t line, size_t n_field,
                           const char *const *fields, const char *wanted) {
  hl_status status = HL_OK;
  struct choice choice = {.columns = columns, .path = path, .line = line};
  *columns = (struct csv_columns){.n_field = n_field};
  for (size_t i = 0; i < n_field; i++) TRY(hl_strings_add(&columns->names, fields[i]));
  for (size_t role = 0; role < CSV_N_ROLE; role++) columns->column[role] = n_field;
  if (wanted != NULL) TRY(take_wanted(&choice, wanted));
  TRY(take_own_names(&choice));
  TRY(check_needed(&choice));
out:
  return status;
}

void csv_columns_clear(struct csv_columns *columns) {
  hl_strings_clear(&columns->hyperparameters);
  hl_strings_clear(&columns->names);
  free(columns->hyperparameter_columns);
  *columns = (struct csv_columns){0};
}
