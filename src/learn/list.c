#include "hyperlist/list.h"
#include "learn/list_format.h"

#include <stdlib.h>

const char *const hl_phase_names[HL_N_PHASE] = {"greedy", "random"};

const char *const hl_objective_names[HL_N_OBJECTIVE_TEXT] = {"valid_split", "replicas",       "best_over",
                                                             "aggregate",   "test_constants", "missing"};

char **hl_objective_get_text(struct hl_objective *objective, size_t i) {
  char **const texts[HL_N_OBJECTIVE_TEXT] = {&objective->valid_split,    &objective->replicas,
                                             &objective->best_over,      &objective->aggregate,
                                             &objective->test_constants, &objective->missing};
  return texts[i];
}

void hl_list_free(struct hl_list *list) {
  if (list == NULL) return;
  for (size_t i = 0; i < list->n_entry; i++) {
    free(list->entries[i].config);
    free(list->entries[i].hyperparameters);
  }
  free(list->entries);
  for (size_t i = 0; i < HL_N_OBJECTIVE_TEXT; i++) free(*hl_objective_get_text(&list->objective, i));
  hl_strings_clear(&list->train_tasks);
  hl_strings_clear(&list->hyperparameters);
  free(list->set);
  free(list->provenance);
  free(list);
}
