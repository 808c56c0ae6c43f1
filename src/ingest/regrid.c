#include "ingest/regrid.h"

#include <math.h>

static double uniform_step(double first, double last, size_t n, size_t i) {
  return i + 1 == n ? last : first + (last - first) * (double)i / (double)(n - 1);
}

void hl_grid_fill(double first, double last, size_t n, double *steps) {
  for (size_t i = 0; i < n; i++) steps[i] = uniform_step(first, last, n, i);
}

bool hl_grid_is_uniform(size_t n, const double *steps) {
  const double first = steps[0], last = steps[n - 1];
  for (size_t i = 0; i < n; i++) {
    if (steps[i] != uniform_step(first, last, n, i)) return false;
  }
  return true;
}

/* ---- Exact signs ---- */

/* A sum held as doubles of ascending size whose digits do not overlap (Shewchuk 1997): adding a double loses
 * nothing. */
struct expansion {
  size_t n;
  double parts[8];
};

static void add(struct expansion *sum, double x) {
  size_t n = 0;
  for (size_t i = 0; i < sum->n; i++) {
    const double y = sum->parts[i], high = x + y, shared = high - x;
    const double low = (x - (high - shared)) + (y - shared);
    if (low != 0) sum->parts[n++] = low;
    x = high;
  }
  if (x != 0) sum->parts[n++] = x;
  sum->n = n;
}

static void add_product(struct expansion *sum, double a, double b) {
  const double product = a * b;
  add(sum, fma(a, b, -product)); /* what rounding has taken */
  add(sum, product);
}

/* The sign of (s - first)(n - 1) - (last - first) i, as a sum of three products. */
static int compare_exactly(const struct hl_regrid *grid, double s, size_t i) {
  const double first = grid->steps[0], last = grid->steps[grid->n - 1];
  struct expansion sum = {0};
  add_product(&sum, s, (double)(grid->n - 1));
  add_product(&sum, first, (double)i - (double)(grid->n - 1));
  add_product(&sum, -last, (double)i);
  if (sum.n == 0) return 0;
  return sum.parts[sum.n - 1] > 0 ? 1 : -1;
}

int hl_regrid_compare(const struct hl_regrid *grid, double s, size_t i) {
  const double distance = s - grid->steps[i];
  /* steps[i] was rounded four times, each by at most 2^-53 of twice the larger end: further away it decides.
   */
  const double blur = 4e-15 * fmax(fabs(grid->steps[0]), fabs(grid->steps[grid->n - 1]));
  if (grid->is_uniform && fabs(distance) <= blur) return compare_exactly(grid, s, i);
  return (distance > 0) - (distance < 0);
}

/* ---- A curve ---- */

size_t hl_regrid(const struct hl_regrid *grid, size_t n, const double *steps, const double *observations,
                 bool hold, double *values, size_t stride) {
  size_t n_seen = 0, n_observed = 0;
  for (size_t i = 0; i < grid->n; i++) {
    while (n_seen < n && hl_regrid_compare(grid, steps[n_seen], i) <= 0) n_seen++;
    const bool is_over = !hold && hl_regrid_compare(grid, steps[n - 1], i) < 0;
    values[i * stride] = is_over ? (double)NAN : observations[n_seen > 0 ? n_seen - 1 : 0];
    if (!is_over) n_observed = i + 1;
  }
  return n_observed;
}
