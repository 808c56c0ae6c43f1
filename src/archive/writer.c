#include "archive/writer.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"
#include "hyperlist/task.h"

#include <stdlib.h>
#include <string.h>

enum { CHUNK_BYTES = 1 << 20, WRITEBACK_BYTES = 8 << 20 };

struct open_set {
  char *name;
  struct hl_h5 group, curves, ran, observed;
};

size_t hl_writer_chunk_rows(size_t n_config, size_t row_bytes) {
  const size_t rows = row_bytes < CHUNK_BYTES ? CHUNK_BYTES / (row_bytes > 0 ? row_bytes : 1) : 1;
  return rows < n_config ? rows : n_config;
}

hl_status hl_writer_create(struct hl_writer *writer, const char *path) {
  hl_status status = HL_OK;
  *writer = (struct hl_writer){0};
  TRY(hl_h5_create(path, &writer->file));
  TRY(hl_h5_create_group(writer->file, "sets", &writer->sets));
out:
  if (status != HL_OK) hl_writer_abandon(writer);
  return status;
}

static void close_sets(struct hl_writer *writer) {
  for (size_t i = 0; i < writer->n_open; i++) {
    struct open_set *set = &writer->open[i];
    hl_h5_close(&set->observed);
    hl_h5_close(&set->ran);
    hl_h5_close(&set->curves);
    hl_h5_close(&set->group);
    free(set->name);
  }
  free(writer->open);
  writer->open = NULL;
  writer->n_open = 0;
  hl_h5_close(&writer->sets);
}

void hl_writer_abandon(struct hl_writer *writer) {
  close_sets(writer);
  hl_h5_close(&writer->file);
}

static hl_status create_set(struct hl_writer *writer, const char *name, struct open_set *set) {
  hl_status status = HL_OK;
  char *link = NULL;
  *set = (struct open_set){0};
  TRY(hl_copy_text(name, &set->name));
  TRY(hl_encode_link(name, &link));
  TRY(hl_h5_create_group(writer->sets, link, &set->group));
  TRY(hl_h5_create_group(set->group, "curves", &set->curves));
  TRY(hl_h5_create_group(set->group, "ran", &set->ran));
out:
  free(link);
  return status;
}

static hl_status get_set(struct hl_writer *writer, const char *name, struct open_set **set) {
  for (size_t i = 0; i < writer->n_open; i++) {
    *set = &writer->open[i];
    if (strcmp((*set)->name, name) == 0) return HL_OK;
  }
  struct open_set *open = realloc(writer->open, (writer->n_open + 1) * sizeof *open);
  if (open == NULL) return hl_fail_memory();
  writer->open = open;
  *set = &open[writer->n_open++];
  return create_set(writer, name, *set);
}

hl_status hl_writer_begin_table(struct hl_writer *writer, const char *set_name, const char *task,
                                const struct hl_archive_table *table, struct hl_h5 *dataset) {
  hl_status status = HL_OK;
  char *link = NULL;
  struct open_set *set;
  const struct hl_h5_shape shape = {4, {table->n_config, table->n_replica, table->n_step, table->n_split}};
  TRY(get_set(writer, set_name, &set));
  TRY(hl_encode_link(task, &link));
  TRY(hl_h5_create_chunked(set->curves, link, table->is_double ? HL_H5_FLOAT64 : HL_H5_FLOAT32, shape,
                           table->chunk_rows, table->n_step * sizeof *table->steps, dataset));
  TRY(hl_h5_write_numbers(*dataset, "steps", table->n_step, table->steps));
out:
  free(link);
  return status;
}

hl_status hl_writer_write_chunk(struct hl_writer *writer, struct hl_h5 dataset, size_t first_row,
                                const void *packed, size_t n_packed) {
  const hl_status status = hl_h5_write_chunk(dataset, first_row, packed, n_packed);
  if (status != HL_OK) return status;
  writer->n_byte += n_packed;
  if (writer->n_byte - writer->n_started < WRITEBACK_BYTES) return HL_OK;
  writer->n_started = writer->n_byte;
  hl_h5_start_writeback(writer->file);
  return HL_OK;
}

hl_status hl_writer_end_table(struct hl_writer *writer, const char *set_name, const char *task,
                              const struct hl_archive_table *table, struct hl_h5 *dataset) {
  hl_status status = HL_OK;
  char *link = NULL;
  struct open_set *set;
  const struct hl_h5_shape ran = {2, {table->n_config, table->n_replica}};
  const struct hl_h5_shape observed = {3, {table->n_config, table->n_replica, table->n_split}};
  TRY(get_set(writer, set_name, &set));
  TRY(hl_encode_link(task, &link));
  TRY(hl_h5_close(dataset));
  TRY(hl_h5_write_array(set->ran, link, HL_H5_UINT8, ran, table->ran));
  if (table->observed != NULL) {
    if (set->observed.id == 0) TRY(hl_h5_create_group(set->group, "observed", &set->observed));
    TRY(hl_h5_write_array(set->observed, link, HL_H5_INT32, observed, table->observed));
  }
out:
  free(link);
  hl_h5_close(dataset);
  return status;
}

hl_status hl_writer_has_table(const struct hl_writer *writer, const char *set, const char *task, bool *has) {
  char *link;
  hl_status status = hl_encode_link(task, &link);
  *has = false;
  for (size_t i = 0; i < writer->n_open && status == HL_OK && !*has; i++) {
    if (strcmp(writer->open[i].name, set) == 0) status = hl_h5_has(writer->open[i].curves, link, has);
  }
  free(link);
  return status;
}

static hl_status write_tasks(struct hl_writer *writer, const struct hl_archive_index *index) {
  hl_status status = HL_OK;
  struct hl_h5 group = {0};
  struct hl_strings kinds = {0};
  const struct hl_h5_shape shape = {1, {index->tasks.n}};
  for (size_t i = 0; i < index->tasks.n; i++)
    TRY(hl_strings_add(&kinds, hl_task_kind(index->tasks.items[i])));
  TRY(hl_h5_create_group(writer->file, "tasks", &group));
  TRY(hl_h5_write_strings(group, "name", &index->tasks));
  TRY(hl_h5_write_strings(group, "kind", &kinds));
  TRY(hl_h5_write_array(group, "n_params", HL_H5_INT64, shape, index->n_params));
  TRY(hl_h5_write_array(group, "seconds_per_step", HL_H5_FLOAT64, shape, index->seconds_per_step));
out:
  hl_h5_close(&group);
  hl_strings_clear(&kinds);
  return status;
}

static hl_status write_set(struct hl_writer *writer, const struct hl_archive_set *info) {
  hl_status status = HL_OK;
  struct open_set *set;
  const struct hl_h5_shape shape = {2, {info->configs.n, info->hyperparameters.n}};
  TRY(get_set(writer, info->name, &set));
  TRY(hl_h5_write_strings(set->group, "config_names", &info->configs));
  TRY(hl_h5_write_strings(set->group, "hyperparameter_names", &info->hyperparameters));
  TRY(hl_h5_write_array(set->group, "hyperparameters", HL_H5_FLOAT64, shape, info->hyperparameter_values));
  TRY(hl_h5_write_strings(set->group, "split_names", &info->splits));
out:
  return status;
}

hl_status hl_writer_finish(struct hl_writer *writer, const struct hl_archive_index *index,
                           const char *provenance) {
  hl_status status = HL_OK;
  for (size_t i = 0; i < index->n_set; i++) TRY(write_set(writer, &index->sets[i]));
  TRY(write_tasks(writer, index));
  if (provenance != NULL) TRY(hl_h5_write_text(writer->file, "provenance", provenance));
  TRY(hl_h5_write_text(writer->file, "schema", "hyperlist.archive/1"));
  close_sets(writer);
  TRY(hl_h5_close(&writer->file));
out:
  hl_writer_abandon(writer);
  return status;
}
