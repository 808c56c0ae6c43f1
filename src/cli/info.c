/* What is in a file, by its first bytes and its schema: one JSON object, printed as it is or as lines and
 * aligned tables. */
#include "base/error.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/pool.h"
#include "base/text.h"
#include "cli/columns.h"
#include "cli/describe.h"
#include "hyperlist/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_WIDTH = 17, BAR_WIDTH = 10 };

/* ---- values as text ---- */

static bool ends_with(const char *name, const char *end) {
  const size_t n = strlen(name), n_end = strlen(end);
  return n >= n_end && strcmp(name + n - n_end, end) == 0;
}

/* Numbers for people: whole ones as they are, shares in percent, others to six digits; null is unknown. */
static hl_status format_number(const char *name, const char *written, char **text) {
  double number;
  if (!hl_parse_double(written, &number)) return hl_copy_text("unknown", text);
  if (ends_with(name, "_share")) return hl_format_text(text, "%.2f %%", 100 * number);
  if (strcmp(name, "bytes") == 0 && number >= 1e4) {
    const bool is_large = number >= 1e9;
    return hl_format_text(text, "%s (%.4g %s)", written, number / (is_large ? 1e9 : 1e6),
                          is_large ? "GB" : "MB");
  }
  if (number == floor(number)) return hl_copy_text(written, text);
  return hl_format_text(text, "%.6g", number);
}

static hl_status copy_number(const char *name, const struct cJSON *value, char **text) {
  char *written; /* numbers that we made are kept as they are to be written */
  hl_status status = hl_json_copy_text(value, &written);
  if (status != HL_OK) return status;
  status = format_number(name, written, text);
  free(written);
  return status;
}

/* Text as it is, without what would break a line; lists as "a, b", counts as "a 3, b 4". */
static hl_status copy_value(const char *name, const struct cJSON *value, char **text);

static hl_status copy_items(const struct cJSON *value, char **text) {
  hl_status status = hl_copy_text("", text);
  for (const struct cJSON *item = hl_json_first(value); item != NULL && status == HL_OK;
       item = hl_json_next(item)) {
    char *one = NULL, *longer = NULL, *shown = NULL;
    const char *name = hl_json_name(item) != NULL ? hl_json_name(item) : "";
    status = copy_value(name, item, &one);
    if (status == HL_OK) status = hl_escape_text(name, strlen(name), &shown);
    if (status == HL_OK) {
      status = hl_format_text(&longer, "%s%s%s%s%s", *text, **text != '\0' ? ", " : "", shown,
                              hl_json_name(item) != NULL ? " " : "", one);
    }
    free(shown);
    free(one);
    free(*text);
    *text = longer;
  }
  return status;
}

static hl_status copy_value(const char *name, const struct cJSON *value, char **text) {
  *text = NULL;
  const char *as_text = hl_json_text(value);
  if (as_text != NULL) return hl_escape_text(as_text, strlen(as_text), text);
  if (hl_json_is_object(value) || hl_json_is_array(value)) return copy_items(value, text);
  return copy_number(name, value, text);
}

/* ---- an array of objects as a table ---- */

/* A column's heading and its cell of every row. */
static hl_status fill_column(const struct cJSON *rows, const char *name, size_t i_column,
                             struct cli_columns *columns) {
  size_t i = 1;
  hl_status status = hl_copy_text(name, cli_columns_at(columns, 0, i_column));
  for (const struct cJSON *row = hl_json_first(rows); row != NULL && status == HL_OK;
       row = hl_json_next(row), i++) {
    const struct cJSON *value = hl_json_get(row, name);
    if (value != NULL) status = copy_value(name, value, cli_columns_at(columns, i, i_column));
  }
  return status;
}

/* Behind a number in 0..1: how much of 1 it is. */
static hl_status fill_bars(const struct cJSON *rows, const char *name, size_t i_column,
                           const struct cli_terminal *terminal, struct cli_columns *columns) {
  size_t i = 1;
  hl_status status = HL_OK;
  for (const struct cJSON *row = hl_json_first(rows); row != NULL && status == HL_OK;
       row = hl_json_next(row), i++) {
    char *written = NULL;
    double number;
    const struct cJSON *value = hl_json_get(row, name);
    if (value != NULL) status = hl_json_copy_text(value, &written);
    if (written != NULL && hl_parse_double(written, &number))
      status = cli_format_bar(number, 1, BAR_WIDTH, terminal, cli_columns_at(columns, i, i_column));
    free(written);
  }
  return status;
}

/* Columns are the members of the first object; on a terminal J is drawn too. */
static hl_status print_table(const struct cJSON *rows) {
  hl_status status = HL_OK;
  struct hl_strings names = {0};
  struct cli_columns columns = {0};
  const struct cli_terminal terminal = cli_find_terminal(stdout);
  size_t n_row = 0, k = 0;
  for (const struct cJSON *row = hl_json_first(rows); row != NULL; row = hl_json_next(row)) n_row++;
  for (const struct cJSON *item = hl_json_first(hl_json_first(rows)); item != NULL;
       item = hl_json_next(item)) {
    TRY(hl_strings_add(&names, hl_json_name(item)));
    if (terminal.is_one && strcmp(hl_json_name(item), "J") == 0) TRY(hl_strings_add(&names, ""));
  }
  if (names.n == 0) goto out;
  TRY(cli_columns_init(&columns, n_row, names.n));
  columns.indent = "  ";
  for (; k < names.n; k++) {
    TRY(*names.items[k] != '\0' ? fill_column(rows, names.items[k], k, &columns)
                                : fill_bars(rows, names.items[k - 1], k, &terminal, &columns));
  }
  status = cli_columns_print(&columns, &terminal, stdout);
out:
  cli_columns_clear(&columns);
  hl_strings_clear(&names);
  return status;
}

/* ---- all of it ---- */

static hl_status print_lines(const struct cJSON *json) {
  hl_status status = HL_OK;
  for (const struct cJSON *item = hl_json_first(json); item != NULL && status == HL_OK;
       item = hl_json_next(item)) {
    const struct cJSON *first = hl_json_is_array(item) ? hl_json_first(item) : NULL;
    char *text = NULL;
    printf("%-*s", NAME_WIDTH, hl_json_name(item));
    if (first != NULL && hl_json_is_object(first)) {
      putchar('\n');
      status = print_table(item);
      continue;
    }
    status = copy_value(hl_json_name(item), item, &text);
    if (status == HL_OK) puts(*text != '\0' ? text : "-");
    free(text);
  }
  return status;
}

static hl_status describe(const struct cli *cli, const char *path, bool has_census, struct cJSON *json) {
  enum hl_file_kind kind;
  const hl_status status = hl_file_find_kind(path, &kind);
  if (status != HL_OK) return status;
  if (kind == HL_FILE_LIST) return describe_list(path, json);
  if (kind == HL_FILE_SCORES) return describe_scores(path, json);
  return describe_archive(cli, path, has_census, json); /* or says why HDF5 cannot open it */
}

static hl_status run(struct cli *cli) {
  hl_status status = HL_OK;
  struct cJSON *json = NULL;
  int census = 0;
  const struct cli_option options[] = {
      CLI_GROUP("Options"),
      {"census", 0, CLI_FLAG, &census,
       .help = "archives: read all curves, for the shares missing and diverged"},
      CLI_END};
  TRY(cli_parse(cli, options, CLI_JSON | CLI_THREADS, 1, 1));
  json = hl_json_new_object();
  if (json == NULL) {
    status = hl_fail_memory();
    goto out;
  }
  TRY(describe(cli, cli->arguments[0], census != 0, json));
  TRY(hl_check_cancel(&cli->context));
  TRY(cli->json ? hl_json_print(json, stdout, "stdout") : print_lines(json));
out:
  hl_json_free(json);
  return status;
}

const struct cli_command cli_info = {
    .name = "info",
    .arguments = "FILE",
    .summary = "what is in an archive, a scores file or a list",
    .description = "Tells a file's kind by its content, and what is in it: tasks with their kinds and "
                   "families, sets, splits, "
                   "configs and hyperparameters, how scores were made, what a list was learned from and how "
                   "it begins, and which "
                   "commands made the file.\n\n"
                   "It reads no curves but with --census.",
    .examples = {"hyperlist info archive.h5", "hyperlist info list.json --json"},
    .run = run,
};
