/* Names and links. */
#include "archive/index.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"
#include "check/faults.h"

#include <stdlib.h>
#include <string.h>

hl_status check_take(struct hl_strings *faults, hl_status status) {
  if (status != HL_INVALID && status != HL_IO) return status;
  return hl_strings_add(faults, hl_error_message());
}

/* Members of sets/SET/WHAT must be tasks, and have curves. */
static hl_status check_links(struct hl_archive *archive, size_t i_set, struct hl_h5 group, const char *what,
                             struct hl_strings *faults) {
  hl_status status = HL_OK;
  struct hl_h5 tables = {0};
  struct hl_strings links = {0};
  if (!hl_h5_has(group, what)) return HL_OK;
  TRY(hl_h5_open_group(group, what, &tables));
  TRY(hl_h5_list(tables, &links));
  for (size_t i = 0; i < links.n; i++) {
    char *task;
    TRY(hl_decode_link(links.items[i], &task));
    const size_t i_task = hl_index_find_task(&archive->index, task);
    if (i_task == archive->index.tasks.n) {
      status = hl_fail(HL_INVALID, "%s: /sets/%s/%s/%s: found a table of no task in /tasks/name",
                       archive->path, archive->index.sets[i_set].name, what, links.items[i]);
    } else if (!hl_archive_has_table(archive, i_set, i_task)) {
      status = hl_fail(HL_INVALID, "%s: /sets/%s/%s/%s: found no curves of that task beside it",
                       archive->path, archive->index.sets[i_set].name, what, links.items[i]);
    }
    free(task);
    TRY(check_take(faults, status));
  }
out:
  hl_strings_clear(&links);
  hl_h5_close(&tables);
  return check_take(faults, status);
}

static hl_status read_names(struct hl_archive *archive, struct hl_h5 group, struct hl_archive_set *set,
                            struct hl_strings *faults, bool *is_readable) {
  hl_status status = HL_OK;
  const size_t n_before = faults->n;
  TRY(check_take(faults, archive_read_configs(archive, group, set)));
  TRY(check_take(faults, archive_read_splits(archive, group, set)));
  *is_readable = faults->n == n_before; /* tables can be held against these */
  if (*is_readable) TRY(check_take(faults, archive_read_hyperparameters(archive, group, set)));
out:
  return status;
}

static hl_status check_set(struct hl_archive *archive, struct hl_h5 sets, const char *link,
                           struct hl_strings *faults) {
  hl_status status = HL_OK;
  struct hl_archive_index *index = &archive->index;
  struct hl_archive_set *set = &index->sets[index->n_set];
  struct hl_h5 group = {0};
  bool is_readable = false;
  index->n_set++; /* cleared with the rest, whatever comes */
  TRY(hl_decode_link(link, &set->name));
  TRY(hl_h5_open_group(sets, link, &group));
  TRY(read_names(archive, group, set, faults, &is_readable));
  for (size_t k = 0; k < 3 && is_readable; k++) {
    static const char *const whats[] = {"curves", "ran", "observed"};
    TRY(check_links(archive, index->n_set - 1, group, whats[k], faults));
  }
out:
  hl_h5_close(&group);
  status = check_take(faults, status);
  if (status == HL_OK && !is_readable) hl_strings_clear(&set->configs); /* no table fits it then */
  return status;
}

hl_status check_structure(struct hl_archive *archive, struct hl_strings *faults) {
  hl_status status = HL_OK;
  struct hl_h5 sets = {0};
  struct hl_strings links = {0};
  TRY(archive_read_task_names(archive));
  TRY(check_take(faults, archive_read_n_params(archive)));
  TRY(check_take(faults, archive_read_seconds(archive)));
  TRY(hl_h5_open_group(archive->file, "sets", &sets));
  TRY(hl_h5_list(sets, &links));
  TRY(hl_new_array(links.n, sizeof *archive->index.sets, &archive->index.sets));
  for (size_t i = 0; i < links.n; i++) TRY(check_set(archive, sets, links.items[i], faults));
  archive_sort_sets(&archive->index);
out:
  hl_strings_clear(&links);
  hl_h5_close(&sets);
  return check_take(faults, status);
}
