/* Decimal text into the nearest double, exactly and fast: curve files are numbers by the million. */
#ifndef HL_INGEST_NUMBER_H
#define HL_INGEST_NUMBER_H

#include <stddef.h>

/* Reads a JSON number at text (NUL-terminated) and returns its length, 0 if there is none or it is longer
 * than HL_MAX_NUMBER_BYTES. The value is rounded to nearest, ties to even, as strtod does; beyond the range
 * it is infinite. Whatever follows the number is for the caller to judge. */
size_t hl_number_read(const char *text, double *value);

#endif
