/* The frame of every fuzz target: tests/fuzz/NAME_fuzz.c, a row in targets.h, and a folder corpus/NAME.
 *
 * A target gives a reader foreign bytes. With clang each is a libFuzzer program of its own (`make fuzz`);
 * with any compiler replay.c runs them all on files that are there, which is what replay.t does in `make
 * check`. A target fails by ending the process: by a sanitizer, or by FUZZ_CHECK where something is not as
 * promised. Inputs with several parts have a zero byte between them, which no text may hold anyway. */
#ifndef HL_FUZZ_FUZZ_H
#define HL_FUZZ_FUZZ_H

#include "hyperlist/context.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* libFuzzer's interface; replay.c has names of its own for each target's. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

/* What LLVMFuzzerTestOneInput returns: done; or not to be kept in a corpus. */
enum { FUZZ_DONE = 0, FUZZ_NOT_KEPT = -1 };

#define FUZZ_CHECK(condition)                                                                                \
  do {                                                                                                       \
    if (!(condition)) fuzz_fail(__FILE__, __LINE__, #condition);                                             \
  } while (0)
void fuzz_fail(const char *file, int line, const char *what) __attribute__((noreturn));

/* True for HL_OK. Anything else must be a status that bad input may have, with a message as promised:
 * printable UTF-8 of one line, and never out of memory, for an input's own bytes cannot hold that much. */
bool fuzz_is_ok(hl_status status);

/* The same of HDF5 files, where memory may run out: libhdf5 allocates what a damaged length claims. */
bool fuzz_is_h5_ok(hl_status status);

/* A folder of this process, made at the first call, in $TMPDIR (/tmp) and removed at a normal end. */
const char *fuzz_folder(void);

/* The path of a name below it, in one of a few buffers that take turns; a second one makes its folders, too.
 */
const char *fuzz_path(const char *name);

/* Writes a file below it and returns its path. */
const char *fuzz_write(const char *name, const void *data, size_t size);

/* The whole of a file, NUL-terminated, to be freed; it must be there. */
uint8_t *fuzz_read(const char *path, size_t *size);

/* Removes all that is below a folder, and with `also` the folder. */
void fuzz_remove(const char *path, bool also);

/* The bytes up to the next zero byte or the end, as a text to be freed; *data and *size go on behind. */
char *fuzz_next(const uint8_t **data, size_t *size);

/* One thread, and nobody watching. */
extern const struct hl_context fuzz_context;

#endif
