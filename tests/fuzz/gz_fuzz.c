/* Files that may be gzip: read in small blocks, in large ones and whole. */
#include "base/file.h"
#include "fuzz.h"
#include "ingest/gz.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { MOST_BYTES = 1 << 22, BLOCK = 1 << 16 };

/* A hash of all that comes, and how much; false: it is broken. */
static bool read_blocks(const char *path, size_t block, uint64_t *hash, size_t *n_byte) {
  struct hl_gz *gz;
  char buffer[BLOCK];
  size_t n;
  *hash = *n_byte = 0;
  if (!fuzz_is_ok(hl_gz_open(path, &gz))) return false;
  bool is_good;
  do {
    is_good = fuzz_is_ok(hl_gz_read(gz, buffer, block, &n));
    if (!is_good) break;
    for (size_t i = 0; i < n; i++) *hash = *hash * 31 + (unsigned char)buffer[i];
    *n_byte += n;
  } while (n > 0);
  hl_gz_close(gz);
  return is_good;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const char *path = fuzz_write("a.gz", data, size);
  uint64_t large, small, whole = 0;
  size_t n_large, n_small, n_whole;
  char *text;
  const bool is_good = read_blocks(path, BLOCK, &large, &n_large);
  FUZZ_CHECK(read_blocks(path, 7, &small, &n_small) == is_good);
  FUZZ_CHECK(!is_good || (large == small && n_large == n_small));
  if (fuzz_is_ok(hl_file_read(path, MOST_BYTES, &text, &n_whole))) {
    for (size_t i = 0; i < n_whole; i++) whole = whole * 31 + (unsigned char)text[i];
    FUZZ_CHECK(is_good && n_whole == n_large && whole == large && text[n_whole] == '\0');
    free(text);
  } else {
    FUZZ_CHECK(!is_good || n_large > MOST_BYTES);
  }
  return FUZZ_DONE;
}

/* What is whole gzip is mutated within and packed again. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed) {
  enum { INNER_BYTES = 1 << 16 };
  static uint8_t inner[INNER_BYTES];
  z_stream in = {.next_in = data, .avail_in = (unsigned)size, .next_out = inner, .avail_out = INNER_BYTES};
  if (seed % 4 != 0 || inflateInit2(&in, MAX_WBITS + 16) != Z_OK)
    return LLVMFuzzerMutate(data, size, max_size);
  const int code = inflate(&in, Z_FINISH);
  inflateEnd(&in);
  if (code != Z_STREAM_END) return LLVMFuzzerMutate(data, size, max_size);
  const size_t n = LLVMFuzzerMutate(inner, INNER_BYTES - in.avail_out, INNER_BYTES);
  z_stream out = {
      .next_in = inner, .avail_in = (unsigned)n, .next_out = data, .avail_out = (unsigned)max_size};
  if (deflateInit2(&out, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) abort();
  deflate(&out, Z_FINISH);
  deflateEnd(&out);
  return max_size - out.avail_out;
}
