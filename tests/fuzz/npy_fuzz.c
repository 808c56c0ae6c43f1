/* The .npy format: prefix, header, and items as numbers and texts. */
#include "base/text.h"
#include "fuzz.h"
#include "ingest/npy.h"
#include "npy_mutate.h"

#include <stdlib.h>
#include <string.h>

static void read_items(const struct hl_npy *npy, const uint8_t *items, size_t n_byte) {
  const size_t n_item = n_byte / npy->item_size;
  char *text = malloc(npy->item_size + 1);
  uint8_t *copy = malloc(n_byte > 0 ? n_byte : 1);
  double value;
  memcpy(copy, items, n_byte);
  for (size_t i = 0; i < n_item && i < 64; i++) {
    hl_npy_get_double(npy, items + i * npy->item_size, &value);
    if (hl_npy_get_text(npy, items + i * npy->item_size, text))
      FUZZ_CHECK(hl_is_utf8(text, strlen(text)) && strlen(text) <= npy->item_size);
  }
  hl_npy_swap(copy, n_item, npy->item_size);
  hl_npy_swap(copy, n_item, npy->item_size);
  FUZZ_CHECK(memcmp(copy, items, n_byte) == 0);
  free(copy);
  free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct hl_npy npy;
  size_t start, length, n_item, n_byte;
  char shape[HL_NPY_SHAPE_TEXT];
  if (!fuzz_is_ok(hl_npy_parse_prefix(data, size, &start, &length))) return FUZZ_DONE;
  if (length > size - start) return FUZZ_DONE;
  char *text = malloc(length > 0 ? length : 1); /* by itself, so that reading on is seen */
  memcpy(text, data + start, length);
  const bool is_good = fuzz_is_ok(hl_npy_parse(text, length, &npy));
  free(text);
  if (!is_good) return FUZZ_DONE;
  FUZZ_CHECK(npy.item_size > 0 && npy.n_dimension <= HL_MAX_NPY_AXES);
  if (hl_npy_count(&npy, &n_item, &n_byte)) FUZZ_CHECK(n_byte / npy.item_size == n_item);
  FUZZ_CHECK(strlen(hl_npy_format_shape(&npy, shape)) < sizeof shape);
  read_items(&npy, data + start + length, size - start - length);
  return FUZZ_DONE;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed) {
  return fuzz_npy_mutate(data, size, max_size, seed);
}
