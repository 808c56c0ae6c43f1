/* JSON through cJSON: bare NaN and Infinity are read, numbers written keep every bit. Iterate, never index.
 */
#ifndef HL_BASE_JSON_H
#define HL_BASE_JSON_H

#include "hyperlist/status.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct cJSON;

/* Parses text[size] (NUL-terminated; modified in place). Python's bare NaN, Infinity and -Infinity outside
 * strings are null. Trailing bytes are an error. On failure HL_INVALID with "PATH: line L, column C: ...".
 * Free with cJSON_Delete through hl_json_free. */
hl_status hl_json_parse(const char *path, char *text, size_t size, struct cJSON **json);
void hl_json_free(struct cJSON *json);

/* Members of an object, in order, while (it = next): see json.c. */
const struct cJSON *hl_json_first(const struct cJSON *parent);
const struct cJSON *hl_json_next(const struct cJSON *item);
const char *hl_json_name(const struct cJSON *item);                            /* NULL: no member */
const struct cJSON *hl_json_get(const struct cJSON *object, const char *name); /* NULL: absent */
bool hl_json_is_object(const struct cJSON *item);
bool hl_json_is_array(const struct cJSON *item);
bool hl_json_is_null(const struct cJSON *item);
const char *hl_json_text(const struct cJSON *item);           /* NULL: no string */
bool hl_json_number(const struct cJSON *item, double *value); /* booleans are 0 and 1; false: no number */

/* Building. Every hl_json_new_* returns NULL when out of memory; adding takes ownership, also on failure. */
struct cJSON *hl_json_new_object(void);
struct cJSON *hl_json_new_array(void);
struct cJSON *hl_json_new_text(const char *text);
struct cJSON *hl_json_new_number(double value); /* shortest text that reads back equal; not finite: null */
struct cJSON *hl_json_new_float(double value);  /* the same, but with a point or an exponent: 0.0 */
struct cJSON *hl_json_new_integer(int64_t value);
struct cJSON *hl_json_new_bool(bool value);
struct cJSON *hl_json_get_array(struct cJSON *object, const char *name); /* to append to; NULL: absent */
struct cJSON *hl_json_copy(const struct cJSON *json);
hl_status hl_json_add(struct cJSON *object, const char *name, struct cJSON *item);
hl_status hl_json_append(struct cJSON *array, struct cJSON *item);
hl_status hl_json_print(const struct cJSON *json, FILE *file,
                        const char *path); /* indented, newline at the end */
/* The same of an object with a long array, of which no more than an item is held: json has it, empty, as the
 * first member of that name at any level, and its items, objects, are made as they are printed. */
struct hl_json_items {
  const char *name;
  size_t n;
  hl_status (*make)(void *user, size_t i, struct cJSON **item); /* freed here, on failure too */
  void *user;
};
hl_status hl_json_print_long(const struct cJSON *json, const struct hl_json_items *items, FILE *file,
                             const char *path);
hl_status hl_json_copy_text(const struct cJSON *json, char **text); /* one line; free with free() */

#endif
