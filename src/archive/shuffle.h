/* HDF5's shuffle filter for 4- and 8-byte elements: plane k holds byte k (of the little-endian element) of
 * every element. Exponents are alike, so their planes pack. */
#ifndef HL_ARCHIVE_SHUFFLE_H
#define HL_ARCHIVE_SHUFFLE_H

#include <stddef.h>

/* n elements of `size` bytes (4 or 8, native order) to and from their byte planes; any alignment. O(n size).
 */
void hl_shuffle(const void *values, size_t n, size_t size, unsigned char *planes);
void hl_unshuffle(const unsigned char *planes, size_t n, size_t size, void *values);

#endif
