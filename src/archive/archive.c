#include "hyperlist/archive.h"
#include "archive/index.h"
#include "archive/open.h"
#include "archive/raw.h"
#include "archive/schema.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- names and what stands beside them ---- */

static hl_status check_order(const struct hl_archive *archive, const char *place,
                             const struct hl_strings *names, int (*compare)(const char *, const char *)) {
  for (size_t i = 1; i < names->n; i++) {
    if (compare(names->items[i - 1], names->items[i]) >= 0) {
      return hl_fail(HL_INVALID,
                     "%s: %s: item %zu: found '%s' after '%s', expected ascending names without repeats",
                     archive->path, place, i, names->items[i], names->items[i - 1]);
    }
  }
  return HL_OK;
}

hl_status archive_read_task_names(struct hl_archive *archive) {
  const hl_status status = hl_h5_read_strings(archive->file, "tasks/name", &archive->index.tasks);
  return status == HL_OK ? check_order(archive, "/tasks/name", &archive->index.tasks, strcmp) : status;
}

hl_status archive_read_n_params(struct hl_archive *archive) {
  const struct hl_h5_shape shape = {1, {archive->index.tasks.n}};
  const hl_status status = hl_new_array(archive->index.tasks.n, sizeof(int64_t), &archive->index.n_params);
  if (status != HL_OK) return status;
  return hl_h5_read_array(archive->file, "tasks/n_params", HL_H5_INT64, shape, archive->index.n_params);
}

hl_status archive_read_seconds(struct hl_archive *archive) {
  const struct hl_h5_shape shape = {1, {archive->index.tasks.n}};
  double **seconds = &archive->index.seconds_per_step;
  const hl_status status = hl_new_array(archive->index.tasks.n, sizeof **seconds, seconds);
  if (status != HL_OK) return status;
  return hl_h5_read_array(archive->file, "tasks/seconds_per_step", HL_H5_FLOAT64, shape, *seconds);
}

hl_status archive_read_configs(struct hl_archive *archive, struct hl_h5 group, struct hl_archive_set *set) {
  hl_status status = HL_OK;
  char *place = NULL;
  TRY(hl_h5_read_strings(group, "config_names", &set->configs));
  TRY(hl_format_text(&place, "/sets/%s/config_names", set->name));
  TRY(check_order(archive, place, &set->configs, hl_strings_compare_natural));
out:
  free(place);
  return status;
}

hl_status archive_read_hyperparameters(struct hl_archive *archive, struct hl_h5 group,
                                       struct hl_archive_set *set) {
  (void)archive;
  hl_status status = HL_OK;
  TRY(hl_h5_read_strings(group, "hyperparameter_names", &set->hyperparameters));
  if (set->hyperparameters.n == 0) goto out;
  const struct hl_h5_shape shape = {2, {set->configs.n, set->hyperparameters.n}};
  TRY(hl_new_array(set->configs.n * set->hyperparameters.n, sizeof(double), &set->hyperparameter_values));
  TRY(hl_h5_read_array(group, "hyperparameters", HL_H5_FLOAT64, shape, set->hyperparameter_values));
out:
  return status;
}

hl_status archive_read_splits(struct hl_archive *archive, struct hl_h5 group, struct hl_archive_set *set) {
  const hl_status status = hl_h5_read_strings(group, "split_names", &set->splits);
  if (status != HL_OK || set->splits.n > 0) return status;
  return hl_fail(HL_INVALID, "%s: /sets/%s/split_names: found none, expected at least one", archive->path,
                 set->name);
}

/* ---- opening ---- */

static hl_status read_set(struct hl_archive *archive, struct hl_h5 sets, const char *link,
                          struct hl_archive_set *set) {
  hl_status status = HL_OK;
  struct hl_h5 group = {0};
  TRY(hl_h5_open_group(sets, link, &group));
  TRY(hl_decode_link(link, &set->name));
  TRY(archive_read_configs(archive, group, set));
  TRY(archive_read_hyperparameters(archive, group, set));
  TRY(archive_read_splits(archive, group, set));
out:
  hl_h5_close(&group);
  return status;
}

/* Links stand in the order of their encoded names, sets in that of their true ones. */
void archive_sort_sets(struct hl_archive_index *index) {
  for (size_t i = 1; i < index->n_set; i++) {
    const struct hl_archive_set set = index->sets[i];
    size_t to = i;
    for (; to > 0 && strcmp(index->sets[to - 1].name, set.name) > 0; to--)
      index->sets[to] = index->sets[to - 1];
    index->sets[to] = set;
  }
}

static hl_status read_sets(struct hl_archive *archive) {
  hl_status status = HL_OK;
  struct hl_h5 sets = {0};
  struct hl_strings links = {0};
  struct hl_archive_index *index = &archive->index;
  TRY(hl_h5_open_group(archive->file, "sets", &sets));
  TRY(hl_h5_list(sets, &links));
  TRY(hl_new_array(links.n, sizeof *index->sets, &index->sets));
  for (size_t i = 0; i < links.n; i++) {
    index->n_set = i + 1;
    TRY(read_set(archive, sets, links.items[i], &index->sets[i]));
  }
  archive_sort_sets(index);
out:
  hl_strings_clear(&links);
  hl_h5_close(&sets);
  return status;
}

hl_status archive_new(const char *path, struct hl_archive **out) {
  hl_status status = HL_OK;
  struct stat info;
  *out = NULL;
  TRY(hl_new_array(1, sizeof **out, out));
  struct hl_archive *archive = *out;
  TRY(hl_copy_text(path, &archive->path));
  TRY(hl_h5_open(archive->path, &archive->file));
  if (stat(path, &info) == 0) archive->file_bytes = (uint64_t)info.st_size;
  TRY(hl_schema_check(archive->file, "hyperlist.archive", 1, "an archive"));
out:
  return status;
}

hl_status archive_read_provenance(struct hl_archive *archive) {
  return hl_h5_read_text(archive->file, "provenance", &archive->provenance);
}

hl_status hl_archive_open(const char *path, struct hl_archive **out) {
  hl_status status = HL_OK;
  TRY(archive_new(path, out));
  TRY(archive_read_provenance(*out));
  TRY(archive_read_task_names(*out));
  TRY(archive_read_n_params(*out));
  TRY(archive_read_seconds(*out));
  TRY(read_sets(*out));
out:
  if (status != HL_OK) {
    hl_archive_close(*out);
    *out = NULL;
  }
  return status;
}

void hl_archive_close(struct hl_archive *archive) {
  if (archive == NULL) return;
  hl_h5_close(&archive->file);
  hl_index_clear(&archive->index);
  free(archive->provenance);
  free(archive->path);
  free(archive);
}

const struct hl_archive_index *hl_archive_get_index(const struct hl_archive *archive) {
  return &archive->index;
}

const char *hl_archive_get_provenance(const struct hl_archive *archive) {
  return archive->provenance;
}

const char *hl_archive_get_path(const struct hl_archive *archive) {
  return archive->path;
}
