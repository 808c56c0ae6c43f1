#include "report/html.h"
#include "base/text.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

void hl_html_text(FILE *file, const char *text) {
  for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++) {
    switch (*at) {
    case '&':
      fputs("&amp;", file);
      continue;
    case '<':
      fputs("&lt;", file);
      continue;
    case '>':
      fputs("&gt;", file);
      continue;
    case '"':
      fputs("&quot;", file);
      continue;
    case '\'':
      fputs("&#39;", file);
      continue;
    default:
      break;
    }
    const bool is_c1 = *at == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0;
    if (*at < 0x20 || *at == 0x7f || is_c1) {
      fprintf(file, "\\x%02x", is_c1 ? *++at : *at);
    } else {
      putc(*at, file);
    }
  }
}

void hl_html_format(FILE *file, const char *format, ...) {
  char text[1024];
  va_list arguments;
  va_start(arguments, format);
  const int n = vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  /* cut at a character's first byte */
  if (n >= (int)sizeof text) {
    size_t end = sizeof text - 1;
    while (end > 0 && ((unsigned char)text[end - 1] & 0xc0) == 0x80) end--;
    if (end > 0 && (unsigned char)text[end - 1] >= 0xc0) end--;
    text[end] = '\0';
  }
  hl_html_text(file, text);
}

void hl_html_element(FILE *file, const char *tag, const char *text) {
  fprintf(file, "<%s>", tag);
  hl_html_text(file, text);
  fprintf(file, "</%s>", tag);
}

static bool stands_for_itself(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         (c != '\0' && strchr("-_.~:,;/()", c) != NULL);
}

/* In runs: a figure's numbers are many, and mostly digits. */
void hl_html_data_uri(FILE *file, const char *type, const char *text) {
  static const char digits[] = "0123456789ABCDEF";
  fprintf(file, "data:%s;charset=utf-8,", type);
  while (*text != '\0') {
    const char *end = text;
    while (stands_for_itself(*end)) end++;
    fwrite(text, 1, (size_t)(end - text), file);
    if (*end == '\0') break;
    const unsigned char byte = (unsigned char)*end;
    const char escaped[] = {'%', digits[byte >> 4], digits[byte & 15]};
    fwrite(escaped, 1, sizeof escaped, file);
    text = end + 1;
  }
}

void hl_html_head_cell(FILE *file, const char *text, const char *below) {
  double value;
  const bool is_number = below != NULL && (strcmp(below, "NA") == 0 || hl_parse_double(below, &value));
  fprintf(file, "<th scope=\"col\"%s>", is_number ? " class=\"n\"" : "");
  hl_html_text(file, text);
  fputs("</th>", file);
}

void hl_html_cell(FILE *file, const char *text) {
  double value;
  char rounded[32];
  if (strcmp(text, "NA") == 0) {
    fputs("<td class=\"n\" title=\"missing\">\u2013</td>", file);
  } else if (hl_parse_double(text, &value)) {
    const bool is_whole = value == floor(value) && fabs(value) < 1e15;
    snprintf(rounded, sizeof rounded, is_whole ? "%.0f" : "%#.4g", value);
    char *end = rounded + strlen(rounded);
    if (end > rounded && end[-1] == '.') end[-1] = '\0';
    const bool is_short = strlen(rounded) >= strlen(text);
    fputs("<td class=\"n\"", file);
    if (!is_short) fprintf(file, " title=\"%s\"", text);
    fprintf(file, ">%s</td>", is_short ? text : rounded);
  } else {
    fputs("<td>", file);
    hl_html_text(file, text);
    fputs("</td>", file);
  }
}
