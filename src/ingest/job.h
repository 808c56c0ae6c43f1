/* One ingest, from sources to one archive, in three steps: sources are read and packed in any thread
 * (read.c), stored in turn as parts (store.c), and the parts become one archive at the end (finish.c). */
#ifndef HL_INGEST_JOB_H
#define HL_INGEST_JOB_H

#include "hyperlist/ingest.h"
#include "ingest/curves.h"
#include "ingest/grid.h"
#include "ingest/loader.h"
#include "ingest/metadata.h"
#include "ingest/parts.h"
#include "ingest/table.h"
#include "ingest/walk.h"

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
  size_t n_mine, *mine;           /* the sources that this rank reads: see share.h */
  struct hl_strings warnings;     /* kept for the first rank */
  const struct hl_context *outer; /* the caller's, where warnings are kept */
  size_t n_slot;
  struct slot *slots;
};

/* For hl_pool_run: reads and packs source i; its only table is then ready in the thread's slot. */
hl_status ingest_read(void *ingest, size_t i, size_t i_thread);
/* Makes a table ready: looked for among what is stored, else packed where it fits a window. */
hl_status ingest_prepare_table(struct ingest *ingest, struct slot *slot, struct hl_curves *curves,
                               const char *path);
void ingest_clear_table(struct slot *slot);
void ingest_clear_source(struct slot *slot);

/* For hl_pool_run: stores source i, after those before it. */
hl_status ingest_store(void *ingest, size_t i, size_t i_thread);
/* Ends the part in the making, if any, and begins the provenance of the next. */
hl_status ingest_finish_part(struct ingest *ingest);

/* Parts and what was there before become the archive. */
hl_status ingest_finish(struct ingest *ingest, const char *archive_path);

#endif
