/* Curves as JSON: an array of a released set's configs, or an object that names everything. The first byte
 * chooses the options. */
#include "curves.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0) return FUZZ_DONE;
  const unsigned choice = data[0];
  const struct hl_load_options options = {
      .set = choice & 1   ? "adam8p_wide_grid_1k"
             : choice & 2 ? "mine"
                          : NULL,
      .grid = choice & 4   ? 5
              : choice & 8 ? HL_GRID_OWN
                           : 0,
      .after_end = choice & 16 ? HL_AFTER_END_MISSING : HL_AFTER_END_HOLD,
      .maximize = choice & 32,
  };
  fuzz_read_curves(&hl_loader_curves_json, fuzz_write("mini_task_seed1.json", data + 1, size - 1), options);
  return FUZZ_DONE;
}
