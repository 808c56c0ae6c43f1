/* For LD_PRELOAD: appends what a program does to files, one call a line, to the file $DURABLE_LOG, after the
 * call has ended well: `write PATH`, `sync PATH`, `rename FROM TO`, `unlink PATH`. A file that was renamed
 * while open is told by its present name. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static void tell(const char *call, const char *one, const char *two) {
  static int (*real_open)(const char *, int, ...);
  static ssize_t (*real_write)(int, const void *, size_t);
  static int (*real_close)(int);
  char line[9000];
  const char *log = getenv("DURABLE_LOG");
  if (log == NULL) return;
  if (real_open == NULL) {
    real_open = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open");
    real_write = (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
    real_close = (int (*)(int))dlsym(RTLD_NEXT, "close");
  }
  const int n = snprintf(line, sizeof line, "%s\t%s\t%s\n", call, one, two);
  const int file = real_open(log, O_WRONLY | O_APPEND | O_CREAT, 0666);
  if (file < 0 || real_write(file, line, (size_t)n) != n) abort();
  real_close(file);
}

static void tell_file(const char *call, int file) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  const ssize_t n = readlink(link, path, sizeof path - 1);
  if (n <= 0 || path[0] != '/') return; /* a pipe */
  path[n] = '\0';
  tell(call, path, "");
}

#define REAL(type, name, ...)                                                                                \
  static type (*real)(__VA_ARGS__);                                                                          \
  if (real == NULL) real = (type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)

#define WRITES(type, name, parameters, arguments, ...)                                                       \
  type name parameters {                                                                                     \
    REAL(type, name, __VA_ARGS__);                                                                           \
    const type result = real arguments;                                                                      \
    if (result >= 0) tell_file("write", file);                                                               \
    return result;                                                                                           \
  }

WRITES(ssize_t, write, (int file, const void *data, size_t n), (file, data, n), int, const void *, size_t)
WRITES(ssize_t, pwrite, (int file, const void *data, size_t n, off_t at), (file, data, n, at), int,
       const void *, size_t, off_t)
WRITES(ssize_t, pwrite64, (int file, const void *data, size_t n, off64_t at), (file, data, n, at), int,
       const void *, size_t, off64_t)
WRITES(int, ftruncate, (int file, off_t n), (file, n), int, off_t)
WRITES(int, ftruncate64, (int file, off64_t n), (file, n), int, off64_t)

int fsync(int file) {
  REAL(int, fsync, int);
  const int result = real(file);
  if (result == 0) tell_file("sync", file);
  return result;
}

int fdatasync(int file) {
  REAL(int, fdatasync, int);
  const int result = real(file);
  if (result == 0) tell_file("sync", file);
  return result;
}

int rename(const char *from, const char *to) {
  REAL(int, rename, const char *, const char *);
  const int result = real(from, to);
  if (result == 0) tell("rename", from, to);
  return result;
}

int unlink(const char *path) {
  REAL(int, unlink, const char *);
  const int result = real(path);
  if (result == 0) tell("unlink", path, "");
  return result;
}
