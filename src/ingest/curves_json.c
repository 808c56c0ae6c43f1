/* Curves in JSON: the format curves-json, a name for two forms told apart by their first character. */
#include "base/error.h"
#include "ingest/gz.h"
#include "ingest/json_source.h"

#include <stdio.h>
#include <string.h>

/* ---- What the forms share ---- */

const char *const json_split_names[JSON_N_SPLIT] = {"train", "valid_inner", "valid", "valid_outer", "test"};

size_t json_find_split(const char *name) {
  size_t split = 0;
  while (split < JSON_N_SPLIT && strcmp(json_split_names[split], name) != 0) split++;
  return split;
}

hl_status json_fill_from_gz(void *user, char *buffer, size_t n, size_t *n_read) {
  return hl_gz_read(user, buffer, n, n_read);
}

hl_status json_fail_again(struct hl_json_scan *scan, const char *name) {
  char what[80];
  snprintf(what, sizeof what, "\"%.64s\" again", name);
  return hl_json_scan_fail(scan, what, "it once");
}

/* ---- Which form ---- */

struct head {
  const unsigned char *bytes;
  size_t n;
};

static hl_status fill_from_head(void *user, char *buffer, size_t n, size_t *n_read) {
  struct head *head = user;
  *n_read = n < head->n ? n : head->n;
  memcpy(buffer, head->bytes, *n_read);
  head->bytes += *n_read;
  head->n -= *n_read;
  return HL_OK;
}

/* Does an object begin like the general form? Lists, tables of configs and results of single runs are objects
 * too, so one of the form's own names must come before the head of the file ends. */
static hl_status names_curves(struct hl_json_scan *scan, bool *fits) {
  hl_status status = HL_OK;
  const char *name;
  bool more;
  TRY(hl_json_scan_enter(scan, HL_JSON_OBJECT, "an object"));
  TRY(hl_json_scan_member(scan, &more, &name));
  while (more) {
    enum hl_json_kind kind;
    const bool is_list = strcmp(name, "configs") == 0 || strcmp(name, "steps") == 0;
    const bool is_text = strcmp(name, "task") == 0;
    TRY(hl_json_scan_peek(scan, &kind));
    *fits = (is_list && kind == HL_JSON_ARRAY) || (is_text && kind == HL_JSON_TEXT);
    if (*fits) break;
    TRY(hl_json_scan_skip(scan));
    TRY(hl_json_scan_member(scan, &more, &name));
  }
out:
  return status;
}

static hl_status json_fits_content(const unsigned char *bytes, size_t n, bool *fits) {
  hl_status status = HL_OK;
  struct head head = {bytes, n};
  struct hl_json_scan *scan = NULL;
  enum hl_json_kind kind;
  *fits = false;
  TRY(hl_json_scan_new("", fill_from_head, &head, &scan));
  TRY(hl_json_scan_peek(scan, &kind));
  *fits = kind == HL_JSON_ARRAY;
  if (kind == HL_JSON_OBJECT) TRY(names_curves(scan, fits));
out:
  hl_json_scan_free(scan);
  return hl_is_out_of_memory(status) ? status : HL_OK; /* else it is no JSON, or goes on behind its head */
}

static hl_status is_general(const char *path, bool *general) {
  hl_status status = HL_OK;
  struct hl_gz *gz = NULL;
  struct hl_json_scan *scan = NULL;
  enum hl_json_kind kind;
  TRY(hl_gz_open(path, &gz));
  TRY(hl_json_scan_new(path, json_fill_from_gz, gz, &scan));
  TRY(hl_json_scan_peek(scan, &kind));
  if (kind != HL_JSON_ARRAY && kind != HL_JSON_OBJECT) {
    TRY(hl_json_scan_enter(scan, HL_JSON_ARRAY,
                           "an array of configs, or an object that holds one")); /* fails */
  }
  *general = kind == HL_JSON_OBJECT;
out:
  hl_json_scan_free(scan);
  hl_gz_close(gz);
  return status;
}

/* ---- The loader ---- */

static hl_status json_open(const char *path, const struct hl_load_options *options, void **out) {
  hl_status status = HL_OK;
  bool general;
  struct json_source *source = NULL;
  TRY(is_general(path, &general));
  TRY((general ? json_general_open : json_derived_open)(path, options, &source));
out:
  *out = source;
  return status;
}

static void json_close(void *file) {
  struct json_source *source = file;
  if (source != NULL) source->close(source);
}

static bool json_fits_name(const char *name) {
  return hl_has_suffix(name, ".json");
}

static size_t json_count(const void *file) {
  (void)file;
  return 1;
}

static hl_status json_get(void *file, size_t i, struct hl_curves **curves) {
  struct json_source *source = file;
  if (i > 0) return hl_fail(HL_BUG, "a file of curves holds one table, number %zu was asked for", i);
  *curves = &source->curves;
  return source->settle != NULL ? source->settle(source) : HL_OK;
}

static bool json_wants_turn(const void *file) {
  const struct json_source *source = file;
  return source->settle != NULL;
}

const struct hl_loader hl_loader_curves_json = {
    .format = "curves-json",
    .takes = HL_TAKES_GRID | HL_TAKES_AFTER_END | HL_TAKES_MAXIMIZE,
    .fits_name = json_fits_name,
    .fits_content = json_fits_content,
    .open = json_open,
    .count = json_count,
    .get = json_get,
    .wants_turn = json_wants_turn,
    .close = json_close,
};
