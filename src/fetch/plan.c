#include "fetch/plan.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"
#include "fetch/names.h"
#include "hyperlist/limits.h"
#include "hyperlist/selector.h"
#include "hyperlist/space.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- Options ---- */

static hl_status check_set(const char *set) {
  const char *fault = hl_name_fault(set, strlen(set));
  if (fault == NULL) return HL_OK;
  return hl_fail(HL_USAGE, "--sets: %s in '%.60s', expected the name of a set", fault, set);
}

/* Headers that say which bytes are wanted are ours: with others in their place a file would not be whole. */
static bool is_ours(const char *header) {
  static const char *const ours[] = {"Range",           "If-Match",          "If-Range",
                                     "If-None-Match",   "If-Modified-Since", "If-Unmodified-Since",
                                     "Accept-Encoding", "Content-Length",    "Transfer-Encoding",
                                     "Connection"};
  for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
    const size_t n = strlen(ours[i]);
    if (strncasecmp(header, ours[i], n) == 0 && header[n] == ':') return true;
  }
  return false;
}

/* RFC 9110, 5.1 and 5.5. A value must be there, since libcurl takes `Name:` to mean leaving that header out.
 * The value is not told: it may be a secret. */
static hl_status check_header(const char *header) {
  static const char token[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~";
  const size_t n_name = strspn(header, token);
  if (n_name == 0 || header[n_name] != ':')
    return hl_fail(HL_USAGE, "--header: found no name before a colon, expected 'Name: value'");
  const char *value = header + n_name + 1;
  if (value[strspn(value, " \t")] == '\0')
    return hl_fail(HL_USAGE, "--header: found no value behind '%.*s:', expected 'Name: value'", (int)n_name,
                   header);
  for (const unsigned char *at = (const unsigned char *)value; *at != '\0'; at++) {
    if ((*at < 0x20 && *at != '\t') || *at == 0x7f)
      return hl_fail(HL_USAGE, "--header: found a control character in the value of '%.*s', expected a line",
                     (int)n_name, header);
  }
  if (is_ours(header))
    return hl_fail(HL_USAGE, "--header: found '%.*s', expected a header that fetch does not set itself",
                   (int)n_name, header);
  return HL_OK;
}

hl_status hl_plan_check_options(const struct hl_fetch_options *options) {
  hl_status status = HL_OK;
  if (options->base_url != NULL) TRY(hl_http_check_url("--base-url", options->base_url));
  for (size_t i = 0; i < options->n_set; i++) TRY(check_set(options->sets[i]));
  for (size_t i = 0; i < options->n_header; i++) TRY(check_header(options->headers[i]));
  if (!(options->retry_wait >= 0 && isfinite(options->retry_wait)))
    FAIL(HL_USAGE, "--retry-wait: found %g, expected seconds", options->retry_wait);
out:
  return status;
}

hl_status hl_plan_url(const struct hl_fetch_options *options, const char *const *parts, char **url) {
  return hl_url_join(options->base_url != NULL ? options->base_url : HL_FETCH_BASE_URL, parts, url);
}

/* ---- Files ---- */

/* The sets, each once, in the order given. */
static hl_status list_sets(const struct hl_fetch_options *options, struct hl_strings *sets) {
  hl_status status = HL_OK;
  size_t n_space;
  const struct hl_space *spaces = hl_space_get_all(&n_space);
  for (size_t i = 0; options->n_set == 0 && i < n_space; i++) {
    char *set;
    TRY(hl_format_text(&set, "%s_1k", spaces[i].sampler));
    status = hl_strings_add(sets, set);
    free(set);
    if (status != HL_OK) goto out;
  }
  for (size_t i = 0; i < options->n_set; i++) {
    bool is_known = false;
    for (size_t k = 0; k < i && !is_known; k++) is_known = strcmp(options->sets[k], options->sets[i]) == 0;
    if (!is_known) TRY(hl_strings_add(sets, options->sets[i]));
  }
out:
  return status;
}

static hl_status make_file(const struct hl_fetch_options *options, const char *task, const char *set,
                           struct hl_fetch_file *file) {
  hl_status status = HL_OK;
  char *name = NULL;
  TRY(hl_copy_text(task, &file->task));
  TRY(hl_copy_text(set, &file->set));
  TRY(hl_format_text(&name, "%s_10000_replica5.npz", set));
  TRY(hl_format_text(&file->path, "%s/%s", task, name));
  TRY(hl_plan_url(options, (const char *const[]){task, name, NULL}, &file->url));
out:
  free(name);
  return status;
}

static hl_status make_files(const struct hl_fetch_options *options, const struct hl_strings *tasks,
                            const size_t *rows, size_t n_row, struct hl_fetch_report *report) {
  hl_status status = HL_OK;
  struct hl_strings sets = {0};
  TRY(list_sets(options, &sets));
  HL_ASSUME(sets.n > 0); /* there are released ones */
  if (n_row > HL_MAX_FETCH_FILES / sets.n) {
    FAIL(HL_LIMIT, "found %zu tasks of %zu sets, expected at most %d files", n_row, sets.n,
         (int)HL_MAX_FETCH_FILES);
  }
  TRY(hl_new_array(n_row * sets.n, sizeof *report->files, &report->files));
  report->n_task = n_row;
  for (size_t i = 0; i < n_row; i++) {
    for (size_t k = 0; k < sets.n; k++) {
      report->n_file++;
      TRY(make_file(options, tasks->items[rows[i]], sets.items[k], &report->files[report->n_file - 1]));
    }
  }
out:
  hl_strings_clear(&sets);
  return status;
}

struct refusing {
  const struct hl_fetch_options *options;
  const char *label;
  struct hl_strings lines;
};

static hl_status refuse(void *user, size_t i_line, const char *name, const char *fault) {
  struct refusing *refusing = user;
  const hl_status status = hl_fail(HL_INVALID, "%s: line %zu: %s in '%s', expected the plain name of a task",
                                   refusing->label, i_line, fault, name);
  return refusing->options->keep_going ? hl_strings_add(&refusing->lines, hl_error_message()) : status;
}

hl_status hl_plan_make(const struct hl_fetch_options *options, const char *label, const char *text, size_t n,
                       struct hl_meter *meter, struct hl_fetch_report *report) {
  hl_status status = HL_OK;
  struct refusing refusing = {.options = options, .label = label};
  struct hl_strings tasks = {0};
  const struct hl_strings no_kinds = {0};
  size_t *rows = NULL, n_row, n_repeated;
  TRY(hl_names_parse(label, text, n, refuse, &refusing, &tasks, &n_repeated));
  if (n_repeated > 0)
    hl_meter_warn(meter, "%s: names of tasks found again and passed over: %zu", label, n_repeated);
  TRY(hl_select_tasks(&tasks, &no_kinds, options->tasks, &rows, &n_row));
  TRY(make_files(options, &tasks, rows, n_row, report));
  report->refused = refusing.lines;
  refusing.lines = (struct hl_strings){0};
out:
  free(rows);
  hl_strings_clear(&tasks);
  hl_strings_clear(&refusing.lines);
  return status;
}
