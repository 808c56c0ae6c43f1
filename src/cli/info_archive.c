#include "base/error.h"
#include "base/json.h"
#include "cli/describe.h"
#include "hyperlist/archive.h"
#include "hyperlist/check.h"

#include <math.h>

/* What the tables of a set say without reading curves. */
struct table_counts {
  int64_t n_table, n_run, n_missing;
  size_t n_replica, min_step, max_step;
  double first, min_last, max_last; /* steps */
};

static hl_status count_tables(struct hl_archive *archive, size_t i_set, struct table_counts *counts) {
  const struct hl_archive_index *index = hl_archive_get_index(archive);
  *counts = (struct table_counts){
      .min_step = SIZE_MAX, .first = INFINITY, .min_last = INFINITY, .max_last = -INFINITY};
  for (size_t t = 0; t < index->tasks.n; t++) {
    struct hl_archive_table table;
    bool has;
    hl_status status = hl_archive_has_table(archive, i_set, t, &has);
    if (status == HL_OK && !has) continue;
    if (status == HL_OK) status = hl_archive_open_table(archive, i_set, t, &table);
    if (status != HL_OK) return status;
    const double last = table.steps[table.n_step - 1];
    counts->n_table++;
    counts->n_run += (int64_t)(table.n_config * table.n_replica);
    for (size_t i = 0; i < table.n_config * table.n_replica; i++) counts->n_missing += !table.ran[i];
    if (table.n_replica > counts->n_replica) counts->n_replica = table.n_replica;
    if (table.n_step > counts->max_step) counts->max_step = table.n_step;
    if (table.n_step < counts->min_step) counts->min_step = table.n_step;
    counts->first = fmin(counts->first, table.steps[0]);
    counts->max_last = fmax(counts->max_last, last);
    counts->min_last = fmin(counts->min_last, last);
    hl_archive_close_table(archive, &table);
  }
  return HL_OK;
}

/* Both ends where tasks differ, one number where they do not. */
static hl_status add_range(struct cJSON *json, const char *name, double low, double high) {
  if (!(low < high)) return hl_json_add(json, name, hl_json_new_number(high));
  struct cJSON *range = hl_json_new_array();
  hl_status status = hl_json_add(json, name, range);
  if (status == HL_OK) status = hl_json_append(range, hl_json_new_number(low));
  if (status == HL_OK) status = hl_json_append(range, hl_json_new_number(high));
  return status;
}

static hl_status describe_set(struct hl_archive *archive, size_t i_set, const struct hl_check_set *census,
                              struct cJSON *sets) {
  const struct hl_archive_index *index = hl_archive_get_index(archive);
  const struct hl_archive_set *set = &index->sets[i_set];
  struct table_counts counts;
  struct cJSON *json = hl_json_new_object();
  hl_status status = hl_json_append(sets, json);
  if (status != HL_OK) return status;
  TRY(count_tables(archive, i_set, &counts));
  TRY(describe_text(json, "name", set->name));
  TRY(describe_count(json, "tasks", counts.n_table));
  TRY(describe_count(json, "configs", (int64_t)set->configs.n));
  TRY(describe_count(json, "replicas", (int64_t)counts.n_replica));
  if (counts.n_table > 0) {
    TRY(add_range(json, "points", (double)counts.min_step, (double)counts.max_step));
    TRY(hl_json_add(json, "first_step", hl_json_new_number(counts.first)));
    TRY(add_range(json, "last_step", counts.min_last, counts.max_last));
  }
  TRY(describe_count(json, "runs", counts.n_run));
  TRY(describe_count(json, "missing_runs", counts.n_missing));
  TRY(describe_share(json, "missing_share", counts.n_missing, counts.n_run));
  if (census != NULL) {
    TRY(describe_share(json, "missing_cells_share", census->n_missing, census->n_cell));
    TRY(describe_share(json, "diverged_share", census->n_diverged, census->n_cell));
    TRY(describe_count(json, "degenerate", census->n_degenerate));
  }
  TRY(describe_names(json, "splits", &set->splits));
  TRY(describe_names(json, "hyperparameters", &set->hyperparameters));
out:
  return status;
}

hl_status describe_archive(const struct cli *cli, const char *path, bool has_census, struct cJSON *json) {
  struct hl_archive *archive = NULL;
  struct hl_check_report report = {.n_task = 0};
  struct cJSON *sets;
  hl_status status = HL_OK;
  if (has_census) TRY(hl_check(path, &cli->context, &report));
  TRY(hl_archive_open(path, &archive));
  const struct hl_archive_index *index = hl_archive_get_index(archive);
  TRY(describe_file(json, path, "hyperlist.archive/1"));
  TRY(describe_makers(json, path, hl_archive_get_provenance(archive)));
  TRY(describe_tasks(json, &index->tasks));
  sets = hl_json_new_array();
  TRY(hl_json_add(json, "sets", sets));
  for (size_t i = 0; i < index->n_set; i++)
    TRY(describe_set(archive, i, has_census ? &report.sets[i] : NULL, sets));
out:
  hl_check_clear(&report);
  hl_archive_close(archive);
  return status;
}
