/* Hyperparameters of a table's configs: regenerated from released names, or from a --configs file. */
#ifndef HL_INGEST_CONFIGS_H
#define HL_INGEST_CONFIGS_H

#include "ingest/loader.h"

/* Reads a configs JSON, `{"<config>": [{hyperparameter: number|bool, ..}, "<sampler>"], ..}` (the released
 * files and those of an opt-list; a bare object instead of the array is taken too). A null is an unknown
 * value, like an absent one; booleans are 0 and 1. HL_IO, HL_INVALID, HL_LIMIT. */
hl_status hl_configs_read(const char *path, struct hl_config_table **table);
void hl_configs_free(struct hl_config_table *table); /* legal on NULL */

/* The configs' names, in byte order. Borrowed. */
const struct hl_strings *hl_configs_get_names(const struct hl_config_table *table);

/* What regenerating one table's hyperparameters gave, for the next tables of the same configs: a release has
 * thousands of them. Used by several threads at once. */
struct hl_config_memory;
hl_status hl_config_memory_new(struct hl_config_memory **memory);
void hl_config_memory_free(struct hl_config_memory *memory); /* legal on NULL */

/* Fills curves->hyperparameters and values for curves->configs: from options->configs if given (a config it
 * lacks is HL_INVALID, by name), else regenerated; under a set whose sampler is unknown, without a table,
 * they stay empty. A config of a released set must be one of its sampler's, or it is HL_INVALID, by name.
 * path is for messages. */
hl_status hl_configs_fill(struct hl_curves *curves, const struct hl_load_options *options, const char *path);

/* Are these the same hyperparameter, to 1e-12 relative? NaN, unknown, is the same as NaN alone. */
bool hl_configs_agree(double found, double expected);

#endif
