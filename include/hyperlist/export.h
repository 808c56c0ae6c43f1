/* Export: a list as what other programs read.
 *
 * opt-list: NAME_opt_list.txt, the configs' names, one a line, best first, and NAME_configs.json,
 * {"<config>": [{hyperparameter: value, ..}, "<sampler>"], ..}: the two files of the published NAdamW list.
 *
 * json: NAME_list.json, {"schema": "hyperlist.export/1", "set": .., "train_tasks": how many, "configs":
 * [{"rank", "config", "J", "hyperparameters": {..}}, ..], "provenance": {..}}.
 *
 * csv: NAME_list.csv, the columns rank, config, J, and one a hyperparameter; empty where there is no value.
 *
 * python: NAME_list.py, CONFIGS, a list of dicts with the keyword names of torch.optim where they exist and
 * mean the same, and comments where they do not; imports nothing but math.
 *
 * Numbers are the shortest text that reads back equal; those of a released set, all of which are real
 * numbers, never look like whole ones (0.0), and use_nesterov is true or false. A hyperparameter that a
 * config has no value of is left out of its config. */
#ifndef HYPERLIST_EXPORT_H
#define HYPERLIST_EXPORT_H

#include "hyperlist/list.h"

#ifdef __cplusplus
extern "C" {
#endif

/* All zero is the default. */
struct hl_export_options {
  size_t n_entry; /* the first so many; 0, or more than there are: all */
  /* NAME, a file name's beginning; NULL: the set's name without _1k and then _grid or _wide_grid (nadamw of
   * nadamw_grid_1k), every byte but letters, digits, - . _ as _ */
  const char *name;
  const char *provenance; /* a JSON object as text, for targets that have room for it; NULL: none */
};

/* Writes the target's files into the folder, which is made if need be. Each is written whole beside its place
 * before the first of them takes it, so that a failure leaves those that were there; files of the same names
 * are replaced. The paths written are appended to `paths`. HL_USAGE: no target of that name, or a name with a
 * slash; HL_INVALID: a config's name that the target cannot hold; HL_IO. O(entries x hyperparameters). */
HL_API hl_status hl_export(const struct hl_list *list, const char *target, const char *folder,
                           const struct hl_export_options *options, struct hl_strings *paths);

/* The targets' names, in the order above, NULL-terminated; *n is their number. Static storage. */
HL_API const char *const *hl_export_targets(size_t *n);

#ifdef __cplusplus
}
#endif
#endif
