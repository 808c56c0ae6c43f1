#include "fetch/names.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"
#include "hyperlist/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *hl_name_fault(const char *name, size_t length) {
  if (length == 0) return "found an empty name";
  if (length > HL_MAX_FETCH_NAME_BYTES) return "found a name of more than 200 bytes";
  if (name[0] == '.') return "found a leading dot";
  if (!hl_is_utf8(name, length)) return "found bytes that are no UTF-8";
  for (size_t i = 0; i < length; i++) {
    const unsigned char c = (unsigned char)name[i];
    const bool is_c1 = c == 0xc2 && i + 1 < length && (unsigned char)name[i + 1] < 0xa0;
    if (c == '/' || c == '\\') return "found a slash or backslash";
    if (c < 0x20 || c == 0x7f || is_c1) return "found a control character";
  }
  return NULL;
}

static hl_status take_line(const char *line, size_t length, size_t i_line, hl_name_refused refused,
                           void *user, struct hl_strings *names) {
  hl_status status = HL_OK;
  char *name = NULL;
  if (length > 0 && line[length - 1] == '\r') length--;
  if (length == 0 || line[0] == '#') return HL_OK;
  const char *fault = hl_name_fault(line, length);
  if (fault != NULL) {
    TRY(hl_escape_text(line, length < 60 ? length : 60, &name));
    status = refused(user, i_line, name, fault);
  } else {
    TRY(hl_format_text(&name, "%.*s", (int)length, line));
    status = hl_strings_add(names, name);
  }
out:
  free(name);
  return status;
}

/* Of sorted names each once. */
static size_t drop_repeated(struct hl_strings *names) {
  size_t n_kept = 0;
  const size_t n = names->n;
  for (size_t i = 0; i < n; i++) {
    if (n_kept > 0 && strcmp(names->items[n_kept - 1], names->items[i]) == 0) {
      free(names->items[i]);
    } else {
      names->items[n_kept++] = names->items[i];
    }
  }
  names->n = n_kept;
  return n - n_kept;
}

hl_status hl_names_parse(const char *label, const char *text, size_t n, hl_name_refused refused, void *user,
                         struct hl_strings *names, size_t *n_repeated) {
  hl_status status = HL_OK;
  size_t i_line = 1;
  for (const char *line = text, *end; line < text + n; line = end + 1, i_line++) {
    end = memchr(line, '\n', n - (size_t)(line - text));
    if (end == NULL) end = text + n;
    TRY(take_line(line, (size_t)(end - line), i_line, refused, user, names));
    if (names->n > HL_MAX_FETCH_FILES)
      FAIL(HL_LIMIT, "%s: line %zu: found more than %d names, the most that are taken", label, i_line,
           (int)HL_MAX_FETCH_FILES);
  }
  if (names->n == 0) FAIL(HL_INVALID, "%s: found no name of a task, expected one a line", label);
  TRY(hl_strings_sort(names, strcmp, NULL));
  *n_repeated = drop_repeated(names);
out:
  if (status != HL_OK) hl_strings_clear(names);
  return status;
}

static char *encode(const char *name, char *to) {
  static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  for (; *name != '\0'; name++) {
    if (strchr(plain, *name) != NULL) {
      *to++ = *name;
    } else {
      to += sprintf(to, "%%%02X", (unsigned char)*name);
    }
  }
  return to;
}

hl_status hl_url_join(const char *base, const char *const *parts, char **url) {
  size_t n_base = strlen(base), n_byte = n_base + 2;
  for (size_t i = 0; parts[i] != NULL; i++) n_byte += 3 * strlen(parts[i]) + 1;
  const hl_status status = hl_new_array(n_byte, 1, url);
  if (status != HL_OK) return status;
  while (n_base > 0 && base[n_base - 1] == '/') n_base--;
  char *to = *url;
  memcpy(to, base, n_base);
  to += n_base;
  for (size_t i = 0; parts[i] != NULL; i++) {
    *to++ = '/';
    to = encode(parts[i], to);
  }
  *to = '\0';
  return HL_OK;
}
