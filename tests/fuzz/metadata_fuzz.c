/* task_metadata.tsv. */
#include "fuzz.h"
#include "ingest/metadata.h"

#include <math.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct metadata metadata = {0};
  int64_t n_params;
  double seconds;
  fuzz_is_ok(hl_metadata_read(&metadata, fuzz_write("task_metadata.tsv", data, size)));
  for (size_t i = 0; i < metadata.tasks.n; i++) {
    hl_metadata_find(&metadata, metadata.tasks.items[i], &n_params, &seconds);
    FUZZ_CHECK(n_params >= -1 && (isnan(seconds) || (isfinite(seconds) && seconds >= 0)));
  }
  hl_metadata_clear(&metadata);
  return FUZZ_DONE;
}
