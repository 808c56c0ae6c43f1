/* Result trees. Parts: `result` and `time_per_step` of one run after the other, up to four. */
#include "curves.h"
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const runs[] = {"adam1p_wide_grid_seed0/200/0", "adam1p_wide_grid_seed0/200/1",
                                   "adam1p_wide_grid_seed1/200/0", "adam1p_wide_grid_seed1/100/0"};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  for (size_t i = 0; i < 2 * sizeof runs / sizeof *runs; i++) {
    char name[128];
    char *text = fuzz_next(&data, &size);
    snprintf(name, sizeof name, "tree/mini_task_seed1/%s/%s", runs[i / 2],
             i % 2 == 0 ? "result" : "time_per_step");
    fuzz_write(name, text, strlen(text));
    if (i > 0 && *text == '\0') unlink(fuzz_path(name));
    free(text);
  }
  for (int choice = 0; choice < 2; choice++) {
    const struct hl_load_options options = {.after_end = choice ? HL_AFTER_END_MISSING : HL_AFTER_END_HOLD,
                                            .maximize = choice,
                                            .keep_going = choice};
    fuzz_read_curves(&hl_loader_result, fuzz_path("tree/mini_task_seed1"), options);
  }
  return FUZZ_DONE;
}
