#include "base/error.h"
#include "base/farm.h"
#include "base/file.h"
#include "base/h5.h"
#include "base/hasher.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/pool.h"
#include "base/provenance.h"
#include "base/ranks.h"
#include "base/text.h"
#include "hyperlist/scores.h"
#include "hyperlist/task.h"
#include "normalize/scorer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The tables of one set, written a task at a time, and what is written at the end. */
struct set_output {
  struct hl_h5 group, valid, test, valid_min, valid_last;
  double *init, *best;             /* [n_task][2] */
  int64_t *n_missing, *n_diverged; /* [n_task] */
  uint8_t *degenerate;             /* [n_task] */
};

/* What a scorer found of a task, as it travels to where it is written. */
struct task_result {
  double last_step;
  double sets[]; /* of each a struct set_result, then its rows: valid, test, valid_min, valid_last */
};

struct set_result {
  double init[N_SCORED_SPLIT], best[N_SCORED_SPLIT];
  int64_t n_missing, n_diverged, degenerate;
};

enum { N_TABLE = 4, SET_RESULT = sizeof(struct set_result) / sizeof(double) /* doubles that it takes */ };

struct run {
  const struct hl_archive_index *index;
  struct hl_h5 file;
  struct set_output *sets;
  uint8_t *degenerate; /* [n_task]: in any set */
  double *last_step;   /* [n_task]: NaN without curves */
  size_t n_scorer;
  struct scorer *scorers;       /* one per thread */
  struct task_result **results; /* likewise */
  struct hl_hasher *hasher; /* of the archive, for provenance; NULL: none is written, or not by this rank */
};

static hl_status open_set(struct run *run, struct hl_h5 parent, size_t i_set) {
  const struct hl_archive_set *info = &run->index->sets[i_set];
  struct set_output *set = &run->sets[i_set];
  const size_t n_task = run->index->tasks.n;
  const struct hl_h5_shape table = {2, {n_task, info->configs.n}};
  const struct hl_h5_shape values = {2, {info->configs.n, info->hyperparameters.n}};
  hl_status status = HL_OK;
  char *link = NULL;
  TRY(hl_new_array(2 * n_task, sizeof *set->init, &set->init));
  TRY(hl_new_array(2 * n_task, sizeof *set->best, &set->best));
  TRY(hl_new_array(n_task, sizeof *set->n_missing, &set->n_missing));
  TRY(hl_new_array(n_task, sizeof *set->n_diverged, &set->n_diverged));
  TRY(hl_new_array(n_task, sizeof *set->degenerate, &set->degenerate));
  TRY(hl_encode_link(info->name, &link));
  TRY(hl_h5_create_group(parent, link, &set->group));
  TRY(hl_h5_write_strings(set->group, "config_names", &info->configs));
  TRY(hl_h5_write_strings(set->group, "hyperparameter_names", &info->hyperparameters));
  TRY(hl_h5_write_array(set->group, "hyperparameters", HL_H5_FLOAT64, values, info->hyperparameter_values));
  TRY(hl_h5_create_dataset(set->group, "valid", HL_H5_FLOAT64, table, &set->valid));
  TRY(hl_h5_create_dataset(set->group, "test", HL_H5_FLOAT64, table, &set->test));
  TRY(hl_h5_create_dataset(set->group, "valid_min", HL_H5_FLOAT64, table, &set->valid_min));
  TRY(hl_h5_create_dataset(set->group, "valid_last", HL_H5_FLOAT64, table, &set->valid_last));
out:
  free(link);
  return status;
}

static hl_status open_run(struct run *run) {
  hl_status status = HL_OK;
  struct hl_h5 sets = {0};
  TRY(hl_new_array(run->index->n_set, sizeof *run->sets, &run->sets));
  TRY(hl_new_array(run->index->tasks.n, sizeof *run->degenerate, &run->degenerate));
  TRY(hl_new_array(run->index->tasks.n, sizeof *run->last_step, &run->last_step));
  TRY(hl_h5_create_group(run->file, "sets", &sets));
  for (size_t i = 0; i < run->index->n_set; i++) TRY(open_set(run, sets, i));
out:
  hl_h5_close(&sets);
  return status;
}

static size_t result_bytes(const struct run *run) {
  size_t n = 0;
  for (size_t i = 0; i < run->index->n_set; i++) n += SET_RESULT + N_TABLE * run->index->sets[i].configs.n;
  return sizeof(struct task_result) + n * sizeof(double);
}

/* Returns where the next set's begins. */
static double *put_set(const struct set_row *row, double *to) {
  const double *const tables[N_TABLE] = {row->valid, row->test, row->valid_min, row->valid_last};
  struct set_result result = {
      .n_missing = row->n_missing, .n_diverged = row->n_diverged, .degenerate = row->degenerate};
  memcpy(result.init, row->init, sizeof result.init);
  memcpy(result.best, row->best, sizeof result.best);
  memcpy(to, &result, sizeof result);
  to += SET_RESULT;
  for (size_t k = 0; k < N_TABLE && row->n_config > 0; k++, to += row->n_config)
    memcpy(to, tables[k], row->n_config * sizeof *to);
  return to;
}

static hl_status score_task(void *user, size_t i_task, size_t i_thread, const void **bytes, size_t *n_byte) {
  struct run *run = user;
  struct scorer *scorer = &run->scorers[i_thread];
  struct task_result *result = run->results[i_thread];
  hl_status status = HL_OK;
  if (run->hasher != NULL) TRY(hl_hasher_advance(run->hasher, i_task + 1, run->index->tasks.n));
  TRY(scorer_run(scorer, i_task));
  double *to = result->sets;
  result->last_step = scorer->last_step;
  for (size_t i = 0; i < run->index->n_set; i++) to = put_set(&scorer->sets[i], to);
  *bytes = result;
  *n_byte = result_bytes(run);
out:
  return status;
}

static hl_status write_rows(const struct set_output *set, size_t i_task, const double *rows,
                            size_t n_config) {
  hl_status status = HL_OK;
  if (n_config == 0) return HL_OK;
  TRY(hl_h5_write_rows(set->valid, HL_H5_FLOAT64, i_task, 1, rows));
  TRY(hl_h5_write_rows(set->test, HL_H5_FLOAT64, i_task, 1, rows + n_config));
  TRY(hl_h5_write_rows(set->valid_min, HL_H5_FLOAT64, i_task, 1, rows + 2 * n_config));
  TRY(hl_h5_write_rows(set->valid_last, HL_H5_FLOAT64, i_task, 1, rows + 3 * n_config));
out:
  return status;
}

static hl_status write_task(void *user, size_t i_task, const void *bytes, size_t n_byte) {
  struct run *run = user;
  const struct task_result *task = bytes;
  const double *from = task->sets;
  hl_status status = HL_OK;
  (void)n_byte;
  run->last_step[i_task] = task->last_step;
  for (size_t i = 0; i < run->index->n_set; i++) {
    const size_t n_config = run->index->sets[i].configs.n;
    struct set_output *set = &run->sets[i];
    struct set_result result;
    memcpy(&result, from, sizeof result);
    memcpy(&set->init[2 * i_task], result.init, sizeof result.init);
    memcpy(&set->best[2 * i_task], result.best, sizeof result.best);
    set->n_missing[i_task] = result.n_missing;
    set->n_diverged[i_task] = result.n_diverged;
    set->degenerate[i_task] = (uint8_t)result.degenerate;
    run->degenerate[i_task] |= (uint8_t)result.degenerate;
    from += SET_RESULT;
    TRY(write_rows(set, i_task, from, n_config));
    from += N_TABLE * n_config;
  }
out:
  return status;
}

/* ---- what stands beside the tables
 * --------------------------------------------------------------------------------- */

static hl_status write_set_counts(const struct run *run, const struct set_output *set) {
  const struct hl_h5_shape one = {1, {run->index->tasks.n}}, two = {2, {run->index->tasks.n, 2}};
  hl_status status = HL_OK;
  TRY(hl_h5_write_array(set->group, "init", HL_H5_FLOAT64, two, set->init));
  TRY(hl_h5_write_array(set->group, "best", HL_H5_FLOAT64, two, set->best));
  TRY(hl_h5_write_array(set->group, "n_missing", HL_H5_INT64, one, set->n_missing));
  TRY(hl_h5_write_array(set->group, "n_diverged", HL_H5_INT64, one, set->n_diverged));
  TRY(hl_h5_write_array(set->group, "degenerate", HL_H5_UINT8, one, set->degenerate));
out:
  return status;
}

static hl_status write_tasks(const struct run *run) {
  const struct hl_archive_index *index = run->index;
  const struct hl_h5_shape shape = {1, {index->tasks.n}};
  hl_status status = HL_OK;
  struct hl_h5 group = {0};
  struct hl_strings kinds = {0};
  for (size_t i = 0; i < index->tasks.n; i++)
    TRY(hl_strings_add(&kinds, hl_task_kind(index->tasks.items[i])));
  TRY(hl_h5_create_group(run->file, "tasks", &group));
  TRY(hl_h5_write_strings(group, "name", &index->tasks));
  TRY(hl_h5_write_strings(group, "kind", &kinds));
  TRY(hl_h5_write_array(group, "degenerate", HL_H5_UINT8, shape, run->degenerate));
  TRY(hl_h5_write_array(group, "n_params", HL_H5_INT64, shape, index->n_params));
  TRY(hl_h5_write_array(group, "seconds_per_step", HL_H5_FLOAT64, shape, index->seconds_per_step));
  TRY(hl_h5_write_array(group, "last_step", HL_H5_FLOAT64, shape, run->last_step));
out:
  hl_strings_clear(&kinds);
  hl_h5_close(&group);
  return status;
}

static hl_status write_provenance(const struct run *run, const char *archive_path,
                                  const struct hl_normalize_options *options,
                                  const struct hl_context *context) {
  hl_status status = HL_OK;
  struct cJSON *json = NULL;
  char *text = NULL;
  uint64_t hash, n_byte;
  if (run->hasher == NULL) return HL_OK;
  TRY(hl_hasher_finish(run->hasher, &hash, &n_byte));
  TRY(hl_provenance_new(options->command, context->seed, &json));
  TRY(hl_provenance_add_hashed(json, archive_path, hash, n_byte));
  TRY(hl_json_copy_text(json, &text));
  TRY(hl_h5_write_text(run->file, "provenance", text));
out:
  hl_json_free(json);
  free(text);
  return status;
}

static hl_status write_options(const struct run *run, const struct hl_normalize_options *options) {
  static const char *const replicas[] = {"average-first", "normalize-first"};
  static const char *const best_over[] = {"archive", "set"};
  static const char *const aggregates[] = {"mean", "min", "last"};
  static const char *const test_constants[] = {"test", "valid"};
  const struct hl_archive_index *index = run->index;
  const char *split = options->valid_split;
  if (split == NULL && index->n_set > 0)
    split = index->sets[0].splits.items[run->scorers[0].sets[0].i_split[0]];
  hl_status status = HL_OK;
  TRY(hl_h5_write_text(run->file, "valid_split", split != NULL ? split : ""));
  TRY(hl_h5_write_text(run->file, "replicas", replicas[options->replicas]));
  TRY(hl_h5_write_text(run->file, "best_over", best_over[options->best_over]));
  TRY(hl_h5_write_text(run->file, "aggregate", aggregates[options->aggregate]));
  TRY(hl_h5_write_text(run->file, "test_constants", test_constants[options->test_constants]));
out:
  return status;
}

static hl_status tell(const struct run *run, struct hl_normalize_report *report) {
  hl_status status = HL_OK;
  const size_t n_task = run->index->tasks.n;
  *report = (struct hl_normalize_report){.n_task = n_task, .n_set = run->index->n_set};
  for (size_t t = 0; t < n_task; t++) {
    if (run->degenerate[t]) TRY(hl_strings_add(&report->degenerate, run->index->tasks.items[t]));
    for (size_t i = 0; i < run->index->n_set; i++) {
      report->n_missing += run->sets[i].n_missing[t];
      report->n_diverged += run->sets[i].n_diverged[t];
    }
  }
out:
  return status;
}

/* The tables' last rows may be written only now, so a failure counts. */
static hl_status close_tables(struct run *run) {
  hl_status status = HL_OK;
  for (size_t i = 0; i < run->index->n_set; i++) {
    struct set_output *set = &run->sets[i];
    TRY(hl_h5_close(&set->valid));
    TRY(hl_h5_close(&set->test));
    TRY(hl_h5_close(&set->valid_min));
    TRY(hl_h5_close(&set->valid_last));
  }
out:
  return status;
}

static void close_run(struct run *run) {
  for (size_t i = 0; run->sets != NULL && i < run->index->n_set; i++) {
    struct set_output *set = &run->sets[i];
    hl_h5_close(&set->valid);
    hl_h5_close(&set->test);
    hl_h5_close(&set->valid_min);
    hl_h5_close(&set->valid_last);
    hl_h5_close(&set->group);
    free(set->init);
    free(set->best);
    free(set->n_missing);
    free(set->n_diverged);
    free(set->degenerate);
  }
  for (size_t i = 0; run->scorers != NULL && i < run->n_scorer; i++) scorer_clear(&run->scorers[i]);
  for (size_t i = 0; run->results != NULL && i < run->n_scorer; i++) free(run->results[i]);
  free(run->results);
  free(run->sets);
  free(run->scorers);
  free(run->degenerate);
  free(run->last_step);
  hl_hasher_free(run->hasher);
}

static hl_status make_scorers(struct run *run, struct hl_archive *archive,
                              const struct hl_normalize_options *options, const struct hl_context *context) {
  hl_status status = HL_OK;
  run->n_scorer = hl_pool_threads(context, run->index->tasks.n);
  TRY(hl_new_array(run->n_scorer, sizeof *run->scorers, &run->scorers));
  TRY(hl_new_array(run->n_scorer, sizeof *run->results, &run->results));
  for (size_t i = 0; i < run->n_scorer; i++) {
    TRY(scorer_init(&run->scorers[i], archive, options));
    TRY(hl_new_array(result_bytes(run), 1, &run->results[i]));
  }
out:
  return status;
}

static hl_status finish(const struct run *run, const char *archive_path,
                        const struct hl_normalize_options *options, const struct hl_context *context) {
  hl_status status = HL_OK;
  for (size_t i = 0; i < run->index->n_set; i++) TRY(write_set_counts(run, &run->sets[i]));
  TRY(write_tasks(run));
  TRY(write_options(run, options));
  TRY(write_provenance(run, archive_path, options, context));
  TRY(hl_h5_write_text(run->file, "schema", "hyperlist.scores/1"));
  if (options->report != NULL) TRY(tell(run, options->report));
  for (size_t i = 0; i < run->index->tasks.n; i++) {
    if (run->degenerate[i]) {
      hl_warn(context,
              "task %s is degenerate (no finite loss, or none below the start): left out of everything",
              run->index->tasks.items[i]);
    }
  }
out:
  return status;
}

/* A name beside the output, which is to be another file than the archive. */
static hl_status choose_temporary(const char *archive_path, const char *out_path, char **temporary) {
  hl_status status = HL_OK;
  struct stat from, to; /* links too */
  TRY(hl_file_temporary(out_path, temporary));
  if (stat(archive_path, &from) == 0 && stat(out_path, &to) == 0 && from.st_ino == to.st_ino &&
      from.st_dev == to.st_dev) {
    FAIL(HL_USAGE, "%s: found the archive itself as output, expected another file", out_path);
  }
out:
  return status;
}

static hl_status prepare(struct run *run, const char *path, struct hl_archive **archive,
                         const struct hl_normalize_options *options, const struct hl_context *context) {
  hl_status status = HL_OK;
  if (hl_ranks_is_first(context) && options->command != NULL) TRY(hl_hasher_new(path, &run->hasher));
  TRY(hl_archive_open(path, archive));
  run->index = hl_archive_get_index(*archive);
  TRY(make_scorers(run, *archive, options, context));
out:
  return status;
}

static hl_status create(struct run *run, const char *temporary) {
  const hl_status status = hl_h5_create(temporary, &run->file);
  return status == HL_OK ? open_run(run) : status;
}

static hl_status publish(struct run *run, const char *archive_path,
                         const struct hl_normalize_options *options, const struct hl_context *context,
                         const char *temporary, const char *out_path) {
  hl_status status = HL_OK;
  TRY(finish(run, archive_path, options, context));
  TRY(close_tables(run));
  close_run(run);
  *run = (struct run){.file = run->file};
  TRY(hl_h5_close(&run->file));
  TRY(hl_check_cancel(context));
  TRY(hl_file_replace(temporary, out_path));
out:
  return status;
}

/* All ranks read and score, rank 0 writes. */
hl_status hl_normalize(const char *archive_path, const char *out_path,
                       const struct hl_normalize_options *options, const struct hl_context *context) {
  hl_status status = HL_OK;
  const bool is_first = hl_ranks_is_first(context);
  struct hl_archive *archive = NULL;
  struct run run = {0};
  char *temporary = NULL;
  if (is_first) status = choose_temporary(archive_path, out_path, &temporary);
  if (status == HL_OK) status = prepare(&run, archive_path, &archive, options, context);
  if (status == HL_OK && is_first) status = create(&run, temporary);
  TRY(hl_ranks_agree(context, status));
  const struct hl_farm farm = {.what = "normalizing",
                               .n = run.index->tasks.n,
                               .most_bytes = result_bytes(&run),
                               .work = score_task,
                               .take = write_task,
                               .user = &run};
  TRY(hl_farm_run(context, &farm));
  if (is_first) status = publish(&run, archive_path, options, context, temporary, out_path);
  TRY(hl_ranks_agree(context, status));
out:
  close_run(&run);
  hl_h5_close(&run.file);
  if (status != HL_OK && temporary != NULL) unlink(temporary);
  free(temporary);
  hl_archive_close(archive);
  return status;
}
