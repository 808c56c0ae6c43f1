/* A double m 2^-b times 10^p is m 5^p 2^(p-b). While 5^p has 64 bits that is a whole number of 128 bits over
 * a power of two: its 17 digits, what is left behind them, and whether 16 or 15 of them lie within half a
 * step of the double are told exactly, without the many tries of printf and strtod.
 */
#include "base/shortest.h"

#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#ifdef __SIZEOF_INT128__
__extension__ typedef unsigned __int128 wide;

enum { MOST_DIGITS = 17, MOST_FIVES = 27 /* 5^27 < 2^63 */ };

static uint64_t power(uint64_t base, int n) {
  uint64_t product = 1;
  while (n-- > 0) product *= base;
  return product;
}

/* A positive double times 10^scale, and the steps to its neighbours. */
struct scaled {
  uint64_t whole, part; /* the number is whole + part / 2^n_bit */
  int n_bit;
  uint64_t step;         /* to the next double above, in units of 1 / 2^n_bit: 5^scale */
  bool is_even, is_edge; /* of the mantissa; edge: the step below is half as wide */
};

/* The nearest number of tens 10^n_left, ties to even as printf has them. Does it read back as the double? */
static bool round_to(const struct scaled *it, int n_left, uint64_t *digits) {
  const uint64_t tens = power(10, n_left), down = it->whole / tens;
  const wide unit = (wide)tens << it->n_bit, rest = ((wide)(it->whole % tens) << it->n_bit) + it->part;
  const bool is_up = 2 * rest > unit || (2 * rest == unit && (down & 1) != 0);
  const wide distance = is_up ? unit - rest : rest;
  const wide twice = !is_up && it->is_edge ? 4 * distance : 2 * distance;
  *digits = down + is_up;
  return twice < it->step || (twice == it->step && it->is_even);
}

static bool find_digits(double value, int *exponent, uint64_t *digits, int *n_digit) {
  int binary;
  const uint64_t mantissa = (uint64_t)ldexp(frexp(value, &binary), 53);
  int scale = MOST_DIGITS - 1 - (int)floor(log10(value)); /* at most one off */
  for (;; scale--) {
    if (scale < 1 || scale > MOST_FIVES) return false;
    const uint64_t fives = power(5, scale);
    const int n_bit = 53 - binary - scale;
    if (n_bit < 1 || n_bit > 64) return false;
    const wide all = (wide)mantissa * fives, whole = all >> n_bit;
    if (whole >= (wide)power(10, MOST_DIGITS)) continue;
    if (whole < (wide)power(10, MOST_DIGITS - 1)) return false;
    const struct scaled it = {(uint64_t)whole,   (uint64_t)(all - (whole << n_bit)), n_bit, fives,
                              mantissa % 2 == 0, mantissa == UINT64_C(1) << 52};
    for (*n_digit = 15; *n_digit < MOST_DIGITS; ++*n_digit) {
      if (round_to(&it, MOST_DIGITS - *n_digit, digits)) break;
    }
    if (*n_digit == MOST_DIGITS) round_to(&it, 0, digits);
    *exponent = MOST_DIGITS - 1 - scale;
    if (*digits < power(10, *n_digit)) return true;
    *digits /= 10; /* 9.99.. was rounded up */
    ++*exponent;
    return true;
  }
}

bool hl_format_shortest(double value, char *buffer) {
  char text[32] = "";
  uint64_t digits;
  int exponent, n_digit;
  const double size = fabs(value);
  if (!(size > 1e-10 && size < 1e15) || !find_digits(size, &exponent, &digits, &n_digit)) return false;
  int n = n_digit;
  for (; digits % 10 == 0; digits /= 10) n--;
  for (int i = n; i-- > 0; digits /= 10) text[i] = (char)('0' + digits % 10);
  if (value < 0) *buffer++ = '-';
  if (exponent < -4) { /* as %g has it: d.ddde-XX */
    *buffer++ = text[0];
    if (n > 1) *buffer++ = '.';
    memcpy(buffer, text + 1, (size_t)n - 1);
    snprintf(buffer + n - 1, 8, "e-%02d", -exponent % 100);
    return true;
  }
  for (int i = exponent < 0 ? exponent : 0; i < n || i <= exponent; i++) {
    *buffer++ = i < 0 || i >= n ? '0' : text[i];
    if (i == exponent && i + 1 < n) *buffer++ = '.';
  }
  *buffer = '\0';
  return true;
}
#else
bool hl_format_shortest(double value, char *buffer) {
  (void)value, (void)buffer;
  return false;
}
#endif
