#include "base/error.h"
#include "ingest/gz.h"
#include "ingest/loader.h"

#include <stdio.h>
#include <string.h>

enum { HEAD_BYTES = 4096 };

const struct hl_loader *const hl_loaders[] = {&hl_loader_npz, &hl_loader_result, &hl_loader_curves_json,
                                              &hl_loader_csv, NULL};

const struct hl_loader *hl_loader_find(const char *format) {
  for (size_t i = 0; hl_loaders[i] != NULL; i++) {
    if (strcmp(hl_loaders[i]->format, format) == 0) return hl_loaders[i];
  }
  return NULL;
}

/* "taskset-npz or curves-json" */
static void list_formats(char *text, size_t size) {
  size_t used = 0;
  *text = '\0';
  for (size_t i = 0; hl_loaders[i] != NULL && used < size; i++) {
    const char *joint = i == 0 ? "" : hl_loaders[i + 1] == NULL ? " or " : ", ";
    used += (size_t)snprintf(text + used, size - used, "%s%s", joint, hl_loaders[i]->format);
  }
}

hl_status hl_loader_detect(const char *path, const struct hl_loader **loader) {
  unsigned char head[HEAD_BYTES + 1];
  size_t n = 0;
  struct hl_gz *gz = NULL;
  hl_status status = HL_OK;
  *loader = NULL;
  TRY(hl_gz_open(path, &gz));
  TRY(hl_gz_read(gz, head, HEAD_BYTES, &n));
  for (size_t i = 0; hl_loaders[i] != NULL; i++) {
    bool fits;
    TRY(hl_loaders[i]->fits_content(head, n, &fits));
    if (!fits) continue;
    *loader = hl_loaders[i];
    goto out;
  }
  if (n == 0) FAIL(HL_INVALID, "%s: found an empty file, expected curves", path);
  char formats[128];
  list_formats(formats, sizeof formats);
  head[n < 16 ? n : 16] = '\0';
  status = hl_fail(HL_INVALID, "%s: found a file that begins with '%s', expected curves as %s", path,
                   (const char *)head, formats);
out:
  hl_gz_close(gz);
  return status;
}
