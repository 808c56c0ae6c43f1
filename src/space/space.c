/* The five released search spaces, and the generator that turns a config's number back into its
 * hyperparameters. */
#include "hyperlist/space.h"

#include <gsl/gsl_rng.h>
#include <limits.h>
#include <math.h>
#include <string.h>

/* ---- The tables ---- */

#define LEARNING_RATE(low, high)                                                                             \
  { "learning_rate", HL_SCALE_LOG, (low), (high), false }
#define BETA(i, low)                                                                                         \
  { "beta" #i, HL_SCALE_LOG_ONE_MINUS, (low), 1, false }
#define EPSILON(low, high)                                                                                   \
  { "epsilon", HL_SCALE_LOG, (low), (high), false }
#define DECAYS                                                                                               \
  {"linear_decay", HL_SCALE_LOG, 1e-7, 1e-4, false}, {                                                       \
    "exponential_decay", HL_SCALE_LOG, 1e-6, 1e-3, false                                                     \
  }
#define WIDE_FOUR LEARNING_RATE(1e-8, 10), BETA(1, 1e-4), BETA(2, 1e-6), EPSILON(1e-10, 1e3)

/* clang-format off */
static const struct hl_dimension adam1p[] = {LEARNING_RATE(1e-8, 10)};
static const struct hl_dimension adam4p[] = {WIDE_FOUR};
static const struct hl_dimension adam6p[] = {WIDE_FOUR, DECAYS};
static const struct hl_dimension adam8p[] = {WIDE_FOUR,
  {"l1", HL_SCALE_LOG, 1e-8, 10, false},
  {"l2", HL_SCALE_LOG, 1e-8, 10, false},
  DECAYS};
static const struct hl_dimension nadamw[] = {LEARNING_RATE(1e-5, 1), BETA(1, 1e-3), BETA(2, 1e-5), EPSILON(1e-8, 1e4),
  {"use_nesterov", HL_SCALE_BOOLEAN, 0, 1, true},
  {"adamw_weight_decay", HL_SCALE_LOG, 1e-5, 1e-1, true},
  {"l2_weight_decay", HL_SCALE_LOG, 1e-5, 1e-1, true},
  {"warmup_fraction", HL_SCALE_LOG, 1e-5, 1e-1, true},
  {"min_learning_rate_mult", HL_SCALE_LOG, 1e-5, 1, true},
  {"constant_fraction", HL_SCALE_LINEAR, 0, 1, false}};
/* clang-format on */

#define N_DIMENSION(table) (sizeof(table) / sizeof(table)[0])

static const struct hl_space spaces[] = {
    {"adam1p_wide_grid", N_DIMENSION(adam1p), adam1p}, {"adam4p_wide_grid", N_DIMENSION(adam4p), adam4p},
    {"adam6p_wide_grid", N_DIMENSION(adam6p), adam6p}, {"adam8p_wide_grid", N_DIMENSION(adam8p), adam8p},
    {"nadamw_grid", N_DIMENSION(nadamw), nadamw},
};

enum { N_SPACE = sizeof spaces / sizeof spaces[0], NADAMW = N_SPACE - 1 };

/* What a sampler adds to a config's number to make its seed; rows as in `spaces`. */
static const uint32_t seed_offsets[N_SPACE] = {4123, 0, 123455, 0, 14358};

/* ---- The stream of uniforms ---- */

/* GSL's Mersenne twister without gsl_rng_alloc, so that sampling allocates nothing and cannot fail. */
struct stream {
  union {
    unsigned char bytes[8192];
    unsigned long words[624]; /* they stand first in GSL's state; then the index of the next one */
    long double align;
  } state;
};

/* numpy's RandomState(seed). GSL has the same initialization but takes 0 to mean 4357. It asks `s == 0`
 * before it masks s to 32 bits, so 2^32 is the seed whose state is numpy's seed 0; where a long has no room
 * for that, the words are filled as seed 0 fills them (Matsumoto and Nishimura, 2002) and GSL's own index,
 * after any seed, is right. */
static void stream_start(struct stream *stream, uint32_t seed) {
#if ULONG_MAX > 0xffffffff
  const unsigned long gsl_seed = seed == 0 ? 0x100000000UL : seed;
  gsl_rng_mt19937->set(stream->state.bytes, gsl_seed);
#else
  unsigned long *words = stream->state.words;
  gsl_rng_mt19937->set(stream->state.bytes, seed);
  if (seed > 0) return;
  words[0] = 0;
  for (unsigned i = 1; i < 624; i++) words[i] = 1812433253UL * (words[i - 1] ^ words[i - 1] >> 30) + i;
#endif
}

/* A uniform double in [0, 1) of 53 bits, from two outputs, the high one first: numpy's random_sample. */
static double stream_next(struct stream *stream) {
  unsigned long high = gsl_rng_mt19937->get(stream->state.bytes) >> 5;
  unsigned long low = gsl_rng_mt19937->get(stream->state.bytes) >> 6;
  return ((double)high * 67108864.0 + (double)low) / 9007199254740992.0;
}

/* exp(log from + (log to - log from) u); from > to is legal. */
static double draw_log(struct stream *stream, double from, double to) {
  return exp(log(from) + (log(to) - log(from)) * stream_next(stream));
}

/* ---- Sampling ---- */

static double draw_dimension(struct stream *stream, const struct hl_dimension *d) {
  /* The release states this one's ends the other way round, so that u runs from high to low. */
  if (strcmp(d->name, "exponential_decay") == 0) return draw_log(stream, d->high, d->low);
  double x = draw_log(stream, d->low, d->high);
  return d->scale == HL_SCALE_LOG_ONE_MINUS ? 1 - x : x;
}

/* From use_nesterov on, NAdamW's draws depend on each other (TaskSet, appendix): a switch decides whether the
 * next uniform is drawn at all. */
static void sample_nadamw_rest(struct stream *stream, const struct hl_dimension *d, double *values) {
  enum { NESTEROV, ADAMW_DECAY, L2_DECAY, WARMUP, MIN_MULT, CONSTANT };
  values[NESTEROV] = stream_next(stream) > 0.5;
  double which = stream_next(stream);
  bool adamw_only = which < 0.3333, l2_only = !adamw_only && which < 0.6666;
  values[ADAMW_DECAY] = l2_only ? 0 : draw_log(stream, d[ADAMW_DECAY].low, d[ADAMW_DECAY].high);
  values[L2_DECAY] = adamw_only ? 0 : draw_log(stream, d[L2_DECAY].low, d[L2_DECAY].high);
  bool warm = stream_next(stream) > 0.5;
  values[WARMUP] = warm ? draw_log(stream, d[WARMUP].low, d[WARMUP].high) : 0;
  bool to_zero = stream_next(stream) > 0.5;
  values[MIN_MULT] = to_zero ? 0 : draw_log(stream, d[MIN_MULT].low, d[MIN_MULT].high);
  values[CONSTANT] = stream_next(stream);
}

void hl_space_sample(const struct hl_space *space, uint32_t seed, double *values) {
  size_t i_space = (size_t)(space - spaces);
  size_t n_independent = i_space == NADAMW ? 4 : space->n_dimension;
  struct stream stream;
  stream_start(&stream, seed + seed_offsets[i_space]);
  for (size_t i = 0; i < n_independent; i++) values[i] = draw_dimension(&stream, &space->dimensions[i]);
  if (i_space == NADAMW)
    sample_nadamw_rest(&stream, space->dimensions + n_independent, values + n_independent);
}

/* ---- Names ---- */

const struct hl_space *hl_space_get_all(size_t *n_space) {
  *n_space = N_SPACE;
  return spaces;
}

const struct hl_space *hl_space_find(const char *set_or_sampler) {
  for (size_t i = 0; i < N_SPACE; i++) {
    size_t n = strlen(spaces[i].sampler);
    if (strncmp(set_or_sampler, spaces[i].sampler, n) != 0) continue;
    if (set_or_sampler[n] == '\0' || strcmp(set_or_sampler + n, "_1k") == 0) return &spaces[i];
  }
  return NULL;
}

/* Decimal digits without leading zeros, at most `max`. */
static bool parse_seed(const char *text, uint32_t max, uint32_t *seed) {
  if (text[0] == '\0' || (text[0] == '0' && text[1] != '\0')) return false;
  uint64_t value = 0;
  for (; *text != '\0'; text++) {
    if (*text < '0' || *text > '9') return false;
    value = value * 10 + (uint64_t)(*text - '0');
    if (value > max) return false;
  }
  *seed = (uint32_t)value;
  return true;
}

bool hl_space_parse_config(const char *config, const struct hl_space **space, uint32_t *seed) {
  static const char infix[] = "_seed";
  for (size_t i = 0; i < N_SPACE; i++) {
    size_t n = strlen(spaces[i].sampler);
    if (strncmp(config, spaces[i].sampler, n) != 0) continue;
    if (strncmp(config + n, infix, sizeof infix - 1) != 0) continue;
    if (!parse_seed(config + n + sizeof infix - 1, UINT32_MAX - seed_offsets[i], seed)) return false;
    *space = &spaces[i];
    return true;
  }
  return false;
}

/* ---- Coordinates ---- */

enum hl_scale hl_scale_find(const char *hyperparameter) {
  for (size_t i = 0; i < N_SPACE; i++) {
    for (size_t j = 0; j < spaces[i].n_dimension; j++) {
      const struct hl_dimension *d = &spaces[i].dimensions[j];
      if (strcmp(hyperparameter, d->name) == 0) return d->scale;
    }
  }
  return HL_SCALE_LINEAR;
}

double hl_scale_coordinate(enum hl_scale scale, double value) {
  switch (scale) {
  case HL_SCALE_LOG:
    return value > 0 ? log(value) : (double)NAN;
  case HL_SCALE_LOG_ONE_MINUS:
    return value < 1 ? log1p(-value) : (double)NAN;
  case HL_SCALE_LINEAR:
  case HL_SCALE_BOOLEAN:
    break;
  }
  return value;
}
