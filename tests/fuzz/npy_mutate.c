#include "npy_mutate.h"
#include "fuzz.h"

#include <string.h>

size_t fuzz_npy_mutate(uint8_t *data, size_t size, size_t max_size, unsigned seed) {
  size = LLVMFuzzerMutate(data, size, max_size);
  if (seed % 8 == 0 || size < 12) return size;
  const size_t start = data[6] > 1 ? 12 : 10;
  const uint8_t *brace = memchr(data + start, '}', size - start);
  const uint8_t *end = brace != NULL ? memchr(brace, '\n', size - (size_t)(brace - data)) : NULL;
  const size_t length = end != NULL ? (size_t)(end - data) + 1 - start : size - start;
  data[8] = (uint8_t)length;
  data[9] = (uint8_t)(length >> 8);
  if (start == 12) data[10] = data[11] = 0;
  return size;
}
