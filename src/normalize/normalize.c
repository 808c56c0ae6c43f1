#include "base/error.h"
#include "base/file.h"
#include "base/h5.h"
#include "base/memory.h"
#include "base/pool.h"
#include "base/text.h"
#include "hyperlist/scores.h"
#include "hyperlist/task.h"
#include "normalize/scorer.h"

#include <math.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* The tables of one set, written a task at a time, and what is written at the end. */
struct set_output {
  struct hl_h5 group, valid, test, valid_min, valid_last;
  double *init, *best;             /* [n_task][2] */
  int64_t *n_missing, *n_diverged; /* [n_task] */
  uint8_t *degenerate;             /* [n_task] */
};

struct run {
  const struct hl_archive_index *index;
  struct hl_h5 file;
  struct set_output *sets;
  uint8_t *degenerate; /* [n_task]: in any set */
  double *last_step;   /* [n_task]: NaN without curves */
  size_t n_scorer;
  struct scorer *scorers; /* one per thread */
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

static hl_status score_task(void *user, size_t i_task, size_t i_thread) {
  struct run *run = user;
  return scorer_run(&run->scorers[i_thread], i_task);
}

static hl_status write_task(void *user, size_t i_task, size_t i_thread) {
  struct run *run = user;
  hl_status status = HL_OK;
  run->last_step[i_task] = run->scorers[i_thread].last_step;
  for (size_t i = 0; i < run->index->n_set; i++) {
    const struct set_row *row = &run->scorers[i_thread].sets[i];
    struct set_output *set = &run->sets[i];
    for (size_t k = 0; k < N_SCORED_SPLIT; k++) {
      set->init[2 * i_task + k] = row->init[k];
      set->best[2 * i_task + k] = row->best[k];
    }
    set->n_missing[i_task] = row->n_missing;
    set->n_diverged[i_task] = row->n_diverged;
    set->degenerate[i_task] = row->degenerate;
    run->degenerate[i_task] |= row->degenerate;
    if (row->n_config == 0) continue;
    TRY(hl_h5_write_rows(set->valid, HL_H5_FLOAT64, i_task, 1, row->valid));
    TRY(hl_h5_write_rows(set->test, HL_H5_FLOAT64, i_task, 1, row->test));
    TRY(hl_h5_write_rows(set->valid_min, HL_H5_FLOAT64, i_task, 1, row->valid_min));
    TRY(hl_h5_write_rows(set->valid_last, HL_H5_FLOAT64, i_task, 1, row->valid_last));
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
  if (options->provenance != NULL) TRY(hl_h5_write_text(run->file, "provenance", options->provenance));
  TRY(hl_h5_write_text(run->file, "schema", "hyperlist.scores/1"));
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
  free(run->sets);
  free(run->scorers);
  free(run->degenerate);
  free(run->last_step);
}

static hl_status score_all(struct run *run, struct hl_archive *archive,
                           const struct hl_normalize_options *options, const struct hl_context *context) {
  hl_status status = HL_OK;
  const size_t n_task = run->index->tasks.n;
  run->n_scorer = hl_pool_threads(context, n_task);
  TRY(hl_new_array(run->n_scorer, sizeof *run->scorers, &run->scorers));
  for (size_t i = 0; i < run->n_scorer; i++) TRY(scorer_init(&run->scorers[i], archive, options));
  TRY(open_run(run));
  TRY(hl_pool_run(context, "normalizing", n_task, score_task, write_task, run));
  for (size_t i = 0; i < run->index->n_set; i++) TRY(write_set_counts(run, &run->sets[i]));
  TRY(write_tasks(run));
  TRY(write_options(run, options));
  for (size_t i = 0; i < n_task; i++) {
    if (run->degenerate[i]) {
      hl_warn(context,
              "task %s is degenerate (no finite loss, or none below the start): left out of everything",
              run->index->tasks.items[i]);
    }
  }
out:
  return status;
}

hl_status hl_normalize(const char *archive_path, const char *out_path,
                       const struct hl_normalize_options *options, const struct hl_context *context) {
  hl_status status = HL_OK;
  struct hl_archive *archive = NULL;
  struct run run = {0};
  char *temporary = NULL;
  TRY(hl_file_temporary(out_path, &temporary));
  struct stat from, to; /* links too */
  if (stat(archive_path, &from) == 0 && stat(out_path, &to) == 0 && from.st_ino == to.st_ino &&
      from.st_dev == to.st_dev) {
    FAIL(HL_USAGE, "%s: found the archive itself as output, expected another file", out_path);
  }
  TRY(hl_archive_open(archive_path, &archive));
  run.index = hl_archive_get_index(archive);
  TRY(hl_h5_create(temporary, &run.file));
  TRY(score_all(&run, archive, options, context));
  close_run(&run);
  run = (struct run){.file = run.file};
  TRY(hl_h5_close(&run.file));
  TRY(hl_file_replace(temporary, out_path));
out:
  close_run(&run);
  hl_h5_close(&run.file);
  if (status != HL_OK && temporary != NULL) unlink(temporary);
  free(temporary);
  hl_archive_close(archive);
  return status;
}
