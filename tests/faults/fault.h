/* What the parts of the library share: fault.c (which call fails, and telling), calls.c (the calls), held.c (memory), writes.c
 * (what was done to files). Nothing of it is seen by the program but the calls. */
#ifndef FAULT_H
#define FAULT_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dirent.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#pragma GCC visibility push(hidden)

/* ---- fault.c ---- */

enum { MEMORY = 1, OPENING = 2, READING = 4, WRITING = 8, NAMING = 16, THREAD = 32, FILES = OPENING | READING | WRITING | NAMING, STREAM = 64 };
enum where { OWN, LIBRARIES, ONE_LIBRARY, ANYWHERE };
enum style { FAIL, EINTR_NOW_AND_THEN, SHORT, SIGNAL, VANISH, GROW, CUT };

struct settings {
  bool is_on, is_counting, goes_on;
  enum where where;
  const char *library; /* ONE_LIBRARY: how its name begins */
  enum style style;
  const char *what; /* the signal's number, the file's path */
  unsigned kinds;
  long at;
  int reason;
  pid_t process;
  const char *log;
};
extern struct settings fault;

struct module {
  uintptr_t from, to, base;
  const char *name;
};
enum { N_MODULE = 128 };
extern struct module modules[N_MODULE]; /* the first is the program's text */
extern int n_module;

bool is_program(const void *address);
bool fails(unsigned kind, const char *call, void *caller, int reason); /* errno is then the reason, or EINTR */
size_t some(unsigned kind, void *caller, size_t n);                    /* how much of n bytes is taken */
void be_inside(bool is_so); /* what this thread calls now is our own doing */
void tell(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- held.c ---- */

void begin_holding(void);
void hold(void *at, const char *call, void *caller);
void let_go(const void *at);
void tell_memory(void);

/* ---- writes.c: each call is told after it has ended well; `lock` before it begins, so that the order is the true one ---- */

void begin_writes(const char *path);
void lock_writes(void);
void unlock_writes(void);
off_t find_place(int file); /* where the next write goes */
void note_write(int file, off_t at, const void *data, ssize_t n);
void note_cut(int file, off_t n);
void note_sync(int file);
void note_open(int folder, const char *path, int file, bool was_there, bool is_cut);
void note_name(const char *call, int folder, const char *path, int to_folder, const char *to);
bool is_there(int folder, const char *path);

/* ---- calls.c ---- */

#define EACH_CALL(X)                                                                                                   \
  X(void *, malloc, (size_t))                                                                                          \
  X(void *, calloc, (size_t, size_t))                                                                                  \
  X(void *, realloc, (void *, size_t))                                                                                 \
  X(void, free, (void *))                                                                                              \
  X(int, posix_memalign, (void **, size_t, size_t))                                                                    \
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
  X(struct dirent64 *, readdir64, (DIR *))                                                                             \
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
  X(int, unlink, (const char *))                                                                                       \
  X(int, unlinkat, (int, const char *, int))                                                                           \
  X(int, fdatasync, (int))                                                                                             \
  X(int, fsync, (int))                                                                                                 \
  X(int, rename, (const char *, const char *))                                                                         \
  X(int, renameat, (int, const char *, int, const char *))                                                             \
  X(pid_t, fork, (void))                                                                                               \
  X(int, pthread_create, (pthread_t *, const pthread_attr_t *, void *(*)(void *), void *))

#define DECLARE(type, name, parameters) extern type(*real_##name) parameters;
EACH_CALL(DECLARE)
#undef DECLARE

/* Before the first of them is used. */
void resolve_calls(void);

#pragma GCC visibility pop

#endif
