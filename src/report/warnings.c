/* What a reader must know before the numbers. Gathered from what the files say of themselves. */
#include "base/error.h"
#include "base/json.h"
#include "base/memory.h"
#include "report/page.h"
#include "report/svg.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

HL_PRINTF(2, 3) static hl_status add(struct hl_page *page, const char *format, ...) {
  char line[2048];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  return hl_strings_add(page->warnings, line);
}

/* ---- Pictures ---- */

static hl_status take_picture(struct hl_page *page, const struct hl_material *material, char **picture) {
  hl_status status = HL_OK;
  char *prefix = NULL, *label = NULL;
  const struct hl_report_caption *caption = hl_page_find_caption(page, material->stem);
  TRY(hl_format_text(&prefix, "picture-%zu", (size_t)(material - page->materials.items)));
  TRY(hl_format_text(&label, "%s%s%s: the numbers are in the tables below it", material->stem,
                     caption != NULL ? ", " : "", caption != NULL ? caption->title : ""));
  status = hl_svg_inline(material->name, material->picture, prefix, label, picture);
  if (status == HL_INVALID) status = add(page, "%s; the picture is left out", hl_error_message());
out:
  free(prefix);
  free(label);
  return status;
}

/* A caption's figure that has numbers and no picture. */
static hl_status check_picture(struct hl_page *page, const struct hl_material *table) {
  const struct hl_report_caption *caption = hl_page_find_caption(page, table->stem);
  if (caption == NULL || caption->is_table || strcmp(table->name + strlen(table->stem), ".tsv") != 0)
    return HL_OK;
  for (size_t i = 0; i < page->materials.n; i++) {
    const struct hl_material *other = &page->materials.items[i];
    if (other->kind == HL_MATERIAL_PICTURE && strcmp(other->stem, table->stem) == 0) return HL_OK;
  }
  return add(page, "%s has no picture %s.svg beside it: `reproduce --format svg` draws one", table->name,
             table->stem);
}

/* ---- Tables: notes that limit what the numbers mean ---- */

static bool limits(const char *note) {
  if (strncmp(note, HL_CAPTION_NOTE, strlen(HL_CAPTION_NOTE)) == 0) return false;
  static const char *const words[] = {"own train tasks", "are unknown", "is unknown",
                                      "left out",        "without ",    "lack"};
  const char *zero = strstr(note, "0 of ");
  if (zero != NULL && (zero == note || zero[-1] == ' ')) return false; /* "0 of these 36 tasks are .." */
  const size_t n = strlen(note);
  if (n >= 3 && strcmp(note + n - 3, ": 0") == 0) return false; /* "tasks without ..: 0" */
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    if (strstr(note, words[i]) != NULL) return true;
  }
  return false;
}

/* "cells: 3 missing, .." and "missing cells: 3", where it is not 0. */
static bool tells_missing(const char *note) {
  const char *cells = strstr(note, "cells: ");
  return cells != NULL && cells[7] >= '1' && cells[7] <= '9' &&
         (strstr(cells, " missing") != NULL || strncmp(note, "missing cells", 13) == 0);
}

static hl_status add_notes(struct hl_page *page, const struct hl_material *material) {
  hl_status status = HL_OK;
  for (size_t i = 0; i < material->table.notes.n; i++) {
    const char *note = material->table.notes.items[i];
    if (limits(note) || tells_missing(note)) TRY(add(page, "%s: %s", material->name, note));
  }
out:
  return status;
}

/* ---- Lists and scores ---- */

static hl_status check_list(struct hl_page *page, const struct hl_material *material) {
  hl_status status = HL_OK;
  const struct hl_list *list = material->list;
  if (list->train_tasks.n == 0) {
    TRY(add(page,
            "%s: what this list was learned from is unknown, so an evaluation may be on its own train tasks",
            material->name));
  }
  if (list->objective.n_missing > 0) {
    TRY(add(page, "%s: of the cells it was learned from %" PRId64 " are missing (counted by --missing %s)",
            material->name, list->objective.n_missing, list->objective.missing));
  }
out:
  return status;
}

static hl_status name_degenerate(const struct hl_scores *scores, char **names, size_t *n) {
  hl_status status = HL_OK;
  enum { MOST_NAMED = 10 };
  *n = 0;
  TRY(hl_copy_text("", names));
  for (size_t t = 0; t < scores->tasks.n; t++) {
    char *longer;
    if (!scores->degenerate[t] || ++*n > MOST_NAMED) continue;
    TRY(hl_format_text(&longer, "%s%s%s", *names, *n > 1 ? ", " : "", scores->tasks.items[t]));
    free(*names);
    *names = longer;
  }
out:
  return status;
}

static hl_status check_scores(struct hl_page *page, const struct hl_material *material) {
  hl_status status = HL_OK;
  const struct hl_scores *scores = material->scores;
  char *names = NULL;
  size_t n;
  TRY(name_degenerate(scores, &names, &n));
  if (n > 0) {
    TRY(add(page, "%s: %zu of %zu tasks are degenerate (no loss range) and take part in nothing: %s%s",
            material->name, n, scores->tasks.n, names, n > 10 ? ", .." : ""));
  }
  for (size_t i = 0; i < scores->n_set; i++) {
    const struct hl_score_set *set = &scores->sets[i];
    int64_t n_missing = 0;
    for (size_t t = 0; t < scores->tasks.n && set->n_missing != NULL; t++) {
      if (set->n_missing[t] > 0 && !scores->degenerate[t]) n_missing += set->n_missing[t];
    }
    if (n_missing == 0) continue;
    TRY(add(page, "%s: %" PRId64 " of %zu cells of %s are missing", material->name, n_missing,
            set->configs.n * scores->tasks.n, set->name));
  }
out:
  free(names);
  return status;
}

/* ---- Different data ---- */

/* Did a command make it whose last input are scores? (track's may be the log.) */
static bool is_of_scores(const struct hl_tsv *table) {
  static const char *const commands[] = {"hyperlist evaluate ", "hyperlist generalize ",
                                         "hyperlist reproduce "};
  const char *command = hl_tsv_provenance(table, "command");
  for (size_t i = 0; command != NULL && i < sizeof commands / sizeof commands[0]; i++) {
    if (strncmp(command, commands[i], strlen(commands[i])) == 0) return true;
  }
  return false;
}

/* The hash of the scores that a table was made from; "" where it is not told. */
static hl_status find_scores_hash(const struct hl_tsv *table, char hash[32]) {
  hl_status status = HL_OK;
  struct cJSON *json = NULL;
  char *text = NULL;
  const char *inputs = hl_tsv_provenance(table, "inputs"), *last = NULL;
  hash[0] = '\0';
  if (inputs == NULL || !is_of_scores(table)) return HL_OK;
  TRY(hl_copy_text(inputs, &text));
  status = hl_json_parse("inputs", text, strlen(text), &json);
  if (hl_is_foreign(status)) status = HL_OK; /* written by somebody else */
  if (status != HL_OK || json == NULL) goto out;
  for (const struct cJSON *item = hl_json_first(json); item != NULL; item = hl_json_next(item)) {
    const struct cJSON *member = hl_json_get(item, "xxh64");
    if (member != NULL && hl_json_text(member) != NULL) last = hl_json_text(member);
  }
  if (last != NULL) snprintf(hash, 32, "%.20s", last);
out:
  hl_json_free(json);
  free(text);
  return status;
}

/* Tables of one page that were made from different scores are not about the same data. */
static hl_status check_same_data(struct hl_page *page) {
  hl_status status = HL_OK;
  char first_hash[32] = "", hash[32];
  const char *first = NULL;
  for (size_t i = 0; i < page->materials.n; i++) {
    const struct hl_material *material = &page->materials.items[i];
    if (material->kind != HL_MATERIAL_TABLE) continue;
    TRY(find_scores_hash(&material->table, hash));
    if (*hash == '\0') continue;
    if (first == NULL) {
      first = material->name;
      memcpy(first_hash, hash, sizeof hash);
    } else if (strcmp(hash, first_hash) != 0) {
      TRY(add(page, "%s and %s were made from different files of scores", first, material->name));
    }
  }
out:
  return status;
}

hl_status hl_page_gather_warnings(struct hl_page *page, char **pictures) {
  hl_status status = HL_OK;
  for (size_t i = 0; i < page->materials.n; i++) {
    const struct hl_material *material = &page->materials.items[i];
    switch (material->kind) {
    case HL_MATERIAL_PICTURE:
      TRY(take_picture(page, material, &pictures[i]));
      break;
    case HL_MATERIAL_TABLE:
      TRY(add_notes(page, material));
      TRY(check_picture(page, material));
      break;
    case HL_MATERIAL_LIST:
      TRY(check_list(page, material));
      break;
    case HL_MATERIAL_SCORES:
      TRY(check_scores(page, material));
      break;
    case HL_MATERIAL_ARCHIVE:
      break;
    }
  }
  TRY(check_same_data(page));
out:
  return status;
}
