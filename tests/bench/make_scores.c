/* make_scores OUT.h5 SHAPE TASKS SET=CONFIGS...: a made scores file, from a seed.
 *
 * Beside it, for who reads no HDF5, OUT.h5.raw: the valid table of the first set, [task][config] doubles.
 * Shapes:
 *   released  a task has a place in the space of hyperparameters where it trains best; the farther away a
 *             config is, the worse its score, beyond some learning rate it diverges; noise on all of it
 *   noise     independent scores: gains are so alike that laziness helps little
 *   ties      the same in eighths
 *   equal     a Latin square: at the first pick all gain the same
 *   holes     as noise, and on each task one config is missing */
#include "base/h5.h"
#include "hyperlist/space.h"
#include "made.h"

#include <string.h>

enum { N_DIMENSION = HL_SPACE_MAX_DIMENSIONS };

struct set {
  char *name;
  size_t n_config;
  const struct hl_space *space;
  double *values;      /* [n_config][n_dimension] hyperparameters */
  double *coordinates; /* likewise, in the sampling coordinates, scaled to 0..1 */
};

static void check(hl_status status) {
  if (status == HL_OK) return;
  fprintf(stderr, "%s\n", hl_error_message());
  exit(1);
}

/* ---- Configs ---- */

static void scale_dimension(const struct set *set, size_t d) {
  const size_t n = set->space->n_dimension;
  double low = HUGE_VAL, high = -HUGE_VAL;
  for (size_t c = 0; c < set->n_config; c++) {
    const double x = hl_scale_coordinate(set->space->dimensions[d].scale, set->values[c * n + d]);
    set->coordinates[c * n + d] = x;
    low = fmin(low, x), high = fmax(high, x); /* passing over NaN */
  }
  for (size_t c = 0; c < set->n_config; c++) {
    double *x = &set->coordinates[c * n + d];
    *x = isnan(*x) || !(high > low) ? 0 : (*x - low) / (high - low);
  }
}

/* "adam8p_wide_grid_1k=1000" */
static void parse_set(char *text, struct set *set) {
  char *equals = strchr(text, '=');
  if (equals == NULL) exit(2);
  *equals = '\0';
  *set = (struct set){.name = text, .n_config = made_count(equals + 1), .space = hl_space_find(text)};
  if (set->space == NULL) exit(2);
  const size_t n = set->space->n_dimension;
  set->values = made_room(set->n_config * n, sizeof(double));
  set->coordinates = made_room(set->n_config * n, sizeof(double));
  for (size_t c = 0; c < set->n_config; c++) hl_space_sample(set->space, (uint32_t)c, set->values + c * n);
  for (size_t d = 0; d < n; d++) scale_dimension(set, d);
}

/* ---- Scores ---- */

struct task {
  double best[N_DIMENSION], weight[N_DIMENSION];
  double floor, noise, diverges_at; /* of the first coordinate, the learning rate */
};

static struct task draw_task(struct made_random *random) {
  struct task task = {.floor = .3 * pow(made_uniform(random), 2),
                      .noise = .02 + .1 * made_uniform(random),
                      .diverges_at = .75 + .5 * made_uniform(random)};
  for (size_t d = 0; d < N_DIMENSION; d++) {
    task.best[d] = .5 + .18 * made_normal(random);
    task.weight[d] = pow(made_uniform(random), 3) * (d == 0 ? 30 : 4);
  }
  return task;
}

static double clip(double x) {
  return x < 0 ? 0 : x > 1 ? 1 : x;
}

static void score_released(const struct set *set, struct made_random *random, double *valid, double *test) {
  const size_t n = set->space->n_dimension;
  const struct task task = draw_task(random);
  for (size_t c = 0; c < set->n_config; c++) {
    const double *x = set->coordinates + c * n;
    double distance = 0;
    for (size_t d = 0; d < n; d++) distance += task.weight[d] * (x[d] - task.best[d]) * (x[d] - task.best[d]);
    const double score = 1 - (1 - task.floor) * exp(-distance) + task.noise * fabs(made_normal(random));
    valid[c] = x[0] > task.diverges_at ? 1 : clip(score);
    test[c] = valid[c] == 1 ? 1 : clip(score + .2 * task.noise * made_normal(random));
  }
}

static void score_task(const char *shape, const struct set *set, size_t t, double *valid, double *test) {
  struct made_random random = {7919 * t + 1};
  const size_t n = set->n_config;
  if (strcmp(shape, "released") == 0) {
    score_released(set, &random, valid, test);
    return;
  }
  for (size_t c = 0; c < n; c++) {
    const double x = made_uniform(&random);
    valid[c] = strcmp(shape, "ties") == 0    ? floor(8 * x) / 8
               : strcmp(shape, "equal") == 0 ? (double)((t + c) % n) / (double)n
                                             : x;
    test[c] = valid[c];
  }
  if (strcmp(shape, "holes") == 0) valid[t % n] = test[t % n] = NAN;
}

/* ---- Files ---- */

static void write_configs(struct hl_h5 group, const struct set *set) {
  struct hl_strings names = {0}, dimensions = {0};
  char name[64];
  for (size_t c = 0; c < set->n_config; c++) {
    snprintf(name, sizeof name, "%s_seed%zu", set->space->sampler, c);
    check(hl_strings_add(&names, name));
  }
  for (size_t d = 0; d < set->space->n_dimension; d++)
    check(hl_strings_add(&dimensions, set->space->dimensions[d].name));
  const struct hl_h5_shape shape = {2, {set->n_config, set->space->n_dimension}};
  check(hl_h5_write_strings(group, "config_names", &names));
  check(hl_h5_write_strings(group, "hyperparameter_names", &dimensions));
  check(hl_h5_write_array(group, "hyperparameters", HL_H5_FLOAT64, shape, set->values));
  hl_strings_clear(&names);
  hl_strings_clear(&dimensions);
}

static void write_set(struct hl_h5 sets, const char *shape, const struct set *set, size_t n_task, FILE *raw) {
  struct hl_h5 group, valid_table, test_table;
  const struct hl_h5_shape table = {2, {n_task, set->n_config}};
  double *valid = made_room(set->n_config, sizeof *valid), *test = made_room(set->n_config, sizeof *test);
  check(hl_h5_create_group(sets, set->name, &group));
  write_configs(group, set);
  check(hl_h5_create_dataset(group, "valid", HL_H5_FLOAT64, table, &valid_table));
  check(hl_h5_create_dataset(group, "test", HL_H5_FLOAT64, table, &test_table));
  for (size_t t = 0; t < n_task; t++) {
    score_task(shape, set, t, valid, test);
    check(hl_h5_write_rows(valid_table, HL_H5_FLOAT64, t, 1, valid));
    check(hl_h5_write_rows(test_table, HL_H5_FLOAT64, t, 1, test));
    if (raw != NULL) fwrite(valid, sizeof *valid, set->n_config, raw);
  }
  check(hl_h5_close(&valid_table));
  check(hl_h5_close(&test_table));
  check(hl_h5_close(&group));
  free(valid);
  free(test);
}

static void write_tasks(struct hl_h5 file, size_t n_task) {
  struct hl_h5 group;
  struct hl_strings names = {0};
  char name[64];
  uint8_t *degenerate = made_room(n_task, 1);
  for (size_t t = 0; t < n_task; t++) {
    snprintf(name, sizeof name, "mlp_family_seed%06zu", t);
    check(hl_strings_add(&names, name));
  }
  check(hl_h5_create_group(file, "tasks", &group));
  check(hl_h5_write_strings(group, "name", &names));
  check(hl_h5_write_array(group, "degenerate", HL_H5_UINT8, (struct hl_h5_shape){1, {n_task}}, degenerate));
  check(hl_h5_close(&group));
  hl_strings_clear(&names);
  free(degenerate);
}

int main(int argc, char **argv) {
  struct hl_h5 file, sets;
  char raw_path[4096];
  if (argc < 5) return fprintf(stderr, "make_scores OUT.h5 SHAPE TASKS SET=CONFIGS...\n"), 2;
  const size_t n_task = made_count(argv[3]);
  snprintf(raw_path, sizeof raw_path, "%s.raw", argv[1]);
  FILE *raw = fopen(raw_path, "wb");
  if (raw == NULL) return perror(raw_path), 1;
  check(hl_h5_create(argv[1], &file));
  write_tasks(file, n_task);
  check(hl_h5_create_group(file, "sets", &sets));
  for (int i = 4; i < argc; i++) {
    struct set set;
    parse_set(argv[i], &set);
    write_set(sets, argv[2], &set, n_task, i == 4 ? raw : NULL);
    free(set.values);
    free(set.coordinates);
  }
  check(hl_h5_close(&sets));
  check(hl_h5_write_text(file, "schema", "hyperlist.scores/1"));
  check(hl_h5_close(&file));
  return fclose(raw) == 0 ? 0 : 1;
}
