/* What a program does to files, in the file FAULT_WRITES: each call that has ended well, a line of words parted by tabs,
 *
 *   new INODE PATH        the name is new, so is the file       write INODE AT N, then N bytes
 *   folder PATH                                                 cut INODE N         (it is that long now)
 *   rename PATH TO                                              sync INODE PATH     (a file or a folder)
 *   unlink PATH
 *
 * Numbers of inodes may come again when a file is gone. Only regular files are told. */
#include "fault.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int to = -1;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void begin_writes(const char *path) {
  to = real_open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (to < 0) abort();
}

static bool is_on(void) {
  return to >= 0 && fault.process == getpid();
}

void lock_writes(void) {
  if (is_on()) pthread_mutex_lock(&lock);
}

void unlock_writes(void) {
  if (is_on()) pthread_mutex_unlock(&lock);
}

static void put(const void *bytes, size_t n) {
  if (real_write(to, bytes, n) != (ssize_t)n) abort();
}

/* Of a name below an open folder the whole; without `..` and the like in our tests. */
static const char *find_path(int folder, const char *path, char *whole, size_t size) {
  char link[64];
  if (*path == '/') return path;
  snprintf(link, sizeof link, folder == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/%d", folder);
  ssize_t n = readlink(link, whole, size);
  if (n <= 0 || (size_t)n + strlen(path) + 2 > size) abort();
  whole[n++] = '/';
  strcpy(whole + n, path);
  return whole;
}

static bool is_regular(int file, struct stat *info) {
  return fstat(file, info) == 0 && S_ISREG(info->st_mode);
}

bool is_there(int folder, const char *path) {
  struct stat info;
  return !is_on() || fstatat(folder, path, &info, 0) == 0;
}

off_t find_place(int file) {
  struct stat info;
  if (!is_on() || !is_regular(file, &info)) return 0;
  return (fcntl(file, F_GETFL) & O_APPEND) != 0 ? info.st_size : lseek(file, 0, SEEK_CUR);
}

void note_write(int file, off_t at, const void *data, ssize_t n) {
  struct stat info;
  char line[128];
  if (!is_on() || n <= 0 || !is_regular(file, &info)) return;
  put(line, (size_t)snprintf(line, sizeof line, "write\t%lu\t%ld\t%ld\n", (unsigned long)info.st_ino, (long)at, (long)n));
  put(data, (size_t)n);
}

void note_cut(int file, off_t n) {
  struct stat info;
  char line[128];
  if (!is_on() || !is_regular(file, &info)) return;
  put(line, (size_t)snprintf(line, sizeof line, "cut\t%lu\t%ld\n", (unsigned long)info.st_ino, (long)n));
}

void note_sync(int file) {
  struct stat info;
  char line[4200], link[64], path[4096];
  if (!is_on() || fstat(file, &info) != 0) return;
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  const ssize_t n = readlink(link, path, sizeof path - 1);
  path[n > 0 ? n : 0] = '\0';
  put(line, (size_t)snprintf(line, sizeof line, "sync\t%lu\t%s\n", (unsigned long)info.st_ino, path));
}

void note_open(int folder, const char *path, int file, bool was_there, bool is_cut) {
  struct stat info;
  char whole[4096], line[4200];
  if (!is_on() || file < 0 || !is_regular(file, &info)) return;
  if (was_there && is_cut) note_cut(file, 0);
  if (was_there || info.st_nlink == 0) return; /* one that never has a name */
  put(line, (size_t)snprintf(line, sizeof line, "new\t%lu\t%s\n", (unsigned long)info.st_ino, find_path(folder, path, whole, sizeof whole)));
}

void note_name(const char *call, int folder, const char *path, int to_folder, const char *to_path) {
  char whole[4096], to_whole[4096], line[8300];
  if (!is_on()) return;
  int n = snprintf(line, sizeof line, "%s\t%s", call, find_path(folder, path, whole, sizeof whole));
  if (to_path != NULL) n += snprintf(line + n, sizeof line - (size_t)n, "\t%s", find_path(to_folder, to_path, to_whole, sizeof to_whole));
  line[n++] = '\n';
  put(line, (size_t)n);
}
