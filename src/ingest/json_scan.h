/* A pull scanner of JSON: the caller asks for what it expects next, values pass by and nothing is kept.
 * cJSON, which builds a tree, takes 64 bytes a number, eight times what the numbers are worth; curve files
 * are numbers by the million.
 *
 * Beside JSON it takes what Python writes: NaN, Infinity and -Infinity. An error is HL_INVALID and says
 * "NAME: line L, column C: found .., expected .."; columns count bytes. */
#ifndef HL_INGEST_JSON_SCAN_H
#define HL_INGEST_JSON_SCAN_H

#include "hyperlist/status.h"

#include <stdbool.h>
#include <stddef.h>

enum hl_json_kind { HL_JSON_OBJECT, HL_JSON_ARRAY, HL_JSON_TEXT, HL_JSON_NUMBER, HL_JSON_BOOL, HL_JSON_NULL };

struct hl_json_scan;

/* Where the bytes come from: up to n of them, fewer only at the end. */
typedef hl_status hl_json_fill(void *user, char *buffer, size_t n, size_t *n_read);

/* name is for messages and copied; user is borrowed. A byte order mark in front is passed over. */
hl_status hl_json_scan_new(const char *name, hl_json_fill *fill, void *user, struct hl_json_scan **scan);
/* The same scanner on another source, from its beginning: small files by the thousand need no new buffers. */
hl_status hl_json_scan_restart(struct hl_json_scan *scan, const char *name, void *user);
void hl_json_scan_free(struct hl_json_scan *scan); /* legal on NULL */

/* What begins here; nothing is taken. */
hl_status hl_json_scan_peek(struct hl_json_scan *scan, enum hl_json_kind *kind);

/* Enters an array or an object; expected is what the message says was wanted there. */
hl_status hl_json_scan_enter(struct hl_json_scan *scan, enum hl_json_kind kind, const char *expected);

/* Inside an array: *more if an element follows, else the array has been left. */
hl_status hl_json_scan_element(struct hl_json_scan *scan, bool *more);

/* Inside an object: the same, with the member's name, borrowed until the next name or text. */
hl_status hl_json_scan_member(struct hl_json_scan *scan, bool *more, const char **name);

/* A number, NaN, an infinity, or null, which is NaN; with bools also true and false, 1 and 0. */
hl_status hl_json_scan_number(struct hl_json_scan *scan, bool bools, double *value);

/* A string, unescaped, borrowed as above. One with \u0000 is refused. */
hl_status hl_json_scan_text(struct hl_json_scan *scan, const char **text);

/* Any value whatever. */
hl_status hl_json_scan_skip(struct hl_json_scan *scan);

/* Nothing but space is left. */
hl_status hl_json_scan_end(struct hl_json_scan *scan);

/* HL_INVALID at the present place: "found WHAT, expected EXPECTED". */
hl_status hl_json_scan_fail(struct hl_json_scan *scan, const char *what, const char *expected);

#endif
