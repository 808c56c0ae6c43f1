/* The table of baselines. */
#include "generalize/baseline.h"

static const struct hl_baseline *const rows[] = {
    &hl_random,    &hl_refined_minmax, &hl_refined_q90, &hl_refined_q90_joint,
    &hl_best_case, &hl_oracle,         &hl_expected,
};

static const struct hl_baseline_table table = {sizeof rows / sizeof rows[0], rows};

const struct hl_baseline_table *hl_baselines_get_all(void) {
  return &table;
}
