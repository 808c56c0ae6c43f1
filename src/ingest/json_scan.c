#include "ingest/json_scan.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"
#include "hyperlist/limits.h"
#include "ingest/number.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The buffer always holds a whole number ahead, unless the file ends before. */
enum { BUFFER_BYTES = 1 << 16, LOOK_AHEAD = HL_MAX_NUMBER_BYTES + 12 };

struct hl_json_scan {
  char *name;
  hl_json_fill *fill;
  void *user;
  char *buffer, *at, *end; /* [at, end) is to come; *end is NUL, which no JSON text contains */
  bool is_last;            /* nothing comes after end */
  uint64_t base;           /* place of buffer[0] in the file */
  uint64_t line, line_start;
  unsigned depth;
  bool is_fresh; /* just entered: no comma before the first element */
  char *text;    /* the last name or string */
  size_t n_text, text_capacity;
};

/* ---- Bytes ---- */

static hl_status refill(struct hl_json_scan *scan) {
  const size_t left = (size_t)(scan->end - scan->at);
  size_t n_read;
  memmove(scan->buffer, scan->at, left);
  scan->base += (uint64_t)(scan->at - scan->buffer);
  scan->at = scan->buffer;
  scan->end = scan->buffer + left;
  *scan->end = '\0';
  const hl_status status = scan->fill(scan->user, scan->end, BUFFER_BYTES - left, &n_read);
  if (status != HL_OK) return status;
  scan->is_last = n_read < BUFFER_BYTES - left;
  scan->end += n_read;
  *scan->end = '\0';
  return HL_OK;
}

static inline hl_status look_ahead(struct hl_json_scan *scan) {
  if (scan->end - scan->at >= LOOK_AHEAD || scan->is_last) return HL_OK;
  return refill(scan);
}

hl_status hl_json_scan_restart(struct hl_json_scan *scan, const char *name, void *user) {
  hl_status status = HL_OK;
  free(scan->name);
  scan->name = NULL;
  TRY(hl_copy_text(name, &scan->name));
  scan->user = user;
  scan->at = scan->end = scan->buffer;
  scan->is_last = scan->is_fresh = false;
  scan->base = scan->line_start = 0;
  scan->line = 1;
  scan->depth = 0;
  TRY(look_ahead(scan));
  if (strncmp(scan->at, "\xef\xbb\xbf", 3) == 0) scan->at += 3;
out:
  return status;
}

hl_status hl_json_scan_new(const char *name, hl_json_fill *fill, void *user, struct hl_json_scan **out) {
  hl_status status = HL_OK;
  struct hl_json_scan *scan = NULL;
  *out = NULL;
  TRY(hl_new_array(1, sizeof *scan, &scan));
  scan->fill = fill;
  TRY(hl_new_array(BUFFER_BYTES + 1, 1, &scan->buffer));
  TRY(hl_json_scan_restart(scan, name, user));
  *out = scan;
out:
  if (status != HL_OK) hl_json_scan_free(scan);
  return status;
}

void hl_json_scan_free(struct hl_json_scan *scan) {
  if (scan == NULL) return;
  free(scan->name);
  free(scan->buffer);
  free(scan->text);
  free(scan);
}

/* ---- Messages ---- */

hl_status hl_json_scan_fail(struct hl_json_scan *scan, const char *what, const char *expected) {
  const uint64_t place = scan->base + (uint64_t)(scan->at - scan->buffer);
  return hl_fail(HL_INVALID, "%s: line %llu, column %llu: found %s, expected %s", scan->name,
                 (unsigned long long)scan->line, (unsigned long long)(place - scan->line_start + 1), what,
                 expected);
}

/* The same of the character that is next. */
static hl_status fail_here(struct hl_json_scan *scan, const char *expected) {
  char what[16];
  if (scan->at == scan->end) return hl_json_scan_fail(scan, "the end of the file", expected);
  if (*scan->at == '\0') return hl_json_scan_fail(scan, "a zero byte", expected);
  const size_t left = (size_t)(scan->end - scan->at);
  size_t n = 1; /* a whole character, or else it would be shown as bytes */
  while (n < 4 && n < left && ((unsigned char)scan->at[n] & 0xc0) == 0x80) n++;
  snprintf(what, sizeof what, "'%.*s'", (int)n, scan->at);
  return hl_json_scan_fail(scan, what, expected);
}

/* A true size beyond a stated limit. */
static hl_status fail_beyond(struct hl_json_scan *scan, const char *what, int most, const char *unit) {
  char expected[64];
  snprintf(expected, sizeof expected, "at most %d %s", most, unit);
  hl_json_scan_fail(scan, what, expected);
  return HL_LIMIT;
}

/* ---- Tokens ---- */

/* Up to the next byte that is no space, and LOOK_AHEAD bytes in the buffer from there. */
static hl_status skip_space(struct hl_json_scan *scan) {
  for (;;) {
    const hl_status status = look_ahead(scan);
    if (status != HL_OK) return status;
    for (; *scan->at == ' ' || *scan->at == '\n' || *scan->at == '\t' || *scan->at == '\r'; scan->at++) {
      if (*scan->at != '\n') continue;
      scan->line++;
      scan->line_start = scan->base + (uint64_t)(scan->at - scan->buffer) + 1;
    }
    if (scan->end - scan->at >= LOOK_AHEAD || scan->is_last) return HL_OK;
  }
}

/* A word, if it is the next and ends there. */
static bool take_word(struct hl_json_scan *scan, const char *word) {
  const size_t n = strlen(word);
  if (strncmp(scan->at, word, n) != 0) return false;
  const char after = scan->at[n];
  if ((after >= 'a' && after <= 'z') || (after >= 'A' && after <= 'Z') || (after >= '0' && after <= '9'))
    return false;
  scan->at += n;
  return true;
}

hl_status hl_json_scan_peek(struct hl_json_scan *scan, enum hl_json_kind *kind) {
  hl_status status = HL_OK;
  TRY(skip_space(scan));
  switch (*scan->at) {
  case '{':
    *kind = HL_JSON_OBJECT;
    break;
  case '[':
    *kind = HL_JSON_ARRAY;
    break;
  case '"':
    *kind = HL_JSON_TEXT;
    break;
  case 't':
  case 'f':
    *kind = HL_JSON_BOOL;
    break;
  case 'n':
    *kind = HL_JSON_NULL;
    break;
  default: /* reading it will tell */
    *kind = HL_JSON_NUMBER;
  }
out:
  return status;
}

hl_status hl_json_scan_enter(struct hl_json_scan *scan, enum hl_json_kind kind, const char *expected) {
  hl_status status = HL_OK;
  TRY(skip_space(scan));
  if (*scan->at != (kind == HL_JSON_OBJECT ? '{' : '[')) return fail_here(scan, expected);
  if (scan->depth == HL_MAX_JSON_DEPTH)
    return fail_beyond(scan, "one level more", HL_MAX_JSON_DEPTH, "levels");
  scan->at++;
  scan->depth++;
  scan->is_fresh = true;
out:
  return status;
}

/* Takes the comma before the next item, or the bracket that closes. */
static hl_status take_separator(struct hl_json_scan *scan, char close, bool *more) {
  hl_status status = HL_OK;
  TRY(skip_space(scan));
  *more = *scan->at != close;
  if (!*more) {
    scan->at++;
    scan->depth--;
  } else if (!scan->is_fresh) {
    if (*scan->at != ',') return fail_here(scan, close == ']' ? "',' or ']'" : "',' or '}'");
    scan->at++;
    TRY(skip_space(scan));
  }
  scan->is_fresh = false;
out:
  return status;
}

hl_status hl_json_scan_element(struct hl_json_scan *scan, bool *more) {
  return take_separator(scan, ']', more);
}

hl_status hl_json_scan_number(struct hl_json_scan *scan, bool bools, double *value) {
  hl_status status = HL_OK;
  TRY(skip_space(scan));
  const size_t n = hl_number_read(scan->at, value);
  if (n > 0) {
    scan->at += n;
  } else if (take_word(scan, "null") || take_word(scan, "NaN")) {
    *value = (double)NAN;
  } else if (take_word(scan, "Infinity")) {
    *value = (double)INFINITY;
  } else if (take_word(scan, "-Infinity")) {
    *value = -(double)INFINITY;
  } else if (bools && take_word(scan, "true")) {
    *value = 1;
  } else if (bools && take_word(scan, "false")) {
    *value = 0;
  } else {
    status = fail_here(scan, "a number");
  }
out:
  return status;
}

/* ---- Strings ---- */

static hl_status keep(struct hl_json_scan *scan, const char *bytes, size_t n) {
  if (scan->n_text + n > HL_MAX_JSON_TEXT_BYTES)
    return fail_beyond(scan, "a longer text", HL_MAX_JSON_TEXT_BYTES, "bytes");
  const hl_status status = hl_grow_array(&scan->text, &scan->text_capacity, scan->n_text + n + 1, 1);
  if (status != HL_OK) return status;
  memcpy(scan->text + scan->n_text, bytes, n);
  scan->n_text += n;
  scan->text[scan->n_text] = '\0';
  return HL_OK;
}

/* Four hexadecimal digits; false: they are none. */
static bool read_hex(const char *at, uint32_t *code) {
  *code = 0;
  for (int i = 0; i < 4; i++) {
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *digit = at[i] != '\0' ? strchr(digits, at[i]) : NULL;
    if (digit == NULL) return false;
    *code = *code << 4 | ((uint32_t)(digit - digits) & 15);
  }
  return true;
}

static size_t encode_utf8(uint32_t code, char bytes[4]) {
  const size_t n = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  static const uint32_t lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
  for (size_t i = n - 1; i > 0; i--, code >>= 6) bytes[i] = (char)(0x80 | (code & 0x3f));
  bytes[0] = (char)(lead[n] | code);
  return n;
}

/* \uXXXX, or two of them where the first is a surrogate; at the `u`. */
static hl_status read_unicode(struct hl_json_scan *scan, char bytes[4], size_t *n) {
  uint32_t code, low;
  if (!read_hex(scan->at + 1, &code)) return fail_here(scan, "four hexadecimal digits after \\u");
  if (code == 0) return hl_json_scan_fail(scan, "\\u0000", "a character");
  size_t n_source = 5;
  if (code >= 0xd800 && code < 0xe000) {
    const char *second = scan->at + 5;
    const bool is_pair = code < 0xdc00 && second[0] == '\\' && second[1] == 'u' &&
                         read_hex(second + 2, &low) && low >= 0xdc00 && low < 0xe000;
    if (!is_pair) return hl_json_scan_fail(scan, "half a surrogate pair", "both halves");
    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    n_source = 11;
  }
  scan->at += n_source;
  *n = encode_utf8(code, bytes);
  return HL_OK;
}

static hl_status read_escape(struct hl_json_scan *scan, bool is_kept) {
  static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
  char bytes[4];
  size_t n = 1;
  hl_status status = HL_OK;
  TRY(look_ahead(scan));
  scan->at++;
  const char *letter = *scan->at != '\0' ? strchr(letters, *scan->at) : NULL;
  if (letter != NULL) {
    bytes[0] = meanings[letter - letters];
    scan->at++;
  } else if (*scan->at == 'u') {
    TRY(read_unicode(scan, bytes, &n));
  } else {
    return fail_here(scan, "one of \" \\ / b f n r t u after a backslash");
  }
  if (is_kept) status = keep(scan, bytes, n);
out:
  return status;
}

static hl_status read_string(struct hl_json_scan *scan, bool is_kept, const char *expected) {
  hl_status status = HL_OK;
  if (*scan->at != '"') return fail_here(scan, expected);
  scan->at++;
  scan->n_text = 0;
  if (is_kept) TRY(keep(scan, "", 0));
  for (;;) {
    TRY(look_ahead(scan));
    char *run = scan->at;
    while ((unsigned char)*scan->at >= 0x20 && *scan->at != '"' && *scan->at != '\\') scan->at++;
    if (is_kept) TRY(keep(scan, run, (size_t)(scan->at - run)));
    if (*scan->at == '"') break;
    if (*scan->at == '\\') {
      TRY(read_escape(scan, is_kept));
    } else if (scan->at < scan->end || scan->is_last) {
      return fail_here(scan, "the rest of a string");
    }
  }
  if (is_kept && !hl_is_utf8(scan->text, scan->n_text)) {
    return hl_json_scan_fail(scan, "bytes that are no UTF-8 in the string before", "text");
  }
  scan->at++;
out:
  return status;
}

hl_status hl_json_scan_text(struct hl_json_scan *scan, const char **text) {
  hl_status status = HL_OK;
  TRY(skip_space(scan));
  TRY(read_string(scan, true, "a string"));
  *text = scan->text;
out:
  return status;
}

static hl_status take_colon(struct hl_json_scan *scan) {
  hl_status status = HL_OK;
  TRY(skip_space(scan));
  if (*scan->at != ':') return fail_here(scan, "':'");
  scan->at++;
out:
  return status;
}

hl_status hl_json_scan_member(struct hl_json_scan *scan, bool *more, const char **name) {
  hl_status status = HL_OK;
  TRY(take_separator(scan, '}', more));
  if (!*more) return HL_OK;
  TRY(read_string(scan, true, "a name in quotes"));
  TRY(take_colon(scan));
  *name = scan->text;
out:
  return status;
}

/* ---- Whole values ---- */

static hl_status skip_items(struct hl_json_scan *scan, bool is_object) {
  hl_status status = HL_OK;
  for (bool more;;) {
    TRY(take_separator(scan, is_object ? '}' : ']', &more));
    if (!more) return HL_OK;
    if (is_object) {
      TRY(read_string(scan, false, "a name in quotes"));
      TRY(take_colon(scan));
    }
    TRY(hl_json_scan_skip(scan));
  }
out:
  return status;
}

hl_status hl_json_scan_skip(struct hl_json_scan *scan) {
  enum hl_json_kind kind;
  double value;
  hl_status status = HL_OK;
  TRY(hl_json_scan_peek(scan, &kind));
  if (kind == HL_JSON_OBJECT || kind == HL_JSON_ARRAY) {
    TRY(hl_json_scan_enter(scan, kind, "a value"));
    return skip_items(scan, kind == HL_JSON_OBJECT); /* no deeper than HL_MAX_JSON_DEPTH */
  }
  status =
      kind == HL_JSON_TEXT ? read_string(scan, false, "a value") : hl_json_scan_number(scan, true, &value);
out:
  return status;
}

hl_status hl_json_scan_end(struct hl_json_scan *scan) {
  hl_status status = HL_OK;
  TRY(skip_space(scan));
  if (scan->at < scan->end) status = fail_here(scan, "the end of the file");
out:
  return status;
}
