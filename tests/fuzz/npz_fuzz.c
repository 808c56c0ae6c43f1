/* Release files: npy members in a zip archive, read as a table of curves. */
#include "curves.h"
#include "fuzz.h"
#include "npy_mutate.h"
#include "zip_mutate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const char *path = fuzz_write("mini_task_seed1/adam1p_wide_grid_1k_10000_replica5.npz", data, size);
  fuzz_read_curves(&hl_loader_npz, path, (struct hl_load_options){0});
  return FUZZ_DONE;
}

/* Mostly within a member, so that checksums and sizes are right. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed) {
  return seed % 16 != 0 ? fuzz_zip_mutate(data, size, max_size, seed / 16, fuzz_npy_mutate)
                        : LLVMFuzzerMutate(data, size, max_size);
}
