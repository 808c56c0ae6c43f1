/* Lists that others ordered. Parts: names, behind a byte that chooses the options; configs. */
#include "fuzz.h"
#include "hyperlist/list.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct hl_list *list;
  if (size == 0) return FUZZ_DONE;
  char *names = fuzz_next(&data, &size);
  const unsigned choice = (unsigned char)names[0];
  const size_t n = strlen(names);
  const struct hl_import_options options = {
      .names = fuzz_write("names.txt", names + (n > 0), n - (n > 0)),
      .configs = choice & 1 ? fuzz_write("configs.json", data, size) : NULL,
      .set = choice & 2   ? "mine"
             : choice & 4 ? "nadamw_grid_1k"
                          : NULL,
  };
  if (fuzz_is_ok(hl_list_import(&options, &list))) {
    FUZZ_CHECK(list->n_entry > 0);
    for (size_t i = 0; i < list->n_entry; i++) FUZZ_CHECK(*list->entries[i].config != '\0');
    hl_list_free(list);
  }
  free(names);
  return FUZZ_DONE;
}
