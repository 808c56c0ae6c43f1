/* Scores files: opened, loaded, checked, and everything done with them that takes no time. */
#include "fuzz.h"
#include "h5_mutate.h"
#include "hyperlist/check.h"
#include "hyperlist/evaluate.h"
#include "hyperlist/generalize.h"
#include "hyperlist/list.h"

enum { ALL_TABLES = HL_SCORES_VALID | HL_SCORES_TEST | HL_SCORES_MIN | HL_SCORES_LAST };

static void use_set(struct hl_scores *scores, const char *set, enum hl_missing missing) {
  struct hl_list *list;
  struct hl_evaluation *evaluation;
  struct hl_generalization *generalization;
  const struct hl_learn_options learn = {.set = set, .missing = missing};
  const struct hl_generalize_options generalize = {
      .set = set, .missing = missing, .n_resample = 2, .baselines = "all"};
  if (fuzz_is_h5_ok(hl_learn(scores, &learn, &fuzz_context, &list))) {
    for (size_t i = 1; i < list->n_entry; i++)
      FUZZ_CHECK(list->entries[i].objective <= list->entries[i - 1].objective);
    const struct hl_evaluate_options evaluate = {.missing = missing, .per_task = true};
    if (fuzz_is_h5_ok(hl_evaluate(list, scores, &evaluate, &evaluation))) hl_evaluation_free(evaluation);
    hl_list_free(list);
  }
  if (fuzz_is_h5_ok(hl_generalize(scores, &generalize, &fuzz_context, &generalization)))
    hl_generalization_free(generalization);
}

static bool load(struct hl_scores *scores) {
  bool is_good = true;
  FUZZ_CHECK(scores->kinds.n == scores->tasks.n);
  for (size_t i = 0; i < scores->n_set; i++)
    is_good = fuzz_is_h5_ok(hl_scores_load(scores, i, ALL_TABLES)) && is_good;
  return is_good;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct hl_check_report report;
  struct hl_scores *scores;
  const char *path = fuzz_write("a.h5", data, size);
  bool is_whole = false;
  if (fuzz_is_h5_ok(hl_scores_open(path, &scores))) {
    is_whole = load(scores);
    for (size_t i = 0; i < scores->n_set; i++)
      use_set(scores, scores->sets[i].name, (enum hl_missing)(size % 4));
    hl_scores_close(scores);
  }
  const hl_status status = hl_check(path, &fuzz_context, &report);
  if (status == HL_OK && report.kind == HL_FILE_SCORES) FUZZ_CHECK(is_whole);
  if (status != HL_BROKEN) fuzz_is_h5_ok(status);
  hl_check_clear(&report);
  return FUZZ_DONE;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed) {
  return fuzz_h5_mutate(data, size, max_size, seed);
}
