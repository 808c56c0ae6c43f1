/* Histograms over decades: parameter counts and training times span many. */
#include "analysis/parts.h"
#include "base/error.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_histogram.h>
#include <math.h>

enum { FIRST_DECADE = -12, N_DECADE = 30, BINS_A_DECADE = 4, N_BIN = N_DECADE * BINS_A_DECADE };

/* 10^(i/4) from decimals and exact powers of ten, so that bins are the same on every machine. */
static void fill_edges(double edges[N_BIN + 1]) {
  static const double quarters[BINS_A_DECADE] = {1, 1.7782794100389228, 3.1622776601683795,
                                                 5.623413251903491};
  static const double powers[] = {1,    1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
                                  1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};
  for (int i = 0; i <= N_BIN; i++) {
    const int decade = FIRST_DECADE + i / BINS_A_DECADE;
    const double quarter = quarters[i % BINS_A_DECADE];
    edges[i] = decade < 0 ? quarter / powers[-decade] : quarter * powers[decade];
  }
}

static hl_status add_rows(const gsl_histogram *histogram, struct hl_table *table) {
  size_t first = 0, end = N_BIN;
  while (first < end && gsl_histogram_get(histogram, first) == 0) first++;
  while (end > first && gsl_histogram_get(histogram, end - 1) == 0) end--;
  for (size_t i = first; i < end; i++) {
    double low, high;
    gsl_histogram_get_range(histogram, i, &low, &high);
    const struct hl_cell row[] = {
        {.number = low}, {.number = high}, {.integer = (int64_t)gsl_histogram_get(histogram, i)}};
    const hl_status status = hl_table_add(table, row);
    if (status != HL_OK) return status;
  }
  return HL_OK;
}

hl_status figure_tabulate_histogram(const double *values, size_t n, struct hl_table **table) {
  static const struct hl_column columns[] = {
      {"low", HL_CELL_NUMBER}, {"high", HL_CELL_NUMBER}, {"count", HL_CELL_INTEGER}};
  hl_status status = HL_OK;
  double edges[N_BIN + 1];
  gsl_histogram *histogram = gsl_histogram_alloc(N_BIN);
  if (histogram == NULL) return hl_fail_memory();
  TRY(hl_table_new(columns, sizeof columns / sizeof columns[0], table));
  fill_edges(edges);
  gsl_histogram_set_ranges(histogram, edges, N_BIN + 1);
  for (size_t i = 0; i < n; i++) {
    if (values[i] > 0) gsl_histogram_increment(histogram, values[i]); /* beyond the edges: not counted */
  }
  TRY(add_rows(histogram, *table));
out:
  gsl_histogram_free(histogram);
  return status;
}
