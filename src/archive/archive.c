#include "hyperlist/archive.h"
#include "archive/index.h"
#include "archive/pack.h"
#include "archive/raw.h"
#include "archive/schema.h"
#include "base/error.h"
#include "base/h5.h"
#include "base/memory.h"
#include "base/text.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct hl_archive {
  char *path, *provenance;
  struct hl_h5 file;
  struct hl_archive_index index;
  uint64_t file_bytes;
  pthread_mutex_t lock; /* HDF5 calls take turns */
};

/* ---- the index
 * ----------------------------------------------------------------------------------------------------- */

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

static hl_status read_tasks(struct hl_archive *archive) {
  hl_status status = HL_OK;
  struct hl_h5 group = {0};
  struct hl_archive_index *index = &archive->index;
  TRY(hl_h5_open_group(archive->file, "tasks", &group));
  TRY(hl_h5_read_strings(group, "name", &index->tasks));
  TRY(check_order(archive, "/tasks/name", &index->tasks, strcmp));
  const struct hl_h5_shape shape = {1, {index->tasks.n}};
  TRY(hl_new_array(index->tasks.n, sizeof(int64_t), &index->n_params));
  TRY(hl_new_array(index->tasks.n, sizeof(double), &index->seconds_per_step));
  TRY(hl_h5_read_array(group, "n_params", HL_H5_INT64, shape, index->n_params));
  TRY(hl_h5_read_array(group, "seconds_per_step", HL_H5_FLOAT64, shape, index->seconds_per_step));
out:
  hl_h5_close(&group);
  return status;
}

static hl_status read_set(struct hl_archive *archive, struct hl_h5 sets, const char *link,
                          struct hl_archive_set *set) {
  hl_status status = HL_OK;
  struct hl_h5 group = {0};
  TRY(hl_h5_open_group(sets, link, &group));
  TRY(hl_decode_link(link, &set->name));
  TRY(hl_h5_read_strings(group, "config_names", &set->configs));
  TRY(check_order(archive, link, &set->configs, hl_strings_compare_natural));
  TRY(hl_h5_read_strings(group, "hyperparameter_names", &set->hyperparameters));
  TRY(hl_h5_read_strings(group, "split_names", &set->splits));
  if (set->splits.n == 0) FAIL(HL_INVALID, "%s: /sets/%s/split_names: found none", archive->path, link);
  if (set->hyperparameters.n > 0) {
    const struct hl_h5_shape shape = {2, {set->configs.n, set->hyperparameters.n}};
    TRY(hl_new_array(set->configs.n * set->hyperparameters.n, sizeof(double), &set->hyperparameter_values));
    TRY(hl_h5_read_array(group, "hyperparameters", HL_H5_FLOAT64, shape, set->hyperparameter_values));
  }
out:
  hl_h5_close(&group);
  return status;
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
out:
  hl_strings_clear(&links);
  hl_h5_close(&sets);
  return status;
}

hl_status hl_archive_open(const char *path, struct hl_archive **out) {
  hl_status status = HL_OK;
  struct stat info;
  struct hl_archive *archive = NULL;
  *out = NULL;
  TRY(hl_new_array(1, sizeof *archive, &archive));
  pthread_mutex_init(&archive->lock, NULL);
  TRY(hl_copy_text(path, &archive->path));
  TRY(hl_h5_open(archive->path, &archive->file));
  if (stat(path, &info) == 0) archive->file_bytes = (uint64_t)info.st_size;
  TRY(hl_schema_check(archive->file, "hyperlist.archive", 1, "an archive"));
  TRY(hl_h5_read_text(archive->file, "provenance", &archive->provenance));
  TRY(read_tasks(archive));
  TRY(read_sets(archive));
  *out = archive;
  return HL_OK;
out:
  hl_archive_close(archive);
  return status;
}

void hl_archive_close(struct hl_archive *archive) {
  if (archive == NULL) return;
  hl_h5_close(&archive->file);
  hl_index_clear(&archive->index);
  pthread_mutex_destroy(&archive->lock);
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

/* ---- tables
 * -------------------------------------------------------------------------------------------------------- */

static hl_status copy_place(const struct hl_archive *archive, size_t i_set, const char *what, size_t i_task,
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

bool hl_archive_has_table(struct hl_archive *archive, size_t i_set, size_t i_task) {
  char *place = NULL;
  bool has = false;
  if (copy_place(archive, i_set, "curves", i_task, &place) == HL_OK) {
    pthread_mutex_lock(&archive->lock);
    has = hl_h5_has(archive->file, place);
    pthread_mutex_unlock(&archive->lock);
  }
  free(place);
  return has;
}

/* The claims of a table's shape against its set and against what the file can hold. */
static hl_status check_shape(const struct hl_archive *archive, const char *place,
                             const struct hl_archive_set *set, struct hl_h5_shape shape, enum hl_h5_type type,
                             struct hl_archive_table *table) {
  if (shape.rank != 4 || (type != HL_H5_FLOAT32 && type != HL_H5_FLOAT64)) {
    return hl_fail(HL_INVALID, "%s: %s: found another shape or type, expected 4 dimensions of floats",
                   archive->path, place);
  }
  if (shape.dims[0] != set->configs.n || shape.dims[3] != set->splits.n) {
    return hl_fail(HL_INVALID,
                   "%s: %s: found %llu configs x %llu splits, expected %zu x %zu as in the set's names",
                   archive->path, place, (unsigned long long)shape.dims[0], (unsigned long long)shape.dims[3],
                   set->configs.n, set->splits.n);
  }
  *table = (struct hl_archive_table){.n_config = (size_t)shape.dims[0],
                                     .n_replica = (size_t)shape.dims[1],
                                     .n_step = (size_t)shape.dims[2],
                                     .n_split = (size_t)shape.dims[3],
                                     .is_double = type == HL_H5_FLOAT64};
  size_t row = hl_h5_type_size(type);
  const bool fits = hl_multiply(row, table->n_replica, &row) && hl_multiply(row, table->n_step, &row) &&
                    hl_multiply(row, table->n_split, &row) && row <= HL_MAX_ROW_BYTES;
  if (!fits || row == 0) {
    return hl_fail(
        HL_INVALID,
        "%s: %s: found %llu replicas x %llu steps, expected at least 1 and at most %zu bytes a row",
        archive->path, place, (unsigned long long)shape.dims[1], (unsigned long long)shape.dims[2],
        HL_MAX_ROW_BYTES);
  }
  return HL_OK;
}

static hl_status read_steps(const struct hl_archive *archive, const char *place, struct hl_h5 dataset,
                            struct hl_archive_table *table) {
  size_t n = 0;
  hl_status status = hl_h5_read_numbers(dataset, "steps", &n, &table->steps);
  if (status != HL_OK) return status;
  bool ascends = n == table->n_step && isfinite(table->steps[0]);
  for (size_t i = 1; i < n && ascends; i++)
    ascends = table->steps[i - 1] < table->steps[i] && isfinite(table->steps[i]);
  if (ascends) return HL_OK;
  return hl_fail(HL_INVALID, "%s: %s: steps: found %zu, expected %zu ascending numbers", archive->path, place,
                 n, table->n_step);
}

static hl_status read_ran(struct hl_archive *archive, size_t i_set, size_t i_task,
                          struct hl_archive_table *table) {
  hl_status status = HL_OK;
  char *ran = NULL, *observed = NULL;
  const size_t n_run = table->n_config * table->n_replica;
  TRY(copy_place(archive, i_set, "ran", i_task, &ran));
  TRY(copy_place(archive, i_set, "observed", i_task, &observed));
  TRY(hl_new_array(n_run, sizeof *table->ran, &table->ran));
  const struct hl_h5_shape shape = {2, {table->n_config, table->n_replica}};
  TRY(hl_h5_read_array(archive->file, ran, HL_H5_UINT8, shape, table->ran));
  for (size_t i = 0; i < n_run; i++) {
    if (table->ran[i] > 1)
      FAIL(HL_INVALID, "%s: %s: found %d, expected 0 or 1", archive->path, ran, table->ran[i]);
  }
  if (!hl_h5_has(archive->file, observed)) goto out; /* every point of every run is there */
  const struct hl_h5_shape observed_shape = {3, {table->n_config, table->n_replica, table->n_split}};
  TRY(hl_new_array(n_run * table->n_split, sizeof *table->observed, &table->observed));
  TRY(hl_h5_read_array(archive->file, observed, HL_H5_INT32, observed_shape, table->observed));
  for (size_t i = 0; i < n_run * table->n_split; i++) {
    if (table->observed[i] < 0 || (size_t)table->observed[i] > table->n_step) {
      FAIL(HL_INVALID, "%s: %s: found %d, expected 0 to %zu", archive->path, observed, table->observed[i],
           table->n_step);
    }
  }
out:
  free(ran);
  free(observed);
  return status;
}

/* What a table is read through. */
struct table_source {
  struct hl_h5 dataset;
  char *place;
  bool is_packed; /* chunks of our layout, unpacked by us; else HDF5 reads */
};

static hl_status open_source(struct hl_archive *archive, size_t i_set, size_t i_task,
                             struct hl_archive_table *table, struct table_source *source) {
  hl_status status = HL_OK;
  enum hl_h5_type type;
  struct hl_h5_shape shape;
  uint64_t chunk_rows = 0;
  TRY(copy_place(archive, i_set, "curves", i_task, &source->place));
  TRY(hl_h5_open_dataset(archive->file, source->place, &source->dataset, &type, &shape));
  TRY(check_shape(archive, source->place, &archive->index.sets[i_set], shape, type, table));
  table->internal = source;
  TRY(read_steps(archive, source->place, source->dataset, table));
  TRY(read_ran(archive, i_set, i_task, table));
  TRY(hl_h5_chunk_rows(source->dataset, &chunk_rows));
  const size_t row = table->n_replica * table->n_step * table->n_split * hl_h5_type_size(type);
  source->is_packed = chunk_rows > 0 && chunk_rows <= HL_MAX_ROW_BYTES / row + 1;
  table->chunk_rows = source->is_packed ? (size_t)chunk_rows : ((size_t)1 << 20) / row + 1;
out:
  return status;
}

static void close_source(struct table_source *source) {
  hl_h5_close(&source->dataset);
  free(source->place);
  free(source);
}

static hl_status open_table(struct hl_archive *archive, size_t i_set, size_t i_task,
                            struct hl_archive_table *table) {
  struct table_source *source;
  hl_status status = hl_new_array(1, sizeof *source, &source);
  if (status != HL_OK) return status;
  status = open_source(archive, i_set, i_task, table, source);
  if (status != HL_OK) {
    table->internal = NULL;
    close_source(source);
  }
  return status;
}

hl_status hl_archive_open_table(struct hl_archive *archive, size_t i_set, size_t i_task,
                                struct hl_archive_table *table) {
  *table = (struct hl_archive_table){0};
  pthread_mutex_lock(&archive->lock);
  const hl_status status = open_table(archive, i_set, i_task, table);
  pthread_mutex_unlock(&archive->lock);
  if (status != HL_OK) hl_archive_close_table(archive, table);
  return status;
}

void hl_archive_close_table(struct hl_archive *archive, struct hl_archive_table *table) {
  if (table->internal != NULL) {
    pthread_mutex_lock(&archive->lock);
    close_source(table->internal);
    pthread_mutex_unlock(&archive->lock);
  }
  free(table->steps);
  free(table->ran);
  free(table->observed);
  *table = (struct hl_archive_table){0};
}

/* ---- rows
 * ----------------------------------------------------------------------------------------------------------
 */

void hl_archive_clear_reader(struct hl_archive_reader *reader) {
  hl_packer_free(reader->packer);
  free(reader->packed);
  *reader = (struct hl_archive_reader){0};
}

static hl_status unpack_rows(const struct hl_archive_table *table, struct hl_archive_reader *reader,
                             size_t n_packed, size_t n, size_t row_values, void *values) {
  hl_status status = HL_OK;
  const size_t size = table->is_double ? sizeof(double) : sizeof(float);
  void *whole = NULL;
  if (reader->packer == NULL) {
    struct hl_packer *packer;
    TRY(hl_packer_new(&packer));
    reader->packer = packer;
  }
  if (n == table->chunk_rows) {
    return hl_packer_unpack(reader->packer, reader->packed, n_packed, values, n * row_values, size);
  }
  /* A last chunk is stored whole, beyond the table's end. */
  TRY(hl_new_array(table->chunk_rows * row_values, size, &whole));
  TRY(hl_packer_unpack(reader->packer, reader->packed, n_packed, whole, table->chunk_rows * row_values,
                       size));
  memcpy(values, whole, n * row_values * size);
out:
  free(whole);
  return status;
}

static void fill_nan(bool is_double, size_t n, void *values) {
  float *as_float = values;
  double *as_double = values;
  for (size_t i = 0; i < n; i++) {
    if (is_double)
      as_double[i] = NAN;
    else
      as_float[i] = NAN;
  }
}

static hl_status read_locked(const struct table_source *source, const struct hl_archive_table *table,
                             struct hl_archive_reader *reader, size_t first, size_t n, void *values,
                             size_t *n_packed) {
  const enum hl_h5_type type = table->is_double ? HL_H5_FLOAT64 : HL_H5_FLOAT32;
  if (!source->is_packed) return hl_h5_read_rows(source->dataset, type, first, n, values);
  return hl_h5_read_chunk(source->dataset, first, &reader->packed, &reader->packed_capacity, n_packed);
}

hl_status hl_archive_read_rows(struct hl_archive *archive, const struct hl_archive_table *table,
                               struct hl_archive_reader *reader, size_t first, size_t n, void *values) {
  const struct table_source *source = table->internal;
  const size_t row_values = table->n_replica * table->n_step * table->n_split;
  size_t n_packed = 0;
  pthread_mutex_lock(&archive->lock);
  hl_status status = read_locked(source, table, reader, first, n, values, &n_packed);
  pthread_mutex_unlock(&archive->lock);
  if (status != HL_OK || !source->is_packed) return status;
  if (n_packed == 0) {
    fill_nan(table->is_double, n * row_values, values);
    return HL_OK;
  }
  status = unpack_rows(table, reader, n_packed, n, row_values, values);
  if (status == HL_OK) return HL_OK;
  return hl_fail_within(status, "%s: /%s: rows from %zu: ", archive->path, source->place, first);
}

/* ---- packed rows (raw.h)
 * ------------------------------------------------------------------------------------------- */

bool hl_archive_is_packed(const struct hl_archive_table *table) {
  const struct table_source *source = table->internal;
  return source->is_packed;
}

hl_status hl_archive_read_packed(struct hl_archive *archive, const struct hl_archive_table *table,
                                 struct hl_archive_reader *reader, size_t first, size_t *n_packed) {
  const struct table_source *source = table->internal;
  pthread_mutex_lock(&archive->lock);
  const hl_status status =
      hl_h5_read_chunk(source->dataset, first, &reader->packed, &reader->packed_capacity, n_packed);
  pthread_mutex_unlock(&archive->lock);
  return status;
}

const char *hl_archive_get_path(const struct hl_archive *archive) {
  return archive->path;
}
