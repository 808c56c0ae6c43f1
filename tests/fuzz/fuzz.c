#define _XOPEN_SOURCE 700 /* nftw */
#include "fuzz.h"
#include "base/error.h"
#include "base/text.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const struct hl_context fuzz_context = {.n_thread = 1};

void fuzz_fail(const char *file, int line, const char *what) {
  fprintf(stderr, "%s:%d: not as promised: %s; the message is '%s'\n", file, line, what, hl_error_message());
  abort();
}

static bool is_printable(const char *text) {
  for (const char *at = text; *at != '\0'; at++) {
    if ((unsigned char)*at < 0x20 || *at == 0x7f) return false;
  }
  return hl_is_utf8(text, strlen(text));
}

bool fuzz_is_ok(hl_status status) {
  const char *message = hl_error_message();
  if (status == HL_OK) return true;
  FUZZ_CHECK(status == HL_USAGE || status == HL_IO || status == HL_INVALID || status == HL_NUMERIC ||
             status == HL_LIMIT);
  FUZZ_CHECK(*message != '\0');
  FUZZ_CHECK(is_printable(message));
  FUZZ_CHECK(strcmp(message, "out of memory") != 0);
  return false;
}

bool fuzz_is_h5_ok(hl_status status) {
  return hl_is_out_of_memory(status) ? false : fuzz_is_ok(status);
}

/* ---- Files ---- */

static char folder[512];
static pid_t owner; /* a child of fork() leaves it alone */

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *place) {
  (void)info;
  (void)type;
  (void)place;
  return remove(path);
}

static int remove_inner(const char *path, const struct stat *info, int type, struct FTW *place) {
  return place->level == 0 ? 0 : remove_one(path, info, type, place);
}

void fuzz_remove(const char *path, bool also) {
  nftw(path, also ? remove_one : remove_inner, 16, FTW_DEPTH | FTW_PHYS);
}

static void remove_folder(void) {
  if (getpid() == owner) fuzz_remove(folder, true);
}

const char *fuzz_folder(void) {
  const char *parent = getenv("TMPDIR");
  if (*folder != '\0') return folder;
  snprintf(folder, sizeof folder, "%s/hyperlist-fuzz.XXXXXX",
           parent != NULL && *parent != '\0' ? parent : "/tmp");
  if (mkdtemp(folder) == NULL) {
    perror(folder);
    exit(EXIT_FAILURE);
  }
  owner = getpid();
  atexit(remove_folder);
  return folder;
}

const char *fuzz_path(const char *name) {
  static char paths[4][1024];
  static unsigned turn;
  char *path = paths[turn++ % 4];
  const int n = snprintf(path, sizeof paths[0], "%s/", fuzz_folder());
  snprintf(path + n, sizeof paths[0] - (size_t)n, "%s", name);
  for (char *slash = path + n; (slash = strchr(slash, '/')) != NULL; *slash++ = '/') {
    *slash = '\0';
    mkdir(path, 0700);
  }
  return path;
}

const char *fuzz_write(const char *name, const void *data, size_t size) {
  const char *path = fuzz_path(name);
  const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0 || write(file, data, size) != (ssize_t)size || close(file) != 0) {
    perror(path);
    exit(EXIT_FAILURE);
  }
  return path;
}

uint8_t *fuzz_read(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  struct stat info;
  if (file == NULL || fstat(fileno(file), &info) != 0 || !S_ISREG(info.st_mode)) {
    perror(path);
    exit(EXIT_FAILURE);
  }
  uint8_t *data = calloc((size_t)info.st_size + 1, 1);
  *size = data != NULL ? fread(data, 1, (size_t)info.st_size, file) : 0;
  fclose(file);
  if (*size == (size_t)info.st_size) return data;
  perror(path);
  exit(EXIT_FAILURE);
}

char *fuzz_next(const uint8_t **data, size_t *size) {
  const uint8_t *end = *size > 0 ? memchr(*data, 0, *size) : NULL;
  const size_t n = end != NULL ? (size_t)(end - *data) : *size, n_taken = n + (end != NULL);
  char *text = calloc(n + 1, 1);
  if (text == NULL) abort();
  if (n > 0) memcpy(text, *data, n);
  *data += n_taken;
  *size -= n_taken;
  return text;
}
