#include "archive/open.h"
#include "archive/pack.h"
#include "archive/raw.h"
#include "archive/values.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"
#include "hyperlist/limits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const size_t plain_rows_bytes = (size_t)1 << 20;

/* What a table is read through. */
struct table_source {
  struct hl_h5 dataset;
  char *place;
  bool is_packed; /* chunks of our layout, unpacked by us; else HDF5 reads */
};

hl_status table_copy_place(const struct hl_archive *archive, size_t i_set, const char *what, size_t i_task,
                           char **place) {
  hl_status status = HL_OK;
  char *set = NULL, *task = NULL;
  *place = NULL;
  TRY(hl_encode_link(archive->index.sets[i_set].name, &set));
  TRY(hl_encode_link(archive->index.tasks.items[i_task], &task));
  TRY(hl_format_text(place, "sets/%s/%s/%s", set, what, task));
out:
  free(set);
  free(task);
  return status;
}

hl_status hl_archive_has_table(struct hl_archive *archive, size_t i_set, size_t i_task, bool *has) {
  char *place;
  hl_status status = table_copy_place(archive, i_set, "curves", i_task, &place);
  *has = false;
  if (status == HL_OK) status = hl_h5_has(archive->file, place, has);
  free(place);
  return status;
}

/* ---- what describes a table ---- */

static hl_status check_size(const struct hl_archive *archive, const char *place,
                            const struct hl_archive_table *table) {
  const size_t row = hl_row_bytes(table->is_double, table->n_replica, table->n_step, table->n_split);
  size_t n_run;
  if (row == 0 || row == SIZE_MAX) {
    return hl_fail(HL_INVALID,
                   "%s: /%s: found %zu replicas x %zu steps, expected at least 1 and at most %zu bytes a row",
                   archive->path, place, table->n_replica, table->n_step, hl_limit_size(HL_LIMIT_CURVES));
  }
  if (hl_multiply(table->n_config, table->n_replica, &n_run) &&
      n_run / HL_MAX_DEFLATE_RATIO <= archive->file_bytes) {
    return HL_OK;
  }
  return hl_fail(HL_INVALID, "%s: /%s: found a claim of %zu configs x %zu replicas, more than the file holds",
                 archive->path, place, table->n_config, table->n_replica);
}

/* The claims of a table's shape against its set and against what the file can hold. */
static hl_status check_shape(const struct hl_archive *archive, const char *place,
                             const struct hl_archive_set *set, struct hl_h5_shape shape, enum hl_h5_type type,
                             struct hl_archive_table *table) {
  if (shape.rank != 4 || (type != HL_H5_FLOAT32 && type != HL_H5_FLOAT64)) {
    return hl_fail(HL_INVALID, "%s: /%s: found another shape or type, expected 4 dimensions of floats",
                   archive->path, place);
  }
  if (shape.dims[0] != set->configs.n || shape.dims[3] != set->splits.n) {
    return hl_fail(HL_INVALID,
                   "%s: /%s: found %llu configs x %llu splits, expected %zu x %zu as in the set's names",
                   archive->path, place, (unsigned long long)shape.dims[0], (unsigned long long)shape.dims[3],
                   set->configs.n, set->splits.n);
  }
  *table = (struct hl_archive_table){.n_config = (size_t)shape.dims[0],
                                     .n_replica = (size_t)shape.dims[1],
                                     .n_step = (size_t)shape.dims[2],
                                     .n_split = (size_t)shape.dims[3],
                                     .is_double = type == HL_H5_FLOAT64};
  return check_size(archive, place, table);
}

static void close_source(struct table_source *source) {
  if (source == NULL) return;
  hl_h5_close(&source->dataset);
  free(source->place);
  free(source);
}

hl_status table_open_curves(struct hl_archive *archive, size_t i_set, size_t i_task,
                            struct hl_archive_table *table) {
  hl_status status = HL_OK;
  enum hl_h5_type type;
  struct hl_h5_shape shape;
  struct table_source *source = NULL;
  uint64_t chunk_rows = 0;
  *table = (struct hl_archive_table){0};
  TRY(hl_new_array(1, sizeof *source, &source));
  TRY(table_copy_place(archive, i_set, "curves", i_task, &source->place));
  TRY(hl_h5_open_dataset(archive->file, source->place, &source->dataset, &type, &shape));
  TRY(check_shape(archive, source->place, &archive->index.sets[i_set], shape, type, table));
  TRY(hl_h5_chunk_rows(source->dataset, &chunk_rows));
  const size_t row = table->n_replica * table->n_step * table->n_split * hl_h5_type_size(type);
  source->is_packed = chunk_rows > 0 && chunk_rows <= hl_limit_size(HL_LIMIT_CURVES) / row + 1;
  table->chunk_rows = source->is_packed ? (size_t)chunk_rows : plain_rows_bytes / row + 1;
  table->internal = source;
  return HL_OK;
out:
  close_source(source);
  *table = (struct hl_archive_table){0};
  return status;
}

hl_status table_read_steps(struct hl_archive *archive, struct hl_archive_table *table) {
  const struct table_source *source = table->internal;
  size_t n = 0;
  const hl_status status = hl_h5_read_numbers(source->dataset, "steps", &n, &table->steps);
  if (status != HL_OK) return status;
  if (n != table->n_step) {
    return hl_fail(HL_INVALID, "%s: /%s: steps: found %zu, expected %zu as in the curves", archive->path,
                   source->place, n, table->n_step);
  }
  for (size_t i = 0; i < n; i++) {
    if (isfinite(table->steps[i]) && (i == 0 || table->steps[i - 1] < table->steps[i])) continue;
    return hl_fail(HL_INVALID, "%s: /%s: steps: item %zu: found %g after %g, expected ascending numbers",
                   archive->path, source->place, i, table->steps[i], i > 0 ? table->steps[i - 1] : NAN);
  }
  return HL_OK;
}

hl_status table_read_ran(struct hl_archive *archive, size_t i_set, size_t i_task,
                         struct hl_archive_table *table) {
  hl_status status = HL_OK;
  char *place = NULL;
  const size_t n_run = table->n_config * table->n_replica;
  const struct hl_h5_shape shape = {2, {table->n_config, table->n_replica}};
  TRY(table_copy_place(archive, i_set, "ran", i_task, &place));
  TRY(hl_new_array(n_run, sizeof *table->ran, &table->ran));
  TRY(hl_h5_read_array(archive->file, place, HL_H5_UINT8, shape, table->ran));
  for (size_t i = 0; i < n_run; i++) {
    if (table->ran[i] <= 1) continue;
    FAIL(HL_INVALID, "%s: /%s: config %s, replica %zu: found %d, expected 0 or 1", archive->path, place,
         archive->index.sets[i_set].configs.items[i / table->n_replica], i % table->n_replica, table->ran[i]);
  }
out:
  free(place);
  return status;
}

hl_status table_read_observed(struct hl_archive *archive, size_t i_set, size_t i_task,
                              struct hl_archive_table *table) {
  hl_status status = HL_OK;
  char *place = NULL;
  bool has_observed;
  const struct hl_h5_shape shape = {3, {table->n_config, table->n_replica, table->n_split}};
  const size_t n = table->n_config * table->n_replica * table->n_split;
  TRY(table_copy_place(archive, i_set, "observed", i_task, &place));
  TRY(hl_h5_has(archive->file, place, &has_observed));
  if (!has_observed) goto out; /* every point of every run is there */
  TRY(hl_new_array(n, sizeof *table->observed, &table->observed));
  TRY(hl_h5_read_array(archive->file, place, HL_H5_INT32, shape, table->observed));
  for (size_t i = 0; i < n; i++) {
    if (table->observed[i] >= 0 && (size_t)table->observed[i] <= table->n_step) continue;
    const size_t i_run = i / table->n_split;
    FAIL(HL_INVALID, "%s: /%s: config %s, replica %zu, split %s: found %d, expected 0 to %zu", archive->path,
         place, archive->index.sets[i_set].configs.items[i_run / table->n_replica], i_run % table->n_replica,
         archive->index.sets[i_set].splits.items[i % table->n_split], table->observed[i], table->n_step);
  }
out:
  free(place);
  return status;
}

hl_status hl_archive_open_table(struct hl_archive *archive, size_t i_set, size_t i_task,
                                struct hl_archive_table *table) {
  hl_status status = HL_OK;
  TRY(table_open_curves(archive, i_set, i_task, table));
  TRY(table_read_steps(archive, table));
  TRY(table_read_ran(archive, i_set, i_task, table));
  TRY(table_read_observed(archive, i_set, i_task, table));
out:
  if (status != HL_OK) hl_archive_close_table(archive, table);
  return status;
}

void hl_archive_close_table(struct hl_archive *archive, struct hl_archive_table *table) {
  (void)archive;
  close_source(table->internal);
  free(table->steps);
  free(table->ran);
  free(table->observed);
  *table = (struct hl_archive_table){0};
}

/* ---- rows ---- */

void hl_archive_clear_reader(struct hl_archive_reader *reader) {
  hl_packer_free(reader->packer);
  free(reader->packed);
  *reader = (struct hl_archive_reader){0};
}

static hl_status need_packer(struct hl_archive_reader *reader) {
  struct hl_packer *packer;
  if (reader->packer != NULL) return HL_OK;
  const hl_status status = hl_packer_new(&packer);
  if (status == HL_OK) reader->packer = packer;
  return status;
}

static size_t count_row_values(const struct hl_archive_table *table) {
  return table->n_replica * table->n_step * table->n_split;
}

static hl_status unpack_rows(const struct hl_archive_table *table, struct hl_archive_reader *reader,
                             size_t n_packed, uint32_t skipped, size_t n, void *values) {
  hl_status status = HL_OK;
  const size_t size = hl_value_size(table->is_double), row = count_row_values(table);
  void *whole = NULL;
  TRY(need_packer(reader));
  if (n == table->chunk_rows) {
    return hl_packer_unpack(reader->packer, reader->packed, n_packed, skipped, values, n * row, size);
  }
  /* A last chunk is stored whole, beyond the table's end. */
  TRY(hl_new_array(table->chunk_rows * row, size, &whole));
  TRY(hl_packer_unpack(reader->packer, reader->packed, n_packed, skipped, whole, table->chunk_rows * row,
                       size));
  memcpy(values, whole, n * row * size);
out:
  free(whole);
  return status;
}

/* Rows of a chunk that is not stored: nothing, which only runs that are not there may be. */
static hl_status fill_absent(const struct hl_archive_table *table, size_t first, size_t n, void *values) {
  for (size_t i = first * table->n_replica; table->ran != NULL && i < (first + n) * table->n_replica; i++) {
    if (table->ran[i]) {
      return hl_fail(HL_INVALID, "found no such chunk, expected one: some of its runs are there");
    }
  }
  hl_fill_nan(table->is_double, n * count_row_values(table), values);
  return HL_OK;
}

hl_status hl_archive_read_rows(struct hl_archive *archive, const struct hl_archive_table *table,
                               struct hl_archive_reader *reader, size_t first, size_t n, void *values) {
  const struct table_source *source = table->internal;
  const enum hl_h5_type type = table->is_double ? HL_H5_FLOAT64 : HL_H5_FLOAT32;
  uint32_t skipped;
  size_t n_packed;
  hl_status status = HL_OK;
  if (!source->is_packed) return hl_h5_read_rows(source->dataset, type, first, n, values);
  TRY(hl_h5_read_chunk(source->dataset, first, &reader->packed, &reader->packed_capacity, &n_packed,
                       &skipped));
  status = n_packed > 0 ? unpack_rows(table, reader, n_packed, skipped, n, values)
                        : fill_absent(table, first, n, values);
  if (status == HL_INVALID) {
    hl_fail_within(status, "%s: /%s: rows %zu to %zu: ", archive->path, source->place, first, first + n - 1);
  }
out:
  return status;
}

/* ---- packed rows (raw.h) ---- */

bool hl_archive_is_packed(const struct hl_archive_table *table) {
  const struct table_source *source = table->internal;
  return source->is_packed;
}

/* A chunk that HDF5 stored without some filter, as it may where one gained nothing: packed anew. */
static hl_status pack_again(const struct hl_archive_table *table, struct hl_archive_reader *reader,
                            size_t first, uint32_t skipped, const void **packed, size_t *n_packed) {
  const size_t row = count_row_values(table), left = table->n_config - first;
  void *values = NULL;
  hl_status status = HL_OK;
  TRY(hl_new_array(table->chunk_rows * row, hl_value_size(table->is_double), &values));
  hl_fill_nan(table->is_double, table->chunk_rows * row, values);
  TRY(unpack_rows(table, reader, *n_packed, skipped, left < table->chunk_rows ? left : table->chunk_rows,
                  values));
  TRY(hl_packer_pack(reader->packer, values, table->chunk_rows * row, hl_value_size(table->is_double), packed,
                     n_packed));
out:
  free(values);
  return status;
}

hl_status hl_archive_read_packed(struct hl_archive *archive, const struct hl_archive_table *table,
                                 struct hl_archive_reader *reader, size_t first, const void **packed,
                                 size_t *n_packed) {
  const struct table_source *source = table->internal;
  uint32_t skipped;
  hl_status status =
      hl_h5_read_chunk(source->dataset, first, &reader->packed, &reader->packed_capacity, n_packed, &skipped);
  *packed = reader->packed;
  if (status != HL_OK || *n_packed == 0) return status;
  status = skipped == 0 ? hl_packer_verify(*packed, *n_packed)
                        : pack_again(table, reader, first, skipped, packed, n_packed);
  if (status != HL_INVALID) return status;
  return hl_fail_within(status, "%s: /%s: rows from %zu: ", archive->path, source->place, first);
}
