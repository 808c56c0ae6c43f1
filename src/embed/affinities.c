#include "base/error.h"
#include "base/memory.h"
#include "base/pool.h"
#include "embed/tsne.h"

#include <math.h>
#include <stdlib.h>

enum { MOST_BISECTIONS = 200 };

/* Row i: squared distances, and the nearest of them, which all exponents are measured from. */
static double measure_distances(const double *rows, size_t n, size_t n_column, size_t i, double *distances) {
  double nearest = (double)INFINITY;
  for (size_t j = 0; j < n; j++) {
    double sum = 0;
    for (size_t c = 0; c < n_column; c++) {
      const double difference = rows[i * n_column + c] - rows[j * n_column + c];
      sum += difference * difference;
    }
    distances[j] = sum;
    if (j != i && sum < nearest) nearest = sum;
  }
  return nearest;
}

/* p_j|i for beta, and its entropy in nats. */
static double spread(const double *distances, double nearest, size_t n, size_t i, double beta, double *p) {
  double sum = 0, mean = 0;
  for (size_t j = 0; j < n; j++) {
    p[j] = j == i ? 0 : exp(-beta * (distances[j] - nearest));
    sum += p[j];
    mean += p[j] * (distances[j] - nearest);
  }
  for (size_t j = 0; j < n; j++) p[j] /= sum;
  // cppcheck-suppress invalidFunctionArg ; the nearest one alone contributes 1
  return log(sum) + beta * mean / sum;
}

/* The entropy falls as beta rises: doubled or halved until it is between two, then the half of what is
 * between. */
static void find_row(const double *distances, double nearest, size_t n, size_t i, double entropy, double *p) {
  double beta = 1, low = 0, high = (double)INFINITY;
  for (size_t k = 0; k < MOST_BISECTIONS; k++) {
    const double found = spread(distances, nearest, n, i, beta, p);
    if (fabs(found - entropy) < 1e-12) break;
    if (found > entropy) {
      low = beta;
      beta = isinf(high) ? 2 * beta : 0.5 * (low + high);
    } else {
      high = beta;
      beta = 0.5 * (low + high);
    }
  }
}

struct work {
  const double *rows;
  size_t n, n_column;
  double entropy;
  double *p, *distances; /* p_j|i in row i; distances: a row for each thread */
};

static hl_status fill_row(void *user, size_t i, size_t i_thread) {
  struct work *work = user;
  double *distances = work->distances + i_thread * work->n;
  const double nearest = measure_distances(work->rows, work->n, work->n_column, i, distances);
  find_row(distances, nearest, work->n, i, work->entropy, work->p + i * work->n);
  return HL_OK;
}

hl_status tsne_affinities(const double *rows, size_t n, size_t n_column, double perplexity,
                          const struct hl_context *context, double *p) {
  hl_status status = HL_OK;
  struct work work = {.rows = rows, .n = n, .n_column = n_column, .entropy = log(perplexity), .p = p};
  TRY(hl_new_array(n * hl_pool_threads(context, n), sizeof(double), &work.distances));
  TRY(hl_pool_run(context, NULL, n, fill_row, NULL, &work));
  for (size_t i = 0; i < n; i++) {
    for (size_t j = 0; j < i; j++)
      p[i * n + j] = p[j * n + i] = (p[i * n + j] + p[j * n + i]) / (2 * (double)n);
  }
out:
  free(work.distances);
  return status;
}
