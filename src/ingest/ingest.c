#include "hyperlist/ingest.h"
#include "archive/merge.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/pool.h"
#include "base/provenance.h"
#include "ingest/configs.h"
#include "ingest/grid.h"
#include "ingest/known.h"
#include "ingest/metadata.h"
#include "ingest/parts.h"
#include "ingest/spread.h"
#include "ingest/table.h"
#include "ingest/walk.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Memory: each thread holds one window of raw values and its packed form; with more threads windows get
 * smaller. */
enum { MAX_THREADS = 12 };
static const size_t all_windows = (size_t)96 << 20, largest_window = (size_t)48 << 20;

/* What one thread is at. */
struct slot {
  struct table_room room;
  struct hl_archive_reader reader;
  const struct hl_loader *loader;
  void *file; /* the loader's */
  struct packed_table packed;
  bool is_prepared, is_packed, is_known; /* the table that is next to be stored */
  char *failure;                         /* keep_going: why this source is left out */
  uint64_t hash, n_byte;
};

struct ingest {
  const struct hl_ingest_options *options;
  struct hl_load_options load;
  struct walk walk;
  struct metadata metadata;
  struct hl_config_table *configs;
  struct hl_config_memory *memory;
  struct parts parts;
  size_t n_earlier; /* the old archive, if any, and parts taken over */
  struct hl_archive **earlier;
  struct hl_archive_index index; /* everything known so far */
  struct grids grids;            /* each task's steps */
  struct cJSON *provenance;      /* of the part in the making */
  struct hl_strings origins;     /* path of each table stored in this run, "<set>/<task>" before it */
  const struct hl_context *context;
  size_t n_bad_file, n_foreign; /* met by sources of many files: left out, of no known name */
  char *first_foreign;
  struct hl_ingest_report report;
  bool is_canonical; /* tables came by task, then set */
  char *last_task, *last_set;
  size_t n_slot;
  struct slot *slots;
};

/* ---- in any thread: read and pack one source
 * ----------------------------------------------------------------------- */

/* One table: looked for among what is stored, else packed where it fits a window. */
static hl_status prepare_table(struct ingest *ingest, struct slot *slot, struct hl_curves *curves,
                               const char *path) {
  hl_status status = HL_OK;
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

static void clear_table(struct slot *slot) {
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
  TRY(prepare_table(ingest, slot, curves, path));
  slot->is_prepared = true;
out:
  return status;
}

static void clear_source(struct slot *slot) {
  clear_table(slot);
  if (slot->loader != NULL) slot->loader->close(slot->file);
  free(slot->failure);
  slot->failure = NULL;
  slot->file = NULL;
}

static hl_status work(void *user, size_t i, size_t i_thread) {
  struct ingest *ingest = user;
  struct slot *slot = &ingest->slots[i_thread];
  clear_source(slot);
  const hl_status status = open_source(ingest, i, slot);
  if (status != HL_INVALID || !ingest->options->keep_going) return status;
  clear_source(slot);
  return hl_copy_text(hl_error_message(), &slot->failure);
}

/* ---- in turn: store it
 * --------------------------------------------------------------------------------------------- */

static hl_status copy_provenance(struct ingest *ingest, char **text) {
  char *entry = NULL;
  *text = NULL;
  if (ingest->provenance == NULL) return HL_OK;
  hl_status status = hl_json_copy_text(ingest->provenance, &entry);
  if (status == HL_OK) status = hl_format_text(text, "[%s]", entry);
  free(entry);
  return status;
}

static hl_status finish_part(struct ingest *ingest) {
  char *provenance = NULL;
  hl_status status = HL_OK;
  TRY(copy_provenance(ingest, &provenance));
  TRY(hl_parts_finish(&ingest->parts, provenance));
  hl_json_free(ingest->provenance);
  TRY(hl_provenance_new(ingest->options->command, ingest->context->seed, 0, NULL, &ingest->provenance));
out:
  free(provenance);
  return status;
}

/* A part holds each table once, and its sets keep their configs and splits from their first table on. */
static bool part_can_take(const struct ingest *ingest, const struct hl_curves *curves, bool has_grown) {
  const struct parts *parts = &ingest->parts;
  const bool has_set = hl_index_find_set(&parts->index, curves->set) < parts->index.n_set;
  return !hl_parts_is_due(parts) && !(has_set && has_grown) &&
         !(has_set && hl_writer_has_table(&parts->writer, curves->set, curves->task));
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
  bool has_grown, ignored;
  struct spread *spread = NULL;
  const struct hl_archive_set set = {.name = curves->set,
                                     .configs = curves->configs,
                                     .hyperparameters = curves->hyperparameters,
                                     .hyperparameter_values = curves->hyperparameter_values,
                                     .splits = curves->splits};
  TRY(hl_index_add_set(&ingest->index, &set, path, &has_grown));
  TRY(hl_grids_check(&ingest->grids, ingest->n_earlier, ingest->earlier, curves, path));
  TRY(note_task(ingest, &ingest->index, curves));
  if (!part_can_take(ingest, curves, has_grown)) TRY(finish_part(ingest));
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
    if (!slot->is_prepared) TRY(prepare_table(ingest, slot, curves, path));
    TRY(slot->is_known ? store_metadata(ingest, curves) : store_curves(ingest, slot, curves, path));
    ingest->report.n_known += slot->is_known;
    n_new += !slot->is_known;
    clear_table(slot);
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

static hl_status commit(void *user, size_t i, size_t i_thread) {
  struct ingest *ingest = user;
  struct slot *slot = &ingest->slots[i_thread];
  if (slot->failure != NULL) {
    hl_warn(ingest->context, "left out: %s", slot->failure);
    ingest->report.n_failed++;
    return HL_OK;
  }
  hl_status status = slot->loader->notes != NULL ? take_notes(ingest, slot) : HL_OK;
  if (status == HL_OK) status = store_source(ingest, i, slot);
  clear_source(slot);
  return status;
}

/* ---- the end: one archive
 * ------------------------------------------------------------------------------------------ */

/* For messages: which file a table of the merge's source came from. */
static const char *describe_source(void *user, size_t i_source, const char *task, const char *set) {
  struct ingest *ingest = user;
  const size_t has_archive = ingest->n_earlier - ingest->parts.n_taken_over;
  if (i_source < has_archive) return ingest->parts.archive_path;
  const size_t i_part = i_source - has_archive;
  for (size_t i = 0; i < ingest->origins.n; i++) {
    const char *at = ingest->origins.items[i];
    char *end;
    const size_t n_set = strlen(set), n_task = strlen(task);
    if (strtoull(at, &end, 10) != i_part) continue;
    at = end + 1;
    if (strncmp(at, set, n_set) != 0 || at[n_set] != '\n') continue;
    at += n_set + 1;
    if (strncmp(at, task, n_task) == 0 && at[n_task] == '\n') return at + n_task + 1;
  }
  return ingest->parts.complete.items[i_part];
}

/* The provenance of all sources, "[..]" each, as one list. */
static hl_status join_provenance(size_t n, struct hl_archive *const *sources, char **joined) {
  hl_status status = HL_OK;
  *joined = NULL;
  for (size_t i = 0; i < n; i++) {
    const char *text = hl_archive_get_provenance(sources[i]);
    const size_t length = text != NULL ? strlen(text) : 0;
    if (length < 3 || text[0] != '[' || text[length - 1] != ']') continue;
    char *longer;
    if (*joined == NULL)
      status = hl_copy_text(text, &longer);
    else
      status = hl_format_text(&longer, "%.*s,%s", (int)strlen(*joined) - 1, *joined, text + 1);
    free(*joined);
    *joined = longer;
    if (status != HL_OK) break;
  }
  return status;
}

static hl_status merge_parts(struct ingest *ingest, const char *archive_path) {
  hl_status status = HL_OK;
  char *temporary = NULL, *provenance = NULL;
  const size_t has_archive = ingest->n_earlier - ingest->parts.n_taken_over;
  size_t n = ingest->n_earlier;
  struct hl_archive **sources = NULL;
  TRY(hl_new_array(has_archive + ingest->parts.complete.n, sizeof *sources, &sources));
  memcpy(sources, ingest->earlier, n * sizeof *sources);
  for (size_t i = ingest->parts.n_taken_over; i < ingest->parts.complete.n; i++, n++) {
    TRY(hl_archive_open(ingest->parts.complete.items[i], &sources[n]));
  }
  TRY(join_provenance(n, sources, &provenance));
  TRY(hl_format_text(&temporary, "%s.part.tmp", archive_path));
  const struct hl_merge merge = {.n_source = n,
                                 .sources = sources,
                                 .describe = describe_source,
                                 .user = ingest,
                                 .provenance = provenance,
                                 .context = ingest->context};
  TRY(hl_merge_run(&merge, temporary));
  TRY(hl_file_replace(temporary, archive_path));
out:
  if (status != HL_OK && temporary != NULL) unlink(temporary);
  for (size_t i = ingest->n_earlier; sources != NULL && i < n; i++) hl_archive_close(sources[i]);
  free(sources);
  free(provenance);
  free(temporary);
  return status;
}

static hl_status finish(struct ingest *ingest, const char *archive_path) {
  hl_status status = HL_OK;
  TRY(finish_part(ingest));
  const struct hl_strings *parts = &ingest->parts.complete;
  if (parts->n == 0) goto out; /* nothing new */
  if (parts->n == 1 && ingest->n_earlier == 0 && ingest->is_canonical) {
    TRY(hl_file_replace(parts->items[0], archive_path));
  } else {
    TRY(merge_parts(ingest, archive_path));
  }
  hl_parts_remove(&ingest->parts);
out:
  return status;
}

/* ---- the beginning
 * ------------------------------------------------------------------------------------------------- */

static hl_status add_earlier(struct ingest *ingest, const char *path) {
  hl_status status = HL_OK;
  bool ignored;
  TRY(hl_archive_open(path, &ingest->earlier[ingest->n_earlier]));
  const struct hl_archive_index *index = hl_archive_get_index(ingest->earlier[ingest->n_earlier++]);
  for (size_t i = 0; i < index->tasks.n; i++) {
    TRY(hl_index_add_task(&ingest->index, index->tasks.items[i], index->n_params[i],
                          index->seconds_per_step[i]));
  }
  for (size_t i = 0; i < index->n_set; i++)
    TRY(hl_index_add_set(&ingest->index, &index->sets[i], path, &ignored));
out:
  return status;
}

static hl_status open_earlier(struct ingest *ingest, const char *archive_path) {
  hl_status status = HL_OK;
  struct stat info;
  TRY(hl_new_array(1 + ingest->parts.complete.n, sizeof(struct hl_archive *), &ingest->earlier));
  if (stat(archive_path, &info) == 0) TRY(add_earlier(ingest, archive_path));
  for (size_t i = 0; i < ingest->parts.complete.n; i++)
    TRY(add_earlier(ingest, ingest->parts.complete.items[i]));
  if (ingest->parts.complete.n > 0) {
    hl_warn(ingest->context, "taking over %zu part%s that an interrupted ingest left",
            ingest->parts.complete.n, ingest->parts.complete.n > 1 ? "s" : "");
  }
out:
  return status;
}

static void warn_foreign(const struct ingest *ingest, size_t n, const char *first) {
  if (n == 0) return;
  hl_warn(ingest->context, "skipped %zu file%s that %s no curve file by name: %s%s", n, n > 1 ? "s" : "",
          n > 1 ? "are" : "is", first, n > 1 ? ", ..." : "");
}

static hl_status find_grid(void *user, const char *task, size_t *n, const double **steps) {
  struct ingest *ingest = user;
  return hl_grids_find(&ingest->grids, ingest->n_earlier, ingest->earlier, task, n, steps);
}

/* Options of some formats do nothing for others: a user who gives one expects a source that takes it. To
 * negate some sources and not others would be no service at all. */
static hl_status check_options(const struct ingest *ingest) {
  const struct hl_ingest_options *options = ingest->options;
  const struct {
    const char *name;
    bool is_given;
    enum hl_takes takes;
    const char *formats;
  } rows[] = {
      {"--columns", options->columns != NULL, HL_TAKES_COLUMNS, "csv"},
      {"--delimiter", options->delimiter != 0, HL_TAKES_COLUMNS, "csv"},
      {"--grid", options->grid != 0, HL_TAKES_GRID, "csv or curves-json"},
      {"--after-end", options->after_end != HL_AFTER_END_HOLD, HL_TAKES_AFTER_END,
       "csv, curves-json or taskset-result"},
      {"--maximize", options->maximize, HL_TAKES_MAXIMIZE, "csv, curves-json or taskset-result"},
  };
  for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
    size_t n_taker = 0;
    if (!rows[k].is_given) continue;
    for (size_t i = 0; i < ingest->walk.paths.n; i++) {
      const bool takes = (ingest->walk.loaders[i]->takes & rows[k].takes) != 0;
      n_taker += takes;
      if (takes || rows[k].takes != HL_TAKES_MAXIMIZE) continue;
      return hl_fail(HL_USAGE, "%s: found %s of format %s, expected %s", rows[k].name,
                     ingest->walk.paths.items[i], ingest->walk.loaders[i]->format, rows[k].formats);
    }
    if (n_taker > 0) continue;
    return hl_fail(HL_USAGE, "%s: found no %s file among the sources, expected one", rows[k].name,
                   rows[k].formats);
  }
  return HL_OK;
}

static hl_status prepare(struct ingest *ingest, size_t n_source, const char *const *sources) {
  const struct hl_ingest_options *options = ingest->options;
  const bool is_auto = options->format == NULL || strcmp(options->format, "auto") == 0;
  hl_status status = HL_OK;
  if (!is_auto && hl_loader_find(options->format) == NULL) {
    FAIL(HL_USAGE, "--format: found '%s', expected auto, taskset-npz, taskset-result, curves-json or csv",
         options->format);
  }
  TRY(hl_walk_run(&ingest->walk, n_source, sources, is_auto ? NULL : options->format));
  TRY(check_options(ingest));
  const struct hl_strings *foreign = &ingest->walk.foreign;
  warn_foreign(ingest, foreign->n, foreign->n > 0 ? foreign->items[0] : NULL);
  for (size_t i = 0; i < ingest->walk.metadata.n; i++) {
    TRY(hl_metadata_read(&ingest->metadata, ingest->walk.metadata.items[i]));
  }
  TRY(hl_config_memory_new(&ingest->memory));
  if (options->configs != NULL) TRY(hl_configs_read(options->configs, &ingest->configs));
  ingest->report.n_source = ingest->walk.paths.n;
  ingest->n_slot = hl_pool_threads(ingest->context, ingest->walk.paths.n);
  const size_t share = all_windows / ingest->n_slot;
  ingest->load = (struct hl_load_options){.set = options->set,
                                          .columns = options->columns,
                                          .delimiter = options->delimiter,
                                          .grid = options->grid,
                                          .after_end = options->after_end,
                                          .maximize = options->maximize,
                                          .find_grid = find_grid,
                                          .user = ingest,
                                          .keep_going = options->keep_going,
                                          .context = ingest->context,
                                          .configs = ingest->configs,
                                          .memory = ingest->memory,
                                          .window = share < largest_window ? share : largest_window};
  TRY(hl_new_array(ingest->n_slot, sizeof *ingest->slots, &ingest->slots));
out:
  return status;
}

static void clear_ingest(struct ingest *ingest) {
  for (size_t i = 0; ingest->slots != NULL && i < ingest->n_slot; i++) {
    struct slot *slot = &ingest->slots[i];
    clear_source(slot);
    table_room_clear(&slot->room);
    hl_archive_clear_reader(&slot->reader);
  }
  free(ingest->slots);
  for (size_t i = 0; i < ingest->n_earlier; i++) hl_archive_close(ingest->earlier[i]);
  free(ingest->earlier);
  hl_index_clear(&ingest->index);
  hl_grids_clear(&ingest->grids);
  hl_json_free(ingest->provenance);
  hl_strings_clear(&ingest->origins);
  hl_metadata_clear(&ingest->metadata);
  hl_configs_free(ingest->configs);
  hl_config_memory_free(ingest->memory);
  hl_walk_clear(&ingest->walk);
  free(ingest->last_task);
  free(ingest->last_set);
  free(ingest->first_foreign);
}

static hl_status run(struct ingest *ingest, const char *archive_path) {
  hl_status status = HL_OK;
  char *checked = NULL;
  TRY(hl_file_temporary(archive_path, &checked)); /* refuses what can be no archive */
  TRY(hl_parts_open(&ingest->parts, archive_path));
  TRY(open_earlier(ingest, archive_path));
  TRY(hl_provenance_new(ingest->options->command, ingest->context->seed, 0, NULL, &ingest->provenance));
  TRY(hl_pool_run(ingest->context, "ingesting", ingest->walk.paths.n, work, commit, ingest));
  warn_foreign(ingest, ingest->n_foreign, ingest->first_foreign);
  if (ingest->report.n_failed == ingest->walk.paths.n) {
    FAIL(HL_INVALID, "%s: found no good curve file among %zu, expected at least one", archive_path,
         ingest->walk.paths.n);
  }
  TRY(finish(ingest, archive_path));
  ingest->report.n_task = ingest->index.tasks.n;
  ingest->report.n_set = ingest->index.n_set;
out:
  if (status != HL_OK && status != HL_CANCELLED) hl_parts_remove(&ingest->parts);
  hl_parts_close(&ingest->parts);
  free(checked);
  return status;
}

hl_status hl_ingest(const char *archive_path, size_t n_source, const char *const *sources,
                    const struct hl_ingest_options *options, const struct hl_context *context,
                    struct hl_ingest_report *report) {
  hl_status status = HL_OK;
  struct hl_context limited = *context;
  const size_t n_thread = hl_pool_threads(context, MAX_THREADS);
  limited.n_thread = (int)n_thread;
  struct ingest ingest = {
      .options = options, .context = &limited, .is_canonical = true, .parts = {.lock = -1}};
  TRY(prepare(&ingest, n_source, sources));
  TRY(run(&ingest, archive_path));
  if (report != NULL) *report = ingest.report;
  if (ingest.report.n_failed > 0) {
    FAIL(HL_BROKEN, "%s: %zu of %zu sources left out, the others are stored", archive_path,
         ingest.report.n_failed, ingest.report.n_source);
  }
  if (ingest.n_bad_file > 0) {
    FAIL(HL_BROKEN, "%s: %zu bad file%s left out, the others are stored", archive_path, ingest.n_bad_file,
         ingest.n_bad_file > 1 ? "s" : "");
  }
out:
  clear_ingest(&ingest);
  return status;
}
