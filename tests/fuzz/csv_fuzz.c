/* Long CSV tables. Parts: what --columns says, behind a byte that chooses the options; the file. */
#include "base/csv.h"
#include "base/file.h"
#include "curves.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

/* ---- Rows: the same in whatever blocks the bytes arrive, but for a byte order mark, which comes whole ----
 */

static hl_status add_row(void *user, size_t line, size_t n_field, const char *const *fields) {
  uint64_t *hash = user;
  *hash = hl_hash_more(*hash, &line, sizeof line);
  *hash = hl_hash_more(*hash, &n_field, sizeof n_field);
  for (size_t i = 0; i < n_field; i++) *hash = hl_hash_more(*hash, fields[i], strlen(fields[i]) + 1);
  return HL_OK;
}

static hl_status read_rows(const char *text, size_t size, size_t block, uint64_t *hash) {
  struct hl_csv *csv;
  *hash = 0;
  hl_status status = hl_csv_new("a.csv", ',', add_row, hash, &csv);
  for (size_t at = 0, n; at < size && status == HL_OK; at += n) {
    n = at == 0 && block < 3 ? 3 : block;
    if (n > size - at) n = size - at;
    status = hl_csv_feed(csv, text + at, n);
  }
  if (status == HL_OK) status = hl_csv_finish(csv);
  hl_csv_free(csv);
  fuzz_is_ok(status);
  return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0) return FUZZ_DONE;
  char *columns = fuzz_next(&data, &size);
  const unsigned choice = (unsigned char)columns[0];
  uint64_t whole, split;
  const hl_status status = read_rows((const char *)data, size, size + 1, &whole);
  FUZZ_CHECK(read_rows((const char *)data, size, 1, &split) == status && whole == split);
  const struct hl_load_options options = {
      .set = choice & 1 ? "adam1p_wide_grid_1k" : "mine",
      .columns = choice != 0 && columns[1] != '\0' ? columns + 1 : NULL,
      .delimiter = choice & 2 ? ';' : '\0',
      .grid = choice & 4   ? 7
              : choice & 8 ? HL_GRID_OWN
                           : 0,
      .after_end = choice & 16 ? HL_AFTER_END_MISSING : HL_AFTER_END_HOLD,
      .maximize = choice & 32,
  };
  fuzz_read_curves(&hl_loader_csv, fuzz_write("runs.csv", data, size), options);
  free(columns);
  return FUZZ_DONE;
}
