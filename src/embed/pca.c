#include "base/error.h"
#include "hyperlist/embed.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>
#include <gsl/gsl_matrix.h>
#include <gsl/gsl_vector.h>
#include <math.h>
#include <stdbool.h>

/* What the decomposition works on. With X the centred rows and A its transpose, filled up by rows of zeros to
 * be no wider than high, A = Q R = Q U S V' and so X = V S (Q U)': R alone tells V S, the coordinates. */
struct decomposition {
  gsl_matrix *tall;    /* A, then Q and R */
  gsl_matrix *factors; /* of Q */
  gsl_matrix *square;  /* R, then U */
  gsl_matrix *right;   /* V */
  gsl_vector *values;  /* S, descending */
  gsl_vector *room;
};

static hl_status init(struct decomposition *it, size_t n_row, size_t n_column) {
  it->tall = gsl_matrix_calloc(n_column > n_row ? n_column : n_row, n_row);
  it->factors = gsl_matrix_calloc(n_row, n_row);
  it->square = gsl_matrix_calloc(n_row, n_row);
  it->right = gsl_matrix_calloc(n_row, n_row);
  it->values = gsl_vector_calloc(n_row);
  it->room = gsl_vector_calloc(n_row);
  const bool is_whole = it->tall != NULL && it->factors != NULL && it->square != NULL && it->right != NULL &&
                        it->values != NULL && it->room != NULL;
  return is_whole ? HL_OK : hl_fail_memory();
}

static void clear(struct decomposition *it) {
  gsl_matrix_free(it->tall); /* GSL's free is legal on NULL */
  gsl_matrix_free(it->factors);
  gsl_matrix_free(it->square);
  gsl_matrix_free(it->right);
  gsl_vector_free(it->values);
  gsl_vector_free(it->room);
}

static void fill_centred(struct decomposition *it, const double *rows, size_t n_row, size_t n_column) {
  for (size_t c = 0; c < n_column; c++) {
    double sum = 0;
    for (size_t i = 0; i < n_row; i++) sum += rows[i * n_column + c];
    const double mean = sum / (double)n_row;
    for (size_t i = 0; i < n_row; i++) gsl_matrix_set(it->tall, c, i, rows[i * n_column + c] - mean);
  }
}

static hl_status decompose(struct decomposition *it) {
  int failed = gsl_linalg_QR_decomp_r(it->tall, it->factors);
  for (size_t i = 0; i < it->square->size1; i++) {
    for (size_t j = i; j < it->square->size2; j++) {
      gsl_matrix_set(it->square, i, j, gsl_matrix_get(it->tall, i, j));
    }
  }
  if (failed == GSL_SUCCESS) failed = gsl_linalg_SV_decomp(it->square, it->right, it->values, it->room);
  if (failed == GSL_SUCCESS) return HL_OK;
  return hl_fail(HL_NUMERIC, "principal components: %s", gsl_strerror(failed));
}

static void take_component(const struct decomposition *it, size_t k, size_t n_component,
                           double *coordinates) {
  const double value = gsl_vector_get(it->values, k);
  double largest = 0;
  for (size_t i = 0; i < it->right->size1; i++) {
    const double x = gsl_matrix_get(it->right, i, k);
    if (fabs(x) > fabs(largest)) largest = x;
  }
  for (size_t i = 0; i < it->right->size1; i++) {
    const double x = gsl_matrix_get(it->right, i, k) * value;
    coordinates[i * n_component + k] = largest < 0 ? -x : x;
  }
}

hl_status hl_pca_run(const double *rows, size_t n_row, size_t n_column, size_t n_component,
                     double *coordinates, double *shares) {
  hl_status status = HL_OK;
  struct decomposition it = {0};
  double total = 0;
  if (n_component == 0 || n_component > n_row) {
    FAIL(HL_BUG, "principal components: found %zu of %zu rows", n_component, n_row);
  }
  gsl_error_handler_t *handler = gsl_set_error_handler_off();
  status = init(&it, n_row, n_column);
  if (status == HL_OK) {
    fill_centred(&it, rows, n_row, n_column);
    status = decompose(&it);
  }
  gsl_set_error_handler(handler);
  TRY(status);
  for (size_t k = 0; k < n_row; k++) total += gsl_vector_get(it.values, k) * gsl_vector_get(it.values, k);
  for (size_t k = 0; k < n_component; k++) {
    const double value = gsl_vector_get(it.values, k);
    shares[k] = total > 0 ? value * value / total : 0;
    take_component(&it, k, n_component, coordinates);
  }
out:
  clear(&it);
  return status;
}
