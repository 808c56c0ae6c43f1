/* Zip archives: the directory, and members by name and whole. */
#include "fuzz.h"
#include "ingest/zip.h"
#include "zip_mutate.h"

#include <string.h>

/* The member ys from its start in pieces, then once more from its start: the same bytes. */
static void read_member(struct hl_zip *zip) {
  char block[61], again[sizeof block];
  struct hl_zip_member *member;
  if (!fuzz_is_ok(hl_zip_open_member(zip, "ys", &member))) return;
  const uint64_t size = hl_zip_member_size(member);
  const size_t n = size < sizeof block ? (size_t)size : sizeof block;
  if (fuzz_is_ok(hl_zip_read(member, block, n))) {
    FUZZ_CHECK(hl_zip_member_position(member) == n);
    fuzz_is_ok(hl_zip_read(member, NULL, size - n < 1000 ? (size_t)(size - n) : 1000));
    if (fuzz_is_ok(hl_zip_restart(member)) && fuzz_is_ok(hl_zip_read(member, again, n)))
      FUZZ_CHECK(memcmp(block, again, n) == 0);
  }
  hl_zip_close_member(member);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct hl_zip *zip;
  if (!fuzz_is_ok(hl_zip_open(fuzz_write("a.npz", data, size), &zip))) return FUZZ_DONE;
  fuzz_is_ok(hl_zip_check(zip));
  read_member(zip);
  hl_zip_close(zip);
  return FUZZ_DONE;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed) {
  return seed % 4 == 0 ? fuzz_zip_mutate(data, size, max_size, seed / 4, NULL)
                       : LLVMFuzzerMutate(data, size, max_size);
}
