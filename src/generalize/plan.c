#include "generalize/plan.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/nearest.h"
#include "base/pool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct planning {
  const struct hl_baseline_table *baselines;
  const struct hl_scores *scores;
  size_t learner;
  const struct hl_context *context;
  struct hl_plans *plans;
};

static hl_status add_plan(const struct planning *it, const struct hl_baseline *baseline, size_t i_set) {
  hl_status status = HL_OK;
  struct hl_plans *plans = it->plans;
  struct hl_plan plan = {.baseline = baseline, .i_set = i_set};
  TRY(hl_format_text(&plan.name, "%s%s%s", baseline->name, baseline->is_of_every_set ? ":" : "",
                     baseline->is_of_every_set ? it->scores->sets[i_set].name : ""));
  for (size_t i = 0; i < plans->n; i++) {
    if (strcmp(plans->items[i].name, plan.name) == 0) goto out; /* asked for twice */
  }
  TRY(hl_grow_array(&plans->items, &plans->capacity, plans->n + 1, sizeof plan));
  plans->items[plans->n++] = plan;
  return HL_OK;
out:
  free(plan.name);
  return status;
}

/* is_named: asked for by its own name, so that leaving it out would not do. */
static hl_status add_baseline(const struct planning *it, const struct hl_baseline *baseline, bool is_named) {
  const struct hl_score_set *set = &it->scores->sets[it->learner];
  const bool has_hyperparameters = set->hyperparameters.n > 0 && set->hyperparameter_values != NULL;
  hl_status status = HL_OK;
  if (baseline->is_refined && !has_hyperparameters) {
    if (is_named) {
      return hl_fail(HL_USAGE, "baseline %s: set %s of %s has no hyperparameters, which it needs",
                     baseline->name, set->name, it->scores->path);
    }
    hl_warn(it->context, "left out %s: set %s has no hyperparameters", baseline->name, set->name);
    return HL_OK;
  }
  if (!baseline->is_of_every_set) return add_plan(it, baseline, it->learner);
  for (size_t i = 0; i < it->scores->n_set && status == HL_OK; i++) status = add_plan(it, baseline, i);
  return status;
}

static hl_status fail_unknown(const struct planning *it, const char *name) {
  char known[256] = "";
  struct hl_nearest nearest = {.text = name};
  for (size_t i = 0, used = 0; i < it->baselines->n && used < sizeof known; i++) {
    const struct hl_baseline *baseline = it->baselines->items[i];
    hl_nearest_offer(&nearest, baseline->name);
    used += (size_t)snprintf(known + used, sizeof known - used, "%s%s, ", baseline->name,
                             baseline->is_of_every_set ? "[:SET]" : "");
  }
  return hl_fail(HL_USAGE, "baseline: found '%s', expected %sall or none%s", name, known,
                 hl_nearest_hint(&nearest));
}

/* "random:SET", and the plain name of any row of the table. */
static hl_status add_named(const struct planning *it, const char *name, bool is_default) {
  size_t i_set;
  const size_t length = strcspn(name, ":");
  for (size_t i = 0; i < it->baselines->n; i++) {
    const struct hl_baseline *baseline = it->baselines->items[i];
    if (strlen(baseline->name) != length || strncmp(baseline->name, name, length) != 0) continue;
    if (name[length] == '\0') return add_baseline(it, baseline, !is_default);
    if (!baseline->is_of_every_set) break;
    const hl_status status = hl_scores_find_set(it->scores, name + length + 1, &i_set);
    return status == HL_OK ? add_plan(it, baseline, i_set) : hl_fail_within(status, "baseline %s: ", name);
  }
  return fail_unknown(it, name);
}

static hl_status add_part(const struct planning *it, const char *part, bool is_default) {
  hl_status status = HL_OK;
  if (strcmp(part, "none") == 0 || strcmp(part, hl_learned.name) == 0) return HL_OK;
  if (strcmp(part, "all") != 0) return add_named(it, part, is_default);
  for (size_t i = 0; i < it->baselines->n && status == HL_OK; i++) {
    status = add_baseline(it, it->baselines->items[i], false);
  }
  return status;
}

/* Where a part ends; NULL: with the text. A set's name may have commas, and the longest one that fits is
 * meant. */
static char *find_end(const struct planning *it, char *part) {
  const size_t n_name = strcspn(part, ":,");
  char *end = strchr(part, ',');
  if (part[n_name] != ':') return end;
  for (size_t i = 0; i < it->scores->n_set && end != NULL; i++) {
    const char *set = it->scores->sets[i].name;
    char *behind = part + n_name + 1 + strlen(set);
    if (strncmp(part + n_name + 1, set, strlen(set)) != 0) continue;
    if (*behind == '\0') return NULL;
    if (*behind == ',' && behind > end) end = behind;
  }
  return end;
}

hl_status hl_plans_init(struct hl_plans *plans, const struct hl_baseline_table *baselines, const char *wanted,
                        const struct hl_scores *scores, size_t learner, const struct hl_context *context) {
  hl_status status = HL_OK;
  const struct planning it = {baselines, scores, learner, context, plans};
  char *parts = NULL;
  *plans = (struct hl_plans){0};
  TRY(add_plan(&it, &hl_learned, learner));
  TRY(hl_copy_text(wanted != NULL ? wanted : HL_DEFAULT_BASELINES, &parts));
  for (char *part = parts, *end; part != NULL; part = end) {
    end = find_end(&it, part);
    if (end != NULL) *end++ = '\0';
    TRY(add_part(&it, part, wanted == NULL));
  }
out:
  free(parts);
  return status;
}

void hl_plans_clear(struct hl_plans *plans) {
  for (size_t i = 0; i < plans->n; i++) free(plans->items[i].name);
  free(plans->items);
  *plans = (struct hl_plans){0};
}
