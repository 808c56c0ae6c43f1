/* What is in a file, by its first bytes and its schema: one JSON object, printed as it is or as aligned
 * lines. */
#include "base/error.h"
#include "base/file.h"
#include "base/h5.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "cli/cli.h"
#include "hyperlist/archive.h"
#include "hyperlist/list.h"
#include "hyperlist/scores.h"
#include "hyperlist/task.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { FIRST_ENTRIES = 5 };

/* ---- parts of a description
 * ---------------------------------------------------------------------------------------- */

/* {"rnn": 12, ...}: how often each text occurs, in byte order. */
static hl_status add_counts(struct cJSON *json, const char *name, struct hl_strings *texts) {
  struct cJSON *counts = hl_json_new_object();
  hl_status status = hl_json_add(json, name, counts);
  if (status == HL_OK) status = hl_strings_sort(texts, strcmp, NULL);
  for (size_t i = 0, n; i < texts->n && status == HL_OK; i += n) {
    for (n = 1; i + n < texts->n && strcmp(texts->items[i], texts->items[i + n]) == 0;) n++;
    status = hl_json_add(counts, texts->items[i], hl_json_new_integer((int64_t)n));
  }
  return status;
}

static hl_status add_names(struct cJSON *json, const char *name, const struct hl_strings *names) {
  struct cJSON *array = hl_json_new_array();
  hl_status status = hl_json_add(json, name, array);
  for (size_t i = 0; i < names->n && status == HL_OK; i++) {
    status = hl_json_append(array, hl_json_new_text(names->items[i]));
  }
  return status;
}

static hl_status add_tasks(struct cJSON *json, const struct hl_strings *tasks) {
  struct hl_strings kinds = {0}, families = {0};
  hl_status status = HL_OK;
  TRY(hl_json_add(json, "tasks", hl_json_new_integer((int64_t)tasks->n)));
  for (size_t i = 0; i < tasks->n; i++) {
    char *family;
    size_t length;
    const char *start = hl_task_family(tasks->items[i], &length);
    TRY(hl_strings_add(&kinds, hl_task_kind(tasks->items[i])));
    const bool is_sampled = start[length] != '\0'; /* else a fixed task, a family of its own */
    TRY(hl_format_text(&family, "%.*s", is_sampled ? (int)length : 5, is_sampled ? start : "fixed"));
    status = hl_strings_add(&families, family);
    free(family);
    if (status != HL_OK) goto out;
  }
  TRY(add_counts(json, "kinds", &kinds));
  TRY(add_counts(json, "families", &families));
out:
  hl_strings_clear(&kinds);
  hl_strings_clear(&families);
  return status;
}

static hl_status add_file(struct cJSON *json, const char *path, const char *schema) {
  struct stat info;
  hl_status status = HL_OK;
  TRY(hl_json_add(json, "file", hl_json_new_text(path)));
  TRY(hl_json_add(json, "schema", hl_json_new_text(schema)));
  if (stat(path, &info) != 0) goto out;
  TRY(hl_json_add(json, "bytes", hl_json_new_integer((int64_t)info.st_size)));
  struct tm utc;
  char made[sizeof "2026-01-01T00:00:00Z"];
  if (gmtime_r(&info.st_mtime, &utc) == NULL || strftime(made, sizeof made, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
    goto out;
  TRY(hl_json_add(json, "made", hl_json_new_text(made)));
out:
  return status;
}

/* What made the file, from its provenance (an object, or an array of them): each command line, and how many
 * files it read. */
static hl_status add_commands(struct cJSON *json, const struct cJSON *provenance) {
  hl_status status = HL_OK;
  struct cJSON *made_by;
  const struct cJSON *first = hl_json_is_array(provenance) ? hl_json_first(provenance) : provenance;
  if (provenance == NULL) return HL_OK;
  made_by = hl_json_new_array();
  TRY(hl_json_add(json, "made_by", made_by));
  for (const struct cJSON *item = first; item != NULL;
       item = item == provenance ? NULL : hl_json_next(item)) {
    const char *command = hl_json_text(hl_json_get(item, "command"));
    const struct cJSON *inputs = hl_json_get(item, "inputs");
    size_t n_input = 0;
    if (command == NULL) continue;
    for (const struct cJSON *input = hl_json_first(inputs); inputs != NULL && input != NULL;
         input = hl_json_next(input))
      n_input++;
    struct cJSON *entry = hl_json_new_object();
    TRY(hl_json_append(made_by, entry));
    TRY(hl_json_add(entry, "command", hl_json_new_text(command)));
    TRY(hl_json_add(entry, "inputs", hl_json_new_integer((int64_t)n_input)));
  }
out:
  return status;
}

/* The same from its text; a text that is no JSON is somebody else's and left out. */
static hl_status add_command_text(struct cJSON *json, const char *path, const char *text) {
  struct cJSON *provenance = NULL;
  char *copy;
  if (text == NULL) return HL_OK;
  hl_status status = hl_copy_text(text, &copy);
  if (status != HL_OK) return status;
  status = hl_json_parse(path, copy, strlen(copy), &provenance);
  if (status == HL_OK) status = add_commands(json, provenance);
  hl_json_free(provenance);
  free(copy);
  return status == HL_INVALID ? HL_OK : status;
}

/* ---- archive
 * ------------------------------------------------------------------------------------------------------- */

struct census {
  size_t n_table, n_run, n_missing, max_replica, max_step;
  double first_step, last_step;
};

static hl_status count_set(struct hl_archive *archive, size_t i_set, struct census *census) {
  const struct hl_archive_index *index = hl_archive_get_index(archive);
  for (size_t t = 0; t < index->tasks.n; t++) {
    struct hl_archive_table table;
    if (!hl_archive_has_table(archive, i_set, t)) continue;
    const hl_status status = hl_archive_open_table(archive, i_set, t, &table);
    if (status != HL_OK) return status;
    census->n_table++;
    census->n_run += table.n_config * table.n_replica;
    for (size_t i = 0; i < table.n_config * table.n_replica; i++) census->n_missing += !table.ran[i];
    if (table.n_replica > census->max_replica) census->max_replica = table.n_replica;
    if (table.n_step > census->max_step) census->max_step = table.n_step;
    census->first_step = fmin(census->first_step, table.steps[0]);
    census->last_step = fmax(census->last_step, table.steps[table.n_step - 1]);
    hl_archive_close_table(archive, &table);
  }
  return HL_OK;
}

static hl_status describe_archive_set(struct hl_archive *archive, size_t i_set, struct cJSON *sets) {
  const struct hl_archive_set *set = &hl_archive_get_index(archive)->sets[i_set];
  struct census census = {.first_step = INFINITY, .last_step = -INFINITY};
  struct cJSON *json = hl_json_new_object();
  hl_status status = hl_json_append(sets, json);
  if (status != HL_OK) return status;
  TRY(count_set(archive, i_set, &census));
  TRY(hl_json_add(json, "name", hl_json_new_text(set->name)));
  TRY(hl_json_add(json, "configs", hl_json_new_integer((int64_t)set->configs.n)));
  TRY(hl_json_add(json, "tasks", hl_json_new_integer((int64_t)census.n_table)));
  TRY(hl_json_add(json, "replicas", hl_json_new_integer((int64_t)census.max_replica)));
  TRY(hl_json_add(json, "points", hl_json_new_integer((int64_t)census.max_step)));
  TRY(hl_json_add(json, "first_step", hl_json_new_number(census.first_step)));
  TRY(hl_json_add(json, "last_step", hl_json_new_number(census.last_step)));
  TRY(hl_json_add(json, "runs", hl_json_new_integer((int64_t)census.n_run)));
  TRY(hl_json_add(json, "missing_runs", hl_json_new_integer((int64_t)census.n_missing)));
  TRY(hl_json_add(json, "missing_share",
                  hl_json_new_number((double)census.n_missing / (double)census.n_run)));
  TRY(add_names(json, "splits", &set->splits));
  TRY(add_names(json, "hyperparameters", &set->hyperparameters));
out:
  return status;
}

static hl_status describe_archive(const char *path, struct cJSON *json) {
  struct hl_archive *archive;
  struct cJSON *sets = NULL;
  hl_status status = hl_archive_open(path, &archive);
  if (status != HL_OK) return status;
  const struct hl_archive_index *index = hl_archive_get_index(archive);
  TRY(add_file(json, path, "hyperlist.archive/1"));
  TRY(add_command_text(json, path, hl_archive_get_provenance(archive)));
  TRY(add_tasks(json, &index->tasks));
  sets = hl_json_new_array();
  TRY(hl_json_add(json, "sets", sets));
  for (size_t i = 0; i < index->n_set; i++) TRY(describe_archive_set(archive, i, sets));
out:
  hl_archive_close(archive);
  return status;
}

/* ---- scores
 * -------------------------------------------------------------------------------------------------------- */

static hl_status describe_score_set(const struct hl_scores *scores, const struct hl_score_set *set,
                                    struct cJSON *sets) {
  struct cJSON *json = hl_json_new_object();
  int64_t n_missing = 0, n_diverged = 0;
  hl_status status = hl_json_append(sets, json);
  if (status != HL_OK) return status;
  for (size_t t = 0; t < scores->tasks.n; t++) {
    n_missing = set->n_missing[t] < 0 || n_missing < 0 ? -1 : n_missing + set->n_missing[t];
    n_diverged = set->n_diverged[t] < 0 || n_diverged < 0 ? -1 : n_diverged + set->n_diverged[t];
  }
  TRY(hl_json_add(json, "name", hl_json_new_text(set->name)));
  TRY(hl_json_add(json, "configs", hl_json_new_integer((int64_t)set->configs.n)));
  TRY(hl_json_add(json, "cells", hl_json_new_integer((int64_t)(set->configs.n * scores->tasks.n))));
  TRY(hl_json_add(json, "missing", n_missing < 0 ? hl_json_new_number(NAN) : hl_json_new_integer(n_missing)));
  TRY(hl_json_add(json, "diverged",
                  n_diverged < 0 ? hl_json_new_number(NAN) : hl_json_new_integer(n_diverged)));
  const double n_cell = (double)(set->configs.n * scores->tasks.n);
  TRY(hl_json_add(json, "missing_share",
                  hl_json_new_number(n_missing < 0 ? NAN : (double)n_missing / n_cell)));
  TRY(hl_json_add(json, "diverged_share",
                  hl_json_new_number(n_diverged < 0 ? NAN : (double)n_diverged / n_cell)));
  TRY(add_names(json, "hyperparameters", &set->hyperparameters));
out:
  return status;
}

static hl_status describe_scores(const char *path, struct cJSON *json) {
  struct hl_scores *scores;
  struct hl_strings degenerate = {0};
  struct cJSON *sets = NULL;
  struct hl_h5 file = {0};
  char *provenance = NULL;
  hl_status status = hl_scores_open(path, &scores);
  if (status != HL_OK) return status;
  TRY(add_file(json, path, "hyperlist.scores/1"));
  TRY(hl_h5_open(path, &file));
  TRY(hl_h5_read_text(file, "provenance", &provenance));
  TRY(add_command_text(json, path, provenance));
  TRY(hl_json_add(json, "valid_split", hl_json_new_text(scores->valid_split)));
  TRY(hl_json_add(json, "replicas", hl_json_new_text(scores->replicas)));
  TRY(hl_json_add(json, "best_over", hl_json_new_text(scores->best_over)));
  TRY(hl_json_add(json, "aggregate", hl_json_new_text(scores->aggregate)));
  TRY(hl_json_add(json, "test_constants", hl_json_new_text(scores->test_constants)));
  TRY(add_tasks(json, &scores->tasks));
  for (size_t t = 0; t < scores->tasks.n; t++) {
    if (scores->degenerate[t]) TRY(hl_strings_add(&degenerate, scores->tasks.items[t]));
  }
  TRY(add_names(json, "degenerate", &degenerate));
  sets = hl_json_new_array();
  TRY(hl_json_add(json, "sets", sets));
  for (size_t i = 0; i < scores->n_set; i++) TRY(describe_score_set(scores, &scores->sets[i], sets));
out:
  free(provenance);
  hl_h5_close(&file);
  hl_strings_clear(&degenerate);
  hl_scores_close(scores);
  return status;
}

/* ---- list
 * ----------------------------------------------------------------------------------------------------------
 */

/* The entries that a reader would try first, each with what it brings J to. */
static hl_status add_first_entries(struct cJSON *json, const struct hl_list *list) {
  struct cJSON *first = hl_json_new_object();
  hl_status status = hl_json_add(json, "first", first);
  for (size_t i = 0; i < list->n_entry && i < FIRST_ENTRIES && status == HL_OK; i++)
    status = hl_json_add(first, list->entries[i].config, hl_json_new_number(list->entries[i].objective));
  return status;
}

static hl_status describe_list(const char *path, struct cJSON *json) {
  struct hl_list *list;
  size_t n_greedy = 0;
  hl_status status = hl_list_read(path, &list);
  if (status != HL_OK) return status;
  while (n_greedy < list->n_entry && list->entries[n_greedy].phase == HL_PHASE_GREEDY) n_greedy++;
  TRY(add_file(json, path, "hyperlist.list/1"));
  TRY(hl_json_add(json, "set", hl_json_new_text(list->set)));
  TRY(hl_json_add(json, "entries", hl_json_new_integer((int64_t)list->n_entry)));
  TRY(hl_json_add(json, "greedy", hl_json_new_integer((int64_t)n_greedy)));
  if (n_greedy > 0) TRY(hl_json_add(json, "J", hl_json_new_number(list->entries[n_greedy - 1].objective)));
  TRY(add_first_entries(json, list));
  TRY(hl_json_add(json, "missing", hl_json_new_text(list->objective.missing)));
  TRY(hl_json_add(json, "seed", hl_json_new_integer((int64_t)list->seed)));
  TRY(add_tasks(json, &list->train_tasks));
out:
  hl_list_free(list);
  return status;
}

/* ---- printing
 * ------------------------------------------------------------------------------------------------------ */

/* A value on one line: text as it is, lists and counts as "a, b" and "a 3, b 4", other values as JSON. */
static hl_status print_value(const struct cJSON *value) {
  if (hl_json_text(value) != NULL) {
    fputs(hl_json_text(value), stdout);
  } else if (hl_json_is_object(value) || hl_json_is_array(value)) {
    for (const struct cJSON *item = hl_json_first(value); item != NULL; item = hl_json_next(item)) {
      if (hl_json_name(item) != NULL) printf("%s ", hl_json_name(item));
      const hl_status status = print_value(item);
      if (status != HL_OK) return status;
      if (hl_json_next(item) != NULL) fputs(", ", stdout);
    }
  } else {
    char *text;
    const hl_status status = hl_json_copy_text(value, &text);
    if (status != HL_OK) return status;
    fputs(text, stdout);
    free(text);
  }
  return HL_OK;
}

static hl_status print_lines(const struct cJSON *json, const char *indent) {
  hl_status status = HL_OK;
  for (const struct cJSON *item = hl_json_first(json); item != NULL && status == HL_OK;
       item = hl_json_next(item)) {
    const bool is_sets =
        hl_json_is_array(item) && hl_json_is_object(hl_json_first(item) ? hl_json_first(item) : item);
    printf("%s%-*s ", indent, 16 - (int)strlen(indent), hl_json_name(item));
    if (!is_sets) {
      status = print_value(item);
      putchar('\n');
      continue;
    }
    putchar('\n');
    for (const struct cJSON *set = hl_json_first(item); set != NULL && status == HL_OK;
         set = hl_json_next(set)) {
      status = print_lines(set, "  ");
      if (hl_json_next(set) != NULL) putchar('\n');
    }
  }
  return status;
}

/* HDF5 files tell by their schema, anything else is read as a list. */
static hl_status describe(const char *path, struct cJSON *json) {
  struct hl_h5 file;
  char *schema = NULL;
  hl_status status = hl_h5_open(path, &file);
  if (status == HL_INVALID) return describe_list(path, json);
  if (status != HL_OK) return status;
  status = hl_h5_read_text(file, "schema", &schema);
  hl_h5_close(&file);
  if (status == HL_OK) {
    const bool is_scores = schema != NULL && strncmp(schema, "hyperlist.scores/", 17) == 0;
    status = is_scores ? describe_scores(path, json) : describe_archive(path, json);
  }
  free(schema);
  return status;
}

hl_status cli_info(struct cli *cli) {
  hl_status status = HL_OK;
  struct cJSON *json = NULL;
  const struct poptOption options[] = {POPT_TABLEEND};
  TRY(cli_parse(cli, options, CLI_JSON, 1, 1));
  json = hl_json_new_object();
  if (json == NULL) {
    status = hl_fail_memory();
    goto out;
  }
  TRY(describe(cli->arguments[0], json));
  TRY(cli->json ? hl_json_print(json, stdout, "stdout") : print_lines(json, ""));
out:
  hl_json_free(json);
  return status;
}
