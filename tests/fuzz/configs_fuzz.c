/* Configs JSON (--configs): names and hyperparameters. */
#include "fuzz.h"
#include "ingest/configs.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const char *path = fuzz_write("configs.json", data, size);
  struct hl_config_table *table = NULL;
  struct hl_curves curves = {.task = strdup("t"), .set = strdup("mine")};
  if (fuzz_is_ok(hl_configs_read(path, &table))) {
    const struct hl_strings *names = hl_configs_get_names(table);
    const struct hl_load_options options = {.configs = table};
    for (size_t i = 1; i < names->n; i++) FUZZ_CHECK(strcmp(names->items[i - 1], names->items[i]) < 0);
    FUZZ_CHECK(hl_strings_copy(names, &curves.configs) == HL_OK);
    if (names->n > 0 && fuzz_is_ok(hl_configs_fill(&curves, &options, path)))
      FUZZ_CHECK(curves.hyperparameters.n == 0 || curves.hyperparameter_values != NULL);
    hl_configs_free(table);
  }
  hl_curves_clear(&curves);
  return FUZZ_DONE;
}
