#include "base/json.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"
#include "hyperlist/limits.h"

#include <cjson/cJSON.h>
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Python writes NaN, Infinity and -Infinity, which JSON forbids and cJSON rejects. Each becomes null; a list
 * of them may grow by a third, so the text is rewritten into new memory, and only if there is such a token.
 */
static const char *find_bare_token(const char *text, const char *end, size_t *length) {
  bool in_string = false;
  for (const char *at = text; at < end; at++) {
    if (in_string) {
      if (*at == '\\' && at + 1 < end)
        at++;
      else if (*at == '"')
        in_string = false;
      continue;
    }
    const char *word = at + (*at == '-');
    *length = 0;
    if (*at == '"')
      in_string = true;
    else if (strncmp(word, "Infinity", 8) == 0)
      *length = (size_t)(word + 8 - at);
    else if (strncmp(at, "NaN", 3) == 0)
      *length = 3;
    if (*length > 0) return at;
  }
  return NULL;
}

static hl_status rewrite_bare_tokens(const char *text, size_t size, char **rewritten,
                                     size_t *rewritten_size) {
  size_t length, used = 0;
  const char *end = text + size, *at = text;
  *rewritten = malloc(size + size / 3 + 8);
  if (*rewritten == NULL) return hl_fail_memory();
  for (const char *token; (token = find_bare_token(at, end, &length)) != NULL; at = token + length) {
    memcpy(*rewritten + used, at, (size_t)(token - at));
    used += (size_t)(token - at);
    memcpy(*rewritten + used, "null", 4);
    used += 4;
  }
  memcpy(*rewritten + used, at, (size_t)(end - at));
  used += (size_t)(end - at);
  (*rewritten)[used] = '\0';
  *rewritten_size = used;
  return HL_OK;
}

static hl_status fail_at(const char *path, const char *text, const char *at, const char *what) {
  size_t line = 1, column = 1;
  for (const char *c = text; c < at; c++) {
    column = *c == '\n' ? 1 : column + 1;
    line += *c == '\n';
  }
  if (*at == '\0')
    return hl_fail(HL_INVALID, "%s: line %zu, column %zu: found the end, expected %s", path, line, column,
                   what);
  return hl_fail(HL_INVALID, "%s: line %zu, column %zu: found '%.16s', expected %s", path, line, column, at,
                 what);
}

/* cJSON recurses, and gives up at 1,000 levels without saying why. */
static hl_status check_depth(const char *path, const char *text, size_t size) {
  bool in_string = false;
  size_t depth = 0;
  for (const char *at = text; at < text + size; at++) {
    if (*at == '"')
      in_string = !in_string;
    else if (in_string)
      at += *at == '\\';
    else if (*at == '[' || *at == '{')
      depth++;
    else if ((*at == ']' || *at == '}') && depth > 0)
      depth--;
    if (depth <= HL_MAX_JSON_DEPTH) continue;
    (void)fail_at(path, text, at, "at most 64 levels");
    return HL_LIMIT;
  }
  return HL_OK;
}

hl_status hl_json_parse(const char *path, char *text, size_t size, struct cJSON **json) {
  char *rewritten = NULL;
  const char *end = NULL;
  size_t length;
  hl_status status = HL_OK;
  *json = NULL;
  if (strlen(text) != size)
    return hl_fail(HL_INVALID, "%s: byte %zu: found a zero byte, expected JSON", path, strlen(text));
  if (!hl_is_utf8(text, size))
    return hl_fail(HL_INVALID, "%s: found bytes that are no UTF-8, expected JSON", path);
  if (find_bare_token(text, text + size, &length) != NULL) {
    TRY(rewrite_bare_tokens(text, size, &rewritten, &size));
    text = rewritten;
  }
  TRY(check_depth(path, text, size));
  errno = 0; /* which malloc sets: cJSON does not tell memory that ran out from what is no JSON */
  *json = cJSON_ParseWithLengthOpts(text, size + 1, &end, 0);
  if (*json == NULL && errno == ENOMEM) {
    status = hl_fail_memory();
    goto out;
  }
  if (*json == NULL) {
    status = fail_at(path, text, end != NULL && end <= text + size ? end : text + size, "JSON");
    goto out;
  }
  while (isspace((unsigned char)*end)) end++;
  if (*end != '\0') status = fail_at(path, text, end, "nothing more");
out:
  free(rewritten);
  if (status != HL_OK) {
    cJSON_Delete(*json);
    *json = NULL;
  }
  return status;
}

void hl_json_free(struct cJSON *json) {
  cJSON_Delete(json);
}

const struct cJSON *hl_json_first(const struct cJSON *parent) {
  return parent != NULL ? parent->child : NULL;
}

const struct cJSON *hl_json_next(const struct cJSON *item) {
  return item->next;
}

const char *hl_json_name(const struct cJSON *item) {
  return item->string;
}

const struct cJSON *hl_json_get(const struct cJSON *object, const char *name) {
  return cJSON_GetObjectItemCaseSensitive(object, name);
}

bool hl_json_is_object(const struct cJSON *item) {
  return cJSON_IsObject(item);
}

bool hl_json_is_array(const struct cJSON *item) {
  return cJSON_IsArray(item);
}

bool hl_json_is_null(const struct cJSON *item) {
  return cJSON_IsNull(item);
}

const char *hl_json_text(const struct cJSON *item) {
  return cJSON_IsString(item) ? item->valuestring : NULL;
}

bool hl_json_number(const struct cJSON *item, double *value) {
  if (cJSON_IsNumber(item)) {
    *value = item->valuedouble;
  } else if (cJSON_IsBool(item)) {
    *value = cJSON_IsTrue(item) ? 1 : 0;
  } else {
    return false;
  }
  return true;
}

struct cJSON *hl_json_get_array(struct cJSON *object, const char *name) {
  return cJSON_GetObjectItemCaseSensitive(object, name);
}

struct cJSON *hl_json_new_object(void) {
  return cJSON_CreateObject();
}

struct cJSON *hl_json_new_array(void) {
  return cJSON_CreateArray();
}

struct cJSON *hl_json_new_text(const char *text) {
  return cJSON_CreateString(text);
}

struct cJSON *hl_json_new_number(double value) {
  char text[HL_DOUBLE_TEXT]; /* cJSON's own printing loses digits of one double in six */
  return cJSON_CreateRaw(isfinite(value) ? hl_format_double(value, text) : "null");
}

struct cJSON *hl_json_new_float(double value) {
  char text[HL_DOUBLE_TEXT];
  return cJSON_CreateRaw(isfinite(value) ? hl_format_float(value, text) : "null");
}

struct cJSON *hl_json_new_integer(int64_t value) {
  char text[HL_DOUBLE_TEXT];
  snprintf(text, sizeof text, "%lld", (long long)value);
  return cJSON_CreateRaw(text);
}

struct cJSON *hl_json_new_bool(bool value) {
  return cJSON_CreateBool(value);
}

struct cJSON *hl_json_copy(const struct cJSON *json) {
  return cJSON_Duplicate(json, 1);
}

hl_status hl_json_add(struct cJSON *object, const char *name, struct cJSON *item) {
  if (item != NULL && cJSON_AddItemToObject(object, name, item)) return HL_OK;
  cJSON_Delete(item);
  return hl_fail_memory();
}

hl_status hl_json_append(struct cJSON *array, struct cJSON *item) {
  if (item != NULL && cJSON_AddItemToArray(array, item)) return HL_OK;
  cJSON_Delete(item);
  return hl_fail_memory();
}

/* cJSON escapes controls below 0x20 alone; these, which terminals obey too, can only stand in texts. */
static void put_escaped(const char *text, FILE *file) {
  for (size_t n; *text != '\0'; text += n) {
    const char *at = strpbrk(text, "\x7f\xc2");
    n = at == NULL ? strlen(text) : (size_t)(at - text);
    fwrite(text, 1, n, file);
    if (at == NULL) continue;
    const unsigned char c = (unsigned char)at[0], next = (unsigned char)at[1];
    const bool is_c1 = c == 0xc2 && next < 0xa0;
    if (is_c1 || c == 0x7f)
      fprintf(file, "\\u%04x", is_c1 ? next : c);
    else
      putc(c, file);
    n += is_c1 ? 2 : 1;
  }
}

hl_status hl_json_print(const struct cJSON *json, FILE *file, const char *path) {
  char *text = cJSON_Print(json);
  if (text == NULL) return hl_fail_memory();
  put_escaped(text, file);
  putc('\n', file);
  cJSON_free(text);
  return !ferror(file) ? HL_OK : hl_fail_errno(path, "write");
}

/* Prints an item as it stands in cJSON's layout in an array of an object: by printing one that has no other.
 * Takes the item. */
static hl_status print_item(cJSON *item, FILE *file, const char *path) {
  static const char before[] = "{\n\t\"\":\t[", after[] = "]\n}";
  const size_t n_before = sizeof before - 1, n_around = n_before + sizeof after - 1;
  hl_status status = HL_OK;
  char *text = NULL;
  cJSON *object = cJSON_CreateObject(), *array = cJSON_CreateArray(), *taken = array;
  TRY(hl_json_append(array, item));
  array = NULL;
  TRY(hl_json_add(object, "", taken));
  if ((text = cJSON_Print(object)) == NULL) {
    status = hl_fail_memory();
    goto out;
  }
  const size_t n = strlen(text);
  if (n < n_around || memcmp(text, before, n_before) != 0)
    FAIL(HL_BUG, "%s: found cJSON printing an object in another layout", path);
  if (fwrite(text + n_before, 1, n - n_around, file) != n - n_around) status = hl_fail_errno(path, "write");
out:
  cJSON_free(text);
  cJSON_Delete(array);
  cJSON_Delete(object);
  return status;
}

static hl_status print_items(const struct hl_json_items *items, FILE *file, const char *path) {
  hl_status status = HL_OK;
  for (size_t i = 0; i < items->n && status == HL_OK; i++) {
    cJSON *item = NULL;
    status = items->make(items->user, i, &item);
    if (status == HL_OK && i > 0 && fputs(", ", file) < 0) status = hl_fail_errno(path, "write");
    if (status == HL_OK)
      status = print_item(item, file, path);
    else
      cJSON_Delete(item);
  }
  return status;
}

hl_status hl_json_print_long(const struct cJSON *json, const struct hl_json_items *items, FILE *file,
                             const char *path) {
  hl_status status = HL_OK;
  char *key = NULL, *text = cJSON_Print(json), *at;
  if (text == NULL) return hl_fail_memory();
  TRY(hl_format_text(&key, "\"%s\":\t[]", items->name));
  if ((at = strstr(text, key)) == NULL) FAIL(HL_BUG, "%s: found no empty array %s", path, items->name);
  at += strlen(key) - 1;
  if (fwrite(text, 1, (size_t)(at - text), file) == (size_t)(at - text)) TRY(print_items(items, file, path));
  if (ferror(file) || fprintf(file, "%s\n", at) < 0) status = hl_fail_errno(path, "write");
out:
  free(key);
  cJSON_free(text);
  return status;
}

hl_status hl_json_copy_text(const struct cJSON *json, char **text) {
  *text = cJSON_PrintUnformatted(json);
  return *text != NULL ? HL_OK : hl_fail_memory();
}
