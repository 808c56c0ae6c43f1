#include "base/text.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/shortest.h"

#include <errno.h>
#include <fnmatch.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* printf and strtod follow the process's locale, which a program that embeds the library may have set to a
 * decimal comma: the character is looked up and replaced both ways. */
static char decimal_point(void) {
  return *localeconv()->decimal_point;
}

char *hl_format_double(double value, char buffer[HL_DOUBLE_TEXT]) {
  if (!isfinite(value)) {
    snprintf(buffer, HL_DOUBLE_TEXT, "%s", isnan(value) ? "nan" : value < 0 ? "-inf" : "inf");
    return buffer;
  }
  if (hl_format_shortest(value, buffer)) return buffer;
  /* 15 digits always survive in a normal number and 17 always suffice; a subnormal has fewer */
  for (int n_digit = fabs(value) < 2.3e-308 ? 1 : 15; n_digit <= 17; n_digit++) {
    snprintf(buffer, HL_DOUBLE_TEXT, "%.*g", n_digit, value);
    if (strtod(buffer, NULL) == value) break;
  }
  char *point = strchr(buffer, decimal_point());
  if (point != NULL) *point = '.';
  return buffer;
}

char *hl_format_float(double value, char buffer[HL_DOUBLE_TEXT]) {
  hl_format_double(value, buffer);
  const size_t length = strlen(buffer);
  if (strspn(buffer, "-0123456789") == length) memcpy(buffer + length, ".0", 3); /* 17 digits at most */
  return buffer;
}

bool hl_parse_double(const char *text, double *value) {
  char copy[512];
  const size_t length = strlen(text);
  if (length == 0 || length >= sizeof copy || strchr(" \t\n\v\f\r", *text) != NULL) return false;
  for (const char *at = text; *at != '\0'; at++) { /* no hexadecimal, no nan(...), no foreign decimal point */
    if (strchr("0123456789+-.eEnaifityNAIFITY", *at) == NULL) return false;
  }
  memcpy(copy, text, length + 1);
  char *point = strchr(copy, '.'), *end;
  if (point != NULL) *point = decimal_point();
  *value = strtod(copy, &end); /* beyond the range: infinity or the nearest denormal, as IEEE 754 reads it */
  return *end == '\0';
}

bool hl_parse_uint64(const char *text, uint64_t *value) {
  if (*text < '0' || *text > '9') return false;
  char *end;
  errno = 0;
  const unsigned long long number = strtoull(text, &end, 10);
  *value = (uint64_t)number;
  return *end == '\0' && errno == 0;
}

/* Length of the well-formed sequence at `at` (RFC 3629, table 3-7 of Unicode), 0 if it is none. */
static size_t utf8_sequence(const unsigned char *at, size_t left) {
  if (at[0] < 0x80) return 1;
  if (at[0] < 0xc2 || at[0] > 0xf4) return 0;
  const size_t length = at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
  if (left < length) return 0;
  const unsigned low = at[0] == 0xe0 ? 0xa0 : at[0] == 0xf0 ? 0x90 : 0x80;  /* overlong forms */
  const unsigned high = at[0] == 0xed ? 0x9f : at[0] == 0xf4 ? 0x8f : 0xbf; /* surrogates; beyond U+10FFFF */
  if (at[1] < low || at[1] > high) return 0;
  for (size_t i = 2; i < length; i++) {
    if ((at[i] & 0xc0) != 0x80) return 0;
  }
  return length;
}

bool hl_is_utf8(const char *text, size_t length) {
  const unsigned char *at = (const unsigned char *)text;
  size_t i = 0;
  for (uint64_t word; i + sizeof word <= length; i += sizeof word) { /* ASCII, eight bytes a step */
    memcpy(&word, at + i, sizeof word);
    if ((word & UINT64_C(0x8080808080808080)) != 0) break;
  }
  for (size_t step; i < length; i += step) {
    step = at[i] < 0x80 ? 1 : utf8_sequence(at + i, length - i);
    if (step == 0) return false;
  }
  return true;
}

hl_status hl_encode_link(const char *name, char **link) {
  *link = malloc(3 * strlen(name) + 1);
  if (*link == NULL) return hl_fail_memory();
  char *to = *link;
  for (const char *at = name; *at != '\0'; at++) {
    if (*at == '/' || *at == '%' || (*at == '.' && at == name)) {
      to += sprintf(to, "%%%02X", (unsigned char)*at);
    } else {
      *to++ = *at;
    }
  }
  *to = '\0';
  return HL_OK;
}

static int hex_digit(char c) {
  const char *digits = "0123456789ABCDEFabcdef", *at = c != '\0' ? strchr(digits, c) : NULL;
  if (at == NULL) return -1;
  return (int)(at - digits) - (at - digits > 15 ? 6 : 0);
}

hl_status hl_decode_link(const char *link, char **name) {
  *name = malloc(strlen(link) + 1);
  if (*name == NULL) return hl_fail_memory();
  char *to = *name;
  for (const char *at = link; *at != '\0'; at++) {
    const int high = *at == '%' ? hex_digit(at[1]) : -1, low = high >= 0 ? hex_digit(at[2]) : -1;
    if (low >= 0 && high * 16 + low > 0) {
      *to++ = (char)(high * 16 + low);
      at += 2;
    } else {
      *to++ = *at;
    }
  }
  *to = '\0';
  return HL_OK;
}

hl_status hl_escape_text(const char *text, size_t length, char **escaped) {
  *escaped = malloc(4 * length + 1);
  if (*escaped == NULL) return hl_fail_memory();
  const unsigned char *at = (const unsigned char *)text;
  char *to = *escaped;
  for (size_t i = 0; i < length;) {
    const size_t n = utf8_sequence(at + i, length - i);
    if (n == 0 || at[i] < 0x20 || at[i] == 0x7f || (at[i] == 0xc2 && at[i + 1] < 0xa0)) {
      to += sprintf(to, "\\x%02x", at[i++]);
    } else {
      memcpy(to, text + i, n);
      to += n;
      i += n;
    }
  }
  *to = '\0';
  return HL_OK;
}

bool hl_match_glob(const char *glob, const char *text) {
  return fnmatch(glob, text, 0) == 0;
}
