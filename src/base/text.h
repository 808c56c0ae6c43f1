/* Small exact text: numbers that read back equal, UTF-8, names made safe for links and lines. */
#ifndef HL_BASE_TEXT_H
#define HL_BASE_TEXT_H

#include "hyperlist/strings.h"

#include <stdbool.h>
#include <stdint.h>

enum { HL_DOUBLE_TEXT = 32 };

/* The shortest decimal text that reads back as the same double ("0.1", "1e-08", "nan", "inf", "-inf");
 * independent of the locale. Returns buffer. */
char *hl_format_double(double value, char buffer[HL_DOUBLE_TEXT]);

/* The same, but never to be taken for a whole number: "1.0", "0.0"; for readers that tell the two apart. */
char *hl_format_float(double value, char buffer[HL_DOUBLE_TEXT]);

/* The whole of text as a number; locale-independent; nan/inf/infinity in any case are numbers. False if it is
 * not one. */
bool hl_parse_double(const char *text, double *value);
bool hl_parse_uint64(const char *text, uint64_t *value);

bool hl_is_utf8(const char *text, size_t length);

/* A copy in which '/', '%' and a leading '.' are %XX: a name as an HDF5 link name. */
hl_status hl_encode_link(const char *name, char **link);
/* The reverse; a % without two hexadecimal digits stands for itself. */
hl_status hl_decode_link(const char *link, char **name);

/* A copy of text with control characters and bytes that are no UTF-8 as \xNN. */
hl_status hl_escape_text(const char *text, size_t length, char **escaped);

/* Matches a glob with * ? and [..] (fnmatch without flags). */
bool hl_match_glob(const char *glob, const char *text);

/* Sorts the list and returns the index permutation when order is not NULL: sorted[i] was item order[i]. */
hl_status hl_strings_sort(struct hl_strings *strings, int (*compare)(const char *, const char *),
                          size_t *order);

#endif
