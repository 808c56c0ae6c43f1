/* Lists: what their reader demands, and what an order of configs must be like. */
#include "base/error.h"
#include "check/checker.h"
#include "hyperlist/list.h"

#include <math.h>

/* J is a mean of minima: no entry can raise it. */
static hl_status check_objective(struct checker *checker, const struct hl_list *list) {
  double last = NAN;
  for (size_t i = 0; i < list->n_entry; i++) {
    const double objective = list->entries[i].objective;
    if (objective > last) {
      return checker_fault(checker, "entries[%zu].J: found %.17g, expected at most %.17g as before it", i,
                           objective, last);
    }
    if (!isnan(objective)) last = objective;
  }
  return HL_OK;
}

/* What is picked at random follows what is picked for a reason. */
static hl_status check_phases(struct checker *checker, const struct hl_list *list) {
  for (size_t i = 1; i < list->n_entry; i++) {
    if (list->entries[i - 1].phase != HL_PHASE_RANDOM || list->entries[i].phase != HL_PHASE_GREEDY) continue;
    return checker_fault(checker, "entries[%zu].phase: found greedy after random, expected random", i);
  }
  return HL_OK;
}

hl_status check_list(struct checker *checker) {
  struct hl_list *list;
  hl_status status = hl_list_read(checker->path, &list);
  if (status != HL_OK) return checker_note(checker, status);
  checker->report->n_task = (int64_t)list->train_tasks.n;
  TRY(check_objective(checker, list));
  TRY(check_phases(checker, list));
out:
  hl_list_free(list);
  return status;
}
