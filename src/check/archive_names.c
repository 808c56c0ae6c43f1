/* An archive's names, shapes and tables as they are listed. */
#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"
#include "check/checker.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* In functions with a local `check`: a fault is noted, the check goes on. */
#define NOTE(call) TRY(checker_note(check->checker, (call)))

/* ---- tasks ---- */

static hl_status check_kinds(struct archive_check *check) {
  hl_status status = HL_OK;
  struct hl_strings kinds = {0};
  const size_t n = check->archive->index.tasks.n;
  TRY(hl_h5_read_strings(check->archive->file, "tasks/kind", &kinds));
  if (kinds.n != n) FAIL(HL_INVALID, "/tasks/kind: found %zu, expected %zu as in /tasks/name", kinds.n, n);
out:
  hl_strings_clear(&kinds);
  return status;
}

static hl_status check_n_params(struct archive_check *check) {
  const struct hl_archive_index *index = &check->archive->index;
  const hl_status status = archive_read_n_params(check->archive);
  for (size_t i = 0; i < index->tasks.n && status == HL_OK; i++) {
    if (index->n_params[i] >= -1) continue;
    return hl_fail(HL_INVALID, "/tasks/n_params: task %s: found %lld, expected -1 or more",
                   index->tasks.items[i], (long long)index->n_params[i]);
  }
  return status;
}

static hl_status check_seconds(struct archive_check *check) {
  const struct hl_archive_index *index = &check->archive->index;
  const hl_status status = archive_read_seconds(check->archive);
  for (size_t i = 0; i < index->tasks.n && status == HL_OK; i++) {
    const double seconds = index->seconds_per_step[i];
    if (isnan(seconds) || (seconds >= 0 && isfinite(seconds))) continue;
    return hl_fail(HL_INVALID, "/tasks/seconds_per_step: task %s: found %g, expected NaN, 0 or more",
                   index->tasks.items[i], seconds);
  }
  return status;
}

static hl_status check_tasks(struct archive_check *check) {
  hl_status status = HL_OK;
  NOTE(archive_read_task_names(check->archive));
  NOTE(check_kinds(check));
  NOTE(check_n_params(check));
  NOTE(check_seconds(check));
  check->checker->report->n_task = (int64_t)check->archive->index.tasks.n;
out:
  return status;
}

/* ---- a set's names ---- */

/* The one way to write a name as a link: another one would be a second table of the same name, or none. */
static hl_status check_link(const char *place, const char *link, const char *name) {
  char *canonical = NULL;
  hl_status status = hl_encode_link(name, &canonical);
  if (status == HL_OK && (strcmp(canonical, link) != 0 || *name == '\0')) {
    status = hl_fail(HL_INVALID, "%s/%s: found a link of this name, expected '%s'", place, link, canonical);
  }
  if (status == HL_OK && !hl_is_utf8(link, strlen(link))) {
    status = hl_fail(HL_INVALID, "%s/%s: found a link that is no UTF-8", place, link);
  }
  free(canonical);
  return status;
}

static hl_status check_unique(const char *set, const char *what, const struct hl_strings *names) {
  for (size_t i = 0; i < names->n; i++) {
    if (*names->items[i] == '\0')
      return hl_fail(HL_INVALID, "/sets/%s/%s: item %zu: found an empty name", set, what, i);
    for (size_t k = 0; k < i; k++) {
      if (strcmp(names->items[i], names->items[k]) != 0) continue;
      return hl_fail(HL_INVALID, "/sets/%s/%s: item %zu: found '%s' again, expected each once", set, what, i,
                     names->items[i]);
    }
  }
  return HL_OK;
}

static hl_status check_configs(struct archive_check *check, struct hl_h5 group, struct hl_archive_set *set) {
  const hl_status status = archive_read_configs(check->archive, group, set);
  if (status != HL_OK) return status;
  if (set->configs.n == 0)
    return hl_fail(HL_INVALID, "/sets/%s/config_names: found none, expected at least one", set->name);
  if (*set->configs.items[0] == '\0')
    return hl_fail(HL_INVALID, "/sets/%s/config_names: item 0: found an empty name", set->name);
  return HL_OK;
}

static hl_status check_hyperparameters(struct archive_check *check, struct hl_h5 group,
                                       struct hl_archive_set *set) {
  const hl_status status = archive_read_hyperparameters(check->archive, group, set);
  if (status != HL_OK) return status;
  const size_t n = set->hyperparameters.n;
  for (size_t i = 0; i < set->configs.n * n; i++) {
    if (!isinf(set->hyperparameter_values[i])) continue;
    return hl_fail(HL_INVALID, "/sets/%s/hyperparameters: config %s, %s: found %g, expected a number or NaN",
                   set->name, set->configs.items[i / n], set->hyperparameters.items[i % n],
                   set->hyperparameter_values[i]);
  }
  return check_unique(set->name, "hyperparameter_names", &set->hyperparameters);
}

static hl_status check_splits(struct archive_check *check, struct hl_h5 group, struct hl_archive_set *set) {
  const hl_status status = archive_read_splits(check->archive, group, set);
  return status == HL_OK ? check_unique(set->name, "split_names", &set->splits) : status;
}

static hl_status check_set_names(struct archive_check *check, struct hl_h5 sets, const char *link,
                                 size_t i_set) {
  hl_status status = HL_OK;
  struct hl_h5 group = {0};
  struct hl_archive_set *set = &check->archive->index.sets[i_set];
  TRY(hl_decode_link(link, &set->name));
  NOTE(check_link("/sets", link, set->name));
  const size_t n_before = check->checker->report->faults.n;
  NOTE(hl_h5_open_group(sets, link, &group));
  if (check->checker->report->faults.n > n_before) goto out;
  NOTE(check_configs(check, group, set));
  NOTE(check_splits(check, group, set));
  NOTE(check_hyperparameters(check, group, set));
out:
  hl_h5_close(&group);
  return status;
}

static hl_status check_sets(struct archive_check *check) {
  hl_status status = HL_OK;
  struct hl_h5 sets = {0};
  struct hl_strings links = {0};
  struct hl_archive_index *index = &check->archive->index;
  NOTE(hl_h5_open_group(check->archive->file, "sets", &sets));
  if (sets.id == 0) goto out;
  NOTE(hl_h5_list(sets, &links));
  TRY(hl_new_array(links.n, sizeof *index->sets, &index->sets));
  TRY(hl_new_array(links.n, sizeof *check->is_usable, &check->is_usable));
  for (size_t i = 0; i < links.n; i++) {
    index->n_set = i + 1;
    TRY(check_set_names(check, sets, links.items[i], i));
  }
  archive_sort_sets(index);
  for (size_t i = 0; i < index->n_set; i++)
    check->is_usable[i] = index->sets[i].configs.n > 0 && index->sets[i].splits.n > 0;
out:
  hl_strings_clear(&links);
  hl_h5_close(&sets);
  return status;
}

/* ---- which tables there are ---- */

/* By a search that does not rely on the order, which may be one of the faults. */
static size_t find_task(const struct hl_strings *tasks, const char *name) {
  size_t i = hl_strings_find_sorted(tasks, name, strcmp);
  if (i < tasks->n) return i;
  for (i = 0; i < tasks->n && strcmp(tasks->items[i], name) != 0;) i++;
  return i;
}

/* Each link of /sets/SET/WHAT; those of `curves` are the tables, the others must each belong to one. */
static hl_status check_link_of_task(struct archive_check *check, const char *place, const char *link,
                                    size_t i_set, bool is_curves) {
  hl_status status = HL_OK;
  char *task = NULL;
  const struct hl_archive_index *index = &check->archive->index;
  TRY(hl_decode_link(link, &task));
  TRY(check_link(place, link, task));
  const size_t i_task = find_task(&index->tasks, task);
  if (i_task == index->tasks.n)
    FAIL(HL_INVALID, "%s/%s: found a table of no task in /tasks/name", place, link);
  bool *has_table = &check->has_table[i_task * index->n_set + i_set];
  if (is_curves)
    *has_table = true;
  else if (!*has_table)
    FAIL(HL_INVALID, "%s/%s: found no curves of that task, expected some", place, link);
out:
  free(task);
  return status;
}

static hl_status check_group(struct archive_check *check, size_t i_set, const char *what) {
  hl_status status = HL_OK;
  struct hl_h5 group = {0};
  struct hl_strings links = {0};
  char *link = NULL, *place = NULL;
  TRY(hl_encode_link(check->archive->index.sets[i_set].name, &link));
  TRY(hl_format_text(&place, "/sets/%s/%s", link, what));
  bool has = true;
  if (strcmp(what, "observed") == 0) TRY(hl_h5_has(check->archive->file, place, &has));
  if (!has) goto out;
  NOTE(hl_h5_open_group(check->archive->file, place, &group));
  if (group.id == 0) goto out;
  NOTE(hl_h5_list(group, &links));
  for (size_t i = 0; i < links.n; i++)
    NOTE(check_link_of_task(check, place, links.items[i], i_set, strcmp(what, "curves") == 0));
out:
  hl_strings_clear(&links);
  hl_h5_close(&group);
  free(place);
  free(link);
  return status;
}

/* A task is in the archive because some set has curves of it: without any, a table was lost. */
static hl_status check_tables(struct archive_check *check) {
  hl_status status = HL_OK;
  const struct hl_archive_index *index = &check->archive->index;
  TRY(hl_new_array(index->tasks.n * index->n_set, sizeof *check->has_table, &check->has_table));
  for (size_t i = 0; i < index->n_set; i++) {
    TRY(check_group(check, i, "curves"));
    TRY(check_group(check, i, "ran"));
    TRY(check_group(check, i, "observed"));
  }
  for (size_t t = 0; t < index->tasks.n; t++) {
    bool has_any = false;
    for (size_t i = 0; i < index->n_set; i++) has_any = has_any || check->has_table[t * index->n_set + i];
    if (has_any) continue;
    TRY(checker_fault(check->checker, "/tasks/name: task %s: found no curves of it in any set, expected some",
                      index->tasks.items[t]));
  }
out:
  return status;
}

hl_status check_archive_names(struct archive_check *check) {
  hl_status status = HL_OK;
  TRY(check_tasks(check));
  TRY(check_sets(check));
  TRY(check_tables(check));
out:
  return status;
}
