/* For LD_PRELOAD: makes one call of a program fail, or all of them awkward, or something happen at one, and tells what was left at
 * its end.
 *
 *   FAULT_CALLS  which calls are counted: letters of m (memory), f (files), t (threads); default all
 *   FAULT_WHERE  own: calls made by the program's own text; library: those made by libraries; any; default own; else the
 *                beginning of a library's name: those made by it
 *   FAULT_AT     n: the n-th of these calls fails, from 0; absent: none does
 *   FAULT_ON     1: and all later ones of its kind (memory that has run out stays out, a disk that is full stays full)
 *   FAULT_STYLE  fail (the default); eintr: every other read and write fails with EINTR; short: reads and writes take a part;
 *                signal=N: at FAULT_AT the process gets signal N, and a call on a file then fails with EINTR;
 *                vanish=PATH, grow=PATH, cut=PATH: at FAULT_AT that file is removed, gets longer, or loses half
 *   FAULT_REASON errno of the call that fails; default what is usual for it
 *   FAULT_LOG    a file for what is told at the end, a line each:
 *                  calls N                     so many were counted
 *                  site N CALL HASH NEAR       without FAULT_AT: the first call by each way through the program; NEAR: of the
 *                                              innermost functions alone
 *                  failed N CALL FRAME...      what was made to fail, with the program's frames
 *                  live MODULE COUNT CALL FRAME...  memory that was not given back, by the module that asked for it
 *                  open FILE                   a file that was not closed
 *                  hdf5 COUNT                  objects of HDF5 that were not closed
 *   FAULT_WRITES a file for all that was done to files, with the bytes (writes.c)
 *
 * A stream of the program's own is one over the calls of calls.c, so that each of its reads and writes counts. Other programs that
 * inherit the environment, and children before they become one, are left alone (FAULT_PROGRAM: the name, hyperlist). */
#include "fault.h"

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { N_FRAME = 64, N_SITE = 1 << 16, N_NEAR = 4 };

#define QUIETLY __attribute__((tls_model("initial-exec")))

struct settings fault;
struct module modules[N_MODULE];
int n_module;

static _Atomic long n_call;
static _Atomic unsigned failed_kind;
static __thread QUIETLY volatile bool is_inside; /* volatile: libc's functions are declared never to call back */

/* ---- what is loaded where ---- */

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

bool is_program(const void *address) {
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

/* ---- telling ---- */

void tell(const char *format, ...) {
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

static bool is_where(const void *caller) {
  if (fault.where == ANYWHERE) return true;
  if (fault.where != ONE_LIBRARY) return is_program(caller) == (fault.where == OWN);
  const struct module *module = find_module(caller);
  return module != NULL && strncmp(module->name, fault.library, strlen(fault.library)) == 0;
}

static void end(void);

/* What the program's text does after main has ended (a build for coverage writes its counts) is left alone: this is registered at
 * the first call, later than the program's destructors, so that it comes before them. */
static void register_end(void) {
  static atomic_flag is_done = ATOMIC_FLAG_INIT;
  if (fault.is_on && !is_inside && !atomic_flag_test_and_set(&is_done)) {
    is_inside = true;
    if (atexit(end) != 0) abort();
    is_inside = false;
  }
}

static bool counts(unsigned kind, void *caller) {
  register_end();
  return fault.is_on && !is_inside && (fault.kinds & kind) != 0 && is_where(caller) && getpid() == fault.process;
}

/* Every other read or write of a thread. Streams and zlib cannot go on after EINTR; but nothing brings it except the signals that
 * the program itself catches, and then it is to end. */
static bool is_interrupted(unsigned kind, const void *caller) {
  static __thread QUIETLY bool was_interrupted;
  const struct module *module = find_module(caller);
  if ((kind & (READING | WRITING)) == 0 || (kind & STREAM) != 0) return false;
  if (module != NULL && strncmp(module->name, "libz.", 5) == 0) return false;
  was_interrupted = !was_interrupted;
  return was_interrupted;
}

/* Something happens just before a call, which then goes on, or is what a signal came into. Is it to fail? */
static bool happens(unsigned kind) {
  struct stat info;
  if (fault.style == SIGNAL) {
    raise(atoi(fault.what));
    errno = EINTR;
    return (kind & (OPENING | READING | WRITING)) != 0;
  }
  if (fault.style == VANISH) real_unlink(fault.what);
  if (fault.style == CUT && stat(fault.what, &info) == 0 && truncate(fault.what, info.st_size / 2) != 0) abort();
  if (fault.style == GROW) {
    static const char more[] = "\n1,2,3 and more than there was\n";
    const int file = real_open(fault.what, O_WRONLY | O_APPEND | O_CLOEXEC);
    if (file < 0 || real_write(file, more, sizeof more - 1) < 0) abort();
    close(file);
  }
  return false;
}

bool fails(unsigned kind, const char *call, void *caller, int reason) {
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
  if (fault.style == EINTR_NOW_AND_THEN) {
    is_hit = is_interrupted(kind, caller);
    reason = EINTR;
  } else if (is_hit && fault.style != FAIL) {
    is_hit = happens(kind);
    reason = EINTR;
  }
  is_inside = false;
  if (is_hit) errno = fault.reason != 0 && reason != EINTR ? fault.reason : reason;
  return is_hit;
}

void be_inside(bool is_so) {
  is_inside = is_so;
}

size_t some(unsigned kind, void *caller, size_t n) {
  return fault.style == SHORT && counts(kind, caller) && n > 1 ? n - n / 3 : n;
}

/* ---- begin and end ---- */

static bool is_our_program(void) {
  char path[4096];
  const char *name = getenv("FAULT_PROGRAM");
  const ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
  if (n <= 0) return false;
  path[n] = '\0';
  return strcmp(strrchr(path, '/') + 1, name != NULL ? name : "hyperlist") == 0;
}

static enum style find_style(const char *text) {
  static const char *const names[] = {"fail", "eintr", "short", "signal", "vanish", "grow", "cut"};
  enum style style = FAIL;
  if (text == NULL) return FAIL;
  const size_t n = strcspn(text, "=");
  while (strlen(names[style]) != n || strncmp(names[style], text, n) != 0) {
    if (++style > CUT) abort();
  }
  if (text[n] == '=') fault.what = text + n + 1;
  return style;
}

__attribute__((constructor)) static void begin(void) {
  const char *calls = getenv("FAULT_CALLS"), *where = getenv("FAULT_WHERE"), *at = getenv("FAULT_AT");
  void *frames[N_FRAME];
  resolve_calls();
  if (!is_our_program()) return;
  backtrace(frames, N_FRAME); /* it asks for memory when first called */
  dl_iterate_phdr(add_module, NULL);
  fault.log = getenv("FAULT_LOG");
  fault.library = where;
  fault.where = where == NULL || strcmp(where, "own") == 0 ? OWN
                : strcmp(where, "any") == 0                ? ANYWHERE
                : strcmp(where, "library") == 0            ? LIBRARIES
                                                           : ONE_LIBRARY;
  for (calls = calls != NULL ? calls : "mft"; *calls != '\0'; calls++)
    fault.kinds |= *calls == 'm' ? MEMORY : *calls == 'f' ? FILES : THREAD;
  fault.at = at != NULL ? atol(at) : -1;
  fault.reason = getenv("FAULT_REASON") != NULL ? atoi(getenv("FAULT_REASON")) : 0;
  fault.goes_on = getenv("FAULT_ON") != NULL;
  fault.style = find_style(getenv("FAULT_STYLE"));
  fault.is_counting = at == NULL && fault.style == FAIL;
  fault.process = getpid();
  if (dlsym(RTLD_DEFAULT, "__asan_init") == NULL) begin_holding(); /* which finds leaks itself */
  if (getenv("FAULT_WRITES") != NULL) begin_writes(getenv("FAULT_WRITES"));
  fault.is_on = true;
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
  tell_memory();
  tell_files();
  long (*count)(int64_t, unsigned) = (long (*)(int64_t, unsigned))dlsym(RTLD_DEFAULT, "H5Fget_obj_count");
  int (*silence)(int64_t, void *, void *) = (int (*)(int64_t, void *, void *))dlsym(RTLD_DEFAULT, "H5Eset_auto2");
  if (silence != NULL) silence(0, NULL, NULL); /* a program that never called HDF5 has no files of it */
  const long n = count != NULL ? count(-1, 0x1f) : 0; /* of any file, of any kind */
  if (n > 0) tell("hdf5 %ld\n", n);
}
