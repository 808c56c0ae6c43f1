/* Allocation with checked sizes: a product that overflows is out of memory, like any other size that cannot
 * be had. */
#ifndef HL_BASE_MEMORY_H
#define HL_BASE_MEMORY_H

#include "hyperlist/status.h"

#include <stdbool.h>
#include <stddef.h>

/* n elements of size bytes, zeroed, in *out (never NULL on success, also for n = 0). HL_LIMIT if they cannot
 * be had. */
hl_status hl_new_array(size_t n, size_t size, void *out);

/* The same for a table that will be filled as a whole: not zeroed, and in huge pages where the system has
 * them, as a large table is made ready sooner than by pages of 4 KB. */
hl_status hl_new_table(size_t n, size_t size, void *out);

/* n_byte bytes that are to be overwritten, not zeroed, in *out. HL_LIMIT likewise. */
hl_status hl_new_room(size_t n_byte, void *out);

/* The same for a block of at least a page that a file is read through: from the start of a page. */
hl_status hl_new_block(size_t n_byte, void *out);

/* Grows *array (owned by malloc) to hold at least n elements, doubling *capacity; new room is not zeroed. */
hl_status hl_grow_array(void *array, size_t *capacity, size_t n, size_t size);

hl_status hl_copy_text(const char *text, char **copy);
hl_status hl_format_text(char **out, const char *format, ...) HL_PRINTF(2, 3);

/* *product = a * b; false if it does not fit. */
bool hl_multiply(size_t a, size_t b, size_t *product);

#endif
