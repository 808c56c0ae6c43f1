/* JSON, by both of its readers. What the tree takes is printed, and both take that (but for the scanner's
 * limit of depth); what the scanner takes value by value it also passes over. */
#include "base/json.h"
#include "base/text.h"
#include "fuzz.h"
#include "ingest/json_scan.h"

#include <stdlib.h>
#include <string.h>

struct source {
  const uint8_t *data;
  size_t size, most; /* most: bytes at a time */
};

static hl_status fill(void *user, char *buffer, size_t n, size_t *n_read) {
  struct source *source = user;
  *n_read = n < source->size ? n : source->size;
  if (*n_read > 0) memcpy(buffer, source->data, *n_read);
  source->data += *n_read;
  source->size -= *n_read;
  return HL_OK;
}

/* Values one by one, as a loader would. */
static hl_status scan_value(struct hl_json_scan *scan, int depth) {
  enum hl_json_kind kind;
  const char *text;
  double number;
  bool more = true;
  hl_status status = hl_json_scan_peek(scan, &kind);
  if (status != HL_OK) return status;
  if (depth > 8) return hl_json_scan_skip(scan);
  switch (kind) {
  case HL_JSON_OBJECT:
  case HL_JSON_ARRAY:
    status = hl_json_scan_enter(scan, kind, "a value");
    while (status == HL_OK && more) {
      status =
          kind == HL_JSON_ARRAY ? hl_json_scan_element(scan, &more) : hl_json_scan_member(scan, &more, &text);
      if (status == HL_OK && more) status = scan_value(scan, depth + 1);
    }
    return status;
  case HL_JSON_TEXT:
    status = hl_json_scan_text(scan, &text);
    if (status == HL_OK) FUZZ_CHECK(hl_is_utf8(text, strlen(text)));
    return status;
  case HL_JSON_NUMBER:
  case HL_JSON_BOOL:
  case HL_JSON_NULL:
    return hl_json_scan_number(scan, true, &number);
  }
  return HL_OK;
}

static bool scan_all(const uint8_t *data, size_t size, bool by_value) {
  struct source source = {.data = data, .size = size};
  struct hl_json_scan *scan;
  FUZZ_CHECK(hl_json_scan_new("a.json", fill, &source, &scan) == HL_OK);
  hl_status status = by_value ? scan_value(scan, 0) : hl_json_scan_skip(scan);
  if (status == HL_OK) status = hl_json_scan_end(scan);
  hl_json_scan_free(scan);
  return fuzz_is_ok(status);
}

static bool parse(const uint8_t *data, size_t size, char **printed) {
  struct cJSON *json;
  char *text = malloc(size + 1);
  if (size > 0) memcpy(text, data, size);
  text[size] = '\0';
  const bool is_good = fuzz_is_ok(hl_json_parse("a.json", text, size, &json));
  free(text);
  if (!is_good) return false;
  FUZZ_CHECK(hl_json_copy_text(json, printed) == HL_OK);
  hl_json_free(json);
  return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *printed = NULL, *again = NULL;
  const bool is_scanned = scan_all(data, size, false);
  if (scan_all(data, size, true)) FUZZ_CHECK(is_scanned);
  if (parse(data, size, &printed)) {
    FUZZ_CHECK(parse((const uint8_t *)printed, strlen(printed), &again));
    FUZZ_CHECK(strcmp(printed, again) == 0);
    FUZZ_CHECK(scan_all((const uint8_t *)printed, strlen(printed), false) ||
               strstr(hl_error_message(), "levels") != NULL);
  }
  free(printed);
  free(again);
  return FUZZ_DONE;
}
