/* Lists: configs in the order in which to try them, learned from scores (TaskSet, Eq. 3-4).
 *
 * With b_t = 1 for every train task t, each pick is the config c with the lowest sum over t of min(b_t,
 * f(t,c)), ties to the lower index; then b_t = min(b_t, f(t,c)). Sums are of integers llrint(f 2^40) and so
 * exact in any order. When no config improves any task the others follow in random order (stream
 * "tail:<set>"). */
#ifndef HYPERLIST_LIST_H
#define HYPERLIST_LIST_H

#include "hyperlist/context.h"
#include "hyperlist/missing.h"
#include "hyperlist/scores.h"
#include "hyperlist/strings.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

enum hl_phase { HL_PHASE_GREEDY, HL_PHASE_RANDOM };

/* What was minimized: the options of the scores file ("" where unknown), and how missing cells counted. */
struct hl_objective {
  char *valid_split, *replicas, *best_over, *aggregate, *test_constants;
  char *missing;                 /* hl_missing_name */
  int64_t n_missing, n_diverged; /* cells of the train tasks; n_diverged is -1 where unknown */
};

struct hl_list_entry {
  char *config;
  size_t index;            /* its row in the scores file */
  double *hyperparameters; /* [list->hyperparameters.n]; NaN: it has none of that name */
  enum hl_phase phase;
  double objective; /* J: mean over the train tasks of the best f so far, in [0, 1]; NaN: unknown */
};

/* What the picks cost; nothing of it is written. */
struct hl_learn_effort {
  size_t n_evaluation; /* how often a config was held against all tasks; without laziness: picks x configs */
  size_t n_exchange;   /* in so many steps; between ranks each is an exchange */
  size_t n_step;       /* how often a config was brought up to date on a single task instead */
  double
      seconds_before; /* to read the scores, where they were not loaded, and to turn them: a config a row */
  double seconds;     /* from there to the order of configs */
};

struct hl_list {
  char *set;
  struct hl_objective objective;
  struct hl_strings train_tasks; /* those in use: selected, not degenerate, not dropped */
  uint64_t seed;
  struct hl_strings hyperparameters; /* their names */
  size_t n_entry;
  struct hl_list_entry *entries; /* rank 1 first */
  char *provenance;              /* a JSON object as text, NULL: none */
  struct hl_learn_effort effort; /* of learning it; zero for a list that was read */
};

/* All zero but `set` is the default. */
struct hl_learn_options {
  const char *set;
  const char *tasks; /* a selector (selector.h); NULL: all */
  enum hl_missing missing;
  size_t n_entry; /* stop after that many; 0: all configs */
};

/* Learns from sets[..].valid (read, and not kept, if it is not loaded), on the selected tasks that are not
 * degenerate in this set, with context->seed. Free the list by hl_list_free. HL_USAGE: unknown set, or a
 * selector that matches nothing; HL_INVALID: no task or config is left, a score outside [0, 1], a missing
 * cell under HL_MISSING_ERROR; HL_LIMIT. O(tasks x configs) for the first pick, and few evaluations of
 * O(tasks) for each later one: lazy greedy, as gains only shrink (Minoux 1978). */
HL_API hl_status hl_learn(struct hl_scores *scores, const struct hl_learn_options *options,
                          const struct hl_context *context, struct hl_list **list);

/* Reads a `hyperlist.list/1`. HL_IO; HL_INVALID with the entry's place for whatever contradicts the format,
 * and for a list of a newer schema. Members that are not known are ignored. */
HL_API hl_status hl_list_read(const char *path, struct hl_list **list);

/* Where a list of names comes from, and what its configs are. */
struct hl_import_options {
  const char *names;   /* a file: one config's name a line, best first; blank lines say nothing */
  const char *configs; /* a file {"<config>": [{..}, "<sampler>"], ..}; NULL: regenerated for a released set,
                          else no hyperparameters */
  const char *set;     /* NULL: the released set (with _1k) to which all names belong */
};

/* A list that others ordered, such as the published NAdamW list, as one of ours. Nobody says what it was
 * learned from: train_tasks and the objective are empty, J is NaN, the seed 0. Every entry counts as picked
 * (HL_PHASE_GREEDY), since its place was chosen as far as anybody can tell. index is the seed of a released
 * config, its row in a complete set; else its place in natural order among the names of `configs` or, without
 * it, of `names`. HL_USAGE: no set was given and the names are of none or of several released ones;
 * HL_INVALID: no names, the same name twice, one that `configs` lacks or that is none of the released set's;
 * HL_IO; HL_LIMIT. O(names log names). */
HL_API hl_status hl_list_import(const struct hl_import_options *options, struct hl_list **list);

/* Prints it as JSON; doubles in the shortest text that reads back equal, hyperparameters of boolean scale as
 * true and false, those that are NaN left out. path is for messages. */
HL_API hl_status hl_list_write(const struct hl_list *list, FILE *file, const char *path);

/* Legal on NULL. */
HL_API void hl_list_free(struct hl_list *list);

#ifdef __cplusplus
}
#endif
#endif
