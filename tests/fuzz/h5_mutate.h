/* A mutator of HDF5 files that gets past checksums and the library's own consistency checks. */
#ifndef HL_FUZZ_H5_MUTATE_H
#define HL_FUZZ_H5_MUTATE_H

#include <stddef.h>
#include <stdint.h>

/* Opens the file with HDF5 and changes one thing in it: the values of a dataset or an attribute, the packed
 * bytes of a chunk (with their checksum), a name, a dataset's shape or type, or it removes or copies
 * something. What HDF5 does not open, and one file in eight, is mutated byte by byte. */
size_t fuzz_h5_mutate(uint8_t *data, size_t size, size_t max_size, unsigned seed);

#endif
