#include "base/memory.h"
#include "base/error.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

bool hl_multiply(size_t a, size_t b, size_t *product) {
  *product = a * b;
  return b == 0 || a <= SIZE_MAX / b;
}

hl_status hl_new_array(size_t n, size_t size, void *out) {
  void *memory = calloc(n > 0 ? n : 1, size);
  memcpy(out, &memory, sizeof memory);
  // cppcheck-suppress memleak ; the caller has it: copied as bytes, whatever it points to
  return memory != NULL ? HL_OK : hl_fail_memory();
}

enum { PAGE = 4096, HUGE_PAGE = 2 << 20 };

hl_status hl_new_table(size_t n, size_t size, void *out) {
  size_t n_byte;
  if (!hl_multiply(n, size, &n_byte) || n_byte > SIZE_MAX - HUGE_PAGE) return hl_new_array(n, size, out);
  if (n_byte < HUGE_PAGE) return hl_new_array(n, size, out);
  void *memory;
  if (posix_memalign(&memory, HUGE_PAGE, n_byte) != 0) memory = NULL;
  memcpy(out, &memory, sizeof memory);
  if (memory == NULL) return hl_fail_memory();
#ifdef MADV_HUGEPAGE
  madvise(memory, n_byte / HUGE_PAGE * HUGE_PAGE,
          MADV_HUGEPAGE); /* the rest would be more than was asked for */
#endif
  return HL_OK;
}

hl_status hl_new_room(size_t n_byte, void *out) {
  void *memory = malloc(n_byte > 0 ? n_byte : 1);
  memcpy(out, &memory, sizeof memory);
  // cppcheck-suppress memleak ; the caller has it: copied as bytes, whatever it points to
  return memory != NULL ? HL_OK : hl_fail_memory();
}

/* malloc gives what is large 16 bytes behind the start of a page. The kernel copies a file's page to there at
 * 1.7 GB/s and to the start of a page at 7.6 (measured on one machine: a store to an address that in its page
 * is just above that of the loads to come holds them up). */
hl_status hl_new_block(size_t n_byte, void *out) {
  void *memory;
  if (posix_memalign(&memory, PAGE, n_byte) != 0) memory = NULL; /* the caller frees what it was given */
  memcpy(out, &memory, sizeof memory);
  return memory != NULL ? HL_OK : hl_fail_memory();
}

hl_status hl_grow_array(void *array, size_t *capacity, size_t n, size_t size) {
  if (n <= *capacity) return HL_OK;
  size_t wanted = *capacity < 8 ? 8 : *capacity, n_byte;
  while (wanted < n) wanted = wanted > SIZE_MAX / 2 ? n : 2 * wanted;
  if (!hl_multiply(wanted, size, &n_byte)) return hl_fail_memory();
  void *memory;
  memcpy(&memory, array, sizeof memory);
  memory = realloc(memory, n_byte);
  if (memory == NULL) return hl_fail_memory();
  memcpy(array, &memory, sizeof memory);
  *capacity = wanted;
  return HL_OK;
}

hl_status hl_copy_text(const char *text, char **copy) {
  *copy = strdup(text);
  return *copy != NULL ? HL_OK : hl_fail_memory();
}

hl_status hl_format_text(char **out, const char *format, ...) {
  va_list arguments;
  *out = NULL;
  va_start(arguments, format);
  const int length = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  if (length < 0 || (*out = malloc((size_t)length + 1)) == NULL) return hl_fail_memory();
  va_start(arguments, format);
  vsnprintf(*out, (size_t)length + 1, format, arguments);
  va_end(arguments);
  return HL_OK;
}
