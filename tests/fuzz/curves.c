#include "curves.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "fuzz.h"
#include "hyperlist/limits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BYTES = 1 << 24 }; /* of a table that is worth the time to be read */

static void check_names(const struct hl_strings *names) {
  for (size_t i = 0; i < names->n; i++) {
    FUZZ_CHECK(hl_is_utf8(names->items[i], strlen(names->items[i])));
    FUZZ_CHECK(i == 0 || hl_strings_compare_natural(names->items[i - 1], names->items[i]) < 0);
  }
}

static void check_shape(const struct hl_curves *curves) {
  FUZZ_CHECK(curves->task != NULL && hl_is_utf8(curves->task, strlen(curves->task)) && *curves->task != '\0');
  FUZZ_CHECK(curves->set != NULL && hl_is_utf8(curves->set, strlen(curves->set)) && *curves->set != '\0');
  FUZZ_CHECK(curves->configs.n > 0 && curves->n_replica > 0 && curves->n_step > 0 && curves->splits.n > 0);
  check_names(&curves->configs);
  FUZZ_CHECK(curves->hyperparameters.n == 0 || curves->hyperparameter_values != NULL);
  for (size_t i = 0; i < curves->n_step; i++) {
    FUZZ_CHECK(isfinite(curves->steps[i]) && fabs(curves->steps[i]) <= 0x1p53);
    FUZZ_CHECK(i == 0 || curves->steps[i] > curves->steps[i - 1]);
  }
}

struct rows {
  size_t n_value, item_size; /* of one config's row */
  char *values;
  uint8_t *ran;
  int32_t *observed;
};

/* Of one row. */
static void check_row(const struct hl_curves *curves, const struct rows *rows) {
  const size_t n_split = curves->splits.n, n_run_value = curves->n_step * n_split;
  for (size_t r = 0; r < curves->n_replica; r++) {
    FUZZ_CHECK(rows->ran[r] <= 1);
    for (size_t k = 0; curves->has_observed && k < n_split; k++) {
      /* filled by the reader: NOLINTNEXTLINE(clang-analyzer-core.uninitialized.Assign) */
      const int32_t n = rows->observed[r * n_split + k];
      FUZZ_CHECK(n >= 0 && (size_t)n <= curves->n_step && (rows->ran[r] || n == 0));
    }
    for (size_t i = r * n_run_value; !rows->ran[r] && i < (r + 1) * n_run_value; i++) {
      const double value = curves->is_double ? ((const double *)(const void *)rows->values)[i]
                                             : (double)((const float *)(const void *)rows->values)[i];
      FUZZ_CHECK(isnan(value));
    }
  }
}

/* The rows `step` at a time, as a hash. */
static bool read_rows(struct hl_curves *curves, struct rows *rows, size_t step, uint64_t *hash) {
  const size_t n_run = curves->n_replica, n_count = n_run * curves->splits.n;
  for (size_t first = 0; first < curves->configs.n; first += step) {
    const size_t left = curves->configs.n - first, n = left < step ? left : step;
    if (!fuzz_is_ok(curves->read(curves, first, n, rows->values, rows->ran,
                                 curves->has_observed ? rows->observed : NULL)))
      return false;
    if (n == 1) check_row(curves, rows);
    for (size_t i = 0; i < n; i++) {
      *hash = hl_hash_more(*hash, rows->values + i * rows->n_value * rows->item_size,
                           rows->n_value * rows->item_size);
      *hash = hl_hash_more(*hash, rows->ran + i * n_run, n_run);
      if (curves->has_observed)
        *hash = hl_hash_more(*hash, rows->observed + i * n_count, n_count * sizeof *rows->observed);
    }
  }
  return true;
}

static bool read_table(struct hl_curves *curves, size_t step, uint64_t *hash) {
  struct rows rows = {.item_size = curves->is_double ? sizeof(double) : sizeof(float)};
  size_t n_byte;
  check_shape(curves);
  FUZZ_CHECK(hl_multiply(curves->n_replica, curves->n_step, &rows.n_value));
  FUZZ_CHECK(hl_multiply(rows.n_value, curves->splits.n, &rows.n_value));
  FUZZ_CHECK(hl_multiply(rows.n_value, rows.item_size, &n_byte) && n_byte <= hl_limit_get(HL_LIMIT_CURVES));
  if (!hl_multiply(n_byte, curves->configs.n, &n_byte) || n_byte > MOST_BYTES) return true;
  if (step > curves->configs.n) step = curves->configs.n;
  /* there are values, says check_shape: NOLINTNEXTLINE(clang-analyzer-optin.portability.UnixAPI) */
  rows.values = malloc(step * rows.n_value * rows.item_size);
  rows.ran = malloc(step * curves->n_replica);
  rows.observed = malloc(step * curves->n_replica * curves->splits.n * sizeof *rows.observed);
  const bool is_good = read_rows(curves, &rows, step, hash);
  free(rows.values);
  free(rows.ran);
  free(rows.observed);
  return is_good;
}

/* False: the source is bad. */
static bool read_all(const struct hl_loader *loader, const char *path, const struct hl_load_options *options,
                     size_t step, uint64_t *hash) {
  void *file = NULL;
  if (!fuzz_is_ok(loader->open(path, options, &file))) return false;
  bool is_good = true;
  const size_t n = loader->count(file);
  for (size_t i = 0; is_good && i < n; i++) {
    struct hl_curves *curves = NULL;
    is_good = fuzz_is_ok(loader->get(file, i, &curves)) && read_table(curves, step, hash);
  }
  loader->close(file);
  return is_good;
}

void fuzz_read_curves(const struct hl_loader *loader, const char *path, struct hl_load_options options) {
  uint64_t by_one = 0, by_many = 0;
  options.window = 1;
  const bool is_good = read_all(loader, path, &options, 1, &by_one);
  options.window = 0;
  FUZZ_CHECK(read_all(loader, path, &options, 100, &by_many) == is_good);
  FUZZ_CHECK(!is_good || by_one == by_many);
}
