#include "archive/merge.h"
#include "archive/index.h"
#include "archive/pack.h"
#include "archive/raw.h"
#include "archive/values.h"
#include "archive/writer.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/pool.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One source's table of the task and set at hand, read front to back. */
struct part {
  size_t i_source;
  struct hl_archive *archive;
  struct hl_archive_table table;
  struct hl_archive_reader reader;
  const struct hl_strings *configs; /* of its rows */
  const struct hl_strings *splits;
  size_t *split;   /* where each of them stands in the union */
  void *rows;      /* the chunk at hand */
  size_t first, n; /* its rows; n 0: none read yet */
  size_t next;     /* the row that comes next */
};

struct merger {
  const struct hl_merge *merge;
  struct hl_archive_index index; /* of all sources */
  struct hl_writer writer;
  struct hl_packer *packer;
  size_t n_part;
  struct part *parts; /* [n_source] */
};

static const char *describe(const struct merger *merger, const struct part *part, const char *task,
                            const char *set) {
  return merger->merge->describe(merger->merge->user, part->i_source, task, set);
}

/* ---- the sources' tables
 * ------------------------------------------------------------------------------------------- */

static void close_parts(struct merger *merger) {
  for (size_t i = 0; i < merger->n_part; i++) {
    struct part *part = &merger->parts[i];
    hl_archive_close_table(part->archive, &part->table);
    hl_archive_clear_reader(&part->reader);
    free(part->rows);
    free(part->split);
  }
  merger->n_part = 0;
}

static hl_status map_splits(struct part *part, const struct hl_strings *united) {
  const hl_status status = hl_new_array(part->splits->n, sizeof *part->split, &part->split);
  for (size_t k = 0; status == HL_OK && k < part->splits->n; k++) {
    while (strcmp(united->items[part->split[k]], part->splits->items[k]) != 0) part->split[k]++;
  }
  return status;
}

static hl_status open_parts(struct merger *merger, const char *set, const struct hl_strings *splits,
                            const char *task) {
  const struct hl_merge *merge = merger->merge;
  hl_status status = HL_OK;
  for (size_t i = 0; i < merge->n_source; i++) {
    struct hl_archive *archive = merge->sources[i];
    const struct hl_archive_index *index = hl_archive_get_index(archive);
    const size_t i_set = hl_index_find_set(index, set), i_task = hl_index_find_task(index, task);
    if (i_set == index->n_set || i_task == index->tasks.n) continue;
    bool has;
    TRY(hl_archive_has_table(archive, i_set, i_task, &has));
    if (!has) continue;
    struct part *part = &merger->parts[merger->n_part];
    *part = (struct part){.i_source = i,
                          .archive = archive,
                          .configs = &index->sets[i_set].configs,
                          .splits = &index->sets[i_set].splits};
    TRY(hl_archive_open_table(archive, i_set, i_task, &part->table));
    merger->n_part++;
    TRY(map_splits(part, splits));
  }
out:
  return status;
}

static hl_status check_steps(const struct merger *merger, const char *set, const char *task) {
  const struct hl_archive_table *first = &merger->parts[0].table;
  for (size_t i = 1; i < merger->n_part; i++) {
    const struct hl_archive_table *table = &merger->parts[i].table;
    const size_t n_byte = first->n_step * sizeof(double);
    if (table->n_step != first->n_step || memcmp(table->steps, first->steps, n_byte) != 0) {
      return hl_fail(HL_INVALID,
                     "%s: task %s, set %s: found %zu steps up to %g, expected the %zu up to %g stored before",
                     describe(merger, &merger->parts[i], task, set), task, set, table->n_step,
                     table->steps[table->n_step - 1], first->n_step, first->steps[first->n_step - 1]);
    }
  }
  return HL_OK;
}

/* ---- one source: chunks as they are
 * -------------------------------------------------------------------------------- */

static hl_status copy_table(struct merger *merger, const char *set, const char *task) {
  struct part *part = &merger->parts[0];
  struct hl_h5 dataset = {0};
  hl_status status = HL_OK;
  TRY(hl_writer_begin_table(&merger->writer, set, task, &part->table, &dataset));
  for (size_t first = 0; first < part->table.n_config; first += part->table.chunk_rows) {
    const void *packed;
    size_t n_packed;
    TRY(hl_archive_read_packed(part->archive, &part->table, &part->reader, first, &packed, &n_packed));
    if (n_packed == 0) continue;
    TRY(hl_writer_write_chunk(&merger->writer, dataset, first, packed, n_packed));
  }
  TRY(hl_writer_end_table(&merger->writer, set, task, &part->table, &dataset));
out:
  hl_h5_close(&dataset);
  return status;
}

/* ---- several sources, or other rows: put together run by run
 * ------------------------------------------------------- */

static hl_status get_row(struct part *part, size_t row, const void **values) {
  const struct hl_archive_table *table = &part->table;
  const size_t row_bytes =
      table->n_replica * table->n_step * table->n_split * hl_value_size(table->is_double);
  hl_status status = HL_OK;
  if (part->rows == NULL) TRY(hl_new_array(table->chunk_rows, row_bytes, &part->rows));
  if (part->n == 0 || row >= part->first + part->n) {
    part->first = row / table->chunk_rows * table->chunk_rows;
    const size_t left = table->n_config - part->first;
    part->n = left < table->chunk_rows ? left : table->chunk_rows;
    TRY(hl_archive_read_rows(part->archive, table, &part->reader, part->first, part->n, part->rows));
  }
  *values = (const char *)part->rows + (row - part->first) * row_bytes;
out:
  return status;
}

/* Copies the k-th split of one run into the row at `to`, or holds it against what is there. */
static bool put_curve(const struct part *part, const void *from, size_t r, size_t k, bool is_new,
                      const struct hl_archive_table *out, void *to) {
  for (size_t s = 0; s < out->n_step; s++) {
    const double value =
        hl_value_at(part->table.is_double, from, (r * out->n_step + s) * part->table.n_split + k);
    const size_t at = (r * out->n_step + s) * out->n_split + part->split[k];
    if (is_new) {
      hl_set_value(out->is_double, to, at, value);
    } else {
      const double known = hl_value_at(out->is_double, to, at);
      if (known != value && !(isnan(known) && isnan(value))) return false;
    }
  }
  return true;
}

/* A split of a run is there once some source has points of it; one that has none contradicts nothing. */
static bool put_run(const struct part *part, const void *from, size_t row, size_t r,
                    const struct hl_archive_table *out, int32_t *observed, void *to) {
  const struct hl_archive_table *table = &part->table;
  for (size_t k = 0; k < table->n_split; k++) {
    int32_t *known = &observed[r * out->n_split + part->split[k]];
    const int32_t n_point = table->observed != NULL
                                ? table->observed[(row * table->n_replica + r) * table->n_split + k]
                                : (int32_t)table->n_step;
    if (n_point == 0) continue;
    if (*known > 0 && *known != n_point) return false;
    if (!put_curve(part, from, r, k, *known == 0, out, to)) return false;
    *known = n_point;
  }
  return true;
}

/* Puts one source's runs of one config into row i_out of the table in the making, whose curves stand at `to`.
 */
static hl_status put_row(const struct merger *merger, struct part *part, const char *set, const char *task,
                         struct hl_archive_table *out, size_t i_out, void *to) {
  const size_t n_replica = part->table.n_replica, row = part->next++;
  const void *from;
  hl_status status = get_row(part, row, &from);
  for (size_t r = 0; r < n_replica && status == HL_OK; r++) {
    uint8_t *ran = &out->ran[i_out * out->n_replica + r];
    if (!part->table.ran[row * n_replica + r]) continue;
    int32_t *observed = &out->observed[i_out * out->n_replica * out->n_split];
    if (!put_run(part, from, row, r, out, observed, to)) {
      status =
          hl_fail(HL_INVALID,
                  "%s: task %s, set %s, config %s, replica %zu: found other values than those stored before",
                  describe(merger, part, task, set), task, set, part->configs->items[row], r);
    }
    *ran = 1;
  }
  return status;
}

static hl_status put_rows(struct merger *merger, const struct hl_archive_set *set, const char *task,
                          struct hl_archive_table *out, size_t first, size_t n, char *values,
                          size_t row_bytes) {
  hl_status status = HL_OK;
  const size_t row_values = out->n_replica * out->n_step * out->n_split;
  hl_fill_nan(out->is_double, n * row_values, values);
  for (size_t i = first; i < first + n; i++) {
    const char *config = set->configs.items[i];
    for (size_t p = 0; p < merger->n_part; p++) {
      struct part *part = &merger->parts[p];
      if (part->next >= part->configs->n || strcmp(part->configs->items[part->next], config) != 0) continue;
      TRY(put_row(merger, part, set->name, task, out, i, values + (i - first) * row_bytes));
    }
  }
out:
  return status;
}

static hl_status describe_union(const struct merger *merger, const struct hl_archive_set *set,
                                const char *task, struct hl_archive_table *out) {
  *out = merger->parts[0].table;
  out->n_config = set->configs.n;
  out->n_split = set->splits.n;
  for (size_t i = 1; i < merger->n_part; i++) {
    const struct hl_archive_table *table = &merger->parts[i].table;
    out->is_double = out->is_double || table->is_double;
    if (table->n_replica > out->n_replica) out->n_replica = table->n_replica;
  }
  out->ran = NULL;
  out->observed = NULL;
  return hl_check_row(task, set->name, out->is_double, out->n_replica, out->n_step, out->n_split);
}

/* `observed` is kept only where some run that is there lacks points. */
static bool lacks_points(const struct hl_archive_table *table) {
  for (size_t i = 0; i < table->n_config * table->n_replica; i++) {
    for (size_t k = 0; k < table->n_split && table->ran[i]; k++) {
      if ((size_t)table->observed[i * table->n_split + k] < table->n_step) return true;
    }
  }
  return false;
}

static hl_status write_union(struct merger *merger, const struct hl_archive_set *set, const char *task,
                             struct hl_archive_table *out) {
  hl_status status = HL_OK;
  char *values = NULL;
  struct hl_h5 dataset = {0};
  const size_t size = hl_value_size(out->is_double);
  const size_t row_values = out->n_replica * out->n_step * out->n_split;
  out->chunk_rows = hl_writer_chunk_rows(out->n_config, row_values * size);
  TRY(hl_new_array(out->chunk_rows, row_values * size, &values));
  TRY(hl_writer_begin_table(&merger->writer, set->name, task, out, &dataset));
  for (size_t first = 0; first < out->n_config; first += out->chunk_rows) {
    const size_t left = out->n_config - first;
    const void *packed;
    size_t n_packed;
    hl_fill_nan(out->is_double, out->chunk_rows * row_values, values);
    TRY(put_rows(merger, set, task, out, first, left < out->chunk_rows ? left : out->chunk_rows, values,
                 row_values * size));
    TRY(hl_packer_pack(merger->packer, values, out->chunk_rows * row_values, size, &packed, &n_packed));
    TRY(hl_writer_write_chunk(&merger->writer, dataset, first, packed, n_packed));
  }
  if (!lacks_points(out)) {
    free(out->observed);
    out->observed = NULL;
  }
  TRY(hl_writer_end_table(&merger->writer, set->name, task, out, &dataset));
out:
  hl_h5_close(&dataset);
  free(values);
  return status;
}

static hl_status unite_tables(struct merger *merger, const struct hl_archive_set *set, const char *task) {
  hl_status status = HL_OK;
  struct hl_archive_table out = {0};
  TRY(describe_union(merger, set, task, &out));
  TRY(check_steps(merger, set->name, task));
  TRY(hl_new_array(out.n_config * out.n_replica, sizeof *out.ran, &out.ran));
  TRY(hl_new_array(out.n_config * out.n_replica * out.n_split, sizeof *out.observed, &out.observed));
  TRY(write_union(merger, set, task, &out));
out:
  free(out.ran);
  free(out.observed);
  return status;
}

/* ---- all of it
 * ----------------------------------------------------------------------------------------------------- */

static hl_status merge_table(struct merger *merger, const struct hl_archive_set *set, const char *task) {
  hl_status status = HL_OK;
  TRY(open_parts(merger, set->name, &set->splits, task));
  if (merger->n_part == 0) goto out;
  const struct part *only = &merger->parts[0];
  const bool as_it_is = merger->n_part == 1 && hl_archive_is_packed(&only->table) &&
                        hl_index_same_strings(only->configs, &set->configs) &&
                        hl_index_same_strings(only->splits, &set->splits);
  if (as_it_is)
    TRY(copy_table(merger, set->name, task));
  else
    TRY(unite_tables(merger, set, task));
out:
  close_parts(merger);
  return status;
}

static hl_status unite_indexes(struct merger *merger) {
  const struct hl_merge *merge = merger->merge;
  hl_status status = HL_OK;
  bool has_grown;
  for (size_t i = 0; i < merge->n_source; i++) {
    const struct hl_archive_index *index = hl_archive_get_index(merge->sources[i]);
    for (size_t t = 0; t < index->tasks.n; t++) {
      TRY(hl_index_add_task(&merger->index, index->tasks.items[t], index->n_params[t],
                            index->seconds_per_step[t]));
    }
    for (size_t s = 0; s < index->n_set; s++) {
      TRY(hl_index_add_set(&merger->index, &index->sets[s], hl_archive_get_path(merge->sources[i]),
                           &has_grown));
    }
  }
out:
  return status;
}

hl_status hl_merge_run(const struct hl_merge *merge, const char *path) {
  hl_status status = HL_OK;
  struct merger merger = {.merge = merge};
  TRY(hl_new_array(merge->n_source, sizeof *merger.parts, &merger.parts));
  TRY(hl_packer_new(&merger.packer));
  TRY(unite_indexes(&merger));
  TRY(hl_writer_create(&merger.writer, path));
  for (size_t t = 0; t < merger.index.tasks.n; t++) {
    TRY(hl_check_cancel(merge->context));
    for (size_t s = 0; s < merger.index.n_set; s++) {
      TRY(merge_table(&merger, &merger.index.sets[s], merger.index.tasks.items[t]));
    }
  }
  TRY(hl_writer_finish(&merger.writer, &merger.index, merge->provenance));
out:
  hl_writer_abandon(&merger.writer);
  hl_index_clear(&merger.index);
  hl_packer_free(merger.packer);
  free(merger.parts);
  return status;
}
