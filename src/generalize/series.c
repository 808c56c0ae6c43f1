/* Series once they are made. */
#include "hyperlist/generalize.h"

#include <stdlib.h>
#include <string.h>

const struct hl_series *hl_generalization_find(const struct hl_generalization *generalization,
                                               const char *name) {
  for (size_t i = 0; i < generalization->n_series; i++) {
    if (strcmp(generalization->series[i].name, name) == 0) return &generalization->series[i];
  }
  return NULL;
}

size_t hl_series_trials_to_reach(const struct hl_series *series, double target) {
  for (size_t k = 0; k < series->n_trial; k++) {
    if (series->median[k] <= target) return k + 1;
  }
  return 0;
}

void hl_generalization_free(struct hl_generalization *generalization) {
  if (generalization == NULL) return;
  for (size_t i = 0; i < generalization->n_series; i++) {
    struct hl_series *series = &generalization->series[i];
    free(series->name);
    free(series->q25);
    free(series->median);
    free(series->q75);
    free(series->mean);
    free(series->values);
    free(series->n_tasks);
    free(series->n_inside);
    free(series->enclosed);
  }
  free(generalization->series);
  free(generalization);
}
