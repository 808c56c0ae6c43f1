/* Tables as our commands print them, read for the report. */
#include "fuzz.h"
#include "report/tsv.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char *const wanted[] = {"series", "trials", NULL};
  struct hl_tsv tsv;
  if (!fuzz_is_ok(hl_tsv_read(fuzz_write("a.tsv", data, size), &tsv))) return FUZZ_DONE;
  FUZZ_CHECK(tsv.n_column > 0);
  for (size_t i = 0; i < tsv.n_row * tsv.n_column; i++) FUZZ_CHECK(strpbrk(tsv.cells[i], "\t\n") == NULL);
  for (size_t c = 0; c < tsv.n_column; c++) FUZZ_CHECK(hl_tsv_find(&tsv, tsv.columns[c]) <= c);
  hl_tsv_has(&tsv, wanted);
  hl_tsv_note(&tsv, HL_CAPTION_NOTE);
  hl_tsv_provenance(&tsv, "command");
  hl_tsv_clear(&tsv);
  return FUZZ_DONE;
}
