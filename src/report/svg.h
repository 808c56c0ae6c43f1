/* Pictures taken into a page: an SVG file element by element, so that nothing else comes in. */
#ifndef HL_REPORT_SVG_H
#define HL_REPORT_SVG_H

#include "hyperlist/status.h"

/* The <svg> of a file's text as an element of a page, in *inlined, the caller's: ids and what refers to them
 * begin with prefix and a dash, label is its alternative text; prolog, comments, titles, descriptions and
 * unknown attributes are left out, references to anything outside too. HL_INVALID: an element that draws
 * nothing and might do something else (script, foreignObject, image, ..), or no well-formed SVG; name is for
 * messages. O(bytes). */
hl_status hl_svg_inline(const char *name, const char *text, const char *prefix, const char *label,
                        char **inlined);

#endif
