#include "ingest/gz.h"
#include "base/error.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { INPUT_BYTES = 1 << 16, MAX_READ = 1 << 30, AHEAD_BYTES = 1 << 18, N_AHEAD = 4 };

/* Blocks on their way from the thread that unpacks to who reads; numbers count all there ever were. */
struct ahead {
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t changed;
  char *blocks[N_AHEAD];
  size_t n_byte[N_AHEAD];
  size_t n_filled, n_emptied;
  bool is_over, is_unwanted; /* no block comes any more; none is wanted */
  size_t offset;             /* of who reads, in the block at hand */
  hl_status status;          /* what came behind the last block, with its message */
  char *message;
};

struct hl_gz {
  gzFile file;
  char *path;
  struct ahead *ahead; /* NULL: who reads unpacks */
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

static hl_status unpack(struct hl_gz *gz, void *buffer, size_t n, size_t *n_read) {
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

/* ---- Ahead of who reads ---- */

static bool wait_for_room(struct ahead *ahead) {
  pthread_mutex_lock(&ahead->lock);
  while (ahead->n_filled - ahead->n_emptied == N_AHEAD && !ahead->is_unwanted)
    pthread_cond_wait(&ahead->changed, &ahead->lock);
  const bool is_wanted = !ahead->is_unwanted;
  pthread_mutex_unlock(&ahead->lock);
  return is_wanted;
}

static void *fill(void *user) {
  struct hl_gz *gz = user;
  struct ahead *ahead = gz->ahead;
  hl_status status = HL_OK;
  for (size_t n = AHEAD_BYTES; status == HL_OK && n == AHEAD_BYTES && wait_for_room(ahead);) {
    const size_t i = ahead->n_filled % N_AHEAD;
    status = unpack(gz, ahead->blocks[i], AHEAD_BYTES, &n);
    pthread_mutex_lock(&ahead->lock);
    ahead->n_byte[i] = status == HL_OK ? n : 0;
    ahead->n_filled++;
    pthread_cond_signal(&ahead->changed);
    pthread_mutex_unlock(&ahead->lock);
  }
  pthread_mutex_lock(&ahead->lock);
  ahead->is_over = true;
  ahead->status = status;
  if (status != HL_OK && hl_copy_text(hl_error_message(), &ahead->message) != HL_OK) ahead->message = NULL;
  pthread_cond_signal(&ahead->changed);
  pthread_mutex_unlock(&ahead->lock);
  return NULL;
}

static void release(struct ahead *ahead) {
  pthread_cond_destroy(&ahead->changed);
  pthread_mutex_destroy(&ahead->lock);
  for (size_t i = 0; i < N_AHEAD; i++) free(ahead->blocks[i]);
  free(ahead->message);
  free(ahead);
}

void hl_gz_read_ahead(struct hl_gz *gz) {
  struct ahead *ahead;
  if (gzdirect(gz->file) || hl_new_array(1, sizeof *ahead, &ahead) != HL_OK) return;
  pthread_mutex_init(&ahead->lock, NULL);
  pthread_cond_init(&ahead->changed, NULL);
  bool is_ready = true;
  for (size_t i = 0; i < N_AHEAD && is_ready; i++)
    is_ready = hl_new_block(AHEAD_BYTES, &ahead->blocks[i]) == HL_OK;
  gz->ahead = ahead;
  if (is_ready && pthread_create(&ahead->thread, NULL, fill, gz) == 0) return;
  gz->ahead = NULL;
  release(ahead);
}

static void end_ahead(struct ahead *ahead) {
  pthread_mutex_lock(&ahead->lock);
  ahead->is_unwanted = true;
  pthread_cond_signal(&ahead->changed);
  pthread_mutex_unlock(&ahead->lock);
  pthread_join(ahead->thread, NULL);
  release(ahead);
}

static bool wait_for_block(struct ahead *ahead) {
  pthread_mutex_lock(&ahead->lock);
  while (ahead->n_filled == ahead->n_emptied && !ahead->is_over)
    pthread_cond_wait(&ahead->changed, &ahead->lock);
  const bool is_there = ahead->n_filled > ahead->n_emptied;
  pthread_mutex_unlock(&ahead->lock);
  return is_there;
}

static hl_status take(struct ahead *ahead, char *buffer, size_t n, size_t *n_read) {
  while (*n_read < n && wait_for_block(ahead)) {
    const size_t i = ahead->n_emptied % N_AHEAD, left = ahead->n_byte[i] - ahead->offset;
    const size_t step = n - *n_read < left ? n - *n_read : left;
    memcpy(buffer + *n_read, ahead->blocks[i] + ahead->offset, step);
    *n_read += step;
    ahead->offset += step;
    if (step < left) break;
    pthread_mutex_lock(&ahead->lock);
    ahead->n_emptied++;
    pthread_cond_signal(&ahead->changed);
    pthread_mutex_unlock(&ahead->lock);
    ahead->offset = 0;
  }
  if (*n_read == n || ahead->status == HL_OK) return HL_OK;
  return hl_fail_again(ahead->status, ahead->message != NULL ? ahead->message : "out of memory");
}

hl_status hl_gz_read(struct hl_gz *gz, void *buffer, size_t n, size_t *n_read) {
  *n_read = 0;
  return gz->ahead != NULL ? take(gz->ahead, buffer, n, n_read) : unpack(gz, buffer, n, n_read);
}

bool hl_gz_is_packed(const struct hl_gz *gz) {
  return !gzdirect(gz->file);
}

void hl_gz_close(struct hl_gz *gz) {
  if (gz == NULL) return;
  if (gz->ahead != NULL) end_ahead(gz->ahead);
  if (gz->file != NULL) gzclose_r(gz->file);
  free(gz->path);
  free(gz);
}
