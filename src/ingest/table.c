#include "ingest/table.h"
#include "archive/index.h"
#include "archive/values.h"
#include "base/error.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

void table_room_clear(struct table_room *room) {
  hl_packer_free(room->packer);
  free(room->rows);
  *room = (struct table_room){0};
}

static size_t row_values(const struct hl_curves *curves) {
  return curves->n_replica * curves->n_step *
         curves->splits.n; /* below HL_LIMIT_CURVES, the loader saw to it */
}

size_t table_bytes(const struct hl_curves *curves) {
  size_t n_byte;
  return hl_multiply(curves->configs.n, row_values(curves) * hl_value_size(curves->is_double), &n_byte)
             ? n_byte
             : SIZE_MAX;
}

/* The table of n_config rows that these curves become; ran is all 0, and observed, if they have it. */
static hl_status describe(const struct hl_curves *curves, size_t n_config, struct hl_archive_table *table) {
  hl_status status = HL_OK;
  *table = (struct hl_archive_table){.n_config = n_config,
                                     .n_replica = curves->n_replica,
                                     .n_step = curves->n_step,
                                     .n_split = curves->splits.n,
                                     .steps = curves->steps,
                                     .is_double = curves->is_double};
  table->chunk_rows = hl_writer_chunk_rows(n_config, row_values(curves) * hl_value_size(curves->is_double));
  TRY(hl_new_array(n_config * curves->n_replica, sizeof *table->ran, &table->ran));
  if (!curves->has_observed) goto out;
  TRY(hl_new_array(n_config * curves->n_replica * curves->splits.n, sizeof *table->observed,
                   &table->observed));
out:
  return status;
}

static void clear_described(struct hl_archive_table *table) {
  free(table->ran);
  free(table->observed);
}

static hl_status reserve(struct table_room *room, size_t n_byte) {
  hl_status status = room->packer == NULL ? hl_packer_new(&room->packer) : HL_OK;
  if (status == HL_OK) status = hl_grow_array(&room->rows, &room->rows_capacity, n_byte, 1);
  return status;
}

/* Reads the curves' rows [from, from + n) to rows [to, to + n) of the chunk that begins at row `first`. */
static hl_status read_run(struct table_room *room, struct hl_curves *curves, struct hl_archive_table *table,
                          size_t from, size_t n, size_t to, size_t first) {
  int32_t *observed =
      table->observed != NULL ? table->observed + to * table->n_replica * table->n_split : NULL;
  return curves->read(curves, from, n,
                      room->rows + (to - first) * row_values(curves) * hl_value_size(curves->is_double),
                      table->ran + to * table->n_replica, observed);
}

/* Rows [begin, end) of the chunk are nobody's. */
static void fill_rows(struct table_room *room, const struct hl_curves *curves, size_t begin, size_t end) {
  const size_t n = row_values(curves);
  hl_fill_nan(curves->is_double, (end - begin) * n,
              room->rows + begin * n * hl_value_size(curves->is_double));
}

/* Reads what of the chunk of rows [first, first + n) the curves have; to[i] is the row of their i-th config,
 * *next the first of them that was not read yet. Runs of neighbours are read at once. */
static hl_status read_chunk(struct table_room *room, struct hl_curves *curves, struct hl_archive_table *table,
                            const size_t *to, size_t *next, size_t first, size_t n) {
  hl_status status = HL_OK;
  size_t row = first;
  while (status == HL_OK && *next < curves->configs.n && to[*next] < first + n) {
    const size_t from = *next;
    size_t n_run = 1;
    while (from + n_run < curves->configs.n && to[from + n_run] == to[from] + n_run &&
           to[from + n_run] < first + n) {
      n_run++;
    }
    fill_rows(room, curves, row - first, to[from] - first);
    status = read_run(room, curves, table, from, n_run, to[from], first);
    row = to[from] + n_run;
    *next += n_run;
  }
  fill_rows(room, curves, row - first, table->chunk_rows);
  return status;
}

typedef hl_status chunk_function(void *user, size_t first, const void *packed, size_t n_packed);

/* Packs the table chunk by chunk and hands each to `take`. */
static hl_status for_chunks(struct table_room *room, const struct hl_strings *configs,
                            struct hl_curves *curves, struct hl_archive_table *table, chunk_function *take,
                            void *user) {
  hl_status status = HL_OK;
  size_t *to = NULL, next = 0;
  TRY(reserve(room, table->chunk_rows * row_values(curves) * hl_value_size(curves->is_double)));
  TRY(hl_new_array(curves->configs.n, sizeof *to, &to));
  hl_index_map_rows(&curves->configs, configs, to);
  for (size_t first = 0; first < table->n_config; first += table->chunk_rows) {
    const size_t left = table->n_config - first;
    const void *packed;
    size_t n_packed;
    TRY(read_chunk(room, curves, table, to, &next, first,
                   left < table->chunk_rows ? left : table->chunk_rows));
    TRY(hl_packer_pack(room->packer, room->rows, table->chunk_rows * row_values(curves),
                       hl_value_size(curves->is_double), &packed, &n_packed));
    TRY(take(user, first, packed, n_packed));
  }
out:
  free(to);
  return status;
}

static hl_status keep_chunk(void *user, size_t first, const void *bytes, size_t n_byte) {
  struct packed_table *packed = user;
  struct packed_chunk *chunk = &packed->chunks[first / packed->table.chunk_rows];
  const hl_status status = hl_new_room(n_byte, &chunk->bytes);
  if (status != HL_OK) return status;
  memcpy(chunk->bytes, bytes, n_byte);
  chunk->n_byte = n_byte;
  return HL_OK;
}

hl_status table_pack(struct table_room *room, struct hl_curves *curves, struct packed_table *packed) {
  hl_status status = HL_OK;
  *packed = (struct packed_table){0};
  TRY(describe(curves, curves->configs.n, &packed->table));
  packed->n_chunk = (curves->configs.n + packed->table.chunk_rows - 1) / packed->table.chunk_rows;
  TRY(hl_new_array(packed->n_chunk, sizeof *packed->chunks, &packed->chunks));
  TRY(for_chunks(room, &curves->configs, curves, &packed->table, keep_chunk, packed));
out:
  if (status != HL_OK) table_clear(packed);
  return status;
}

void table_clear(struct packed_table *packed) {
  for (size_t i = 0; packed->chunks != NULL && i < packed->n_chunk; i++) free(packed->chunks[i].bytes);
  free(packed->chunks);
  clear_described(&packed->table);
  *packed = (struct packed_table){0};
}

hl_status table_write_packed(struct hl_writer *writer, const struct hl_curves *curves,
                             const struct packed_table *packed) {
  hl_status status = HL_OK;
  struct hl_h5 dataset = {0};
  TRY(hl_writer_begin_table(writer, curves->set, curves->task, &packed->table, &dataset));
  for (size_t i = 0; i < packed->n_chunk; i++) {
    TRY(hl_writer_write_chunk(writer, dataset, i * packed->table.chunk_rows, packed->chunks[i].bytes,
                              packed->chunks[i].n_byte));
  }
  TRY(hl_writer_end_table(writer, curves->set, curves->task, &packed->table, &dataset));
out:
  hl_h5_close(&dataset);
  return status;
}

struct stream {
  struct hl_writer *writer;
  struct hl_h5 dataset;
};

static hl_status write_chunk(void *user, size_t first, const void *packed, size_t n_packed) {
  struct stream *stream = user;
  return hl_writer_write_chunk(stream->writer, stream->dataset, first, packed, n_packed);
}

hl_status table_stream(struct table_room *room, struct hl_writer *writer, const struct hl_strings *configs,
                       struct hl_curves *curves) {
  hl_status status = HL_OK;
  struct hl_archive_table table = {0};
  struct stream stream = {.writer = writer};
  TRY(describe(curves, configs->n, &table));
  TRY(hl_writer_begin_table(writer, curves->set, curves->task, &table, &stream.dataset));
  TRY(for_chunks(room, configs, curves, &table, write_chunk, &stream));
  TRY(hl_writer_end_table(writer, curves->set, curves->task, &table, &stream.dataset));
out:
  hl_h5_close(&stream.dataset);
  clear_described(&table);
  return status;
}
