/* A mutator of .npy files. */
#ifndef HL_FUZZ_NPY_MUTATE_H
#define HL_FUZZ_NPY_MUTATE_H

#include <stddef.h>
#include <stdint.h>

/* Mutates data[size] in place, at most max_size bytes, and mostly writes the header's true length then: of
 * what stands before the last '\n' that follows a '}'. */
size_t fuzz_npy_mutate(uint8_t *data, size_t size, size_t max_size, unsigned seed);

#endif
