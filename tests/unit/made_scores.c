#include "made_scores.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *make(size_t n, size_t size) {
  void *memory = calloc(n > 0 ? n : 1, size);
  ck_assert_ptr_nonnull(memory);
  return memory;
}

static char *make_text(const char *text) {
  char *copy = strdup(text);
  ck_assert_ptr_nonnull(copy);
  return copy;
}

static void add(struct hl_strings *strings, const char *stem, size_t number) {
  char name[64];
  snprintf(name, sizeof name, "%s%0*zu", stem, *stem == 't' ? 3 : 1, number);
  ck_assert_int_eq(hl_strings_add(strings, name), HL_OK);
}

static void make_set(struct hl_score_set *set, char letter, size_t n_task, size_t n_config) {
  char name[] = "x_grid", stem[] = "x_grid_seed";
  name[0] = stem[0] = letter;
  set->name = make_text(name);
  for (size_t c = 0; c < n_config; c++) add(&set->configs, stem, c);
  ck_assert_int_eq(hl_strings_add(&set->hyperparameters, "learning_rate"), HL_OK);
  set->hyperparameter_values = make(n_config, sizeof(double));
  for (size_t c = 0; c < n_config; c++)
    set->hyperparameter_values[c] = pow(10, 1 - 9 * (double)c / (double)n_config);
  set->valid = make(n_task * n_config, sizeof(double));
  set->test = make(n_task * n_config, sizeof(double));
  for (size_t i = 0; i < n_task * n_config; i++) set->valid[i] = set->test[i] = 0.5;
  set->n_missing = make(n_task, sizeof(int64_t));
  set->n_diverged = make(n_task, sizeof(int64_t));
  set->degenerate = make(n_task, 1);
}

struct hl_scores *made_scores_new(size_t n_task, size_t n_set, size_t n_config) {
  struct hl_scores *scores = make(1, sizeof *scores);
  scores->path = make_text("made.h5");
  for (size_t t = 0; t < n_task; t++) {
    add(&scores->tasks, "t", t);
    ck_assert_int_eq(hl_strings_add(&scores->kinds, "other"), HL_OK);
  }
  scores->degenerate = make(n_task, 1);
  scores->n_params = make(n_task, sizeof(int64_t));
  scores->seconds_per_step = make(n_task, sizeof(double));
  scores->n_set = n_set;
  scores->sets = make(n_set, sizeof *scores->sets);
  for (size_t i = 0; i < n_set; i++) make_set(&scores->sets[i], (char)('a' + i), n_task, n_config);
  scores->valid_split = make_text("valid_inner");
  scores->replicas = make_text("average-first");
  scores->best_over = make_text("archive");
  scores->aggregate = make_text("mean");
  scores->test_constants = make_text("test");
  return scores;
}

unsigned made_random(unsigned *state, unsigned n) {
  *state = *state * 1664525u + 1013904223u;
  return (unsigned)(((uint64_t)(*state >> 4) * n) >> 28);
}

static double draw(enum made_character character, unsigned *state) {
  const double u = made_random(state, 1u << 24) / (double)(1u << 24);
  switch (character) {
  case MADE_TIES:
    return floor(u * 5) / 4;
  case MADE_FLAT:
    return 0.25;
  case MADE_DIVERGED:
    return made_random(state, 10) > 0 ? 1 : u;
  case MADE_HOLES:
    return made_random(state, 5) > 0 ? u : (double)NAN;
  case MADE_CLOSE:
    return 0.5 + ldexp(floor(u * 8), -41);
  case MADE_NEAR:
    return 0.5 + ldexp(u, -20);
  case MADE_UNIFORM:
  case MADE_N_CHARACTER:
    break;
  }
  return u;
}

void made_scores_fill(struct hl_scores *scores, enum made_character character, unsigned seed) {
  unsigned state = seed * 2654435761u + 1;
  for (size_t i = 0; i < scores->n_set; i++) {
    struct hl_score_set *set = &scores->sets[i];
    for (size_t j = 0; j < scores->tasks.n * set->configs.n; j++) {
      set->valid[j] = draw(character, &state);
      set->test[j] = isnan(set->valid[j]) ? (double)NAN : draw(MADE_UNIFORM, &state);
    }
  }
}
