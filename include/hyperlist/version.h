/* The version of the library. */
#ifndef HYPERLIST_VERSION_H
#define HYPERLIST_VERSION_H

#include "hyperlist/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The version of these headers: what a program was compiled against. The one place where it is written. */
#define HL_VERSION_STRING "0.1.0"

/* The version of the library that runs: what a program was linked with. Static storage. */
HL_API const char *hl_version(void);

#ifdef __cplusplus
}
#endif
#endif
