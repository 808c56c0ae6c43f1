/* Embedding: rows of numbers (tasks, each by its scores) as points of few dimensions, for the eye.
 *
 * Both ways are deterministic, without a random start, and give the same bits for any number of threads.
 * t-SNE uses exp and log, whose last digits differ between CPUs, and its descent carries them on: on another
 * machine the picture is the same, the digits may not be. */
#ifndef HYPERLIST_EMBED_H
#define HYPERLIST_EMBED_H

#include "hyperlist/context.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Principal components of rows[n_row][n_column] (finite), by the singular value decomposition of the rows
 * minus their mean: coordinates[n_row][n_component], and shares[n_component], the share of the total variance
 * that each component has (0 where all rows are equal). Components beyond the rank are 0. A component's sign
 * is such that its coordinate of largest magnitude is positive, the first one of equals. HL_BUG: no row, no
 * component, or more components than rows; HL_NUMERIC; HL_LIMIT. O(max(n_row, n_column) n_row^2). */
HL_API hl_status hl_pca_run(const double *rows, size_t n_row, size_t n_column, size_t n_component,
                            double *coordinates, double *shares);

#define HL_TSNE_PERPLEXITY 30.0

/* The default perplexity for so many rows: 30, or (n_row - 1) / 3 where that is less. */
HL_API double hl_tsne_default_perplexity(size_t n_row);

/* t-SNE in two dimensions, exact: all pairs, no tree (van der Maaten and Hinton 2008, with early
 * exaggeration; step sizes by Belkina et al. 2019). points[n_row][2] holds where the descent starts (say, the
 * first two principal components: their scale does not matter) and then the result, centred. It takes at
 * least 1000 steps, then goes on until a step by the gradient alone, n_row / 4 of it, moves no coordinate by
 * more than 1e-4 of their root mean square, at most 5000. *divergence is the Kullback-Leibler divergence
 * reached, in nats. perplexity is above 1 and below n_row - 1, HL_USAGE otherwise. Runs in threads;
 * HL_CANCELLED. O(n_row^2 (n_column + iterations)), 8 n_row^2 bytes. */
HL_API hl_status hl_tsne_run(const double *rows, size_t n_row, size_t n_column, double perplexity,
                             const struct hl_context *context, double *points, double *divergence);

#ifdef __cplusplus
}
#endif
#endif
