#include "ingest/npy.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* ---- The prefix ---- */

hl_status hl_npy_parse_prefix(const unsigned char *prefix, size_t n, size_t *text_start,
                              size_t *text_length) {
  if (n < 10 || memcmp(prefix, "\x93NUMPY", 6) != 0) {
    return hl_fail(HL_INVALID, "byte 0: found no .npy magic, expected \\x93NUMPY");
  }
  const unsigned major = prefix[6], minor = prefix[7];
  if (major < 1 || major > 3 || minor != 0) {
    return hl_fail(HL_INVALID, "byte 6: found .npy version %u.%u, expected 1.0, 2.0 or 3.0", major, minor);
  }
  *text_start = major == 1 ? 10 : 12;
  if (n < *text_start)
    return hl_fail(HL_INVALID, "byte %zu: found the end, expected the length of the header", n);
  *text_length = prefix[8] | (size_t)prefix[9] << 8;
  if (major > 1) *text_length |= (size_t)prefix[10] << 16 | (size_t)prefix[11] << 24;
  if (*text_length <= HL_MAX_NPY_HEADER_BYTES) return HL_OK;
  return hl_fail(HL_INVALID, "byte 8: found a header of %zu bytes, expected at most %d", *text_length,
                 HL_MAX_NPY_HEADER_BYTES);
}

/* ---- The header: a Python dict literal ---- */

struct parser {
  const char *start, *at, *end;
};

static hl_status fail_header(const struct parser *parser, const char *expected) {
  const size_t place = (size_t)(parser->at - parser->start);
  if (parser->at >= parser->end) {
    return hl_fail(HL_INVALID, "header byte %zu: found the end of the header, expected %s", place, expected);
  }
  if (*parser->at == '\0') {
    return hl_fail(HL_INVALID, "header byte %zu: found a zero byte, expected %s", place, expected);
  }
  const size_t left = (size_t)(parser->end - parser->at);
  return hl_fail(HL_INVALID, "header byte %zu: found '%.*s', expected %s", place, left < 12 ? (int)left : 12,
                 parser->at, expected);
}

static void skip_space(struct parser *parser) {
  while (parser->at < parser->end && strchr(" \t\r\n\f\v", *parser->at) != NULL && *parser->at != '\0')
    parser->at++;
}

static bool take(struct parser *parser, char wanted) {
  skip_space(parser);
  if (parser->at == parser->end || *parser->at != wanted) return false;
  parser->at++;
  return true;
}

static bool take_word(struct parser *parser, const char *word) {
  const size_t n = strlen(word);
  skip_space(parser);
  if ((size_t)(parser->end - parser->at) < n || memcmp(parser->at, word, n) != 0) return false;
  parser->at += n;
  return true;
}

/* A quoted string without escapes, which neither keys nor dtypes need. */
static hl_status parse_string(struct parser *parser, const char **text, size_t *length) {
  skip_space(parser);
  if (parser->at == parser->end || (*parser->at != '\'' && *parser->at != '"')) {
    return fail_header(parser, "a quoted string");
  }
  const char quote = *parser->at;
  *text = parser->at + 1;
  const char *close = memchr(*text, quote, (size_t)(parser->end - *text));
  *length = close != NULL ? (size_t)(close - *text) : 0;
  if (close == NULL || memchr(*text, '\\', *length) != NULL || memchr(*text, '\n', *length) != NULL) {
    return fail_header(parser, "a closed string without escapes");
  }
  parser->at = close + 1;
  return HL_OK;
}

/* Decimal digits; a Python 2 long ends with L. */
static hl_status parse_length(struct parser *parser, size_t *value) {
  skip_space(parser);
  if (parser->at == parser->end || *parser->at < '0' || *parser->at > '9') {
    return fail_header(parser, "a length of an axis");
  }
  *value = 0;
  for (; parser->at < parser->end && *parser->at >= '0' && *parser->at <= '9'; parser->at++) {
    const size_t digit = (size_t)(*parser->at - '0');
    if (*value > (SIZE_MAX - digit) / 10) {
      return fail_header(parser, SIZE_MAX > UINT32_MAX ? "a length below 2^64" : "a length below 2^32");
    }
    *value = *value * 10 + digit;
  }
  if (parser->at < parser->end && *parser->at == 'L') parser->at++;
  return HL_OK;
}

static hl_status parse_shape(struct parser *parser, struct hl_npy *npy) {
  hl_status status = HL_OK;
  bool has_comma = false;
  npy->n_dimension = 0;
  if (!take(parser, '(')) return fail_header(parser, "a shape in parentheses");
  while (!take(parser, ')')) {
    if (npy->n_dimension > 0 && !has_comma) return fail_header(parser, "',' or ')'");
    if (npy->n_dimension == HL_MAX_NPY_AXES) return fail_header(parser, "at most 32 axes");
    TRY(parse_length(parser, &npy->shape[npy->n_dimension++]));
    has_comma = take(parser, ',');
  }
  /* In Python, (5) is a number and no tuple. */
  if (npy->n_dimension == 1 && !has_comma)
    return fail_header(parser, "a shape of one axis to be written (n,)");
out:
  return status;
}

static bool is_big_endian(void) {
  const uint16_t one = 1;
  unsigned char first;
  memcpy(&first, &one, 1);
  return first == 0;
}

static const char *name_refused_kind(char kind) {
  switch (kind) {
  case 'O':
    return "Python objects";
  case 'V':
    return "a structure";
  case 'c':
    return "complex numbers";
  case 'M':
  case 'm':
    return "times";
  default:
    return "an unknown type";
  }
}

/* Item sizes in bytes that a kind may have; 0: any. */
static bool is_size_legal(enum hl_npy_kind kind, uint64_t size) {
  switch (kind) {
  case HL_NPY_BOOL:
    return size == 1;
  case HL_NPY_INT:
  case HL_NPY_UINT:
    return size == 1 || size == 2 || size == 4 || size == 8;
  case HL_NPY_FLOAT:
    return size == 2 || size == 4 || size == 8 || size == 16;
  case HL_NPY_BYTES:
  case HL_NPY_UNICODE:
    return size > 0 && size <= (uint64_t)1 << 20;
  }
  return false;
}

/* Byte order, kind, size: "<f4", "|S25". */
static hl_status set_dtype(struct hl_npy *npy) {
  const char *at = npy->dtype;
  const char order = strchr("<>=|", *at) != NULL ? *at++ : '=';
  const char kind = strcmp(at, "?") == 0 ? 'b' : *at;
  uint64_t size = 1;
  if (kind == '\0' || strchr("biufSU", kind) == NULL) {
    return hl_fail(HL_INVALID, "header: found dtype '%s' (%s), expected numbers or strings", npy->dtype,
                   name_refused_kind(kind));
  }
  npy->kind = (enum hl_npy_kind)kind;
  if ((*at != '?' && !hl_parse_uint64(at + 1, &size)) || !is_size_legal(npy->kind, size)) {
    return hl_fail(HL_INVALID, "header: found dtype '%s', expected a type like '<f4' or '|S25'", npy->dtype);
  }
  npy->item_size = (size_t)size * (kind == 'U' ? 4 : 1); /* numpy counts characters there */
  npy->is_foreign = order == (is_big_endian() ? '<' : '>') && kind != 'S' && npy->item_size > 1;
  return HL_OK;
}

static hl_status parse_dtype(struct parser *parser, struct hl_npy *npy) {
  const char *text = "";
  size_t length = 0;
  hl_status status = HL_OK;
  skip_space(parser);
  if (parser->at < parser->end && *parser->at == '[') {
    FAIL(HL_INVALID, "header: found a structured dtype, expected numbers or strings");
  }
  TRY(parse_string(parser, &text, &length));
  if (length >= sizeof npy->dtype || memchr(text, '\0', length) != NULL) {
    FAIL(HL_INVALID, "header: found dtype '%.*s', expected a type like '<f4' or '|S25'",
         length < 40 ? (int)length : 40, text);
  }
  memcpy(npy->dtype, text, length);
  npy->dtype[length] = '\0';
  status = set_dtype(npy);
out:
  return status;
}

static hl_status parse_order(struct parser *parser, struct hl_npy *npy) {
  npy->is_fortran = take_word(parser, "True");
  if (npy->is_fortran || take_word(parser, "False")) return HL_OK;
  return fail_header(parser, "True or False");
}

/* The three keys, in any order, each once. */
static hl_status parse_member(struct parser *parser, struct hl_npy *npy, bool seen[3]) {
  static const struct {
    const char *name;
    hl_status (*parse)(struct parser *parser, struct hl_npy *npy);
  } keys[3] = {{"descr", parse_dtype}, {"fortran_order", parse_order}, {"shape", parse_shape}};
  const char *name = "";
  size_t length = 0, i_key = 0;
  hl_status status = HL_OK;
  TRY(parse_string(parser, &name, &length));
  while (i_key < 3 && (strlen(keys[i_key].name) != length || memcmp(keys[i_key].name, name, length) != 0))
    i_key++;
  if (i_key == 3 || seen[i_key]) {
    FAIL(HL_INVALID, "header: found key '%.*s'%s, expected descr, fortran_order and shape once each",
         length < 40 ? (int)length : 40, name, i_key < 3 ? " again" : "");
  }
  if (!take(parser, ':')) return fail_header(parser, "':'");
  seen[i_key] = true;
  status = keys[i_key].parse(parser, npy);
out:
  return status;
}

hl_status hl_npy_parse(const char *text, size_t length, struct hl_npy *npy) {
  struct parser parser = {text, text, text + length};
  bool seen[3] = {false}, has_comma = true;
  hl_status status = HL_OK;
  memset(npy, 0, sizeof *npy);
  if (!take(&parser, '{')) return fail_header(&parser, "a dict in braces");
  while (!take(&parser, '}')) {
    if (!has_comma) return fail_header(&parser, "',' or '}'");
    TRY(parse_member(&parser, npy, seen));
    has_comma = take(&parser, ',');
  }
  skip_space(&parser);
  if (parser.at < parser.end) return fail_header(&parser, "nothing after the dict");
  if (!seen[0] || !seen[1] || !seen[2]) {
    FAIL(HL_INVALID, "header: found no key '%s', expected descr, fortran_order and shape",
         !seen[0]   ? "descr"
         : !seen[1] ? "fortran_order"
                    : "shape");
  }
out:
  return status;
}

bool hl_npy_count(const struct hl_npy *npy, size_t *n_item, size_t *n_byte) {
  bool is_empty = false;
  for (size_t i = 0; i < npy->n_dimension; i++) is_empty = is_empty || npy->shape[i] == 0;
  *n_item = is_empty ? 0 : 1;
  *n_byte = 0;
  for (size_t i = 0; !is_empty && i < npy->n_dimension; i++) {
    if (!hl_multiply(*n_item, npy->shape[i], n_item)) return false;
  }
  return hl_multiply(*n_item, npy->item_size, n_byte);
}

char *hl_npy_format_shape(const struct hl_npy *npy, char buffer[HL_NPY_SHAPE_TEXT]) {
  size_t used = (size_t)snprintf(buffer, HL_NPY_SHAPE_TEXT, "(");
  for (size_t i = 0; i < npy->n_dimension; i++) {
    if (used + 32 > HL_NPY_SHAPE_TEXT) {
      used += (size_t)snprintf(buffer + used, HL_NPY_SHAPE_TEXT - used, "...");
      break;
    }
    used +=
        (size_t)snprintf(buffer + used, HL_NPY_SHAPE_TEXT - used, i == 0 ? "%zu" : ", %zu", npy->shape[i]);
  }
  snprintf(buffer + used, HL_NPY_SHAPE_TEXT - used, npy->n_dimension == 1 ? ",)" : ")");
  return buffer;
}

/* ---- Items ---- */

void hl_npy_swap(void *items, size_t n, size_t item_size) {
  unsigned char *bytes = items;
  for (size_t i = 0; i < n; i++, bytes += item_size) {
    for (size_t low = 0, high = item_size - 1; low < high; low++, high--) {
      const unsigned char byte = bytes[low];
      bytes[low] = bytes[high];
      bytes[high] = byte;
    }
  }
}

/* IEEE 754 binary16: sign, 5 bits of exponent, 10 of fraction. */
static double half_to_double(uint16_t half) {
  const int exponent = half >> 10 & 31, fraction = half & 1023;
  double size = exponent == 0 ? ldexp(fraction, -24) : ldexp(fraction + 1024, exponent - 25);
  if (exponent == 31) size = fraction == 0 ? (double)INFINITY : (double)NAN;
  return half >> 15 ? -size : size;
}

static bool signed_to_double(int64_t number, double *value) {
  const int64_t limit = (int64_t)1 << DBL_MANT_DIG;
  *value = (double)number;
  return number >= -limit && number <= limit;
}

static bool unsigned_to_double(uint64_t number, double *value) {
  *value = (double)number;
  return number <= (uint64_t)1 << DBL_MANT_DIG;
}

/* An integer of `size` native bytes, as 64 bits without its sign. */
static uint64_t load_unsigned(const unsigned char *bytes, size_t size) {
  union {
    uint8_t of1;
    uint16_t of2;
    uint32_t of4;
    uint64_t of8;
  } number = {.of8 = 0};
  memcpy(&number, bytes, size);
  return size == 1 ? number.of1 : size == 2 ? number.of2 : size == 4 ? number.of4 : number.of8;
}

static int64_t load_signed(const unsigned char *bytes, size_t size) {
  const uint64_t raw = load_unsigned(bytes, size);
  if (size == 8) return (int64_t)raw;
  const int64_t sign = (int64_t)1 << (8 * size - 1);
  return ((int64_t)raw ^ sign) - sign;
}

static bool load_float(const unsigned char *bytes, size_t size, double *value) {
  float single;
  if (size == 2) {
    *value = half_to_double((uint16_t)load_unsigned(bytes, 2));
  } else if (size == 4) {
    memcpy(&single, bytes, sizeof single);
    *value = (double)single;
  } else if (size == sizeof *value) {
    memcpy(value, bytes, sizeof *value);
  } else { /* numpy's longdouble is the C compiler's, and as little portable */
    long double extended;
    if (sizeof extended != size) return false;
    memcpy(&extended, bytes, sizeof extended);
    *value = (double)extended;
  }
  return true;
}

bool hl_npy_get_double(const struct hl_npy *npy, const void *item, double *value) {
  unsigned char bytes[16];
  if (npy->item_size > sizeof bytes) return false;
  memcpy(bytes, item, npy->item_size);
  if (npy->is_foreign) hl_npy_swap(bytes, 1, npy->item_size);
  switch (npy->kind) {
  case HL_NPY_INT:
    return signed_to_double(load_signed(bytes, npy->item_size), value);
  case HL_NPY_UINT:
  case HL_NPY_BOOL:
    return unsigned_to_double(load_unsigned(bytes, npy->item_size), value);
  case HL_NPY_FLOAT:
    return load_float(bytes, npy->item_size, value);
  case HL_NPY_BYTES:
  case HL_NPY_UNICODE:
    break;
  }
  return false;
}

static size_t encode_utf8(uint32_t code, char *text) {
  if (code < 0x80) {
    text[0] = (char)code;
    return 1;
  }
  const size_t length = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
  for (size_t i = length - 1; i > 0; i--, code >>= 6) text[i] = (char)(0x80 | (code & 0x3f));
  text[0] = (char)(lead[length] | code);
  return length;
}

/* numpy's unicode strings are UCS-4, padded with zeros. */
static bool unicode_to_text(const struct hl_npy *npy, const unsigned char *bytes, char *text) {
  size_t n_left = npy->item_size / 4, used = 0;
  bool is_padding = false;
  for (; n_left > 0; n_left--, bytes += 4) {
    uint32_t code;
    memcpy(&code, bytes, 4);
    if (npy->is_foreign) hl_npy_swap(&code, 1, 4);
    if ((is_padding && code != 0) || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return false;
    is_padding = code == 0;
    if (!is_padding) used += encode_utf8(code, text + used);
  }
  text[used] = '\0';
  return true;
}

bool hl_npy_get_text(const struct hl_npy *npy, const void *item, char *text) {
  if (npy->kind == HL_NPY_UNICODE) return unicode_to_text(npy, item, text);
  if (npy->kind != HL_NPY_BYTES) return false;
  size_t length = npy->item_size;
  memcpy(text, item, length);
  while (length > 0 && text[length - 1] == '\0') length--;
  text[length] = '\0';
  return memchr(text, '\0', length) == NULL && hl_is_utf8(text, length);
}
