/* Plans: which series were asked for. */
#ifndef HL_GENERALIZE_PLAN_H
#define HL_GENERALIZE_PLAN_H

#include "generalize/baseline.h"

struct hl_plan {
  char *name; /* of the series */
  const struct hl_baseline *baseline;
  size_t i_set;
};

struct hl_plans {
  size_t n, capacity;
  struct hl_plan *items; /* the learned list first, then as asked for, none twice */
};

/* Reads `wanted`, comma-separated names (NULL: HL_DEFAULT_BASELINES): see hl_generalize. learner is the i_set
 * of the learner's set. HL_USAGE: an unknown name or set, one that needs hyperparameters which there are
 * none of. Clear it in any case. */
hl_status hl_plans_init(struct hl_plans *plans, const struct hl_baseline_table *baselines, const char *wanted,
                        const struct hl_scores *scores, size_t learner, const struct hl_context *context);
void hl_plans_clear(struct hl_plans *plans);

#endif
