#include "hyperlist/check.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/pool.h"
#include "check/faults.h"
#include "normalize/scorer.h"

#include <stdlib.h>

/* What one task has of one set. */
struct part {
  bool has_table;
  size_t n_replica;
  int64_t n_run, n_missing_run;
};

/* What one thread is at. */
struct slot {
  struct check_room room;
  struct scorer scorer;
  struct hl_strings faults; /* of the task at hand */
  struct part *parts;       /* [n_set] */
  bool is_scored;
};

struct checking {
  struct hl_archive *archive;
  struct hl_check *check;
  bool can_score; /* names are whole, and there is a validation split */
  size_t n_slot;
  struct slot *slots;
};

static const struct hl_normalize_options as_normalize = {0};

/* ---- One task ---- */

static hl_status check_task(void *user, size_t i_task, size_t i_thread) {
  struct checking *it = user;
  struct slot *slot = &it->slots[i_thread];
  hl_status status = HL_OK;
  hl_strings_clear(&slot->faults);
  for (size_t i = 0; i < it->archive->index.n_set; i++) {
    struct part *part = &slot->parts[i];
    *part = (struct part){.has_table = hl_archive_has_table(it->archive, i, i_task)};
    if (!part->has_table || it->archive->index.sets[i].configs.n == 0) continue;
    TRY(check_table(it->archive, i, i_task, &slot->room, &slot->faults, &part->n_replica, &part->n_run,
                    &part->n_missing_run));
  }
  slot->is_scored = it->can_score && slot->faults.n == 0;
  if (slot->is_scored) TRY(scorer_run(&slot->scorer, i_task));
out:
  return status;
}

static void count_scores(struct hl_check_set *set, const struct set_row *row, bool is_scored) {
  if (!is_scored) {
    set->n_missing = set->n_diverged = set->n_degenerate = -1; /* some are unknown, so their sum is */
  } else if (set->n_missing >= 0) {
    set->n_missing += row->n_missing;
    set->n_diverged += row->n_diverged;
    set->n_degenerate += row->degenerate;
  }
}

static hl_status add_faults(struct hl_check *check, const struct hl_strings *faults) {
  hl_status status = HL_OK;
  for (size_t i = 0; i < faults->n && status == HL_OK; i++) {
    if (check->faults.n == HL_MAX_FAULTS)
      check->n_more++;
    else
      status = hl_strings_add(&check->faults, faults->items[i]);
  }
  return status;
}

static hl_status commit(void *user, size_t i_task, size_t i_thread) {
  struct checking *it = user;
  const struct slot *slot = &it->slots[i_thread];
  (void)i_task;
  for (size_t i = 0; i < it->check->n_set; i++) {
    const struct part *part = &slot->parts[i];
    struct hl_check_set *set = &it->check->sets[i];
    if (!part->has_table) continue;
    set->n_task++;
    set->n_replica = part->n_replica > set->n_replica ? part->n_replica : set->n_replica;
    set->n_run += part->n_run;
    set->n_missing_run += part->n_missing_run;
    count_scores(set, slot->is_scored ? &slot->scorer.sets[i] : NULL, slot->is_scored);
  }
  return add_faults(it->check, &slot->faults);
}

/* ---- The whole ---- */

static hl_status begin_census(struct checking *it) {
  const struct hl_archive_index *index = &it->archive->index;
  hl_status status = hl_new_array(index->n_set, sizeof *it->check->sets, &it->check->sets);
  for (size_t i = 0; i < index->n_set && status == HL_OK; i++) {
    it->check->n_set = i + 1;
    it->check->sets[i].n_config = index->sets[i].configs.n;
    status = hl_copy_text(index->sets[i].name, &it->check->sets[i].name);
  }
  return status;
}

static hl_status make_slots(struct checking *it, const struct hl_context *context) {
  hl_status status = HL_OK;
  it->n_slot = hl_pool_threads(context, it->archive->index.tasks.n);
  it->can_score = it->check->faults.n == 0;
  TRY(hl_new_array(it->n_slot, sizeof *it->slots, &it->slots));
  for (size_t i = 0; i < it->n_slot; i++) {
    TRY(hl_new_array(it->archive->index.n_set, sizeof(struct part), &it->slots[i].parts));
    if (!it->can_score) continue;
    status = scorer_init(&it->slots[i].scorer, it->archive, &as_normalize);
    if (status == HL_USAGE) it->can_score = false; /* a set without a validation split is no fault */
    if (status != HL_OK && status != HL_USAGE) goto out;
    status = HL_OK;
  }
out:
  return status;
}

static void clear_slots(struct checking *it) {
  for (size_t i = 0; it->slots != NULL && i < it->n_slot; i++) {
    check_room_clear(&it->slots[i].room);
    scorer_clear(&it->slots[i].scorer);
    hl_strings_clear(&it->slots[i].faults);
    free(it->slots[i].parts);
  }
  free(it->slots);
}

hl_status hl_check_archive(const char *path, const struct hl_context *context, struct hl_check *check) {
  hl_status status = HL_OK;
  struct checking it = {.check = check};
  *check = (struct hl_check){0};
  TRY(archive_new(path, &it.archive));
  TRY(check_structure(it.archive, &check->faults));
  TRY(begin_census(&it));
  TRY(make_slots(&it, context));
  TRY(hl_pool_run(context, "checking", it.archive->index.tasks.n, check_task, commit, &it));
out:
  clear_slots(&it);
  hl_archive_close(it.archive);
  return status;
}

void hl_check_clear(struct hl_check *check) {
  for (size_t i = 0; i < check->n_set; i++) free(check->sets[i].name);
  free(check->sets);
  hl_strings_clear(&check->faults);
  *check = (struct hl_check){0};
}
