#include "base/stream.h"
#include "base/error.h"
#include "base/memory.h"

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

hl_status hl_stream_shuffle(uint64_t seed, size_t resample, const char *purpose, size_t *items, size_t n) {
  char *name = NULL;
  if (n == 0) return HL_OK; /* GSL counts down from n - 1 */
  hl_status status = hl_format_text(&name, "%llu/%zu/%s", (unsigned long long)seed, resample, purpose);
  if (status != HL_OK) return status;
  const uint32_t low = (uint32_t)XXH64(name, strlen(name), 0);
  free(name);
  gsl_rng *generator = gsl_rng_alloc(gsl_rng_mt19937);
  if (generator == NULL) return hl_fail_memory();
  gsl_rng_set(generator, low == 0 ? 1 : low); /* GSL takes 0 for its default seed, 4357 */
  gsl_ran_shuffle(generator, items, n, sizeof *items);
  gsl_rng_free(generator);
  return HL_OK;
}
