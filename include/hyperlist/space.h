/* Search spaces: how the released optimizer sets' hyperparameters were drawn, and the coordinates to measure
 * them in.
 *
 * A set is named as in the release (`adam8p_wide_grid_1k`), its sampler without `_1k`; config N of a sampler
 * is
 * `<sampler>_seed<N>` and is a pure function of N (TaskSet, appendix; numpy-legacy MT19937 seeded with N +
 * offset). */
#ifndef HYPERLIST_SPACE_H
#define HYPERLIST_SPACE_H

#include "hyperlist/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The most hyperparameters that any built-in space has. */
#define HL_SPACE_MAX_DIMENSIONS 10

/* The coordinate in which a hyperparameter is sampled, and so measured: boxes, distances and volumes use it.
 */
enum hl_scale {
  HL_SCALE_LINEAR,        /* x */
  HL_SCALE_LOG,           /* log x; x = 0 has no coordinate (NaN) */
  HL_SCALE_LOG_ONE_MINUS, /* log(1 - x): the betas */
  HL_SCALE_BOOLEAN,       /* 0 or 1 */
};

struct hl_dimension {
  const char *name;    /* as in the release: learning_rate, beta1, ... */
  enum hl_scale scale; /* sampling coordinate */
  double low,
      high; /* the sampled interval, in the units that are sampled: of 1 - beta for HL_SCALE_LOG_ONE_MINUS */
  bool can_be_zero; /* exactly 0 is a value of its own beside the interval */
};

struct hl_space {
  const char *sampler; /* "adam8p_wide_grid" */
  size_t n_dimension;
  const struct hl_dimension *dimensions;
};

/* The built-in spaces in the release's order; *n_space is their number. Static storage. */
HL_API const struct hl_space *hl_space_get_all(size_t *n_space);

/* The space of a sampler, or of a set (sampler + "_1k"); NULL if it is not one of the release's. */
HL_API const struct hl_space *hl_space_find(const char *set_or_sampler);

/* Splits a config name `<sampler>_seed<N>`; false if it is none of a built-in sampler's. N has no leading
 * zeros and is below 2^32 minus the sampler's offset. */
HL_API bool hl_space_parse_config(const char *config, const struct hl_space **space, uint32_t *seed);

/* Hyperparameters of config `seed`: values[n_dimension] in the order of space->dimensions; booleans are 0
 * or 1. Agrees with the release to 1e-12 relative (libm's exp and log differ between CPUs in the last digit).
 * No allocation. */
HL_API void hl_space_sample(const struct hl_space *space, uint32_t seed, double *values);

/* The sampling scale of a hyperparameter by its name, for sets of any origin: a name of a built-in space has
 * that space's scale; for others HL_SCALE_LINEAR is returned. */
HL_API enum hl_scale hl_scale_find(const char *hyperparameter);

/* The sampling coordinate of a value, e.g. log(1 - x); NaN where there is none (0 on a log scale, beta = 1).
 */
HL_API double hl_scale_coordinate(enum hl_scale scale, double value);

#ifdef __cplusplus
}
#endif
#endif
