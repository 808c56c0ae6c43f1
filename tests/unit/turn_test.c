/* Turned tables and exact scores against the definition, a cell at a time: sizes around the squares' sides,
 * missing cells, negative zeros, denormals, rows in runs and alone, from memory and from files of either
 * layout, and any number of threads. */
#include "learn/exact.h"
#include "learn/turn.h"
#include "made_scores.h"
#include "test.h"

#include <hdf5.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

START_TEST(exact_is_llrint) {
  unsigned state = 3;
  for (unsigned i = 0; i < 200000; i++) {
    double score =
        made_random(&state, 1u << 28) / (double)(1u << 28) + ldexp(made_random(&state, 1u << 28), -56);
    if (i % 4 == 0) score = ldexp(2.0 * made_random(&state, 1u << 20) + 1, -41); /* halves: to even */
    if (i % 7 == 0) score = ldexp(score, -(int)made_random(&state, 1070));
    if (score > 1) score = 1;
    ck_assert_int_eq(hl_exact(score), llrint(score * 1099511627776.0));
  }
  ck_assert_int_eq(hl_exact(1), HL_EXACT_ONE);
  ck_assert_int_eq(hl_exact(-0.0), 0);
}
END_TEST

static double odd_value(unsigned *state, double usual) {
  switch (made_random(state, 12)) {
  case 0:
    return -0.0;
  case 1:
    return 0x1p-1074;
  case 2:
    return 1;
  case 3:
    return (double)NAN;
  default:
    return usual;
  }
}

static void make_odd(struct hl_scores *scores, unsigned seed) {
  unsigned state = seed;
  struct hl_score_set *set = &scores->sets[0];
  const size_t n = scores->tasks.n * set->configs.n;
  made_scores_fill(scores, (enum made_character)(seed % MADE_N_CHARACTER), seed);
  for (size_t i = 0; i < n && seed % 3 > 0; i++) {
    set->valid[i] = odd_value(&state, set->valid[i]);
    set->test[i] = isnan(set->valid[i]) ? (double)NAN : odd_value(&state, set->test[i]);
  }
  for (size_t c = 0; c < set->configs.n && seed % 5 == 0; c++) set->test[c] = (double)NAN; /* untested */
}

static bool same_bits(double a, double b) {
  return memcmp(&a, &b, sizeof a) == 0; /* NOLINT(bugprone-suspicious-memory-comparison): as meant */
}

static void compare(const struct hl_cells *cells, const double *valid, const double *test,
                    const size_t *rows) {
  const size_t n_config = cells->n_config, n_padded = cells->n_block * HL_BLOCK;
  int64_t n_missing = 0;
  for (size_t i = 0; i < cells->n_task; i++) {
    const double *f = valid + rows[i] * n_config, *g = test + rows[i] * n_config;
    bool has_f = false, has_g = false;
    for (size_t c = 0; c < n_config; c++) has_f |= !isnan(f[c]), has_g |= !isnan(g[c]);
    ck_assert_int_eq(cells->is_tested[i], has_g || !has_f);
    size_t n_same = 0; /* (a check a cell was most of what the test took) */
    for (size_t c = 0; c < n_config; c++) {
      const double of_test = !cells->is_tested[i] ? 0 : isnan(g[c]) ? 1 : g[c];
      n_missing += isnan(f[c]) || (isnan(g[c]) && cells->is_tested[i]);
      n_same += same_bits(cells->valid[c * cells->n_task + i], isnan(f[c]) ? 1 : f[c]) &&
                same_bits(cells->test[c * cells->n_task + i], of_test) &&
                cells->coarse[c * n_padded + i] == hl_coarse(isnan(f[c]) ? 1 : f[c]);
    }
    ck_assert_uint_eq(n_same, n_config);
  }
  for (size_t c = 0; c < n_config; c++) {
    for (size_t i = cells->n_task; i < n_padded; i++)
      ck_assert_int_eq(cells->coarse[c * n_padded + i], HL_COARSE_ONE);
  }
  ck_assert_int_eq(cells->n_missing, n_missing);
}

/* A scores file's tables, as we write them or in chunks as others may. */
static void write_tables(const char *path, const struct hl_scores *scores, bool is_chunked) {
  const struct hl_score_set *set = &scores->sets[0];
  const hsize_t dims[] = {scores->tasks.n, set->configs.n}, chunk[] = {1 + dims[0] / 3, 1 + dims[1] / 2};
  const hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  const hid_t sets = H5Gcreate2(file, "sets", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  const hid_t group = H5Gcreate2(sets, set->name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  const hid_t space = H5Screate_simple(2, dims, NULL), list = H5Pcreate(H5P_DATASET_CREATE);
  if (is_chunked) H5Pset_chunk(list, 2, chunk);
  const char *const names[] = {"valid", "test"};
  const double *const tables[] = {set->valid, set->test};
  for (size_t k = 0; k < 2; k++) {
    const hid_t data = H5Dcreate2(group, names[k], H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, list, H5P_DEFAULT);
    ck_assert_int_ge(H5Dwrite(data, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, tables[k]), 0);
    H5Dclose(data);
  }
  H5Pclose(list), H5Sclose(space), H5Gclose(group), H5Gclose(sets);
  ck_assert_int_ge(H5Fclose(file), 0);
}

static void compare_with_naive(struct hl_scores *scores, unsigned seed, const char *path) {
  unsigned state = seed + 17;
  size_t *rows = calloc(scores->tasks.n, sizeof *rows), n_row = 0;
  struct hl_score_set *set = &scores->sets[0];
  double *valid = set->valid, *test = set->test;
  ck_assert_ptr_nonnull(rows);
  for (size_t i = 0; i < scores->tasks.n; i++) {
    if (seed % 4 == 0 || made_random(&state, 4) > 0) rows[n_row++] = i;
  }
  if (n_row == 0) rows[n_row++] = 0;
  for (unsigned source = 0; source < 3; source++) { /* loaded; a file of one run of bytes; of chunks */
    const struct hl_context context = {.n_thread = 1 + (int)made_random(&state, 4)};
    struct hl_cells cells;
    char *own_path = scores->path;
    if (source > 0) {
      write_tables(path, scores, source == 2);
      set->valid = set->test = NULL;
      scores->path = (char *)(uintptr_t)path;
    }
    ck_assert_int_eq(
        hl_cells_init(&cells, scores, set, rows, n_row, HL_MISSING_WORST, HL_CELLS_TEST, &context), HL_OK);
    set->valid = valid, set->test = test, scores->path = own_path;
    compare(&cells, valid, test, rows);
    hl_cells_clear(&cells);
  }
  free(rows);
}

START_TEST(turned_is_naive) {
  static const size_t n_tasks[] = {1, 31, 32, 33, 95}, n_configs[] = {1, 7, 8, 9, 41};
  char path[] = "/tmp/hyperlist-turn.XXXXXX";
  const int fd = mkstemp(path);
  ck_assert_int_ge(fd, 0);
  close(fd);
  for (unsigned seed = 0; seed < 26; seed++) { /* the last one takes several blocks */
    const bool is_large = seed == 25;
    struct hl_scores *scores =
        made_scores_new(is_large ? 200 : n_tasks[seed % 5], 1, is_large ? 700 : n_configs[seed / 5]);
    make_odd(scores, seed + 1);
    compare_with_naive(scores, seed, path);
    hl_scores_close(scores);
  }
  unlink(path);
}
END_TEST

/* In threads too the first fault by row is told, as a reader would find it. */
START_TEST(first_fault_is_told) {
  const struct hl_context context = {.n_thread = 4};
  struct hl_scores *scores = made_scores_new(300, 1, 2500);
  struct hl_score_set *set = &scores->sets[0];
  size_t rows[300];
  for (size_t i = 0; i < 300; i++) rows[i] = i;
  set->valid[100 * 2500 + 9] = 2, set->valid[250 * 2500] = -1, set->test[100 * 2500 + 3] = INFINITY;
  for (int i = 0; i < 6; i++) {
    struct hl_cells cells;
    ck_assert_int_eq(hl_cells_init(&cells, scores, set, rows, 300, HL_MISSING_WORST, HL_CELLS_TEST, &context),
                     HL_INVALID);
    ck_assert_str_eq(hl_error_message(),
                     "made.h5: /sets/a_grid/valid: task t100, config a_grid_seed9: found 2, "
                     "expected 0 to 1 or NaN");
    hl_cells_clear(&cells);
  }
  hl_scores_close(scores);
}
END_TEST

static Suite *turn_suite(void) {
  Suite *suite = suite_create("turn");
  TCase *tcase = tcase_create("turn");
  tcase_set_timeout(tcase, 60);
  tcase_add_test(tcase, exact_is_llrint);
  tcase_add_test(tcase, turned_is_naive);
  tcase_add_test(tcase, first_fault_is_told);
  suite_add_tcase(suite, tcase);
  return suite;
}

HL_TEST_MAIN(turn_suite)
