#include "ingest/observations.h"
#include "base/error.h"
#include "base/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const size_t default_room = (size_t)48 << 20; /* and as much again while sorting */
enum {
  MERGE_BYTES = 32 << 20,
  MIN_BUFFER = 64
}; /* for the buffers of a merge; observations in one of them */

/* A sorted run on a file; and in a merge the part of it that is in memory. */
struct run {
  size_t next, end; /* numbers on the file that are still to be read */
  struct hl_observation *buffer;
  size_t at, n;
};

struct hl_observations {
  struct hl_observation *items;
  size_t n, capacity, room; /* room: observations in memory */
  bool is_sorted;           /* so far, in the order they came */
  int spilled, merged;      /* file descriptors of unlinked files; -1: none */
  size_t n_run, run_capacity;
  struct run *runs;
  size_t n_kept;
};

/* ---- Order ---- */

static int compare_numbers(uint64_t a, uint64_t b) {
  return (a > b) - (a < b);
}

static int compare(const void *left, const void *right) {
  const struct hl_observation *a = left, *b = right;
  if (a->task != b->task) return compare_numbers(a->task, b->task);
  if (a->config != b->config) return compare_numbers(a->config, b->config);
  if (a->replica != b->replica) return compare_numbers(a->replica, b->replica);
  if (a->step != b->step) return (a->step > b->step) - (a->step < b->step);
  return compare_numbers(a->line, b->line);
}

static void sort_items(struct hl_observations *observations) {
  if (!observations->is_sorted)
    qsort(observations->items, observations->n, sizeof *observations->items, compare);
  observations->is_sorted = true;
}

/* ---- Temporary files ---- */

static const char *temporary_folder(void) {
  const char *folder = getenv("TMPDIR");
  return folder != NULL && *folder != '\0' ? folder : "/tmp";
}

static hl_status open_temporary(int *descriptor) {
  char *path;
  hl_status status = hl_format_text(&path, "%s/hyperlist.XXXXXX", temporary_folder());
  if (status != HL_OK) return status;
  *descriptor = mkstemp(path);
  if (*descriptor < 0) status = hl_fail_errno(path, "create");
  if (*descriptor >= 0) unlink(path); /* it goes with the process */
  free(path);
  return status;
}

static hl_status transfer(int descriptor, bool is_write, size_t first, size_t n,
                          struct hl_observation *items) {
  char *at = (char *)items;
  size_t left = n * sizeof *items;
  off_t offset = (off_t)(first * sizeof *items);
  while (left > 0) {
    const ssize_t n_done =
        is_write ? pwrite(descriptor, at, left, offset) : pread(descriptor, at, left, offset);
    if (n_done < 0 && errno == EINTR) continue;
    if (n_done == 0) errno = EIO;
    if (n_done <= 0) {
      return hl_fail(HL_IO, "%s: cannot %s the temporary file for sorting: %s", temporary_folder(),
                     is_write ? "write" : "read", strerror(errno));
    }
    at += n_done;
    left -= (size_t)n_done;
    offset += n_done;
  }
  return HL_OK;
}

/* ---- Life ---- */

hl_status hl_observations_new(size_t room, struct hl_observations **out) {
  const hl_status status = hl_new_array(1, sizeof **out, out);
  if (status != HL_OK) return status;
  (*out)->room = (room > 0 ? room : default_room) / sizeof(struct hl_observation);
  (*out)->is_sorted = true;
  (*out)->spilled = (*out)->merged = -1;
  return HL_OK;
}

void hl_observations_free(struct hl_observations *observations) {
  if (observations == NULL) return;
  if (observations->spilled >= 0) close(observations->spilled);
  if (observations->merged >= 0) close(observations->merged);
  for (size_t i = 0; i < observations->n_run; i++) free(observations->runs[i].buffer);
  free(observations->runs);
  free(observations->items);
  free(observations);
}

/* ---- Adding ---- */

static hl_status spill(struct hl_observations *observations) {
  hl_status status = HL_OK;
  const size_t first = observations->n_run > 0 ? observations->runs[observations->n_run - 1].end : 0;
  if (observations->spilled < 0) TRY(open_temporary(&observations->spilled));
  sort_items(observations);
  TRY(transfer(observations->spilled, true, first, observations->n, observations->items));
  TRY(hl_grow_array(&observations->runs, &observations->run_capacity, observations->n_run + 1,
                    sizeof *observations->runs));
  observations->runs[observations->n_run++] = (struct run){.next = first, .end = first + observations->n};
  observations->n = 0;
out:
  return status;
}

hl_status hl_observations_add(struct hl_observations *observations,
                              const struct hl_observation *observation) {
  hl_status status = HL_OK;
  if (observations->n == observations->room) TRY(spill(observations));
  TRY(hl_grow_array(&observations->items, &observations->capacity, observations->n + 1, sizeof *observation));
  if (observations->n > 0 && compare(&observations->items[observations->n - 1], observation) > 0)
    observations->is_sorted = false;
  observations->items[observations->n++] = *observation;
out:
  return status;
}

/* ---- Sorting ---- */

static hl_status fill(struct hl_observations *observations, struct run *run, size_t room) {
  const size_t left = run->end - run->next;
  run->n = left < room ? left : room;
  run->at = 0;
  const hl_status status = transfer(observations->spilled, false, run->next, run->n, run->buffer);
  run->next += run->n;
  return status;
}

/* The run whose next observation is first; NULL when all are through. There are few runs: a scan does. */
static struct run *find_first(struct hl_observations *observations) {
  struct run *first = NULL;
  for (size_t i = 0; i < observations->n_run; i++) {
    struct run *run = &observations->runs[i];
    if (run->at == run->n) continue;
    if (first == NULL || compare(&run->buffer[run->at], &first->buffer[first->at]) < 0) first = run;
  }
  return first;
}

static hl_status flush(struct hl_observations *observations) {
  const hl_status status = transfer(observations->merged, true, observations->n_kept - observations->n,
                                    observations->n, observations->items);
  observations->n = 0;
  return status;
}

/* The runs, merged into a second file; `items` is its buffer. */
static hl_status merge(struct hl_observations *observations,
                       hl_status (*visit)(void *user, const struct hl_observation *observation, bool *keep),
                       void *user) {
  hl_status status = HL_OK;
  const size_t share = MERGE_BYTES / sizeof(struct hl_observation) / observations->n_run;
  const size_t room = share > MIN_BUFFER ? share : MIN_BUFFER;
  TRY(open_temporary(&observations->merged));
  for (size_t i = 0; i < observations->n_run; i++) {
    TRY(hl_new_array(room, sizeof(struct hl_observation), &observations->runs[i].buffer));
    TRY(fill(observations, &observations->runs[i], room));
  }
  for (struct run *run; (run = find_first(observations)) != NULL;) {
    const struct hl_observation *next = &run->buffer[run->at++];
    bool keep = true;
    TRY(visit(user, next, &keep));
    if (keep) {
      observations->items[observations->n++] = *next;
      observations->n_kept++;
    }
    if (observations->n == observations->room) TRY(flush(observations));
    if (run->at == run->n) TRY(fill(observations, run, room));
  }
  TRY(flush(observations));
out:
  return status;
}

hl_status hl_observations_sort(struct hl_observations *observations,
                               hl_status (*visit)(void *user, const struct hl_observation *observation,
                                                  bool *keep),
                               void *user) {
  hl_status status = HL_OK;
  if (observations->n_run > 0) {
    if (observations->n > 0) TRY(spill(observations));
    return merge(observations, visit, user);
  }
  sort_items(observations);
  for (size_t i = 0; i < observations->n; i++) {
    bool keep = true;
    TRY(visit(user, &observations->items[i], &keep));
    if (keep) observations->items[observations->n_kept++] = observations->items[i];
  }
out:
  return status;
}

hl_status hl_observations_read(struct hl_observations *observations, size_t first, size_t n,
                               struct hl_observation *to) {
  if (observations->merged >= 0) return transfer(observations->merged, false, first, n, to);
  if (n > 0) memcpy(to, observations->items + first, n * sizeof *to);
  return HL_OK;
}
