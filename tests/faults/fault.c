/* For LD_PRELOAD: makes one call of a program fail, or all of them awkward, and tells what was left at its end.
 *
 *   FAULT_CALLS  which calls are counted: letters of m (memory), f (files), t (threads); default all
 *   FAULT_WHERE  own: calls made by the program's own text; library: those made by libraries; default own
 *   FAULT_AT     n: the n-th of these calls fails, from 0; absent: none does
 *   FAULT_ON     1: and all later ones of its kind (memory that has run out stays out, a disk that is full stays full)
 *   FAULT_STYLE  fail (the default); eintr: every other call on a file fails with EINTR; short: reads and writes take a part
 *   FAULT_LOG    a file for what is told at the end, a line each:
 *                  calls N                     so many were counted
 *                  site N CALL HASH NEAR       without FAULT_AT: the first call by each way through the program; NEAR: of the
 *                                              innermost functions alone
 *                  failed N CALL FRAME...      what was made to fail, with the program's frames
 *                  live MODULE COUNT CALL FRAME...  memory that was not given back, by the module that asked for it
 *                  open FILE                   a file that was not closed
 *                  hdf5 COUNT                  objects of HDF5 that were not closed
 *
 * A stream of the program's own is one over the calls below, so that each of its reads and writes counts. Other programs that
 * inherit the environment, and children before they become one, are left alone (FAULT_PROGRAM: the name, hyperlist). */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MEMORY = 1, OPENING = 2, READING = 4, WRITING = 8, NAMING = 16, THREAD = 32, FILES = OPENING | READING | WRITING | NAMING };
enum { N_FRAME = 64, N_MODULE = 128, N_BUCKET = 1 << 16, N_NODE = 1 << 20, N_SITE = 1 << 16, N_NEAR = 4 };

#define CALLER  __builtin_return_address(0)
#define QUIETLY __attribute__((tls_model("initial-exec")))

static struct {
  bool is_on, is_own, is_counting, goes_on, is_eintr, is_short, tracks;
  unsigned kinds;
  long at;
  pid_t process;
  const char *log;
} fault;

static _Atomic long n_call;
static _Atomic unsigned failed_kind;
static __thread QUIETLY volatile bool is_inside; /* volatile: libc.s functions are declared never to call back */
static __thread QUIETLY bool was_interrupted;

/* ---- what is loaded where ---- */

struct module {
  uintptr_t from, to, base;
  const char *name;
};
static struct module modules[N_MODULE];
static int n_module;

static int add_module(struct dl_phdr_info *info, size_t size, void *user) {
  (void)size, (void)user;
  for (int i = 0; i < info->dlpi_phnum && n_module < N_MODULE; i++) {
    const ElfW(Phdr) *part = &info->dlpi_phdr[i];
    if (part->p_type != PT_LOAD || (part->p_flags & PF_X) == 0) continue;
    const char *slash = strrchr(info->dlpi_name, '/');
    const uintptr_t from = info->dlpi_addr + part->p_vaddr;
    modules[n_module++] = (struct module){from, from + part->p_memsz, info->dlpi_addr,
                                          n_module == 0 ? "program" : slash != NULL ? slash + 1 : info->dlpi_name};
  }
  return 0;
}

static const struct module *find_module(const void *address) {
  for (int i = 0; i < n_module; i++) {
    if ((uintptr_t)address >= modules[i].from && (uintptr_t)address < modules[i].to) return &modules[i];
  }
  return NULL;
}

static bool is_program(const void *address) {
  return n_module > 0 && (uintptr_t)address >= modules[0].from && (uintptr_t)address < modules[0].to;
}

/* The program's own frames, innermost first. */
static int get_frames(void **frames) {
  void *all[N_FRAME];
  const int n = backtrace(all, N_FRAME);
  int n_own = 0;
  for (int i = 0; i < n; i++) {
    if (is_program(all[i])) frames[n_own++] = all[i];
  }
  return n_own;
}

/* ---- the real ones ---- */

#define EACH_CALL(X)                                                                                                   \
  X(void *, malloc, (size_t))                                                                                          \
  X(void *, calloc, (size_t, size_t))                                                                                  \
  X(void *, realloc, (void *, size_t))                                                                                 \
  X(void, free, (void *))                                                                                              \
  X(char *, strdup, (const char *))                                                                                    \
  X(FILE *, open_memstream, (char **, size_t *))                                                                       \
  X(char *, realpath, (const char *, char *))                                                                          \
  X(int, open, (const char *, int, ...))                                                                               \
  X(int, open64, (const char *, int, ...))                                                                             \
  X(int, openat, (int, const char *, int, ...))                                                                        \
  X(int, openat64, (int, const char *, int, ...))                                                                      \
  X(FILE *, fopen, (const char *, const char *))                                                                       \
  X(FILE *, fopen64, (const char *, const char *))                                                                     \
  X(FILE *, tmpfile64, (void))                                                                                         \
  X(DIR *, opendir, (const char *))                                                                                    \
  X(DIR *, fdopendir, (int))                                                                                           \
  X(int, mkdir, (const char *, mode_t))                                                                                \
  X(int, mkdirat, (int, const char *, mode_t))                                                                         \
  X(char *, mkdtemp, (char *))                                                                                         \
  X(int, mkstemp64, (char *))                                                                                          \
  X(ssize_t, read, (int, void *, size_t))                                                                              \
  X(ssize_t, pread, (int, void *, size_t, off_t))                                                                      \
  X(ssize_t, pread64, (int, void *, size_t, off64_t))                                                                  \
  X(ssize_t, write, (int, const void *, size_t))                                                                       \
  X(ssize_t, pwrite, (int, const void *, size_t, off_t))                                                               \
  X(ssize_t, pwrite64, (int, const void *, size_t, off64_t))                                                           \
  X(int, ftruncate, (int, off_t))                                                                                      \
  X(int, ftruncate64, (int, off64_t))                                                                                  \
  X(int, fsync, (int))                                                                                                 \
  X(int, rename, (const char *, const char *))                                                                         \
  X(int, renameat, (int, const char *, int, const char *))                                                             \
  X(pid_t, fork, (void))                                                                                               \
  X(int, pthread_create, (pthread_t *, const pthread_attr_t *, void *(*)(void *), void *))

#define DECLARE(type, name, parameters) static type(*real_##name) parameters;
EACH_CALL(DECLARE)

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

static void resolve(void) {
  is_resolving = true;
#define RESOLVE(type, name, parameters) real_##name = (type(*) parameters)dlsym(RTLD_NEXT, #name);
  EACH_CALL(RESOLVE)
  is_resolving = false;
}

#define RESOLVED()                                                                                                     \
  do {                                                                                                                 \
    if (real_pthread_create == NULL && !is_resolving) resolve();                                                       \
  } while (0)

/* ---- memory that is held ---- */

struct node {
  struct node *next;
  void *at;
  const char *call;
  void *caller;
};
static struct node *nodes, *free_nodes, *buckets[N_BUCKET];
static size_t n_node;
static atomic_flag held_lock = ATOMIC_FLAG_INIT;

static struct node **find_bucket(const void *at) {
  return &buckets[((uintptr_t)at >> 4) * 0x9e3779b97f4a7c15u >> 48];
}

static void hold(void *at, const char *call, void *caller) {
  if (at == NULL || nodes == NULL || getpid() != fault.process) return;
  while (atomic_flag_test_and_set(&held_lock)) continue;
  struct node *node = free_nodes;
  if (node != NULL) {
    free_nodes = node->next;
  } else if (n_node < N_NODE) {
    node = &nodes[n_node++];
  }
  if (node != NULL) {
    *node = (struct node){*find_bucket(at), at, call, caller};
    *find_bucket(at) = node;
  }
  atomic_flag_clear(&held_lock);
}

static void let_go(const void *at) {
  if (at == NULL || nodes == NULL) return;
  while (atomic_flag_test_and_set(&held_lock)) continue;
  for (struct node **link = find_bucket(at); *link != NULL; link = &(*link)->next) {
    if ((*link)->at != at) continue;
    struct node *node = *link;
    *link = node->next;
    node->next = free_nodes;
    free_nodes = node;
    break;
  }
  atomic_flag_clear(&held_lock);
}

/* ---- telling ---- */

static void tell(const char *format, ...) {
  static int file = -1;
  char line[2048];
  va_list arguments;
  if (fault.log == NULL) return;
  if (file < 0) file = real_open(fault.log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  va_start(arguments, format);
  const int n = vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  if (file < 0 || real_write(file, line, (size_t)n < sizeof line ? (size_t)n : sizeof line) < 0) abort();
}

static void print_frames(char *text, size_t size) {
  void *frames[N_FRAME];
  const int n = get_frames(frames);
  size_t used = 0;
  *text = '\0';
  for (int i = 0; i < n && used < size; i++)
    used += (size_t)snprintf(text + used, size - used, " %#lx", (unsigned long)((uintptr_t)frames[i] - modules[0].base));
}

/* ---- deciding ---- */

static void note_site(long n, const char *call, void *caller) {
  static uint64_t sites[N_SITE];
  static atomic_flag lock = ATOMIC_FLAG_INIT;
  void *frames[N_FRAME];
  const int n_frame = get_frames(frames);
  uint64_t hash = 14695981039346656037u, near = 0;
  for (int i = -2; i < n_frame; i++) {
    const struct module *module = find_module(caller);
    const uint64_t value = i == -2   ? (uint64_t)(uintptr_t)call - (uint64_t)(uintptr_t)"" /* one literal a call */
                           : i == -1 ? (uintptr_t)caller - (module != NULL ? module->base : 0)
                                     : (uintptr_t)frames[i] - modules[0].base;
    hash = (hash ^ value) * 1099511628211u;
    hash ^= hash >> 29;
    if (i < N_NEAR) near = hash;
  }
  while (atomic_flag_test_and_set(&lock)) continue;
  size_t at = hash % N_SITE, n_tried = 0;
  while (sites[at] != 0 && sites[at] != hash && n_tried++ < N_SITE) at = (at + 1) % N_SITE;
  const bool is_new = sites[at] != hash;
  sites[at] = hash;
  atomic_flag_clear(&lock);
  if (is_new) tell("site %ld %s %016lx %016lx\n", n, call, (unsigned long)hash, (unsigned long)near);
}

static bool counts(unsigned kind, void *caller) {
  return fault.is_on && !is_inside && (fault.kinds & kind) != 0 && is_program(caller) == fault.is_own &&
         getpid() == fault.process;
}

static bool is_interrupted(unsigned kind) {
  if ((kind & (OPENING | READING | WRITING)) == 0) return false;
  was_interrupted = !was_interrupted;
  return was_interrupted;
}

/* Is this call to fail? errno is then `reason`, or EINTR. */
static bool fails(unsigned kind, const char *call, void *caller, int reason) {
  if (!counts(kind, caller)) return false;
  const long n = atomic_fetch_add(&n_call, 1);
  bool is_hit = n == fault.at || (fault.goes_on && fault.at >= 0 && n > fault.at && failed_kind == kind);
  is_inside = true;
  if (fault.is_counting) note_site(n, call, caller);
  if (n == fault.at) {
    char frames[1024];
    failed_kind = kind;
    print_frames(frames, sizeof frames);
    tell("failed %ld %s%s\n", n, call, frames);
  }
  is_inside = false;
  if (fault.is_eintr) {
    is_hit = is_interrupted(kind);
    reason = EINTR;
  }
  if (is_hit) errno = reason;
  return is_hit;
}

/* How much of n bytes is taken. */
static size_t some(unsigned kind, void *caller, size_t n) {
  return fault.is_short && counts(kind, caller) && n > 1 ? n - n / 3 : n;
}

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

#define PLAIN(kind, reason, type, name, failure, parameters, arguments)                                                \
  type name parameters {                                                                                               \
    RESOLVED();                                                                                                        \
    return fails(kind, #name, CALLER, reason) ? (failure) : real_##name arguments;                                     \
  }

PLAIN(MEMORY, ENOMEM, FILE *, open_memstream, NULL, (char **text, size_t *n), (text, n))
PLAIN(MEMORY, ENOMEM, char *, realpath, NULL, (const char *path, char *to), (path, to))

/* ---- files ---- */

#define OPEN(name, parameters, arguments)                                                                              \
  int name parameters {                                                                                                \
    mode_t mode = 0;                                                                                                   \
    va_list rest;                                                                                                      \
    va_start(rest, flags);                                                                                             \
    if ((flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE) mode = va_arg(rest, mode_t);                       \
    va_end(rest);                                                                                                      \
    RESOLVED();                                                                                                        \
    return fails(OPENING, #name, CALLER, EMFILE) ? -1 : real_##name arguments;                                         \
  }

OPEN(open, (const char *path, int flags, ...), (path, flags, mode))
OPEN(open64, (const char *path, int flags, ...), (path, flags, mode))
OPEN(openat, (int folder, const char *path, int flags, ...), (folder, path, flags, mode))
OPEN(openat64, (int folder, const char *path, int flags, ...), (folder, path, flags, mode))
PLAIN(OPENING, EMFILE, FILE *, tmpfile64, NULL, (void), ())
PLAIN(OPENING, EMFILE, DIR *, opendir, NULL, (const char *path), (path))
PLAIN(MEMORY, ENOMEM, DIR *, fdopendir, NULL, (int file), (file))
PLAIN(NAMING, ENOSPC, int, mkdir, -1, (const char *path, mode_t mode), (path, mode))
PLAIN(NAMING, ENOSPC, int, mkdirat, -1, (int folder, const char *path, mode_t mode), (folder, path, mode))
PLAIN(NAMING, ENOSPC, char *, mkdtemp, NULL, (char *path), (path))
PLAIN(NAMING, ENOSPC, int, mkstemp64, -1, (char *path), (path))
PLAIN(NAMING, EIO, int, rename, -1, (const char *from, const char *to), (from, to))
PLAIN(NAMING, EIO, int, renameat, -1, (int a, const char *from, int b, const char *to), (a, from, b, to))
PLAIN(WRITING, ENOSPC, int, ftruncate, -1, (int file, off_t n), (file, n))
PLAIN(WRITING, ENOSPC, int, ftruncate64, -1, (int file, off64_t n), (file, n))
PLAIN(WRITING, EIO, int, fsync, -1, (int file), (file))
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
TAKE(WRITING, ENOSPC, write, (int file, const void *data, size_t n), (file, data, n))
TAKE(WRITING, ENOSPC, pwrite, (int file, const void *data, size_t n, off_t at), (file, data, n, at))
TAKE(WRITING, ENOSPC, pwrite64, (int file, const void *data, size_t n, off64_t at), (file, data, n, at))

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
  return fails(READING, "fread", caller, EIO) ? -1 : real_read(stream->file, data, some(READING, caller, n));
}

/* As libc: writes on where a part was taken, gives up at the first failure. */
static ssize_t write_stream(void *user, const char *data, size_t n) {
  const struct stream *stream = user;
  void *const caller = (void *)modules[0].from;
  size_t n_done = 0;
  while (n_done < n) {
    if (fails(WRITING, "fwrite", caller, ENOSPC)) break;
    const ssize_t n_taken = real_write(stream->file, data + n_done, some(WRITING, caller, n - n_done));
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
  const bool failed = stream.writes && fails(WRITING, "fclose", (void *)modules[0].from, ENOSPC);
  const int reason = errno, result = close(stream.file);
  if (failed) errno = reason;
  return failed ? -1 : result;
}

static FILE *open_stream(const char *path, const char *mode) {
  const bool writes = *mode == 'w' || *mode == 'a' || strchr(mode, '+') != NULL;
  const int flags = (*mode == 'r' ? 0 : O_CREAT | (*mode == 'w' ? O_TRUNC : O_APPEND)) |
                    (strchr(mode, '+') != NULL ? O_RDWR : writes ? O_WRONLY : O_RDONLY) | O_CLOEXEC;
  const int file = real_open(path, flags, 0666);
  if (file < 0) return NULL;
  struct stream *stream = real_malloc(sizeof *stream);
  *stream = (struct stream){file, writes};
  const cookie_io_functions_t calls = {read_stream, write_stream, seek_stream, close_stream};
  is_inside = true;
  FILE *opened = fopencookie(stream, mode, calls);
  is_inside = false;
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

/* ---- begin and end ---- */

static bool is_our_program(void) {
  char path[4096];
  const char *name = getenv("FAULT_PROGRAM");
  const ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
  if (n <= 0) return false;
  path[n] = '\0';
  return strcmp(strrchr(path, '/') + 1, name != NULL ? name : "hyperlist") == 0;
}

__attribute__((constructor)) static void begin(void) {
  RESOLVED();
  const char *calls = getenv("FAULT_CALLS"), *where = getenv("FAULT_WHERE"), *at = getenv("FAULT_AT"),
             *style = getenv("FAULT_STYLE");
  void *frames[N_FRAME];
  if (!is_our_program()) return;
  backtrace(frames, N_FRAME); /* it asks for memory when first called */
  dl_iterate_phdr(add_module, NULL);
  fault.log = getenv("FAULT_LOG");
  fault.is_own = where == NULL || strcmp(where, "library") != 0;
  for (calls = calls != NULL ? calls : "mft"; *calls != '\0'; calls++)
    fault.kinds |= *calls == 'm' ? MEMORY : *calls == 'f' ? FILES : THREAD;
  fault.at = at != NULL ? atol(at) : -1;
  fault.goes_on = getenv("FAULT_ON") != NULL;
  fault.is_eintr = style != NULL && strcmp(style, "eintr") == 0;
  fault.is_short = style != NULL && strcmp(style, "short") == 0;
  fault.is_counting = at == NULL && !fault.is_eintr && !fault.is_short;
  fault.process = getpid();
  if (dlsym(RTLD_DEFAULT, "__asan_init") == NULL) { /* which finds leaks itself */
    nodes = mmap(NULL, N_NODE * sizeof *nodes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (nodes == MAP_FAILED) abort();
  }
  fault.is_on = true;
}

static void tell_memory(void) {
  for (int m = 0; m < n_module; m++) {
    long n = 0;
    const struct node *one = NULL;
    for (size_t i = 0; i < N_BUCKET; i++) {
      for (const struct node *node = buckets[i]; node != NULL; node = node->next) {
        if ((uintptr_t)node->caller < modules[m].from || (uintptr_t)node->caller >= modules[m].to) continue;
        n++;
        one = node;
      }
    }
    if (n > 0) tell("live %s %ld %s %#lx\n", modules[m].name, n, one->call, (unsigned long)((uintptr_t)one->caller - modules[m].base));
  }
}

static void tell_files(void) {
  for (int file = 3; file < 256; file++) {
    char link[64], path[1024];
    struct stat info;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    const ssize_t n = readlink(link, path, sizeof path - 1);
    if (n <= 0 || stat(link, &info) != 0 || !(S_ISREG(info.st_mode) || S_ISDIR(info.st_mode))) continue;
    path[n] = '\0';
    if (fault.log == NULL || strcmp(path, fault.log) != 0) tell("open %s\n", path);
  }
}

__attribute__((destructor)) static void end(void) {
  if (!fault.is_on || getpid() != fault.process) return;
  fault.is_on = false;
  tell("calls %ld\n", n_call);
  if (nodes != NULL) tell_memory();
  tell_files();
  long (*count)(int64_t, unsigned) = (long (*)(int64_t, unsigned))dlsym(RTLD_DEFAULT, "H5Fget_obj_count");
  int (*silence)(int64_t, void *, void *) = (int (*)(int64_t, void *, void *))dlsym(RTLD_DEFAULT, "H5Eset_auto2");
  if (silence != NULL) silence(0, NULL, NULL); /* a program that never called HDF5 has no files of it */
  const long n = count != NULL ? count(-1, 0x1f) : 0; /* of any file, of any kind */
  if (n > 0) tell("hdf5 %ld\n", n);
}
