/* The beginning: what there is to do, and with what. */
#include "hyperlist/ingest.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/pool.h"
#include "base/provenance.h"
#include "base/ranks.h"
#include "ingest/configs.h"
#include "ingest/job.h"
#include "ingest/share.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Memory: each thread holds one window of raw values and its packed form; with more threads windows get
 * smaller. */
enum { MAX_THREADS = 12 };
static const size_t all_windows = (size_t)96 << 20, largest_window = (size_t)48 << 20;

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
    ingest_clear_source(slot);
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
  hl_strings_clear(&ingest->warnings);
  free(ingest->mine);
  free(ingest->last_task);
  free(ingest->last_set);
  free(ingest->first_foreign);
}

static hl_status read_mine(void *user, size_t i, size_t i_thread) {
  const struct ingest *ingest = user;
  return ingest_read(user, ingest->mine[i], i_thread);
}

static hl_status store_mine(void *user, size_t i, size_t i_thread) {
  const struct ingest *ingest = user;
  return ingest_store(user, ingest->mine[i], i_thread);
}

/* This rank's sources, into parts. */
static hl_status ingest_mine(struct ingest *ingest) {
  hl_status status = HL_OK;
  hl_strings_clear(&ingest->warnings); /* so far all ranks had the same, and the first has told them */
  TRY(hl_provenance_new(ingest->options->command, ingest->context->seed, &ingest->provenance));
  TRY(hl_pool_run(ingest->context, "ingesting", ingest->n_mine, read_mine, store_mine, ingest));
  TRY(ingest_finish_part(ingest));
out:
  return status;
}

static hl_status finish(struct ingest *ingest, const char *archive_path) {
  hl_status status = HL_OK;
  warn_foreign(ingest, ingest->n_foreign, ingest->first_foreign);
  if (ingest->report.n_failed == ingest->walk.paths.n) {
    FAIL(HL_INVALID, "%s: found no good curve file among %zu, expected at least one", archive_path,
         ingest->walk.paths.n);
  }
  TRY(ingest_finish(ingest, archive_path));
  ingest->report.n_task = ingest->index.tasks.n;
  ingest->report.n_set = ingest->index.n_set;
out:
  return status;
}

static hl_status run(struct ingest *ingest, const char *archive_path) {
  hl_status status = HL_OK;
  const struct hl_context *context = ingest->context;
  char *checked = NULL;
  TRY(hl_ranks_agree(context,
                     hl_file_temporary(archive_path, &checked))); /* refuses what can be no archive */
  TRY(hl_parts_open(&ingest->parts, archive_path, context));
  TRY(hl_ranks_agree(context, open_earlier(ingest, archive_path)));
  TRY(hl_ranks_agree(context, ingest_mine(ingest)));
  TRY(ingest_share_results(ingest));
  if (hl_ranks_is_first(context)) status = finish(ingest, archive_path);
  status = hl_ranks_agree(context, status);
out:
  /* A call that a signal has made fail is no fault of the sources: parts stay for the next run. */
  if (status != HL_OK && status != HL_CANCELLED && hl_check_cancel(context) == HL_OK)
    hl_parts_remove(&ingest->parts);
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
  ingest_keep_warnings(&ingest, &limited, context);
  TRY(hl_ranks_agree(context, prepare(&ingest, n_source, sources)));
  TRY(ingest_share_sources(&ingest));
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
