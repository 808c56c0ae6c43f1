/* Random streams: every purpose has a generator of its own, so that adding one changes no
 * other. */
#ifndef HL_BASE_STREAM_H
#define HL_BASE_STREAM_H

#include "hyperlist/status.h"

#include <stddef.h>
#include <stdint.h>

/* Shuffles items[n] by gsl_ran_shuffle of gsl_rng_mt19937 seeded with the low 32 bits (0 becomes 1) of XXH64
 * of
 * "<seed>/<resample>/<purpose>". Purposes: split, random:<set>, refined-minmax:<set>, refined-q90:<set>,
 * tail:<set>. */
hl_status hl_stream_shuffle(uint64_t seed, size_t resample, const char *purpose, size_t *items, size_t n);

#endif
