/* The .npy format (NEP 1, versions 1.0 to 3.0): a magic, the length of a header, a Python dict literal that
 * tells type, order and shape, then the bare elements. Nothing here reads a file: bytes in, meaning out. */
#ifndef HL_INGEST_NPY_H
#define HL_INGEST_NPY_H

#include "hyperlist/limits.h"
#include "hyperlist/status.h"

#include <stdbool.h>
#include <stddef.h>

enum {
  HL_NPY_PREFIX_BYTES = 12, /* enough to know how long the header is, for any version */
  HL_NPY_MAX_DTYPE = 24,
};

enum hl_npy_kind { /* the letters of numpy */
                   HL_NPY_BOOL = 'b',
                   HL_NPY_INT = 'i',
                   HL_NPY_UINT = 'u',
                   HL_NPY_FLOAT = 'f',
                   HL_NPY_BYTES = 'S',
                   HL_NPY_UNICODE = 'U',
};

struct hl_npy {
  char dtype[HL_NPY_MAX_DTYPE]; /* as written, "<f4": for messages */
  enum hl_npy_kind kind;
  bool is_foreign;  /* in the other byte order than this machine's */
  size_t item_size; /* bytes; never 0 */
  bool is_fortran;  /* first index runs fastest */
  size_t n_dimension;
  size_t shape[HL_MAX_NPY_AXES];
};

/* From the first n bytes (12 if there are so many): how long the text of the header is and at which byte it
 * starts. The elements start where it ends. HL_INVALID. */
hl_status hl_npy_parse_prefix(const unsigned char *prefix, size_t n, size_t *text_start, size_t *text_length);

/* Parses the text of a header. Refused by name: objects, structures, complex numbers, times. HL_INVALID. */
hl_status hl_npy_parse(const char *text, size_t length, struct hl_npy *npy);

/* The product of the shape, and with the item size; false if that is more than a size_t can tell. */
bool hl_npy_count(const struct hl_npy *npy, size_t *n_item, size_t *n_byte);

/* "(1000, 5, 51, 4)", shortened if it has very many dimensions. Returns buffer. */
enum { HL_NPY_SHAPE_TEXT = 128 };
char *hl_npy_format_shape(const struct hl_npy *npy, char buffer[HL_NPY_SHAPE_TEXT]);

/* Turns n items of item_size bytes (1, 2, 4, 8, ...) around in place. */
void hl_npy_swap(void *items, size_t n, size_t item_size);

/* One item of a number type as a double; item is not changed and needs no alignment. False: an integer beyond
 * 2^53, which a double cannot tell from its neighbours, or a type that this machine does not have. */
bool hl_npy_get_double(const struct hl_npy *npy, const void *item, double *value);

/* One item of a string type as UTF-8 with its NUL; text holds item_size + 1 bytes. Trailing NULs are padding.
 * False: a NUL inside, or what is no Unicode. */
bool hl_npy_get_text(const struct hl_npy *npy, const void *item, char *text);

#endif
