/* What is in a file, by its first bytes and its schema: one JSON object, printed as it is or as lines and
 * aligned tables. */
#include "base/error.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "cli/describe.h"
#include "hyperlist/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_WIDTH = 17 };

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
    char *one = NULL, *longer = NULL;
    const char *name = hl_json_name(item);
    status = copy_value(name != NULL ? name : "", item, &one);
    if (status == HL_OK) {
      status = hl_format_text(&longer, "%s%s%s%s%s", *text, **text != '\0' ? ", " : "",
                              name != NULL ? name : "", name != NULL ? " " : "", one);
    }
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

static size_t count_characters(const char *text) {
  size_t n = 0;
  for (; *text != '\0'; text++) n += ((unsigned char)*text & 0xc0) != 0x80;
  return n;
}

static void print_padded(const char *text, size_t width) {
  printf("%s%*s", text, (int)(width - count_characters(text)), "");
}

/* Prints one column's cell of every row into texts[row * n_column + column]; *width its widest. */
static hl_status copy_column(const struct cJSON *rows, const char *name, size_t n_column, size_t column,
                             char **texts, size_t *width) {
  size_t i = 0;
  *width = count_characters(name);
  for (const struct cJSON *row = hl_json_first(rows); row != NULL; row = hl_json_next(row), i++) {
    const struct cJSON *value = hl_json_get(row, name);
    char **text = &texts[i * n_column + column];
    const hl_status status = value != NULL ? copy_value(name, value, text) : hl_copy_text("", text);
    if (status != HL_OK) return status;
    const size_t n = count_characters(*text);
    if (n > *width) *width = n;
  }
  return HL_OK;
}

static void print_cells(size_t n_column, char *const *texts, const size_t *widths) {
  fputs("  ", stdout);
  for (size_t k = 0; k + 1 < n_column; k++) print_padded(texts[k], widths[k] + 2);
  puts(texts[n_column - 1]);
}

/* Columns are the members of the first object. */
static hl_status print_table(const struct cJSON *rows) {
  hl_status status = HL_OK;
  struct hl_strings names = {0};
  char **texts = NULL;
  size_t *widths = NULL, n_row = 0, n_text = 0;
  for (const struct cJSON *row = hl_json_first(rows); row != NULL; row = hl_json_next(row)) n_row++;
  for (const struct cJSON *item = hl_json_first(hl_json_first(rows)); item != NULL; item = hl_json_next(item))
    TRY(hl_strings_add(&names, hl_json_name(item)));
  if (names.n == 0) goto out;
  TRY(hl_new_array(names.n, sizeof *widths, &widths));
  TRY(hl_new_array(n_row * names.n, sizeof *texts, &texts));
  n_text = n_row * names.n;
  for (size_t k = 0; k < names.n; k++) TRY(copy_column(rows, names.items[k], names.n, k, texts, &widths[k]));
  print_cells(names.n, names.items, widths);
  for (size_t i = 0; i < n_row; i++) print_cells(names.n, texts + i * names.n, widths);
out:
  for (size_t i = 0; i < n_text; i++) free(texts[i]);
  free(texts);
  free(widths);
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

hl_status cli_info(struct cli *cli) {
  hl_status status = HL_OK;
  struct cJSON *json = NULL;
  int census = 0;
  const struct poptOption options[] = {{"census", 0, POPT_ARG_NONE, &census, 0,
                                        "archives: read all curves, for the shares missing and diverged",
                                        NULL},
                                       POPT_TABLEEND};
  TRY(cli_parse(cli, options, CLI_JSON | CLI_THREADS, 1, 1));
  json = hl_json_new_object();
  if (json == NULL) {
    status = hl_fail_memory();
    goto out;
  }
  TRY(describe(cli, cli->arguments[0], census != 0, json));
  TRY(cli->json ? hl_json_print(json, stdout, "stdout") : print_lines(json));
out:
  hl_json_free(json);
  return status;
}
