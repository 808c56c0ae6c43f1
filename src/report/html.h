/* HTML from small pieces. Texts are UTF-8 (whoever reads foreign bytes has seen to that); a failed write
 * stays in the stream and is found when it is closed. */
#ifndef HL_REPORT_HTML_H
#define HL_REPORT_HTML_H

#include "hyperlist/status.h"

#include <stdint.h>
#include <stdio.h>

/* Text or the value of a quoted attribute: & < > " ' are escaped, control characters stand as \xNN. */
void hl_html_text(FILE *file, const char *text);

/* printf whose result is escaped as above; for short texts (1000 bytes). */
void hl_html_format(FILE *file, const char *format, ...) HL_PRINTF(2, 3);

/* <TAG>text</TAG> */
void hl_html_element(FILE *file, const char *tag, const char *text);

/* Text as the value of a data: URI of that media type, percent-encoded. */
void hl_html_data_uri(FILE *file, const char *type, const char *text);

/* A column's <th>, on the side where its cells stand; below is the first of them, NULL: text. */
void hl_html_head_cell(FILE *file, const char *text, const char *below);

/* A <td>: a number in four digits with the whole of it to be hovered, NA as a dash, other text as it is. */
void hl_html_cell(FILE *file, const char *text);

#endif
