#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"
#include "check/checker.h"
#include "hyperlist/limits.h"
#include "learn/list_format.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FAULT_BYTES = 2048 };

/* ---- faults ---- */

hl_status checker_note(struct checker *checker, hl_status status) {
  if (status != HL_INVALID) return status;
  const size_t n = strlen(checker->path);
  const bool has_path = strncmp(hl_error_message(), checker->path, n) == 0 && hl_error_message()[n] == ':';
  if (!has_path) hl_fail_within(status, "%s: ", checker->path);
  return hl_strings_add(&checker->report->faults, hl_error_message());
}

hl_status checker_fault(struct checker *checker, const char *format, ...) {
  char text[FAULT_BYTES];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  return checker_note(checker, hl_fail(HL_INVALID, "%s", text));
}

hl_status checker_new_sets(struct checker *checker, size_t n_set) {
  const hl_status status = hl_new_array(n_set, sizeof *checker->report->sets, &checker->report->sets);
  if (status == HL_OK) checker->report->n_set = n_set;
  return status;
}

/* ---- what kind of file ---- */

/* Of a file that is too large to be looked through. */
static bool begins_as_list(const char *path) {
  FILE *file = fopen(path, "re");
  int c = ' ';
  while (file != NULL && (c == ' ' || c == '\t' || c == '\n' || c == '\r')) c = getc(file);
  if (file != NULL) fclose(file);
  return c == '{';
}

/* A list says what it is somewhere, members have no order; also one that is cut short, so it is not parsed.
 */
static hl_status find_list(const char *path, enum hl_file_kind *kind) {
  char *text = NULL;
  size_t n_byte;
  const hl_status status = hl_file_read(path, hl_limit_size(HL_LIMIT_TEXT), &text, &n_byte);
  const bool is_list = status == HL_OK && strstr(text, "\"hyperlist.list") != NULL;
  free(text);
  *kind = HL_FILE_LIST;
  if (is_list) return HL_OK;
  if (hl_is_out_of_memory(status) || (status == HL_LIMIT && begins_as_list(path))) return status;
  if (status != HL_OK && status != HL_LIMIT && status != HL_INVALID) return status;
  return hl_fail(HL_INVALID,
                 "%s: found neither HDF5 nor a list's JSON, expected an archive, a scores file or a list",
                 path);
}

hl_status hl_file_find_kind(const char *path, enum hl_file_kind *kind) {
  struct hl_h5 file;
  char *schema = NULL;
  hl_status status = hl_h5_open(path, &file);
  *kind = HL_FILE_HDF5;
  if (status == HL_INVALID) return hl_h5_has_signature(path) ? HL_OK : find_list(path, kind);
  if (status != HL_OK) return status;
  status = hl_h5_read_text(file, "schema", &schema);
  hl_h5_close(&file);
  if (status == HL_INVALID) return HL_OK;
  if (status != HL_OK) return status;
  if (schema != NULL && strncmp(schema, "hyperlist.archive/", 18) == 0) {
    *kind = HL_FILE_ARCHIVE;
  } else if (schema != NULL && strncmp(schema, "hyperlist.scores/", 17) == 0) {
    *kind = HL_FILE_SCORES;
  } else {
    status = hl_fail(HL_INVALID, "%s: schema: found %s%s, expected hyperlist.archive/1 or hyperlist.scores/1",
                     path, schema != NULL ? schema : "none", schema != NULL ? "" : " in this HDF5 file");
  }
  free(schema);
  return status;
}

/* ---- the check ---- */

/* Says in its own words what is wrong with a file that HDF5 does not open. */
static hl_status check_hdf5(struct checker *checker) {
  struct hl_h5 file;
  char *schema = NULL;
  hl_status status = hl_h5_open(checker->path, &file);
  if (status == HL_OK) status = hl_h5_read_text(file, "schema", &schema);
  hl_h5_close(&file);
  free(schema);
  return checker_note(checker, status);
}

hl_status hl_check(const char *path, const struct hl_context *context, struct hl_check_report *report) {
  hl_status status = HL_OK;
  struct checker checker = {path, context, report};
  static hl_status (*const checks[])(struct checker *) = {check_archive, check_scores, check_list,
                                                          check_hdf5};
  *report = (struct hl_check_report){.n_task = 0};
  TRY(hl_file_find_kind(path, &report->kind));
  TRY(checks[report->kind](&checker));
  const size_t n = report->faults.n;
  if (n > 0) {
    FAIL(HL_BROKEN, "%s: found %zu fault%s, expected none; the first: %s", path, n, n > 1 ? "s" : "",
         report->faults.items[0]);
  }
out:
  return status;
}

void hl_check_clear(struct hl_check_report *report) {
  for (size_t i = 0; i < report->n_set; i++) free(report->sets[i].name);
  free(report->sets);
  hl_strings_clear(&report->faults);
  *report = (struct hl_check_report){.n_task = 0};
}
