/* Names that come from outside: which may become files and folders, and how they stand in a URL. */
#ifndef HL_FETCH_NAMES_H
#define HL_FETCH_NAMES_H

#include "hyperlist/strings.h"

#include <stddef.h>

/* NULL if name may be the name of a file or folder below another; else what is wrong with it: "found a '/'".
 */
const char *hl_name_fault(const char *name, size_t length);

/* Name and fault of line i_line (from 1) for messages. */
typedef hl_status (*hl_name_refused)(void *user, size_t i_line, const char *name, const char *fault);

/* The names in text[n], one a line: LF or CRLF; blank lines and those that begin with # say nothing; a name
 * that comes again counts once. *names, in byte order, is yours to clear. refused decides about names that
 * have a fault: HL_OK leaves it out. HL_INVALID: no name at all; HL_LIMIT: more than HL_MAX_FETCH_FILES. */
hl_status hl_names_parse(const char *label, const char *text, size_t n, hl_name_refused refused, void *user,
                         struct hl_strings *names, size_t *n_repeated);

/* BASE, with one slash behind it, and the parts (NULL-terminated), joined by slashes and percent-encoded but
 * for the unreserved characters of RFC 3986. */
hl_status hl_url_join(const char *base, const char *const *parts, char **url);

#endif
