/* Lists that others ordered: a file of names, and what the names stand for. */
#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "hyperlist/limits.h"
#include "hyperlist/list.h"
#include "hyperlist/space.h"
#include "ingest/configs.h"
#include "learn/list_format.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct importing {
  const struct hl_import_options *options;
  struct hl_strings names; /* as they stand in the file */
  size_t n_line, *lines;   /* [names.n] from 1 */
  size_t line_capacity;
  struct hl_config_table *configs;
  const struct hl_space *space; /* of a released set */
};

/* ---- Names ---- */

static hl_status add_name(struct importing *it, char *line) {
  hl_status status = HL_OK;
  const char blanks[] = " \t\r";
  it->n_line++;
  line += strspn(line, blanks);
  size_t length = strlen(line);
  while (length > 0 && strchr(blanks, line[length - 1]) != NULL) line[--length] = '\0';
  if (length == 0) return HL_OK;
  TRY(hl_grow_array(&it->lines, &it->line_capacity, it->names.n + 1, sizeof *it->lines));
  it->lines[it->names.n] = it->n_line;
  TRY(hl_strings_add(&it->names, line));
out:
  return status;
}

static hl_status check_unique(const struct importing *it) {
  hl_status status = HL_OK;
  struct hl_strings sorted = {0};
  size_t *order = NULL;
  TRY(hl_strings_copy(&it->names, &sorted));
  TRY(hl_new_array(sorted.n, sizeof *order, &order));
  TRY(hl_strings_sort(&sorted, strcmp, order));
  for (size_t i = 1; i < sorted.n; i++) {
    if (strcmp(sorted.items[i - 1], sorted.items[i]) != 0) continue;
    const size_t a = it->lines[order[i - 1]], b = it->lines[order[i]];
    FAIL(HL_INVALID, "%s: lines %zu and %zu: found %s twice, expected each config once", it->options->names,
         a < b ? a : b, a < b ? b : a, sorted.items[i]);
  }
out:
  free(order);
  hl_strings_clear(&sorted);
  return status;
}

static hl_status read_names(struct importing *it) {
  hl_status status = HL_OK;
  const char *path = it->options->names;
  char *text = NULL;
  size_t size;
  TRY(hl_file_read(path, hl_limit_size(HL_LIMIT_TEXT), &text, &size));
  if (strlen(text) != size || !hl_is_utf8(text, size)) {
    FAIL(HL_INVALID, "%s: found bytes that are no UTF-8 text, expected names of configs, one a line", path);
  }
  char *line = strncmp(text, "\xef\xbb\xbf", 3) == 0 ? text + 3 : text;
  for (char *end; line != NULL; line = end) {
    end = strchr(line, '\n');
    if (end != NULL) *end++ = '\0';
    TRY(add_name(it, line));
  }
  if (it->names.n == 0) FAIL(HL_INVALID, "%s: found no names, expected names of configs, one a line", path);
  TRY(check_unique(it));
out:
  free(text);
  return status;
}

/* ---- The set ---- */

/* The one released space to which all names belong. */
static hl_status find_space(const struct importing *it, const struct hl_space **space) {
  *space = NULL;
  for (size_t i = 0; i < it->names.n; i++) {
    const struct hl_space *own;
    uint32_t seed;
    if (!hl_space_parse_config(it->names.items[i], &own, &seed)) {
      return hl_fail(HL_USAGE,
                     "%s: line %zu: found '%s', which is no released config; its set must be named by --set",
                     it->options->names, it->lines[i], it->names.items[i]);
    }
    if (*space != NULL && own != *space) {
      return hl_fail(HL_USAGE,
                     "%s: line %zu: found '%s' among configs of %s; their set must be named by --set",
                     it->options->names, it->lines[i], it->names.items[i], (*space)->sampler);
    }
    *space = own;
  }
  return HL_OK;
}

static hl_status choose_set(struct importing *it, char **set) {
  if (it->options->set != NULL) {
    it->space = hl_space_find(it->options->set);
    return hl_copy_text(it->options->set, set);
  }
  const hl_status status = find_space(it, &it->space);
  HL_ASSUME(status != HL_OK || it->space != NULL); /* read_names: there is a name */
  return status == HL_OK ? hl_format_text(set, "%s_1k", it->space->sampler) : status;
}

/* Whatever is wrong with a name is told by its line. */
static hl_status check_names(const struct importing *it) {
  for (size_t i = 0; i < it->names.n; i++) {
    const char *name = it->names.items[i], *path = it->options->names;
    const struct hl_space *own;
    uint32_t seed;
    if (it->space != NULL && !(hl_space_parse_config(name, &own, &seed) && own == it->space)) {
      return hl_fail(HL_INVALID, "%s: line %zu: found '%s', expected %s_seed<N>", path, it->lines[i], name,
                     it->space->sampler);
    }
    if (it->configs == NULL) continue;
    const struct hl_strings *known = hl_configs_get_names(it->configs);
    if (hl_strings_find_sorted(known, name, strcmp) == known->n) {
      return hl_fail(HL_INVALID, "%s: line %zu: found '%s', expected one that %s has", path, it->lines[i],
                     name, it->options->configs);
    }
  }
  return HL_OK;
}

/* ---- Entries ---- */

/* Each entry's row in the scores of a complete set. */
static hl_status find_indices(const struct importing *it, struct hl_list *list) {
  hl_status status = HL_OK;
  struct hl_strings rows = {0};
  if (it->space == NULL) {
    TRY(hl_strings_copy(it->configs != NULL ? hl_configs_get_names(it->configs) : &it->names, &rows));
    TRY(hl_strings_sort(&rows, hl_strings_compare_natural, NULL));
  }
  for (size_t i = 0; i < list->n_entry; i++) {
    const struct hl_space *space;
    uint32_t seed;
    if (it->space != NULL && hl_space_parse_config(list->entries[i].config, &space, &seed)) {
      list->entries[i].index = seed;
    } else {
      list->entries[i].index =
          hl_strings_find_sorted(&rows, list->entries[i].config, hl_strings_compare_natural);
    }
  }
out:
  hl_strings_clear(&rows);
  return status;
}

static hl_status fill_entries(const struct importing *it, struct hl_list *list) {
  hl_status status = HL_OK;
  /* the loaders' way from names to hyperparameters asks for no more of curves than this */
  struct hl_curves curves = {.set = list->set, .configs = it->names};
  const struct hl_load_options load = {.configs = it->configs};
  TRY(hl_configs_fill(&curves, &load, it->options->names));
  TRY(hl_strings_copy(&curves.hyperparameters, &list->hyperparameters));
  const size_t n = list->hyperparameters.n;
  TRY(hl_new_array(it->names.n, sizeof *list->entries, &list->entries));
  for (size_t i = 0; i < it->names.n; i++) {
    struct hl_list_entry *entry = &list->entries[list->n_entry++];
    *entry = (struct hl_list_entry){.phase = HL_PHASE_GREEDY, .objective = (double)NAN};
    TRY(hl_copy_text(it->names.items[i], &entry->config));
    TRY(hl_new_array(n, sizeof(double), &entry->hyperparameters));
    if (n > 0) memcpy(entry->hyperparameters, curves.hyperparameter_values + i * n, n * sizeof(double));
  }
  TRY(find_indices(it, list));
out:
  hl_strings_clear(&curves.hyperparameters);
  free(curves.hyperparameter_values);
  return status;
}

hl_status hl_list_import(const struct hl_import_options *options, struct hl_list **list) {
  hl_status status = HL_OK;
  struct importing it = {.options = options};
  *list = NULL;
  TRY(read_names(&it));
  if (options->configs != NULL) TRY(hl_configs_read(options->configs, &it.configs));
  TRY(hl_new_array(1, sizeof **list, list));
  TRY(choose_set(&it, &(*list)->set));
  TRY(check_names(&it));
  (*list)->objective.n_missing = (*list)->objective.n_diverged = -1;
  TRY(fill_entries(&it, *list));
out:
  if (status != HL_OK) {
    hl_list_free(*list);
    *list = NULL;
  }
  hl_configs_free(it.configs);
  hl_strings_clear(&it.names);
  free(it.lines);
  return status;
}
