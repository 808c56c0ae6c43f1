#include "base/hasher.h"
#include "base/error.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

enum { BLOCK_BYTES = 1 << 18 };

struct hl_hasher {
  char *path, *block;
  int descriptor;
  uint64_t n_byte, position; /* of the file when it was opened; of what is hashed */
  bool is_at_end;
  XXH64_state_t *state;
  pthread_mutex_t lock;
};

static hl_status hash_block(struct hl_hasher *hasher) {
  const ssize_t n = read(hasher->descriptor, hasher->block, BLOCK_BYTES);
  if (n < 0 && errno == EINTR) return HL_OK;
  if (n < 0) return hl_fail_errno(hasher->path, "read");
  hasher->is_at_end = n == 0;
  hasher->position += (uint64_t)n;
  XXH64_update(hasher->state, hasher->block, (size_t)n);
  return HL_OK;
}

static hl_status open_file(struct hl_hasher *hasher) {
  struct stat info;
  do {
    hasher->descriptor = open(hasher->path, O_RDONLY | O_CLOEXEC);
  } while (hasher->descriptor < 0 && errno == EINTR);
  if (hasher->descriptor < 0) return hl_fail_errno(hasher->path, "open");
  if (fstat(hasher->descriptor, &info) == 0 && info.st_size > 0) hasher->n_byte = (uint64_t)info.st_size;
  return hash_block(hasher); /* what cannot be read is known at once */
}

hl_status hl_hasher_new(const char *path, struct hl_hasher **out) {
  hl_status status = HL_OK;
  struct hl_hasher *hasher = NULL;
  *out = NULL;
  TRY(hl_new_array(1, sizeof *hasher, &hasher));
  hasher->descriptor = -1;
  pthread_mutex_init(&hasher->lock, NULL);
  hasher->state = XXH64_createState();
  if (hasher->state == NULL) {
    status = hl_fail_memory();
    goto out;
  }
  XXH64_reset(hasher->state, 0);
  TRY(hl_copy_text(path, &hasher->path));
  TRY(hl_new_block(BLOCK_BYTES, &hasher->block));
  TRY(open_file(hasher));
  *out = hasher;
out:
  if (status != HL_OK) hl_hasher_free(hasher);
  return status;
}

void hl_hasher_free(struct hl_hasher *hasher) {
  if (hasher == NULL) return;
  if (hasher->descriptor >= 0) close(hasher->descriptor);
  pthread_mutex_destroy(&hasher->lock);
  XXH64_freeState(hasher->state);
  free(hasher->block);
  free(hasher->path);
  free(hasher);
}

hl_status hl_hasher_advance(struct hl_hasher *hasher, size_t part, size_t whole) {
  hl_status status = HL_OK;
  const double end = (double)hasher->n_byte * (double)part / (double)whole;
  if (pthread_mutex_trylock(&hasher->lock) != 0) return HL_OK;
  while (status == HL_OK && !hasher->is_at_end && (double)hasher->position < end) status = hash_block(hasher);
  pthread_mutex_unlock(&hasher->lock);
  return status;
}

hl_status hl_hasher_finish(struct hl_hasher *hasher, uint64_t *hash, uint64_t *n_byte) {
  hl_status status = HL_OK;
  while (!hasher->is_at_end) TRY(hash_block(hasher));
  *hash = XXH64_digest(hasher->state);
  *n_byte = hasher->position;
out:
  return status;
}

hl_status hl_file_hash(const char *path, uint64_t *hash, uint64_t *n_byte) {
  struct hl_hasher *hasher;
  hl_status status = hl_hasher_new(path, &hasher);
  if (status == HL_OK) status = hl_hasher_finish(hasher, hash, n_byte);
  hl_hasher_free(hasher);
  return status;
}
