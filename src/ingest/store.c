/* In turn: store what was read. */
#include "base/error.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/pool.h"
#include "base/provenance.h"
#include "ingest/job.h"
#include "ingest/spread.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static hl_status copy_provenance(struct ingest *ingest, char **text) {
  char *entry = NULL;
  *text = NULL;
  if (ingest->provenance == NULL) return HL_OK;
  hl_status status = hl_json_copy_text(ingest->provenance, &entry);
  if (status == HL_OK) status = hl_format_text(text, "[%s]", entry);
  free(entry);
  return status;
}

hl_status ingest_finish_part(struct ingest *ingest) {
  char *provenance = NULL;
  hl_status status = HL_OK;
  TRY(copy_provenance(ingest, &provenance));
  TRY(hl_parts_finish(&ingest->parts, provenance));
  hl_json_free(ingest->provenance);
  TRY(hl_provenance_new(ingest->options->command, ingest->context->seed, &ingest->provenance));
out:
  free(provenance);
  return status;
}

/* A part holds each table once, and its sets keep their configs and splits from their first table on. */
static hl_status part_can_take(const struct ingest *ingest, const struct hl_curves *curves, bool has_grown,
                               bool *can) {
  const struct parts *parts = &ingest->parts;
  const bool has_set = hl_index_find_set(&parts->index, curves->set) < parts->index.n_set;
  bool has_table = false;
  *can = !hl_parts_is_due(parts) && !(has_set && has_grown);
  if (!*can || !has_set) return HL_OK;
  const hl_status status = hl_writer_has_table(&parts->writer, curves->set, curves->task, &has_table);
  *can = !has_table;
  return status;
}

static hl_status note_origin(struct ingest *ingest, const struct hl_curves *curves, const char *path) {
  char *origin = NULL;
  hl_status status = HL_OK;
  TRY(hl_format_text(&origin, "%zu\n%s\n%s\n%s", ingest->parts.complete.n, curves->set, curves->task, path));
  TRY(hl_strings_add(&ingest->origins, origin));
out:
  free(origin);
  return status;
}

static hl_status note_order(struct ingest *ingest, const struct hl_curves *curves) {
  hl_status status = HL_OK;
  if (ingest->last_task != NULL) {
    const int order = strcmp(ingest->last_task, curves->task);
    if (order > 0 || (order == 0 && strcmp(ingest->last_set, curves->set) >= 0)) ingest->is_canonical = false;
  }
  free(ingest->last_task);
  free(ingest->last_set);
  ingest->last_task = ingest->last_set = NULL;
  TRY(hl_copy_text(curves->task, &ingest->last_task));
  TRY(hl_copy_text(curves->set, &ingest->last_set));
out:
  return status;
}

/* What is known of the task beside its curves: the metadata file's word goes before the source's own. */
static void find_metadata(const struct ingest *ingest, const struct hl_curves *curves, int64_t *n_params,
                          double *seconds) {
  hl_metadata_find(&ingest->metadata, curves->task, n_params, seconds);
  if (*n_params < 0 && curves->n_params > 0) *n_params = curves->n_params;
  if (!isfinite(*seconds) && curves->seconds_per_step > 0) *seconds = curves->seconds_per_step;
}

static hl_status note_task(struct ingest *ingest, struct hl_archive_index *index,
                           const struct hl_curves *curves) {
  int64_t n_params;
  double seconds;
  find_metadata(ingest, curves, &n_params, &seconds);
  return hl_index_add_task(index, curves->task, n_params, seconds);
}

static hl_status store_curves(struct ingest *ingest, struct slot *slot, struct hl_curves *curves,
                              const char *path) {
  hl_status status = HL_OK;
  bool has_grown, can_take, ignored;
  struct spread *spread = NULL;
  const struct hl_archive_set set = {.name = curves->set,
                                     .configs = curves->configs,
                                     .hyperparameters = curves->hyperparameters,
                                     .hyperparameter_values = curves->hyperparameter_values,
                                     .splits = curves->splits};
  TRY(hl_index_add_set(&ingest->index, &set, path, &has_grown));
  TRY(hl_grids_check(&ingest->grids, ingest->n_earlier, ingest->earlier, curves, path));
  TRY(note_task(ingest, &ingest->index, curves));
  TRY(part_can_take(ingest, curves, has_grown, &can_take));
  if (!can_take) TRY(ingest_finish_part(ingest));
  TRY(hl_parts_begin(&ingest->parts));
  struct parts *parts = &ingest->parts;
  const struct hl_archive_set *known = &ingest->index.sets[hl_index_find_set(&ingest->index, curves->set)];
  TRY(hl_index_add_set(&parts->index, known, path, &ignored));
  TRY(note_task(ingest, &parts->index, curves));
  TRY(note_origin(ingest, curves, path));
  TRY(note_order(ingest, curves));
  const bool same_splits = hl_index_same_strings(&known->splits, &curves->splits);
  if (!same_splits) TRY(spread_new(curves, &known->splits, &spread));
  if (slot->is_packed && same_splits && hl_index_same_strings(&known->configs, &curves->configs))
    TRY(table_write_packed(&parts->writer, curves, &slot->packed));
  else
    TRY(table_stream(&slot->room, &parts->writer, &known->configs,
                     same_splits ? curves : spread_get(spread)));
  ingest->report.n_stored++;
out:
  spread_free(spread);
  return status;
}

/* A table that is stored already may still bring what was not known of its task. */
static hl_status store_metadata(struct ingest *ingest, const struct hl_curves *curves) {
  int64_t n_params;
  double seconds;
  find_metadata(ingest, curves, &n_params, &seconds);
  const size_t i = hl_index_find_task(&ingest->index, curves->task);
  const bool is_new = (n_params >= 0 && n_params != ingest->index.n_params[i]) ||
                      (isfinite(seconds) && seconds != ingest->index.seconds_per_step[i]);
  hl_status status = HL_OK;
  if (!is_new) return HL_OK;
  TRY(note_task(ingest, &ingest->index, curves));
  TRY(hl_parts_begin(&ingest->parts));
  TRY(note_task(ingest, &ingest->parts.index, curves));
  ingest->is_canonical = false;
out:
  return status;
}

static hl_status store_source(struct ingest *ingest, size_t i, struct slot *slot) {
  const struct hl_loader *loader = ingest->walk.loaders[i];
  const char *path = ingest->walk.paths.items[i];
  size_t n_new = 0;
  hl_status status = HL_OK;
  for (size_t k = 0; k < loader->count(slot->file); k++) {
    struct hl_curves *curves;
    TRY(hl_check_cancel(ingest->context));
    TRY(loader->get(slot->file, k, &curves));
    if (!slot->is_prepared) TRY(ingest_prepare_table(ingest, slot, curves, path));
    TRY(slot->is_known ? store_metadata(ingest, curves) : store_curves(ingest, slot, curves, path));
    ingest->report.n_known += slot->is_known;
    n_new += !slot->is_known;
    ingest_clear_table(slot);
  }
  if (n_new > 0) TRY(hl_provenance_add_hashed(ingest->provenance, path, slot->hash, slot->n_byte));
out:
  return status;
}

/* What a source of many files has met. */
static hl_status take_notes(struct ingest *ingest, struct slot *slot) {
  const struct hl_load_notes *notes = slot->loader->notes(slot->file);
  hl_status status = HL_OK;
  for (size_t i = 0; i < notes->left_out.n; i++)
    hl_warn(ingest->context, "left out: %s", notes->left_out.items[i]);
  ingest->n_bad_file += notes->left_out.n;
  if (ingest->n_foreign == 0 && notes->n_foreign > 0)
    TRY(hl_copy_text(notes->foreign.items[0], &ingest->first_foreign));
  ingest->n_foreign += notes->n_foreign;
  slot->hash = notes->hash;
  slot->n_byte = notes->n_byte;
out:
  return status;
}

hl_status ingest_store(void *user, size_t i, size_t i_thread) {
  struct ingest *ingest = user;
  struct slot *slot = &ingest->slots[i_thread];
  if (slot->failure != NULL) {
    hl_warn(ingest->context, "left out: %s", slot->failure);
    ingest->report.n_failed++;
    return HL_OK;
  }
  hl_status status = slot->loader->notes != NULL ? take_notes(ingest, slot) : HL_OK;
  if (status == HL_OK) status = store_source(ingest, i, slot);
  ingest_clear_source(slot);
  return status;
}
