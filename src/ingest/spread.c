#include "ingest/spread.h"
#include "archive/values.h"
#include "base/error.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

struct spread {
  struct hl_curves outer, *inner;
  size_t *to; /* of each inner split, its place among the outer ones */
  char *values;
  int32_t *observed;
  size_t values_capacity, observed_capacity;
};

/* Each split from its column to that of the wider rows; n_point points in all. */
static void spread_values(const struct spread *spread, size_t n_point, char *values) {
  const size_t size = hl_value_size(spread->inner->is_double), n_from = spread->inner->splits.n,
               n_to = spread->outer.splits.n;
  hl_fill_nan(spread->outer.is_double, n_point * n_to, values);
  for (size_t i = 0; i < n_point; i++) {
    for (size_t k = 0; k < n_from; k++)
      memcpy(values + (i * n_to + spread->to[k]) * size, spread->values + (i * n_from + k) * size, size);
  }
}

static void spread_observed(const struct spread *spread, size_t n_run, const uint8_t *ran,
                            int32_t *observed) {
  const size_t n_from = spread->inner->splits.n, n_to = spread->outer.splits.n;
  memset(observed, 0, n_run * n_to * sizeof *observed);
  for (size_t i = 0; i < n_run; i++) {
    for (size_t k = 0; k < n_from; k++) {
      const int32_t all = ran[i] ? (int32_t)spread->inner->n_step : 0;
      observed[i * n_to + spread->to[k]] =
          spread->inner->has_observed ? spread->observed[i * n_from + k] : all;
    }
  }
}

static hl_status read_spread(struct hl_curves *outer, size_t first, size_t n, void *values, uint8_t *ran,
                             int32_t *observed) {
  struct spread *spread = outer->source;
  struct hl_curves *inner = spread->inner;
  const size_t n_run = n * inner->n_replica, n_from = inner->splits.n;
  hl_status status = HL_OK;
  TRY(hl_grow_array(&spread->values, &spread->values_capacity,
                    n_run * inner->n_step * n_from * hl_value_size(inner->is_double), 1));
  TRY(hl_grow_array(&spread->observed, &spread->observed_capacity, n_run * n_from, sizeof *spread->observed));
  TRY(inner->read(inner, first, n, spread->values, ran, inner->has_observed ? spread->observed : NULL));
  spread_values(spread, n_run * inner->n_step, values);
  spread_observed(spread, n_run, ran, observed);
out:
  return status;
}

hl_status spread_new(struct hl_curves *curves, const struct hl_strings *splits, struct spread **out) {
  hl_status status = HL_OK;
  struct spread *spread;
  *out = NULL;
  TRY(hl_new_array(1, sizeof *spread, &spread));
  *out = spread;
  spread->inner = curves;
  spread->outer = *curves;
  spread->outer.splits = *splits;
  spread->outer.has_observed = true;
  spread->outer.read = read_spread;
  spread->outer.source = spread;
  TRY(hl_new_array(curves->splits.n, sizeof *spread->to, &spread->to));
  for (size_t k = 0; k < curves->splits.n; k++) {
    while (strcmp(splits->items[spread->to[k]], curves->splits.items[k]) != 0) spread->to[k]++;
  }
  TRY(hl_check_row(curves->task, curves->set, curves->is_double, curves->n_replica, curves->n_step,
                   splits->n));
out:
  if (status != HL_OK) {
    spread_free(spread);
    *out = NULL;
  }
  return status;
}

struct hl_curves *spread_get(struct spread *spread) {
  return &spread->outer;
}

void spread_free(struct spread *spread) {
  if (spread == NULL) return;
  free(spread->to);
  free(spread->values);
  free(spread->observed);
  free(spread);
}
