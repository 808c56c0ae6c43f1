#include "base/journal.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PENDING_BYTES = 1 << 20 };

struct record {
  uint64_t check; /* of all that follows */
  uint64_t key, i, n_byte;
  /* n_byte bytes, and zeros up to a multiple of 8 */
};

struct bytes {
  char *at;
  size_t n, capacity;
};

struct hl_journal {
  char *path;
  struct bytes before, pending; /* from earlier runs; not written yet */
  FILE *file;                   /* NULL: not begun */
  double born;
  bool is_off;
};

static size_t pad(uint64_t n) {
  return ((size_t)n + 7) / 8 * 8;
}

static uint64_t check_of(const struct record *record, const void *bytes) {
  const uint64_t head = hl_hash_more(0, &record->key, sizeof *record - sizeof record->check);
  return hl_hash_more(head, bytes, (size_t)record->n_byte);
}

/* ---- Reading ---- */

/* The record at *at, its bytes in *bytes; false: no whole one is there. */
static bool next_record(const struct bytes *from, size_t *at, struct record *record, const char **bytes) {
  if (from->n - *at < sizeof *record) return false;
  memcpy(record, from->at + *at, sizeof *record);
  const size_t left = from->n - *at - sizeof *record;
  *bytes = from->at + *at + sizeof *record;
  if (record->n_byte > left || pad(record->n_byte) > left || record->check != check_of(record, *bytes))
    return false;
  *at += sizeof *record + pad(record->n_byte);
  return true;
}

static hl_status read_before(struct hl_journal *journal) {
  enum { BLOCK = 1 << 20 };
  struct bytes *before = &journal->before;
  hl_status status = HL_OK;
  FILE *file = fopen(journal->path, "rbe");
  if (file == NULL) return HL_OK;
  for (size_t n = 1; n > 0; before->n += n) {
    TRY(hl_grow_array(&before->at, &before->capacity, before->n + BLOCK, 1));
    n = fread(before->at + before->n, 1, BLOCK, file);
  }
  size_t at = 0;
  struct record record;
  const char *bytes;
  while (next_record(before, &at, &record, &bytes)) continue;
  before->n = at;
out:
  fclose(file);
  return status;
}

hl_status hl_journal_open(const char *path, struct hl_journal **out) {
  hl_status status = HL_OK;
  struct hl_journal *journal;
  *out = NULL;
  TRY(hl_new_array(1, sizeof *journal, &journal));
  *out = journal;
  journal->born = hl_clock_seconds();
  TRY(hl_copy_text(path, &journal->path));
  TRY(read_before(journal));
out:
  if (status != HL_OK) {
    hl_journal_close(*out, true);
    *out = NULL;
  }
  return status;
}

hl_status hl_journal_replay(struct hl_journal *journal, uint64_t key, size_t n,
                            hl_status (*take)(void *user, size_t i, const void *bytes, size_t n_byte),
                            void *user, size_t *n_done) {
  struct record record;
  const char *bytes;
  *n_done = 0;
  for (size_t at = 0; *n_done < n && next_record(&journal->before, &at, &record, &bytes);) {
    if (record.key != key || record.i != *n_done) continue;
    const hl_status status = take(user, *n_done, bytes, (size_t)record.n_byte);
    if (status != HL_OK) return status;
    ++*n_done;
  }
  return HL_OK;
}

/* ---- Writing ---- */

/* Behind what is whole. */
static void begin(struct hl_journal *journal) {
  journal->file = fopen(journal->path, "abe");
  if (journal->file == NULL || ftruncate(fileno(journal->file), (off_t)journal->before.n) != 0)
    journal->is_off = true;
}

void hl_journal_add(struct hl_journal *journal, uint64_t key, size_t i, const void *bytes, size_t n_byte) {
  struct bytes *pending = &journal->pending;
  struct record record = {.key = key, .i = i, .n_byte = n_byte};
  const size_t n = sizeof record + pad(n_byte);
  if (journal->is_off) return;
  if (hl_grow_array(&pending->at, &pending->capacity, pending->n + n, 1) != HL_OK) {
    journal->is_off = true;
    return;
  }
  record.check = check_of(&record, bytes);
  char *to = pending->at + pending->n;
  memcpy(to, &record, sizeof record);
  memcpy(to + sizeof record, bytes, n_byte);
  memset(to + sizeof record + n_byte, 0, pad(n_byte) - n_byte);
  pending->n += n;
  if (hl_clock_seconds() - journal->born < 1 && pending->n < PENDING_BYTES) return;
  if (journal->file == NULL) begin(journal);
  if (!journal->is_off && fwrite(pending->at, 1, pending->n, journal->file) != pending->n)
    journal->is_off = true;
  if (!journal->is_off && fflush(journal->file) != 0) journal->is_off = true;
  pending->n = 0;
}

void hl_journal_close(struct hl_journal *journal, bool keep) {
  if (journal == NULL) return;
  if (journal->file != NULL) fclose(journal->file);
  if (!keep && journal->path != NULL) unlink(journal->path);
  free(journal->before.at);
  free(journal->pending.at);
  free(journal->path);
  free(journal);
}
