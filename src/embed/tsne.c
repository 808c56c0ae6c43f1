#include "embed/tsne.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/pool.h"
#include "hyperlist/embed.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

enum {
  BLOCK = 64,         /* rows a piece of work */
  SERIAL_BELOW = 256, /* rows: fewer take less time than starting threads does */
  N_ITERATION = 1000,
  N_EXAGGERATED = 250, /* the first steps: clusters form while there is room between them */
  LEAST_STEPS = 1000,
  MOST_STEPS = 5000,
};
static const double exaggeration = 12;
static const double rest = 1e-4; /* no step is longer than this share of the points' root mean square */

/* ---- Gradient and divergence ---- */

/* What of a row's gradient needs no total. */
struct forces {
  double pull[2]; /* sum_j p_ij w_ij (y_i - y_j), where w_ij = 1 / (1 + |y_i - y_j|^2) */
  double push[2]; /* sum_j w_ij^2 (y_i - y_j) */
  double weight;  /* sum_j w_ij, j not i */
};

struct work {
  const double *p, *points;
  size_t n;
  struct forces *forces; /* [n] */
};

static struct forces measure_forces(const struct work *work, size_t i) {
  const double *p = work->p + i * work->n, *at = work->points + 2 * i;
  struct forces sum = {.weight = -1}; /* w_ii, which is 1 below */
  for (size_t j = 0; j < work->n; j++) {
    const double dx = at[0] - work->points[2 * j], dy = at[1] - work->points[2 * j + 1];
    const double weight = 1 / (1 + dx * dx + dy * dy), pull = p[j] * weight, push = weight * weight;
    sum.pull[0] += pull * dx;
    sum.pull[1] += pull * dy;
    sum.push[0] += push * dx;
    sum.push[1] += push * dy;
    sum.weight += weight;
  }
  return sum;
}

static hl_status measure_block(void *user, size_t i_block, size_t i_thread) {
  struct work *work = user;
  const size_t end = (i_block + 1) * BLOCK < work->n ? (i_block + 1) * BLOCK : work->n;
  (void)i_thread;
  for (size_t i = i_block * BLOCK; i < end; i++) work->forces[i] = measure_forces(work, i);
  return HL_OK;
}

static hl_status measure_all(struct work *work, const struct hl_context *context) {
  struct hl_context quiet = context != NULL ? *context : (struct hl_context){0};
  quiet.progress = NULL;
  if (work->n < SERIAL_BELOW) quiet.n_thread = 1;
  return hl_pool_run(&quiet, NULL, (work->n + BLOCK - 1) / BLOCK, measure_block, NULL, work);
}

/* Eq. 5 with q_ij = w_ij / Z. Z is summed in the order of the rows. */
static void combine(const struct work *work, double factor, double *gradient) {
  double total = 0;
  for (size_t i = 0; i < work->n; i++) total += work->forces[i].weight;
  for (size_t i = 0; i < work->n; i++) {
    const struct forces *it = &work->forces[i];
    for (size_t k = 0; k < 2; k++) gradient[2 * i + k] = 4 * (factor * it->pull[k] - it->push[k] / total);
  }
}

hl_status tsne_gradient(const double *p, const double *points, size_t n, double factor,
                        const struct hl_context *context, double *gradient) {
  hl_status status = HL_OK;
  struct work work = {.p = p, .points = points, .n = n};
  TRY(hl_new_array(n, sizeof *work.forces, &work.forces));
  TRY(measure_all(&work, context));
  combine(&work, factor, gradient);
out:
  free(work.forces);
  return status;
}

static double weigh(const double *points, size_t i, size_t j) {
  const double dx = points[2 * i] - points[2 * j], dy = points[2 * i + 1] - points[2 * j + 1];
  return 1 / (1 + dx * dx + dy * dy);
}

double tsne_divergence(const double *p, const double *points, size_t n) {
  double total = 0, sum = 0;
  for (size_t i = 0; i < n; i++) {
    for (size_t j = 0; j < n; j++) total += i == j ? 0 : weigh(points, i, j);
  }
  for (size_t i = 0; i < n; i++) {
    for (size_t j = 0; j < n; j++) {
      if (p[i * n + j] > 0) sum += p[i * n + j] * log(p[i * n + j] * total / weigh(points, i, j));
    }
  }
  return sum;
}

/* ---- Descent ---- */

static void centre(double *points, size_t n) {
  for (size_t k = 0; k < 2; k++) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += points[2 * i + k];
    const double mean = sum / (double)n;
    for (size_t i = 0; i < n; i++) points[2 * i + k] -= mean;
  }
}

/* The start is scaled to a standard deviation of 1e-4 along its first axis: near each other all pull. */
static void shrink(double *points, size_t n) {
  double sum = 0;
  centre(points, n);
  for (size_t i = 0; i < n; i++) sum += points[2 * i] * points[2 * i];
  if (sum == 0) return;
  const double scale = 1e-4 / sqrt(sum / (double)n);
  for (size_t i = 0; i < 2 * n; i++) points[i] *= scale;
}

/* So many times the gradient is a step: no more, or points swing about their places, and the last digit of an
 * exp decides in which they end; for the same reason no gains are learned on the way (Belkina et al. 2019,
 * whose gradient lacks the factor 4). */
static double step_size(size_t n, double factor) {
  return (double)n / (4 * factor);
}

static bool is_at_rest(const double *gradient, const double *points, size_t n) {
  double most = 0, sum = 0;
  for (size_t i = 0; i < 2 * n; i++) {
    most = fmax(most, fabs(gradient[i]));
    sum += points[i] * points[i];
  }
  return step_size(n, 1) * most <= rest * sqrt(sum / (2 * (double)n));
}

/* Steps with momentum, until they have become short. */
static hl_status descend(const double *p, size_t n, const struct hl_context *context, double *points) {
  hl_status status = HL_OK;
  double *gradient = NULL, *velocity = NULL; /* [n][2] */
  struct work work = {.p = p, .points = points, .n = n};
  TRY(hl_new_array(2 * n, sizeof *gradient, &gradient));
  TRY(hl_new_array(2 * n, sizeof *velocity, &velocity));
  TRY(hl_new_array(n, sizeof *work.forces, &work.forces));
  for (size_t k = 0; k < MOST_STEPS; k++) {
    const double factor = k < N_EXAGGERATED ? exaggeration : 1, momentum = k < N_EXAGGERATED ? 0.5 : 0.8;
    TRY(hl_check_cancel(context));
    TRY(measure_all(&work, context));
    combine(&work, factor, gradient);
    if (k >= LEAST_STEPS && is_at_rest(gradient, points, n)) break;
    for (size_t i = 0; i < 2 * n; i++) {
      velocity[i] = momentum * velocity[i] - step_size(n, factor) * gradient[i];
      points[i] += velocity[i];
    }
    centre(points, n);
    if (context != NULL && context->progress != NULL)
      context->progress(context->user, "embedding", k + 1, k < LEAST_STEPS ? LEAST_STEPS : k + 1);
  }
out:
  free(gradient);
  free(velocity);
  free(work.forces);
  return status;
}

double hl_tsne_default_perplexity(size_t n_row) {
  const double most = ((double)n_row - 1) / 3;
  return most < HL_TSNE_PERPLEXITY ? most : HL_TSNE_PERPLEXITY;
}

hl_status hl_tsne_run(const double *rows, size_t n_row, size_t n_column, double perplexity,
                      const struct hl_context *context, double *points, double *divergence) {
  hl_status status = HL_OK;
  double *p = NULL;
  size_t n_pair;
  if (!(perplexity > 1 && perplexity < (double)n_row - 1)) {
    FAIL(HL_USAGE, "perplexity: found %g, expected more than 1 and less than the %zu neighbours of a task",
         perplexity, n_row > 0 ? n_row - 1 : 0);
  }
  if (!hl_multiply(n_row, n_row, &n_pair)) n_pair = SIZE_MAX;
  TRY(hl_new_array(n_pair, sizeof *p, &p));
  TRY(tsne_affinities(rows, n_row, n_column, perplexity, context, p));
  shrink(points, n_row);
  TRY(descend(p, n_row, context, points));
  *divergence = tsne_divergence(p, points, n_row);
out:
  free(p);
  return status;
}
