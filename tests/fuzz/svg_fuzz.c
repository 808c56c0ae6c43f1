/* Pictures taken into a page: whatever comes out draws and does nothing else. */
#include "fuzz.h"
#include "report/svg.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Elements that draw nothing; a picture in dots must be there in full. */
static void check_element(const char *name) {
  static const char *const bad[] = {"script", "foreignobject", "iframe", "a ", "animate", "set", "style"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    FUZZ_CHECK(strncasecmp(name, bad[i], strlen(bad[i])) != 0);
}

/* What may lead elsewhere: ' href="..' and, in any value, CSS that fetches something. */
static void check_value(const char *name, const char *value) {
  const size_t n = strcspn(value, "\"");
  FUZZ_CHECK(strncasecmp(name, "on", 2) != 0);
  if (strncmp(name, "href", 4) == 0)
    FUZZ_CHECK(*value == '#' ||
               strncmp(value, "data:image/png;base64,", strlen("data:image/png;base64,")) == 0);
  for (const char *at = value; at < value + n; at++) {
    FUZZ_CHECK(strncasecmp(at, "src(", 4) != 0 && strncasecmp(at, "set(", 4) != 0);
    FUZZ_CHECK(*at != '\\' || at[1] == 'x'); /* of hl_html_text: a byte that is no text */
    if (strncasecmp(at, "url(", 4) == 0) FUZZ_CHECK(strncmp(at, "url(#", 5) == 0);
  }
}

/* A quote cannot stand in an attribute's value, nor '<' in a text: so these would be markup. */
static void check_harmless(const char *svg) {
  bool in_tag = false, in_value = false;
  const char *name = svg;
  for (const char *at = svg; *at != '\0'; at++) {
    if (in_tag && *at == '"') {
      in_value = !in_value;
      if (in_value) check_value(name, at + 1);
    }
    if (in_value) continue;
    if (*at == '<') {
      in_tag = true;
      check_element(at + 1);
    }
    if (*at == '>') in_tag = false;
    if (in_tag && *at == ' ') name = at + 1;
  }
  FUZZ_CHECK(!in_tag && !in_value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *inlined;
  if (memchr(data, 0, size) != NULL) return FUZZ_NOT_KEPT;
  char *text = fuzz_next(&data, &size);
  if (fuzz_is_ok(hl_svg_inline("a.svg", text, "a", "what \"it\" <shows>", &inlined))) {
    check_harmless(inlined);
    free(inlined);
  }
  free(text);
  return FUZZ_DONE;
}
