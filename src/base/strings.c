#include "hyperlist/strings.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

hl_status hl_strings_add(struct hl_strings *strings, const char *text) {
  char *copy;
  const bool is_full =
      (strings->n & (strings->n - 1)) == 0; /* room is the next power of two, so none is stored */
  hl_status status = hl_copy_text(text, &copy);
  if (status != HL_OK) return status;
  if (is_full) {
    const size_t room = strings->n == 0 ? 1 : 2 * strings->n;
    char **items = realloc(strings->items, room * sizeof *items);
    if (items == NULL) {
      free(copy);
      return hl_fail_memory();
    }
    strings->items = items;
  }
  strings->items[strings->n++] = copy;
  return HL_OK;
}

hl_status hl_strings_copy(const struct hl_strings *strings, struct hl_strings *copy) {
  hl_status status = HL_OK;
  for (size_t i = 0; i < strings->n && status == HL_OK; i++) status = hl_strings_add(copy, strings->items[i]);
  if (status != HL_OK) hl_strings_clear(copy);
  return status;
}

void hl_strings_clear(struct hl_strings *strings) {
  for (size_t i = 0; i < strings->n; i++) free(strings->items[i]);
  free(strings->items);
  *strings = (struct hl_strings){0};
}

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/* Compares the runs of digits at *a and *b as numbers of any length and moves behind them. */
static int compare_numbers(const char **a, const char **b) {
  while (**a == '0') ++*a;
  while (**b == '0') ++*b;
  size_t length = 0;
  while (is_digit((*a)[length]) && is_digit((*b)[length])) length++;
  const int longer = is_digit((*a)[length]) - is_digit((*b)[length]);
  const int order = longer != 0 ? longer : memcmp(*a, *b, length);
  *a += length;
  *b += length;
  return order;
}

int hl_strings_compare_natural(const char *a, const char *b) {
  const char *x = a, *y = b;
  while (*x != '\0' && *y != '\0') {
    if (is_digit(*x) && is_digit(*y)) {
      const int order = compare_numbers(&x, &y);
      if (order != 0) return order;
    } else if (*x != *y) {
      return (unsigned char)*x < (unsigned char)*y ? -1 : 1;
    } else {
      x++, y++;
    }
  }
  if (*x != *y) return *x == '\0' ? -1 : 1;
  return strcmp(a, b);
}

size_t hl_strings_find_sorted(const struct hl_strings *strings, const char *text,
                              int (*compare)(const char *, const char *)) {
  size_t low = 0, high = strings->n;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    const int order = compare(strings->items[middle], text);
    if (order == 0) return middle;
    if (order < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return strings->n;
}

struct keyed {
  char *text;
  size_t index;
};

/* A stable merge sort: qsort has no room for the comparison to be passed and qsort_r is not POSIX. */
static void merge_sort(struct keyed *items, struct keyed *room, size_t n,
                       int (*compare)(const char *, const char *)) {
  if (n < 2) return;
  const size_t half = n / 2;
  merge_sort(items, room, half, compare);
  merge_sort(items + half, room, n - half, compare);
  memcpy(room, items, half * sizeof *items);
  size_t left = 0, right = half, to = 0;
  while (left < half) {
    const bool take_right = right < n && compare(items[right].text, room[left].text) < 0;
    items[to++] = take_right ? items[right++] : room[left++];
  }
}

hl_status hl_strings_sort(struct hl_strings *strings, int (*compare)(const char *, const char *),
                          size_t *order) {
  struct keyed *items = NULL;
  const size_t n = strings->n;
  const hl_status status = hl_new_array(2 * n, sizeof *items, &items);
  if (status != HL_OK) return status;
  for (size_t i = 0; i < n; i++) items[i] = (struct keyed){strings->items[i], i};
  merge_sort(items, items + n, n, compare);
  for (size_t i = 0; i < n; i++) {
    strings->items[i] = items[i].text;
    if (order != NULL) order[i] = items[i].index;
  }
  free(items);
  return HL_OK;
}
