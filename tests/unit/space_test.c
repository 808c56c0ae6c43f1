/* The released search spaces: golden rows, all 5,000 released configs where they are at hand, names,
 * coordinates. */
#include "test.h"

#include "hyperlist/space.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where the release's own config tables are, beside the project; machines without them run the golden rows
 * only. */
#define RELEASED_CONFIGS "../shared/data/taskset-configs"

static const double tolerance = 1e-12;

static int agrees(double got, double want) {
  return got == want || fabs(got - want) <= tolerance * fabs(want);
}

/* ---- Golden rows ---- */

struct golden {
  const char *config;
  double values[HL_SPACE_MAX_DIMENSIONS]; /* in the order of the space's dimensions; the rest is 0 */
};

/* Copied from the config tables that were released with TaskSet (nadamw: the three mixtures of weight decay,
 * with and without warm-up and nesterov; seed 0 where the offset is 0, which GSL alone would get wrong). */
static const struct golden golden_rows[] = {
    {"adam1p_wide_grid_seed0", {1.0366346546195564e-06}},
    {"adam1p_wide_grid_seed999", {0.006292709692820893}},
    {"adam4p_wide_grid_seed0",
     {0.0008696040132105586, 0.9274299427840572, 0.9958640026061601, 0.0012119407238482059}},
    {"adam4p_wide_grid_seed999",
     {0.17015799545315774, 0.9871148587803342, 0.9999948159546729, 0.0206946828504483}},
    {"adam6p_wide_grid_seed0",
     {0.0006452137521578798, 0.6720413695981028, 0.9805789095496689, 0.45224877782442713,
      2.0497251858122685e-07, 2.5003268467591204e-06}},
    {"adam6p_wide_grid_seed999",
     {4.798908498958839e-07, 0.6494730282512732, 0.9793299004675581, 2.3219490727653636,
      2.1316477553539054e-07, 6.5924967315612755e-06}},
    {"adam8p_wide_grid_seed0",
     {0.0008696040132105586, 0.9274299427840572, 0.9958640026061601, 0.0012119407238482059,
      6.499698237449666e-05, 0.006502000785097662, 2.054762512591133e-06, 2.11193718864315e-06}},
    {"adam8p_wide_grid_seed999",
     {0.17015799545315774, 0.9871148587803342, 0.9999948159546729, 0.0206946828504483, 6.581537573088724e-08,
      9.773072648738292e-06, 1.9148856399932666e-06, 2.1719136897054463e-05}},
    {"nadamw_grid_seed0",
     {0.00013043019947775472, 0.6184381722189567, 0.9994057151352359, 5.7755507421823396e-05, 0,
      0.010296116606084241, 0.000569334985961975, 0.014360184808201766, 0, 0.25251538281125563}},
    {"nadamw_grid_seed3",
     {0.05582211245510444, 0.9862515654719601, 0.9942822958440981, 3.8625114588284195e-08, 1, 0,
      0.04429910972622699, 5.995592205081576e-05, 3.207749127731321e-05, 0.7244264943923319}},
    {"nadamw_grid_seed999",
     {0.0003033444884791146, 0.7960016377487121, 0.869085551376238, 0.0020915261149098523, 0,
      0.007356587309209756, 0, 0, 0, 0.47336551908529734}},
};

START_TEST(golden_rows_agree) {
  for (size_t i = 0; i < sizeof golden_rows / sizeof golden_rows[0]; i++) {
    const struct golden *row = &golden_rows[i];
    const struct hl_space *space = NULL;
    uint32_t seed = 0;
    double values[HL_SPACE_MAX_DIMENSIONS] = {0};
    ck_assert_msg(hl_space_parse_config(row->config, &space, &seed), "%s", row->config);
    hl_space_sample(space, seed, values);
    for (size_t j = 0; j < HL_SPACE_MAX_DIMENSIONS; j++)
      ck_assert_msg(agrees(values[j], row->values[j]), "%s [%zu]: %.17g, released %.17g", row->config, j,
                    values[j], row->values[j]);
  }
}
END_TEST

/* ---- All released configs ---- */

static cJSON *parse_file(const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) return NULL;
  ck_assert_int_eq(fseek(file, 0, SEEK_END), 0);
  long size = ftell(file);
  ck_assert_int_gt(size, 0);
  rewind(file);
  char *text = calloc((size_t)size + 1, 1);
  ck_assert_ptr_nonnull(text);
  ck_assert_uint_eq(fread(text, 1, (size_t)size, file), (size_t)size);
  fclose(file);
  cJSON *json = cJSON_Parse(text);
  free(text);
  ck_assert_msg(json != NULL, "%s is not JSON", path);
  return json;
}

/* One entry is "<sampler>_seed<N>": [{hyperparameters}, "<sampler>"]. */
static void compare_config(const cJSON *entry) {
  const struct hl_space *space = NULL;
  uint32_t seed = 0;
  double values[HL_SPACE_MAX_DIMENSIONS];
  ck_assert_msg(hl_space_parse_config(entry->string, &space, &seed), "%s", entry->string);
  hl_space_sample(space, seed, values);
  const cJSON *released = cJSON_GetArrayItem(entry, 0);
  ck_assert_int_eq(cJSON_GetArraySize(released), (int)space->n_dimension);
  for (size_t j = 0; j < space->n_dimension; j++) {
    const char *name = space->dimensions[j].name;
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(released, name);
    ck_assert_msg(item != NULL, "%s: no %s", entry->string, name);
    double want = cJSON_IsBool(item) ? cJSON_IsTrue(item) : item->valuedouble;
    ck_assert_msg(agrees(values[j], want), "%s %s: %.17g, released %.17g", entry->string, name, values[j],
                  want);
  }
}

START_TEST(all_released_configs_agree) {
  size_t n_space = 0;
  const struct hl_space *spaces = hl_space_get_all(&n_space);
  ck_assert_uint_eq(n_space, 5);
  for (size_t i = 0; i < n_space; i++) {
    char path[256];
    snprintf(path, sizeof path, RELEASED_CONFIGS "/%s.json", spaces[i].sampler);
    cJSON *json = parse_file(path);
    if (json == NULL) {
      printf("# SKIPPED: the comparison with all released configs of %s: no %s\n", spaces[i].sampler, path);
      continue;
    }
    ck_assert_int_eq(cJSON_GetArraySize(json), 1000);
    for (const cJSON *entry = json->child; entry != NULL; entry = entry->next) compare_config(entry);
    cJSON_Delete(json);
  }
}
END_TEST

/* Every draw is inside the interval that the table states, or is a 0 that the table allows. */
START_TEST(draws_stay_in_their_intervals) {
  size_t n_space = 0;
  const struct hl_space *spaces = hl_space_get_all(&n_space);
  for (size_t i = 0; i < n_space; i++) {
    for (uint32_t seed = 0; seed < 2000; seed++) {
      double values[HL_SPACE_MAX_DIMENSIONS];
      hl_space_sample(&spaces[i], seed, values);
      for (size_t j = 0; j < spaces[i].n_dimension; j++) {
        const struct hl_dimension *d = &spaces[i].dimensions[j];
        double x = d->scale == HL_SCALE_LOG_ONE_MINUS ? 1 - values[j] : values[j];
        int inside = x >= d->low * (1 - 1e-9) && x <= d->high * (1 + 1e-9);
        ck_assert_msg(inside || (x == 0 && d->can_be_zero), "%s_seed%u %s = %g", spaces[i].sampler, seed,
                      d->name, x);
      }
    }
  }
}
END_TEST

/* ---- Names ---- */

START_TEST(spaces_are_found_by_set_and_sampler) {
  size_t n_space = 0;
  const struct hl_space *spaces = hl_space_get_all(&n_space);
  ck_assert_ptr_eq(hl_space_find("adam1p_wide_grid"), &spaces[0]);
  ck_assert_ptr_eq(hl_space_find("adam8p_wide_grid_1k"), &spaces[3]);
  ck_assert_ptr_eq(hl_space_find("nadamw_grid_1k"), &spaces[4]);
  static const char *const foreign[] = {
      "", "adam8p", "adam8p_wide_grid_", "adam8p_wide_grid_1k ", "nadamw", "ADAM1P_WIDE_GRID"};
  for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++)
    ck_assert_msg(hl_space_find(foreign[i]) == NULL, "'%s'", foreign[i]);
}
END_TEST

START_TEST(config_names_are_parsed_strictly) {
  const struct hl_space *space = NULL;
  uint32_t seed = 77;
  ck_assert(hl_space_parse_config("nadamw_grid_seed12", &space, &seed));
  ck_assert_str_eq(space->sampler, "nadamw_grid");
  ck_assert_uint_eq(seed, 12);
  static const char *const refused[] = {
      "nadamw_grid",
      "nadamw_grid_seed",
      "nadamw_grid_seed-1",
      "nadamw_grid_seed+1",
      "nadamw_grid_seed01",
      "nadamw_grid_seed1 ",
      "nadamw_grid_seed1x",
      " nadamw_grid_seed1",
      "nadamw_grid_1k_seed1",
      "adam9p_wide_grid_seed1",
      "adam8p_wide_grid_seed4294967296",
      "nadamw_grid_seed4294952938",
      "adam8p_wide_grid_seed99999999999999999999999999",
      "",
  };
  for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
    ck_assert_msg(!hl_space_parse_config(refused[i], &space, &seed), "'%s'", refused[i]);
  /* The largest numbers whose seed, with the sampler's offset, has 32 bits. */
  ck_assert(hl_space_parse_config("adam8p_wide_grid_seed4294967295", &space, &seed));
  ck_assert_uint_eq(seed, UINT32_MAX);
  ck_assert(hl_space_parse_config("nadamw_grid_seed4294952937", &space, &seed));
  ck_assert_uint_eq(seed, UINT32_MAX - 14358);
}
END_TEST

/* ---- Coordinates ---- */

START_TEST(coordinates_are_the_sampling_ones) {
  ck_assert_int_eq(hl_scale_find("learning_rate"), HL_SCALE_LOG);
  ck_assert_int_eq(hl_scale_find("beta2"), HL_SCALE_LOG_ONE_MINUS);
  ck_assert_int_eq(hl_scale_find("use_nesterov"), HL_SCALE_BOOLEAN);
  ck_assert_int_eq(hl_scale_find("constant_fraction"), HL_SCALE_LINEAR);
  ck_assert_int_eq(hl_scale_find("dropout"), HL_SCALE_LINEAR);
  ck_assert_double_eq(hl_scale_coordinate(HL_SCALE_LINEAR, -3), -3);
  ck_assert_double_eq_tol(hl_scale_coordinate(HL_SCALE_LOG, 1e-3), log(1e-3), 1e-15);
  ck_assert_double_eq_tol(hl_scale_coordinate(HL_SCALE_LOG_ONE_MINUS, 0.999), log(1 - 0.999), 1e-12);
  ck_assert_double_nan(hl_scale_coordinate(HL_SCALE_LOG, 0));
  ck_assert_double_nan(hl_scale_coordinate(HL_SCALE_LOG_ONE_MINUS, 1));
  ck_assert_double_nan(hl_scale_coordinate(HL_SCALE_LOG, (double)NAN));
}
END_TEST

static Suite *suite(void) {
  Suite *s = suite_create("space");
  TCase *t = tcase_create("space");
  tcase_add_test(t, golden_rows_agree);
  tcase_add_test(t, all_released_configs_agree);
  tcase_add_test(t, draws_stay_in_their_intervals);
  tcase_add_test(t, spaces_are_found_by_set_and_sampler);
  tcase_add_test(t, config_names_are_parsed_strictly);
  tcase_add_test(t, coordinates_are_the_sampling_ones);
  suite_add_tcase(s, t);
  return s;
}
HL_TEST_MAIN(suite)
