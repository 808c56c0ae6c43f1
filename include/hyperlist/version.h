/* The version of the library, and of those that it was made with.
 *
 * Versions are semantic (MAJOR.MINOR.PATCH): within a MAJOR from 1 on nothing that is in these headers goes
 * or changes its meaning; before 1.0.0 a MINOR may. The shared library's soname carries the MAJOR. */
#ifndef HYPERLIST_VERSION_H
#define HYPERLIST_VERSION_H

#include "hyperlist/status.h"

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of these headers: what a program was compiled against. The one place where it is written. */
#define HL_VERSION_STRING "0.1.0"
#define HL_VERSION_DATE   "2026-11-28" /* of the release, as manual pages tell it */

/* The version of the library that runs: what a program was linked with. Static storage. */
HL_API const char *hl_version(void);

struct hl_library {
  const char *name, *version; /* "hdf5", "1.10.8" */
  bool makes_output;          /* numbers or bytes of outputs pass it, so that provenance names it */
};

/* The libraries that this one was compiled against, by name; *n is their number. Static storage. */
HL_API const struct hl_library *hl_version_libraries(size_t *n);

#ifdef __cplusplus
}
#endif
#endif
