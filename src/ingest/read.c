/* In any thread: read and pack one source. */
#include "base/error.h"
#include "base/hasher.h"
#include "base/memory.h"
#include "hyperlist/limits.h"
#include "ingest/job.h"
#include "ingest/known.h"

#include <stdlib.h>
#include <string.h>

static hl_status check_name(const char *path, const char *what, const char *name) {
  const size_t length = strlen(name);
  if (length <= HL_MAX_NAME_BYTES) return HL_OK;
  return hl_fail(HL_LIMIT, "%s: %s: found a name of %zu bytes, expected at most %d", path, what, length,
                 (int)HL_MAX_NAME_BYTES);
}

static hl_status check_names(const struct hl_curves *curves, const char *path) {
  hl_status status = HL_OK;
  const struct {
    const char *what;
    const struct hl_strings *names;
  } lists[] = {{"configs", &curves->configs},
               {"hyperparameters", &curves->hyperparameters},
               {"splits", &curves->splits}};
  TRY(check_name(path, "task", curves->task));
  TRY(check_name(path, "set", curves->set));
  for (size_t k = 0; k < sizeof lists / sizeof *lists; k++) {
    for (size_t i = 0; i < lists[k].names->n; i++)
      TRY(check_name(path, lists[k].what, lists[k].names->items[i]));
  }
out:
  return status;
}

hl_status ingest_prepare_table(struct ingest *ingest, struct slot *slot, struct hl_curves *curves,
                               const char *path) {
  hl_status status = HL_OK;
  TRY(check_names(curves, path));
  if (slot->loader->needs_hyperparameters && curves->hyperparameters.n == 0) {
    FAIL(HL_USAGE, "%s: found the unknown set '%s', expected a released one, or --configs", path,
         curves->set);
  }
  for (size_t k = 0; k < ingest->n_earlier && !slot->is_known; k++) {
    TRY(known_find(ingest->earlier[k], curves, &slot->reader, &slot->is_known));
  }
  if (slot->is_known || table_bytes(curves) > ingest->load.window) goto out;
  TRY(table_pack(&slot->room, curves, &slot->packed));
  slot->is_packed = true;
out:
  return status;
}

void ingest_clear_table(struct slot *slot) {
  table_clear(&slot->packed);
  slot->is_prepared = slot->is_packed = slot->is_known = false;
}

/* The only table of a source is made ready here; those of a source of many, or of one that must know what
 * came before, when their turn has come. */
static hl_status open_source(struct ingest *ingest, size_t i, struct slot *slot) {
  const struct hl_loader *loader = ingest->walk.loaders[i];
  struct hl_curves *curves;
  hl_status status = HL_OK;
  slot->loader = loader;
  const char *path = ingest->walk.paths.items[i];
  if (loader->open_parts != NULL)
    TRY(loader->open_parts(&ingest->walk.parts[i].paths, &ingest->load, &slot->file));
  else
    TRY(loader->open(path, &ingest->load, &slot->file));
  if (loader->notes == NULL && ingest->options->command != NULL)
    TRY(hl_file_hash(path, &slot->hash, &slot->n_byte));
  const bool in_turn = loader->is_in_turn || (loader->wants_turn != NULL && loader->wants_turn(slot->file));
  if (in_turn || loader->count(slot->file) != 1) goto out;
  TRY(loader->get(slot->file, 0, &curves));
  TRY(ingest_prepare_table(ingest, slot, curves, path));
  slot->is_prepared = true;
out:
  return status;
}

void ingest_clear_source(struct slot *slot) {
  ingest_clear_table(slot);
  if (slot->loader != NULL) slot->loader->close(slot->file);
  free(slot->failure);
  slot->failure = NULL;
  slot->file = NULL;
}

hl_status ingest_read(void *user, size_t i, size_t i_thread) {
  struct ingest *ingest = user;
  struct slot *slot = &ingest->slots[i_thread];
  ingest_clear_source(slot);
  const hl_status status = open_source(ingest, i, slot);
  if (status != HL_INVALID || !ingest->options->keep_going) return status;
  ingest_clear_source(slot);
  return hl_copy_text(hl_error_message(), &slot->failure);
}
