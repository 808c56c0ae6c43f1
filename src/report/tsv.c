#include "report/tsv.h"
#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "hyperlist/limits.h"

#include <stdlib.h>
#include <string.h>

static const char *const provenance_keys[] = {"version", "command", "seed", "inputs", "libraries"};

static bool is_provenance(const char *comment) {
  for (size_t i = 0; i < sizeof provenance_keys / sizeof provenance_keys[0]; i++) {
    const size_t n = strlen(provenance_keys[i]);
    if (strncmp(comment, provenance_keys[i], n) == 0 && comment[n] == ':') return true;
  }
  return false;
}

static hl_status add_comment(struct hl_tsv *tsv, const char *line) {
  line += line[1] == ' ' ? 2 : 1;
  return hl_strings_add(is_provenance(line) ? &tsv->provenance : &tsv->notes, line);
}

static hl_status add_header(struct hl_tsv *tsv, char *line, const char *path, size_t i_line) {
  const hl_status status = hl_new_array(HL_MAX_TABLE_COLUMNS, sizeof *tsv->columns, &tsv->columns);
  if (status != HL_OK) return status;
  for (char *at = line, *end; at != NULL; at = end) {
    end = strchr(at, '\t');
    if (end != NULL) *end++ = '\0';
    if (*at == '\0')
      return hl_fail(HL_INVALID, "%s: line %zu: found a column without a name, expected a header", path,
                     i_line);
    if (tsv->n_column == HL_MAX_TABLE_COLUMNS) {
      return hl_fail(HL_LIMIT, "%s: line %zu: found more than %d columns, the most that is read", path,
                     i_line, HL_MAX_TABLE_COLUMNS);
    }
    tsv->columns[tsv->n_column++] = at;
  }
  return HL_OK;
}

static hl_status add_row(struct hl_tsv *tsv, char *line, const char *path, size_t i_line, size_t *capacity) {
  const size_t n_before = tsv->n_row * tsv->n_column;
  hl_status status = hl_grow_array(&tsv->cells, capacity, n_before + tsv->n_column, sizeof *tsv->cells);
  if (status != HL_OK) return status;
  size_t n = 0;
  for (char *at = line, *end; at != NULL; at = end, n++) {
    end = strchr(at, '\t');
    if (end != NULL) *end++ = '\0';
    if (n < tsv->n_column) tsv->cells[n_before + n] = at;
  }
  if (n != tsv->n_column) {
    return hl_fail(HL_INVALID, "%s: line %zu: found %zu cells, expected %zu as in the header", path, i_line,
                   n, tsv->n_column);
  }
  tsv->n_row++;
  return HL_OK;
}

static hl_status parse(struct hl_tsv *tsv, const char *path) {
  hl_status status = HL_OK;
  size_t i_line = 0, capacity = 0;
  for (char *line = tsv->parts, *end; line != NULL && *line != '\0'; line = end) {
    end = strchr(line, '\n');
    if (end != NULL) *end++ = '\0';
    const size_t length = strlen(line);
    if (length > 0 && line[length - 1] == '\r') line[length - 1] = '\0';
    i_line++;
    if (*line == '#') {
      TRY(add_comment(tsv, line));
    } else if (tsv->n_column == 0) {
      TRY(add_header(tsv, line, path, i_line));
    } else {
      TRY(add_row(tsv, line, path, i_line, &capacity));
    }
  }
  if (tsv->n_column == 0) FAIL(HL_INVALID, "%s: found no header row, expected a table", path);
out:
  return status;
}

hl_status hl_tsv_read(const char *path, struct hl_tsv *tsv) {
  hl_status status = HL_OK;
  size_t n;
  *tsv = (struct hl_tsv){0};
  TRY(hl_file_read(path, hl_limit_size(HL_LIMIT_TEXT), &tsv->text, &n));
  if (strlen(tsv->text) != n || !hl_is_utf8(tsv->text, n)) {
    FAIL(HL_INVALID, "%s: found bytes that are no UTF-8 text, expected a table", path);
  }
  TRY(hl_copy_text(tsv->text, &tsv->parts));
  TRY(parse(tsv, path));
out:
  if (status != HL_OK) hl_tsv_clear(tsv);
  return status;
}

void hl_tsv_clear(struct hl_tsv *tsv) {
  hl_strings_clear(&tsv->provenance);
  hl_strings_clear(&tsv->notes);
  free(tsv->columns);
  free(tsv->cells);
  free(tsv->parts);
  free(tsv->text);
  *tsv = (struct hl_tsv){0};
}

size_t hl_tsv_find(const struct hl_tsv *tsv, const char *column) {
  size_t c = 0;
  while (c < tsv->n_column && strcmp(tsv->columns[c], column) != 0) c++;
  return c;
}

bool hl_tsv_has(const struct hl_tsv *tsv, const char *const *columns) {
  for (; *columns != NULL; columns++) {
    if (hl_tsv_find(tsv, *columns) == tsv->n_column) return false;
  }
  return true;
}

const char *hl_tsv_note(const struct hl_tsv *tsv, const char *prefix) {
  for (size_t i = 0; i < tsv->notes.n; i++) {
    if (strncmp(tsv->notes.items[i], prefix, strlen(prefix)) == 0)
      return tsv->notes.items[i] + strlen(prefix);
  }
  return NULL;
}

const char *hl_tsv_provenance(const struct hl_tsv *tsv, const char *key) {
  const size_t n = strlen(key);
  for (size_t i = 0; i < tsv->provenance.n; i++) {
    const char *line = tsv->provenance.items[i];
    if (strncmp(line, key, n) == 0 && line[n] == ':') return line + n + (line[n + 1] == ' ' ? 2 : 1);
  }
  return NULL;
}
