/* The parts of t-SNE (van der Maaten and Hinton 2008), each of which can be checked by itself. */
#ifndef HL_EMBED_TSNE_H
#define HL_EMBED_TSNE_H

#include "hyperlist/context.h"

#include <stddef.h>

/* Section 2: p[n][n], symmetric, of sum 1 with a zero diagonal. p_ij = (p_j|i + p_i|j) / 2n, where p_j|i is
 * proportional to exp(-beta_i |x_i - x_j|^2), and beta_i such that row i has the given perplexity (where a
 * row has too many nearest neighbours at one distance, as near to it as can be). */
hl_status tsne_affinities(const double *rows, size_t n, size_t n_column, double perplexity,
                          const struct hl_context *context, double *p);

/* Eq. 5: gradient[n][2] of the divergence at points[n][2], p taken `factor` times. */
hl_status tsne_gradient(const double *p, const double *points, size_t n, double factor,
                        const struct hl_context *context, double *gradient);

/* Eq. 2: the Kullback-Leibler divergence of the points' q_ij from p_ij, in nats. */
double tsne_divergence(const double *p, const double *points, size_t n);

#endif
