/* Principal components and t-SNE: by definition, by finite differences, for any number of threads. */
#include "embed/tsne.h"
#include "hyperlist/embed.h"
#include "made_scores.h"
#include "test.h"

#include <math.h>
#include <string.h>

static double *make_rows(size_t n, unsigned seed) {
  double *rows = malloc(n * sizeof *rows);
  ck_assert_ptr_nonnull(rows);
  for (size_t i = 0; i < n; i++) rows[i] = made_random(&seed, 1u << 24) / (double)(1u << 24);
  return rows;
}

/* ---- Principal components ---- */

START_TEST(a_line_has_one_component) {
  const double rows[] = {0, 0, 0, 3, 4, 0, 6, 8, 0, 9, 12, 0}; /* along (3, 4, 0), 5 apart */
  double points[8], shares[2];
  ck_assert_int_eq(hl_pca_run(rows, 4, 3, 2, points, shares), HL_OK);
  ck_assert_double_eq_tol(shares[0], 1, 1e-12);
  ck_assert_double_eq_tol(shares[1], 0, 1e-12);
  const double sign = points[0] > 0 ? 1 : -1;
  for (int i = 0; i < 4; i++) {
    ck_assert_double_eq_tol(points[2 * i], sign * (7.5 - 5 * i), 1e-12);
    ck_assert_double_eq_tol(points[2 * i + 1], 0, 1e-12);
  }
}
END_TEST

/* More rows than columns, as many, fewer. Distances are kept when all components are. */
START_TEST(all_components_keep_distances) {
  static const size_t n_columns[] = {3, 7, 20};
  enum { N = 7 };
  for (size_t k = 0; k < 3; k++) {
    const size_t n_column = n_columns[k];
    double *rows = make_rows(N * n_column, 5), points[N * N], shares[N], total = 0;
    ck_assert_int_eq(hl_pca_run(rows, N, n_column, N, points, shares), HL_OK);
    for (size_t i = 0; i < N; i++) {
      total += shares[i];
      for (size_t j = 0; j < i; j++) {
        double before = 0, after = 0;
        for (size_t c = 0; c < n_column; c++)
          before += pow(rows[i * n_column + c] - rows[j * n_column + c], 2);
        for (size_t c = 0; c < N; c++) after += pow(points[i * N + c] - points[j * N + c], 2);
        ck_assert_double_eq_tol(before, after, 1e-12);
      }
    }
    ck_assert_double_eq_tol(total, 1, 1e-12);
    for (size_t c = 0; c < 2; c++) { /* the largest coordinate is positive */
      double largest = 0;
      for (size_t i = 0; i < N; i++)
        if (fabs(points[i * N + c]) > fabs(largest)) largest = points[i * N + c];
      ck_assert_double_gt(largest, 0);
    }
    free(rows);
  }
}
END_TEST

START_TEST(equal_rows_have_no_components) {
  const double rows[] = {1, 2, 1, 2, 1, 2};
  double points[6], shares[2];
  ck_assert_int_eq(hl_pca_run(rows, 3, 2, 2, points, shares), HL_OK);
  for (int i = 0; i < 6; i++) ck_assert_double_eq(points[i], 0);
  ck_assert_double_eq(shares[0], 0);
  ck_assert_int_eq(hl_pca_run(rows, 3, 2, 4, points, shares), HL_BUG);
}
END_TEST

/* ---- t-SNE ---- */

enum { N_ROW = 12, N_COLUMN = 5 };

START_TEST(affinities_have_the_perplexity) {
  double *rows = make_rows(N_ROW * N_COLUMN, 1), p[N_ROW * N_ROW], sum = 0;
  ck_assert_int_eq(tsne_affinities(rows, N_ROW, N_COLUMN, 4, NULL, p), HL_OK);
  for (size_t i = 0; i < N_ROW; i++) {
    ck_assert_double_eq(p[i * N_ROW + i], 0);
    for (size_t j = 0; j < N_ROW; j++) {
      ck_assert_double_eq(p[i * N_ROW + j], p[j * N_ROW + i]);
      sum += p[i * N_ROW + j];
    }
  }
  ck_assert_double_eq_tol(sum, 1, 1e-12);
  free(rows);
}
END_TEST

/* Two rows at the same place, and two groups far from each other. */
START_TEST(affinities_bear_equal_rows) {
  double rows[8 * 2] = {0}, p[64], sum = 0;
  for (size_t i = 4; i < 8; i++) rows[2 * i] = 1e6;
  ck_assert_int_eq(tsne_affinities(rows, 8, 2, 2, NULL, p), HL_OK);
  for (size_t i = 0; i < 64; i++) {
    ck_assert(isfinite(p[i]));
    sum += p[i];
  }
  ck_assert_double_eq_tol(sum, 1, 1e-12);
  ck_assert_double_eq_tol(p[1], 1.0 / 24, 1e-12); /* three neighbours at one distance share alike */
  ck_assert_double_eq(p[7], 0);
}
END_TEST

START_TEST(gradient_is_that_of_the_divergence) {
  double *rows = make_rows(N_ROW * N_COLUMN, 2), *points = make_rows(N_ROW * 2, 3);
  double p[N_ROW * N_ROW], gradient[2 * N_ROW];
  const double h = 1e-5;
  ck_assert_int_eq(tsne_affinities(rows, N_ROW, N_COLUMN, 3, NULL, p), HL_OK);
  ck_assert_int_eq(tsne_gradient(p, points, N_ROW, 1, NULL, gradient), HL_OK);
  for (size_t i = 0; i < 2 * N_ROW; i++) {
    const double at = points[i];
    points[i] = at + h;
    const double above = tsne_divergence(p, points, N_ROW);
    points[i] = at - h;
    const double below = tsne_divergence(p, points, N_ROW);
    points[i] = at;
    ck_assert_double_eq_tol(gradient[i], (above - below) / (2 * h), 1e-8);
  }
  free(rows);
  free(points);
}
END_TEST

/* Enough rows for threads to be used. */
START_TEST(threads_change_nothing) {
  enum { N = 300 };
  double *rows = make_rows(N * 3, 4), one[2 * N], three[2 * N], shares[2], divergence[2];
  const struct hl_context alone = {.n_thread = 1}, together = {.n_thread = 3};
  ck_assert_int_eq(hl_pca_run(rows, N, 3, 2, one, shares), HL_OK);
  memcpy(three, one, sizeof one);
  ck_assert_int_eq(hl_tsne_run(rows, N, 3, 10, &alone, one, &divergence[0]), HL_OK);
  ck_assert_int_eq(hl_tsne_run(rows, N, 3, 10, &together, three, &divergence[1]), HL_OK);
  ck_assert_mem_eq(one, three, sizeof one);
  ck_assert_double_eq(divergence[0], divergence[1]);
  ck_assert_double_lt(divergence[0], 1);
  free(rows);
}
END_TEST

/* The descent comes to rest, and what a last digit of the start changes is still small there: other
 * processors, whose exp and log differ by that much, draw the same picture. */
START_TEST(last_digits_stay_last_digits) {
  enum { N = 60 };
  const double perplexities[] = {hl_tsne_default_perplexity(N), 5};
  double *rows = make_rows(N * 4, 7), p[N * N], start[2 * N], shares[2], gradient[2 * N], divergence;
  ck_assert_int_eq(hl_pca_run(rows, N, 4, 2, start, shares), HL_OK);
  for (size_t k = 0; k < 2; k++) {
    double one[2 * N], other[2 * N], square = 0;
    memcpy(one, start, sizeof one);
    for (size_t i = 0; i < 2 * N; i++) other[i] = nextafter(start[i], i % 3 == 0 ? HUGE_VAL : 0);
    ck_assert_int_eq(hl_tsne_run(rows, N, 4, perplexities[k], NULL, one, &divergence), HL_OK);
    ck_assert_int_eq(hl_tsne_run(rows, N, 4, perplexities[k], NULL, other, &divergence), HL_OK);
    ck_assert_int_eq(tsne_affinities(rows, N, 4, perplexities[k], NULL, p), HL_OK);
    ck_assert_int_eq(tsne_gradient(p, one, N, 1, NULL, gradient), HL_OK);
    for (size_t i = 0; i < 2 * N; i++) square += one[i] * one[i];
    const double size = sqrt(square / (2 * N));
    for (size_t i = 0; i < 2 * N; i++) {
      ck_assert_double_eq_tol(one[i], other[i], 1e-6 * size);
      ck_assert_double_le(N / 4.0 * fabs(gradient[i]), 1e-4 * size);
    }
  }
  free(rows);
}
END_TEST

/* Two groups stay two: every point is nearer to its own. */
START_TEST(groups_stay_together) {
  enum { N = 20 };
  double *rows = make_rows(N * 4, 6), points[2 * N], shares[2], divergence;
  for (size_t i = 0; i < N / 2; i++) rows[4 * i] += 5;
  ck_assert_int_eq(hl_pca_run(rows, N, 4, 2, points, shares), HL_OK);
  ck_assert_int_eq(hl_tsne_run(rows, N, 4, hl_tsne_default_perplexity(N), NULL, points, &divergence), HL_OK);
  for (size_t i = 0; i < N; i++) {
    size_t nearest = i;
    double least = (double)INFINITY;
    for (size_t j = 0; j < N; j++) {
      const double d = hypot(points[2 * i] - points[2 * j], points[2 * i + 1] - points[2 * j + 1]);
      if (j == i || d >= least) continue;
      least = d;
      nearest = j;
    }
    ck_assert_int_eq(nearest < N / 2, i < N / 2);
  }
  free(rows);
}
END_TEST

START_TEST(perplexity_is_bounded) {
  double rows[5] = {0, 1, 2, 3, 4}, points[10] = {0}, divergence;
  ck_assert_int_eq(hl_tsne_run(rows, 5, 1, 1, NULL, points, &divergence), HL_USAGE);
  ck_assert_int_eq(hl_tsne_run(rows, 5, 1, 4, NULL, points, &divergence), HL_USAGE);
  ck_assert_int_eq(hl_tsne_run(rows, 5, 1, (double)NAN, NULL, points, &divergence), HL_USAGE);
  ck_assert_int_eq(hl_tsne_run(rows, 0, 1, 2, NULL, points, &divergence), HL_USAGE);
  ck_assert_int_eq(hl_tsne_run(rows, 5, 1, hl_tsne_default_perplexity(5), NULL, points, &divergence), HL_OK);
  ck_assert_double_eq(hl_tsne_default_perplexity(1000), 30);
}
END_TEST

static Suite *suite(void) {
  Suite *s = suite_create("embed");
  TCase *t = tcase_create("embed");
  tcase_set_timeout(t, 60);
  tcase_add_test(t, a_line_has_one_component);
  tcase_add_test(t, all_components_keep_distances);
  tcase_add_test(t, equal_rows_have_no_components);
  tcase_add_test(t, affinities_have_the_perplexity);
  tcase_add_test(t, affinities_bear_equal_rows);
  tcase_add_test(t, gradient_is_that_of_the_divergence);
  tcase_add_test(t, last_digits_stay_last_digits);
  tcase_add_test(t, threads_change_nothing);
  tcase_add_test(t, groups_stay_together);
  tcase_add_test(t, perplexity_is_bounded);
  suite_add_tcase(s, t);
  return s;
}

HL_TEST_MAIN(suite)
