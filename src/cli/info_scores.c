#include "base/error.h"
#include "base/h5.h"
#include "base/json.h"
#include "cli/describe.h"
#include "hyperlist/scores.h"

#include <stdlib.h>

/* The sum of counts; -1 where one is unknown. */
static int64_t add_up(const int64_t *counts, size_t n) {
  int64_t sum = 0;
  for (size_t i = 0; i < n; i++) {
    if (counts[i] < 0) return -1;
    sum += counts[i];
  }
  return sum;
}

static hl_status describe_set(const struct hl_scores *scores, const struct hl_score_set *set,
                              struct cJSON *sets) {
  struct cJSON *json = hl_json_new_object();
  hl_status status = hl_json_append(sets, json);
  if (status != HL_OK) return status;
  const int64_t n_cell = (int64_t)(set->configs.n * scores->tasks.n);
  const int64_t n_missing = add_up(set->n_missing, scores->tasks.n),
                n_diverged = add_up(set->n_diverged, scores->tasks.n);
  int64_t n_degenerate = 0;
  for (size_t t = 0; t < scores->tasks.n; t++) n_degenerate += set->degenerate[t] != 0;
  TRY(describe_text(json, "name", set->name));
  TRY(describe_count(json, "configs", (int64_t)set->configs.n));
  TRY(describe_count(json, "cells", n_cell));
  TRY(describe_count(json, "missing", n_missing));
  TRY(describe_share(json, "missing_share", n_missing, n_cell));
  TRY(describe_count(json, "diverged", n_diverged));
  TRY(describe_share(json, "diverged_share", n_diverged, n_cell));
  TRY(describe_count(json, "degenerate", n_degenerate));
  TRY(describe_names(json, "hyperparameters", &set->hyperparameters));
out:
  return status;
}

static hl_status add_provenance(const char *path, struct cJSON *json) {
  struct hl_h5 file;
  char *text = NULL;
  hl_status status = hl_h5_open(path, &file);
  if (status != HL_OK) return status;
  TRY(hl_h5_read_text(file, "provenance", &text));
  TRY(describe_makers(json, path, text));
out:
  free(text);
  hl_h5_close(&file);
  return status;
}

hl_status describe_scores(const char *path, struct cJSON *json) {
  struct hl_scores *scores;
  struct hl_strings degenerate = {0};
  struct cJSON *sets;
  hl_status status = hl_scores_open(path, &scores);
  if (status != HL_OK) return status;
  TRY(describe_file(json, path, "hyperlist.scores/1"));
  TRY(add_provenance(path, json));
  TRY(describe_text(json, "valid_split", scores->valid_split));
  TRY(describe_text(json, "replicas", scores->replicas));
  TRY(describe_text(json, "best_over", scores->best_over));
  TRY(describe_text(json, "aggregate", scores->aggregate));
  TRY(describe_text(json, "test_constants", scores->test_constants));
  TRY(describe_tasks(json, &scores->tasks));
  for (size_t t = 0; t < scores->tasks.n; t++) {
    if (scores->degenerate[t]) TRY(hl_strings_add(&degenerate, scores->tasks.items[t]));
  }
  TRY(describe_names(json, "degenerate", &degenerate));
  sets = hl_json_new_array();
  TRY(hl_json_add(json, "sets", sets));
  for (size_t i = 0; i < scores->n_set; i++) TRY(describe_set(scores, &scores->sets[i], sets));
out:
  hl_strings_clear(&degenerate);
  hl_scores_close(scores);
  return status;
}
