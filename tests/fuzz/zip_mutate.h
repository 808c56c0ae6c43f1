/* A mutator of zip archives that gets past checksums. */
#ifndef HL_FUZZ_ZIP_MUTATE_H
#define HL_FUZZ_ZIP_MUTATE_H

#include <stddef.h>
#include <stdint.h>

typedef size_t fuzz_mutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

/* Takes a whole archive apart, changes one of its members (its bytes by `mutate`, NULL: anyhow; its name; how
 * it is packed; or it is dropped or doubled) and puts it together again, with right sizes and checksums. What
 * is no whole archive is mutated as it is. */
size_t fuzz_zip_mutate(uint8_t *data, size_t size, size_t max_size, unsigned seed, fuzz_mutator *mutate);

#endif
