#include "ingest/number.h"
#include "base/text.h"
#include "hyperlist/limits.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { MAX_DIGITS = 19, MAX_EXPONENT = 19 }; /* 10^19 < 2^64 */

/* What a number's text says: (-1)^negative digits 10^exponent, if digits held all that were significant. */
struct decimal {
  bool negative, is_exact;
  uint64_t digits;
  int n_digit;
  long exponent;
};

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/* Adds the digits at `at` to the number; `scale` is what each does to the exponent (-1 behind the point). */
static const char *read_digits(const char *at, struct decimal *decimal, int scale) {
  for (; is_digit(*at); at++) {
    const unsigned digit = (unsigned)(*at - '0');
    if (decimal->n_digit == 0 && digit == 0) { /* zeros in front count for the exponent alone */
      decimal->exponent += scale;
    } else if (decimal->n_digit < MAX_DIGITS) {
      decimal->digits = decimal->digits * 10 + digit;
      decimal->n_digit++;
      decimal->exponent += scale;
    } else {
      decimal->is_exact = decimal->is_exact && digit == 0;
      decimal->exponent += scale + 1;
    }
  }
  return at;
}

static const char *read_exponent(const char *at, struct decimal *decimal) {
  const char *start = at++;
  const bool negative = *at == '-';
  long exponent = 0;
  if (*at == '-' || *at == '+') at++;
  if (!is_digit(*at)) return start; /* no exponent: what follows the number is the caller's */
  for (; is_digit(*at); at++) {
    if (exponent < 100000) exponent = exponent * 10 + (*at - '0');
  }
  decimal->exponent += negative ? -exponent : exponent;
  return at;
}

/* JSON's grammar: -? (0 | [1-9][0-9]*) (.[0-9]+)? ([eE][+-]?[0-9]+)?. NULL: no number. */
static const char *read_decimal(const char *at, struct decimal *decimal) {
  *decimal = (struct decimal){.negative = *at == '-', .is_exact = true};
  if (decimal->negative) at++;
  if (!is_digit(*at)) return NULL;
  if (*at == '0')
    at++;
  else
    at = read_digits(at, decimal, 0);
  if (*at == '.' && is_digit(at[1])) at = read_digits(at + 1, decimal, -1);
  if (*at == 'e' || *at == 'E') at = read_exponent(at, decimal);
  return at;
}

/* True with digits / 10^n, rounded once. The quotient is given at least 64 bits, of which a double keeps 53;
 * where the division leaves a remainder, an odd last bit stands for it, so that rounding the integer cannot
 * mistake it for a tie. */
#ifdef __SIZEOF_INT128__
__extension__ typedef unsigned __int128 wide;

static bool divide(uint64_t digits, long n, double *value) {
  static const uint64_t powers[MAX_EXPONENT + 1] = {
      1,
      10,
      100,
      1000,
      10000,
      100000,
      1000000,
      10000000,
      100000000,
      1000000000,
      10000000000,
      100000000000,
      1000000000000,
      10000000000000,
      100000000000000,
      1000000000000000,
      10000000000000000,
      100000000000000000,
      1000000000000000000,
      10000000000000000000U,
  };
  const uint64_t power = powers[n];
  if (digits <= UINT64_C(1) << 53) { /* both are doubles, and a division is rounded once */
    *value = (double)digits / (double)power;
    return true;
  }
  const int shift = 63 + __builtin_clzll(digits);
  const wide dividend = (wide)digits << shift; /* its highest bit is bit 126 */
  wide quotient = dividend / power;
  if (quotient * power != dividend) quotient |= 1;
  uint64_t high = (uint64_t)(quotient >> 64), low = (uint64_t)quotient;
  int n_over = 0; /* bits beyond 64, at most 60: the last one kept stands for them too */
  if (high != 0) {
    n_over = 64 - __builtin_clzll(high);
    const bool is_rest = low << (64 - n_over) != 0;
    low = (uint64_t)(quotient >> n_over) | is_rest;
  }
  /* A double of 53 bits times powers of two loses nothing. */
  *value = (double)low * 0x1p-63 * (double)(UINT64_C(1) << n_over) / (double)(UINT64_C(1) << (shift - 63));
  return true;
}
#else
static bool divide(uint64_t digits, long n, double *value) {
  (void)digits, (void)n, (void)value;
  return false; /* no integers so wide where words have 32 bits: the slow way then */
}
#endif

/* False if the fast way cannot tell. */
static bool convert(const struct decimal *decimal, double *value) {
  if (decimal->digits == 0 && decimal->is_exact) {
    *value = 0;
  } else if (!decimal->is_exact || decimal->exponent > 0 || decimal->exponent < -MAX_EXPONENT) {
    return false;
  } else if (decimal->exponent == 0) {
    *value = (double)decimal->digits;
  } else {
    if (!divide(decimal->digits, -decimal->exponent, value)) return false;
  }
  if (decimal->negative) *value = -*value;
  return true;
}

size_t hl_number_read(const char *text, double *value) {
  struct decimal decimal;
  char copy[HL_MAX_NUMBER_BYTES + 1];
  const char *end = read_decimal(text, &decimal);
  if (end == NULL || (size_t)(end - text) > HL_MAX_NUMBER_BYTES) return 0;
  const size_t length = (size_t)(end - text);
  if (convert(&decimal, value)) return length;
  memcpy(copy, text, length);
  copy[length] = '\0';
  return hl_parse_double(copy, value) ? length : 0;
}
