/* Scores made by hand: small tables, random or given, without a file. */
#ifndef HYPERLIST_MADE_SCORES_H
#define HYPERLIST_MADE_SCORES_H

#include "hyperlist/scores.h"

/* n_task tasks t000, t001, .. and sets a_grid, b_grid, .. of n_config configs <set>_seed<N>
 * each, with one hyperparameter, learning_rate (from 10 down to 10^-8), and all scores 0.5. Free it by
 * hl_scores_close. */
struct hl_scores *made_scores_new(size_t n_task, size_t n_set, size_t n_config);

/* What random tables are made of. */
enum made_character {
  MADE_UNIFORM,
  MADE_TIES,     /* five values only */
  MADE_FLAT,     /* all equal */
  MADE_DIVERGED, /* mostly 1 */
  MADE_HOLES,    /* a fifth is missing, in test too */
  MADE_CLOSE,    /* differences about 2^-40 */
  MADE_NEAR,     /* next to none alike, but all the same in 16 bits */
  MADE_N_CHARACTER,
};

/* Fills valid and test of all sets from a small generator of that seed. */
void made_scores_fill(struct hl_scores *scores, enum made_character character, unsigned seed);

/* A uniform number below n from the same small generator. */
unsigned made_random(unsigned *state, unsigned n);

#endif
