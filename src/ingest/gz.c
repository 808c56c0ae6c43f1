#include "ingest/gz.h"
#include "base/error.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { INPUT_BYTES = 1 << 16, MAX_READ = 1 << 30 };

struct hl_gz {
  gzFile file;
  char *path;
};

/* O_NONBLOCK, or else opening a pipe that nobody writes to would wait forever. */
static hl_status open_regular(const char *path, int *descriptor) {
  struct stat info;
  *descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (*descriptor < 0) return hl_fail_errno(path, "open");
  if (fstat(*descriptor, &info) == 0 && S_ISREG(info.st_mode)) return HL_OK;
  close(*descriptor);
  return hl_fail(HL_IO, "%s: found a %s, expected a regular file", path,
                 S_ISDIR(info.st_mode) ? "folder" : "pipe or device");
}

hl_status hl_gz_open(const char *path, struct hl_gz **gz) {
  hl_status status = HL_OK;
  struct hl_gz *file = NULL;
  int descriptor = -1;
  *gz = NULL;
  TRY(hl_new_array(1, sizeof *file, &file));
  TRY(hl_copy_text(path, &file->path));
  TRY(open_regular(path, &descriptor));
  file->file = gzdopen(descriptor, "rb");
  if (file->file == NULL) {
    close(descriptor);
    status = hl_fail_memory();
    goto out;
  }
  gzbuffer(file->file, INPUT_BYTES);
  *gz = file;
out:
  if (status != HL_OK) hl_gz_close(file);
  return status;
}

static hl_status fail_read(struct hl_gz *gz) {
  int code;
  const char *reason = gzerror(gz->file, &code);
  if (code == Z_ERRNO) return hl_fail_errno(gz->path, "read");
  if (code == Z_MEM_ERROR) return hl_fail_memory();
  if (code == Z_BUF_ERROR)
    return hl_fail(HL_INVALID, "%s: found gzip data cut short, expected whole", gz->path);
  const char *colon = strstr(reason, ": "); /* zlib puts the descriptor's number in front */
  return hl_fail(HL_INVALID, "%s: found broken gzip data (%s), expected whole", gz->path,
                 colon != NULL ? colon + 2 : reason);
}

hl_status hl_gz_read(struct hl_gz *gz, void *buffer, size_t n, size_t *n_read) {
  *n_read = 0;
  while (*n_read < n) {
    const size_t left = n - *n_read;
    const int n_got = gzread(gz->file, (char *)buffer + *n_read, left < MAX_READ ? (unsigned)left : MAX_READ);
    if (n_got < 0) return fail_read(gz);
    if (n_got == 0) break;
    *n_read += (size_t)n_got;
  }
  if (*n_read == n) return HL_OK;
  int code; /* zlib gives what it has of a cut file and tells of the cut only through gzerror */
  gzerror(gz->file, &code);
  return code == Z_OK || code == Z_STREAM_END ? HL_OK : fail_read(gz);
}

bool hl_gz_is_packed(const struct hl_gz *gz) {
  return !gzdirect(gz->file);
}

void hl_gz_close(struct hl_gz *gz) {
  if (gz == NULL) return;
  if (gz->file != NULL) gzclose_r(gz->file);
  free(gz->path);
  free(gz);
}
