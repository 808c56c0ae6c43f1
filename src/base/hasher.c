#include "base/hasher.h"
#include "base/error.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
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

/* ---- By a thread of its own ---- */

struct hl_hashing {
  pthread_t thread;
  bool is_running;
  atomic_bool is_unwanted;
  size_t n;
  const char *const *paths;
  struct known {
    bool is_known;
    uint64_t hash, n_byte;
  } * known; /* [n] */
};

static void hash_one(struct hl_hashing *hashing, size_t i) {
  struct known *known = &hashing->known[i];
  struct hl_hasher *hasher;
  hl_status status = hl_hasher_new(hashing->paths[i], &hasher);
  while (status == HL_OK && !hasher->is_at_end && !hashing->is_unwanted) status = hash_block(hasher);
  known->is_known =
      status == HL_OK && hasher->is_at_end && hl_hasher_finish(hasher, &known->hash, &known->n_byte) == HL_OK;
  hl_hasher_free(hasher);
}

static void *hash_all(void *user) {
  struct hl_hashing *hashing = user;
  for (size_t i = 0; i < hashing->n && !hashing->is_unwanted; i++) hash_one(hashing, i);
  return NULL;
}

struct hl_hashing *hl_hashing_begin(size_t n, const char *const *paths) {
  struct hl_hashing *hashing = NULL;
  hl_status status = HL_OK;
  TRY(hl_new_array(1, sizeof *hashing, &hashing));
  hashing->n = n;
  hashing->paths = paths;
  TRY(hl_new_array(n, sizeof *hashing->known, &hashing->known));
  hashing->is_running = pthread_create(&hashing->thread, NULL, hash_all, hashing) == 0;
out:
  if (status == HL_OK && hashing->is_running) return hashing;
  hl_hashing_end(hashing);
  return NULL;
}

static void wait_for(struct hl_hashing *hashing) {
  if (hashing->is_running) pthread_join(hashing->thread, NULL);
  hashing->is_running = false;
}

bool hl_hashing_get(struct hl_hashing *hashing, const char *path, uint64_t *hash, uint64_t *n_byte) {
  if (hashing == NULL) return false;
  wait_for(hashing);
  for (size_t i = 0; i < hashing->n; i++) {
    const struct known *known = &hashing->known[i];
    if (!known->is_known || strcmp(hashing->paths[i], path) != 0) continue;
    *hash = known->hash;
    *n_byte = known->n_byte;
    return true;
  }
  return false;
}

void hl_hashing_end(struct hl_hashing *hashing) {
  if (hashing == NULL) return;
  hashing->is_unwanted = true;
  wait_for(hashing);
  free(hashing->known);
  free(hashing);
}
