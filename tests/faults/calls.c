/* The calls of libc that may fail on order, and the streams of the program's own over them. */
#include "fault.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CALLER __builtin_return_address(0)

/* ---- the real ones ---- */

#define DEFINE(type, name, parameters) type(*real_##name) parameters;
EACH_CALL(DEFINE)

/* dlsym may itself ask for memory. */
static char early[1 << 16];
static size_t n_early;
static bool is_resolving;

static void *take_early(size_t n) {
  n_early = (n_early + 15) & ~(size_t)15;
  if (n > sizeof early - n_early) abort();
  n_early += n;
  return early + n_early - n;
}

static bool is_early(const void *at) {
  return (const char *)at >= early && (const char *)at < early + sizeof early;
}

void resolve_calls(void) {
  is_resolving = true;
#define RESOLVE(type, name, parameters) real_##name = (type(*) parameters)dlsym(RTLD_NEXT, #name);
  EACH_CALL(RESOLVE)
  is_resolving = false;
}

#define RESOLVED()                                                                                                     \
  do {                                                                                                                 \
    if (real_pthread_create == NULL && !is_resolving) resolve_calls();                                                 \
  } while (0)

/* ---- memory ---- */

void *malloc(size_t n) {
  RESOLVED();
  if (is_resolving) return take_early(n);
  if (fails(MEMORY, "malloc", CALLER, ENOMEM)) return NULL;
  void *at = real_malloc(n);
  hold(at, "malloc", CALLER);
  return at;
}

void *calloc(size_t n, size_t size) {
  RESOLVED();
  if (is_resolving) return take_early(n * size);
  if (fails(MEMORY, "calloc", CALLER, ENOMEM)) return NULL;
  void *at = real_calloc(n, size);
  hold(at, "calloc", CALLER);
  return at;
}

void *realloc(void *old, size_t n) {
  RESOLVED();
  if (is_early(old)) return memcpy(malloc(n), old, n < sizeof early ? n : sizeof early);
  if (fails(MEMORY, "realloc", CALLER, ENOMEM)) return NULL;
  let_go(old); /* before, as another thread may get its place */
  void *at = real_realloc(old, n);
  hold(at, "realloc", CALLER);
  return at;
}

void free(void *at) {
  RESOLVED();
  if (is_early(at)) return;
  let_go(at);
  real_free(at);
}

char *strdup(const char *text) {
  RESOLVED();
  if (fails(MEMORY, "strdup", CALLER, ENOMEM)) return NULL;
  const size_t n = strlen(text) + 1;
  char *at = real_malloc(n);
  if (at != NULL) memcpy(at, text, n);
  hold(at, "strdup", CALLER);
  return at;
}

int posix_memalign(void **at, size_t alignment, size_t n) {
  RESOLVED();
  if (fails(MEMORY, "posix_memalign", CALLER, ENOMEM)) return ENOMEM;
  const int result = real_posix_memalign(at, alignment, n);
  if (result == 0) hold(*at, "posix_memalign", CALLER);
  return result;
}

#define PLAIN(kind, reason, type, name, failure, parameters, arguments)                                                \
  type name parameters {                                                                                               \
    RESOLVED();                                                                                                        \
    return fails(kind, #name, CALLER, reason) ? (failure) : real_##name arguments;                                     \
  }

PLAIN(MEMORY, ENOMEM, FILE *, open_memstream, NULL, (char **text, size_t *n), (text, n))
PLAIN(MEMORY, ENOMEM, char *, realpath, NULL, (const char *path, char *to), (path, to))

/* ---- files ---- */

/* real_NAME: what is done to files is told in the order in which it is done. */
#define OPEN(name, folder, parameters, arguments)                                                                      \
  int name parameters {                                                                                                \
    mode_t mode = 0;                                                                                                   \
    va_list rest;                                                                                                      \
    va_start(rest, flags);                                                                                             \
    if ((flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE) mode = va_arg(rest, mode_t);                       \
    va_end(rest);                                                                                                      \
    RESOLVED();                                                                                                        \
    if (fails(OPENING, #name, CALLER, EMFILE)) return -1;                                                              \
    if ((flags & (O_CREAT | O_TRUNC)) == 0) return real_##name arguments;                                              \
    lock_writes();                                                                                                     \
    const bool was_there = is_there(folder, path);                                                                     \
    const int file = real_##name arguments;                                                                            \
    note_open(folder, path, file, was_there, (flags & O_TRUNC) != 0);                                                  \
    unlock_writes();                                                                                                   \
    return file;                                                                                                       \
  }

OPEN(open, AT_FDCWD, (const char *path, int flags, ...), (path, flags, mode))
OPEN(open64, AT_FDCWD, (const char *path, int flags, ...), (path, flags, mode))
OPEN(openat, folder, (int folder, const char *path, int flags, ...), (folder, path, flags, mode))
OPEN(openat64, folder, (int folder, const char *path, int flags, ...), (folder, path, flags, mode))
PLAIN(OPENING, EMFILE, FILE *, tmpfile64, NULL, (void), ())
PLAIN(OPENING, EMFILE, DIR *, opendir, NULL, (const char *path), (path))
PLAIN(READING | STREAM, EIO, struct dirent64 *, readdir64, NULL, (DIR *folder), (folder))
PLAIN(MEMORY, ENOMEM, DIR *, fdopendir, NULL, (int file), (file))
PLAIN(NAMING, ENOSPC, int, mkstemp64, -1, (char *path), (path))
PLAIN(THREAD, EAGAIN, pid_t, fork, -1, (void), ())

#define TAKE(kind, reason, name, parameters, arguments)                                                                \
  ssize_t name parameters {                                                                                            \
    RESOLVED();                                                                                                        \
    if (fails(kind, #name, CALLER, reason)) return -1;                                                                 \
    n = some(kind, CALLER, n);                                                                                         \
    return real_##name arguments;                                                                                      \
  }

TAKE(READING, EIO, read, (int file, void *data, size_t n), (file, data, n))
TAKE(READING, EIO, pread, (int file, void *data, size_t n, off_t at), (file, data, n, at))
TAKE(READING, EIO, pread64, (int file, void *data, size_t n, off64_t at), (file, data, n, at))

#define PUT(name, place, parameters, arguments)                                                                        \
  ssize_t name parameters {                                                                                            \
    RESOLVED();                                                                                                        \
    if (fails(WRITING, #name, CALLER, ENOSPC)) return -1;                                                              \
    n = some(WRITING, CALLER, n);                                                                                      \
    lock_writes();                                                                                                     \
    const off_t begin = place;                                                                                         \
    const ssize_t n_done = real_##name arguments;                                                                      \
    note_write(file, begin, data, n_done);                                                                             \
    unlock_writes();                                                                                                   \
    return n_done;                                                                                                     \
  }

PUT(write, find_place(file), (int file, const void *data, size_t n), (file, data, n))
PUT(pwrite, at, (int file, const void *data, size_t n, off_t at), (file, data, n, at))
PUT(pwrite64, at, (int file, const void *data, size_t n, off64_t at), (file, data, n, at))

/* Told if it has ended well. */
#define DO(kind, reason, type, name, failure, parameters, arguments, is_good, note)                                    \
  type name parameters {                                                                                               \
    RESOLVED();                                                                                                        \
    if (fails(kind, #name, CALLER, reason)) return failure;                                                            \
    lock_writes();                                                                                                     \
    type result = real_##name arguments;                                                                               \
    if (is_good) note;                                                                                                 \
    unlock_writes();                                                                                                   \
    return result;                                                                                                     \
  }
#define CHANGE(kind, reason, name, parameters, arguments, note)                                                        \
  DO(kind, reason, int, name, -1, parameters, arguments, result == 0, note)

CHANGE(NAMING, ENOSPC, mkdir, (const char *path, mode_t mode), (path, mode), note_name("folder", AT_FDCWD, path, 0, NULL))
CHANGE(NAMING, ENOSPC, mkdirat, (int folder, const char *path, mode_t mode), (folder, path, mode), note_name("folder", folder, path, 0, NULL))
DO(NAMING, ENOSPC, char *, mkdtemp, NULL, (char *path), (path), result != NULL, note_name("folder", AT_FDCWD, path, 0, NULL))
CHANGE(NAMING, EIO, rename, (const char *from, const char *to), (from, to), note_name("rename", AT_FDCWD, from, AT_FDCWD, to))
CHANGE(NAMING, EIO, renameat, (int folder, const char *from, int to_folder, const char *to), (folder, from, to_folder, to),
       note_name("rename", folder, from, to_folder, to))
CHANGE(WRITING, ENOSPC, ftruncate, (int file, off_t n), (file, n), note_cut(file, n))
CHANGE(WRITING, ENOSPC, ftruncate64, (int file, off64_t n), (file, n), note_cut(file, n))
CHANGE(WRITING, EIO, fsync, (int file), (file), note_sync(file))
CHANGE(WRITING, EIO, fdatasync, (int file), (file), note_sync(file))
/* What removes temporaries is not made to fail. */
CHANGE(0, EIO, unlink, (const char *path), (path), note_name("unlink", AT_FDCWD, path, 0, NULL))
CHANGE(0, EIO, unlinkat, (int folder, const char *path, int flags), (folder, path, flags), note_name("unlink", folder, path, 0, NULL))

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *user) {
  RESOLVED();
  return fails(THREAD, "pthread_create", CALLER, EAGAIN) ? EAGAIN : real_pthread_create(thread, attributes, run, user);
}

/* ---- streams of the program's own: libc's would not call what is above ---- */

struct stream {
  int file;
  bool writes;
};

static ssize_t read_stream(void *user, char *data, size_t n) {
  const struct stream *stream = user;
  void *const caller = (void *)modules[0].from;
  return fails(STREAM | READING, "fread", caller, EIO) ? -1 : real_read(stream->file, data, some(READING, caller, n));
}

/* As libc: writes on where a part was taken, gives up at the first failure. */
static ssize_t write_stream(void *user, const char *data, size_t n) {
  const struct stream *stream = user;
  void *const caller = (void *)modules[0].from;
  size_t n_done = 0;
  while (n_done < n) {
    if (fails(STREAM | WRITING, "fwrite", caller, ENOSPC)) break;
    lock_writes();
    const off_t begin = find_place(stream->file);
    const ssize_t n_taken = real_write(stream->file, data + n_done, some(WRITING, caller, n - n_done));
    note_write(stream->file, begin, data + n_done, n_taken);
    unlock_writes();
    if (n_taken < 0) break;
    n_done += (size_t)n_taken;
  }
  return (ssize_t)n_done;
}

static int seek_stream(void *user, off64_t *at, int from) {
  const struct stream *stream = user;
  const off64_t now = lseek64(stream->file, *at, from);
  if (now < 0) return -1;
  *at = now;
  return 0;
}

static int close_stream(void *user) {
  struct stream stream = *(struct stream *)user;
  real_free(user);
  const bool failed = stream.writes && fails(STREAM | WRITING, "fclose", (void *)modules[0].from, ENOSPC);
  const int reason = errno, result = close(stream.file);
  if (failed) errno = reason;
  return failed ? -1 : result;
}

static FILE *open_stream(const char *path, const char *mode) {
  const bool writes = *mode == 'w' || *mode == 'a' || strchr(mode, '+') != NULL;
  const int flags = (*mode == 'r' ? 0 : O_CREAT | (*mode == 'w' ? O_TRUNC : O_APPEND)) |
                    (strchr(mode, '+') != NULL ? O_RDWR : writes ? O_WRONLY : O_RDONLY) | O_CLOEXEC;
  lock_writes();
  const bool was_there = is_there(AT_FDCWD, path);
  const int file = real_open(path, flags, 0666);
  note_open(AT_FDCWD, path, file, was_there, (flags & O_TRUNC) != 0);
  unlock_writes();
  if (file < 0) return NULL;
  struct stream *stream = real_malloc(sizeof *stream);
  *stream = (struct stream){file, writes};
  const cookie_io_functions_t calls = {read_stream, write_stream, seek_stream, close_stream};
  be_inside(true);
  FILE *opened = fopencookie(stream, mode, calls);
  be_inside(false);
  return opened;
}

#define FOPEN(name)                                                                                                    \
  FILE *name(const char *path, const char *mode) {                                                                     \
    RESOLVED();                                                                                                        \
    if (fails(OPENING, "fopen", CALLER, EMFILE)) return NULL;                                                          \
    return fault.is_on && is_program(CALLER) ? open_stream(path, mode) : real_##name(path, mode);                      \
  }
FOPEN(fopen)
FOPEN(fopen64)
