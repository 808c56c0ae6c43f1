/* Selectors of tasks: parts are split at commas, each marks its tasks, and what is marked to be taken away
 * goes last. */
#include "hyperlist/selector.h"
#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/nearest.h"
#include "base/text.h"
#include "hyperlist/limits.h"
#include "hyperlist/task.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct selection {
  const struct hl_strings *tasks, *kinds;
  bool *taken, *taken_away; /* [tasks->n] */
};

/* What a part is held against: a task's name, kind or family. The text may be put into the buffer. */
enum { SUBJECT_BYTES = 256 };
typedef const char *(*subject)(const struct selection *selection, size_t i_task, char buffer[SUBJECT_BYTES]);

static const char *get_name(const struct selection *selection, size_t i_task, char buffer[SUBJECT_BYTES]) {
  (void)buffer;
  return selection->tasks->items[i_task];
}

static const char *get_kind(const struct selection *selection, size_t i_task, char buffer[SUBJECT_BYTES]) {
  (void)buffer;
  const bool is_known = i_task < selection->kinds->n;
  return is_known ? selection->kinds->items[i_task] : hl_task_kind(selection->tasks->items[i_task]);
}

static const char *get_family(const struct selection *selection, size_t i_task, char buffer[SUBJECT_BYTES]) {
  size_t length;
  const char *start = hl_task_family(selection->tasks->items[i_task], &length);
  snprintf(buffer, SUBJECT_BYTES, "%.*s", (int)length, start);
  return length < SUBJECT_BYTES ? buffer : "";
}

/* A task is meant by its own name even where that is a glob which does not match itself. */
static size_t mark(const struct selection *selection, subject get, const char *glob, bool *marks) {
  char buffer[SUBJECT_BYTES];
  size_t n = 0;
  for (size_t i = 0; i < selection->tasks->n; i++) {
    const char *text = get(selection, i, buffer);
    if (strcmp(glob, text) != 0 && !hl_match_glob(glob, text)) continue;
    marks[i] = true;
    n++;
  }
  return n;
}

static struct hl_nearest find_nearest(const struct selection *selection, subject get, const char *text) {
  char buffer[SUBJECT_BYTES];
  struct hl_nearest nearest = {.text = text};
  for (size_t i = 0; i < selection->tasks->n; i++) hl_nearest_offer(&nearest, get(selection, i, buffer));
  return nearest;
}

/* One line of a @FILE: tasks are in byte order. */
static hl_status mark_line(const struct selection *selection, const char *path, size_t line, char *name,
                           bool *marks, size_t *n_match) {
  const size_t length = strlen(name);
  if (length > 0 && name[length - 1] == '\r') name[length - 1] = '\0';
  if (name[0] == '\0' || name[0] == '#') return HL_OK;
  const size_t i = hl_strings_find_sorted(selection->tasks, name, strcmp);
  if (i == selection->tasks->n) {
    struct hl_nearest nearest = find_nearest(selection, get_name, name);
    return hl_fail(HL_USAGE, "%s: line %zu: found '%s', expected the name of one of the %zu tasks%s", path,
                   line, name, selection->tasks->n, hl_nearest_hint(&nearest));
  }
  marks[i] = true;
  ++*n_match;
  return HL_OK;
}

static hl_status mark_names_of_file(const struct selection *selection, const char *path, bool *marks,
                                    size_t *n_match) {
  hl_status status = HL_OK;
  char *data = NULL;
  size_t n_byte, line = 1;
  TRY(hl_file_read(path, hl_limit_size(HL_LIMIT_TEXT), &data, &n_byte));
  if (strlen(data) != n_byte || !hl_is_utf8(data, n_byte)) {
    FAIL(HL_INVALID, "%s: found bytes that are no text, expected names of tasks, one a line", path);
  }
  for (char *name = data, *end; name != NULL; name = end, line++) {
    end = strchr(name, '\n');
    if (end != NULL) *end++ = '\0';
    TRY(mark_line(selection, path, line, name, marks, n_match));
  }
out:
  free(data);
  return status;
}

static const char *skip_prefix(const char *text, const char *prefix) {
  const size_t n = strlen(prefix);
  return strncmp(text, prefix, n) == 0 ? text + n : NULL;
}

static hl_status mark_part(const struct selection *selection, const char *part, bool *has_positive) {
  hl_status status = HL_OK;
  const bool is_negative = part[0] == '!';
  const char *what = part + is_negative, *glob;
  bool *marks = is_negative ? selection->taken_away : selection->taken;
  size_t n_match = 0;
  if (!is_negative) *has_positive = true;
  if ((glob = skip_prefix(what, "@")) != NULL) {
    TRY(mark_names_of_file(selection, glob, marks, &n_match));
    if (n_match > 0) goto out;
    FAIL(HL_USAGE, "selector '%s': matches none of the %zu tasks", part, selection->tasks->n);
  }
  subject get = get_name;
  if ((glob = skip_prefix(what, "kind:")) != NULL) {
    get = get_kind;
  } else if ((glob = skip_prefix(what, "family:")) != NULL) {
    get = get_family;
  } else {
    glob = strcmp(what, "all") == 0 ? "*" : what;
  }
  if (mark(selection, get, glob, marks) > 0) goto out;
  struct hl_nearest nearest = find_nearest(selection, get, glob);
  FAIL(HL_USAGE, "selector '%s': matches none of the %zu tasks%s", part, selection->tasks->n,
       hl_nearest_hint(&nearest));
out:
  return status;
}

static hl_status mark_parts(const struct selection *selection, const char *selector) {
  hl_status status = HL_OK;
  char *parts = NULL;
  bool has_positive = false;
  TRY(hl_copy_text(selector, &parts));
  for (char *part = parts, *end; part != NULL; part = end) {
    end = strchr(part, ',');
    if (end != NULL) *end++ = '\0';
    TRY(mark_part(selection, part, &has_positive));
  }
  if (!has_positive) mark(selection, get_name, "*", selection->taken);
out:
  free(parts);
  return status;
}

hl_status hl_select_tasks(const struct hl_strings *tasks, const struct hl_strings *kinds,
                          const char *selector, size_t **rows, size_t *n_row) {
  hl_status status = HL_OK;
  struct selection selection = {.tasks = tasks, .kinds = kinds};
  const char *text = selector == NULL ? "all" : selector;
  size_t *kept = NULL, n = 0;
  TRY(hl_new_array(tasks->n, sizeof(bool), &selection.taken));
  TRY(hl_new_array(tasks->n, sizeof(bool), &selection.taken_away));
  TRY(hl_new_array(tasks->n, sizeof *kept, &kept));
  TRY(mark_parts(&selection, text));
  for (size_t i = 0; i < tasks->n; i++) {
    if (selection.taken[i] && !selection.taken_away[i]) kept[n++] = i;
  }
  if (n == 0) FAIL(HL_USAGE, "selector '%s': leaves none of the %zu tasks", text, tasks->n);
  *rows = kept;
  *n_row = n;
  kept = NULL;
out:
  free(kept);
  free(selection.taken);
  free(selection.taken_away);
  return status;
}
