/* Ranks by MPI: in the program for clusters this file stands in the place of ranks.c.
 *
 * All communication is non-blocking, with a wait of our own: one that asks whether to stop, and sleeps, so
 * that ranks which wait leave their cores to those that work. */
#define _GNU_SOURCE /* sched_getaffinity */
#undef HL_ANALYZE   /* here the functions themselves stand */
#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/pool.h"
#include "base/ranks.h"

#include <mpi.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
  MESSAGE_BYTES = 1024,
  PIECE = 1 << 30, /* of a transfer: MPI counts in int */
  NO_SLEEP_MICROSECONDS = 100,
  LONGEST_SLEEP_MICROSECONDS = 1000,
};

struct hl_ranks {
  int rank, size, n_thread;
  bool is_lost;     /* no more communication */
  hl_status status; /* a failure agreed on, or the loss; HL_OK: none so far */
  char message[MESSAGE_BYTES];
};

/* ---- Life ---- */

/* The cores that this process may use, shared with the other ranks that see the same machine. */
static int count_threads(void) {
  MPI_Comm node;
  int n_rank = 1, n_bound = 0;
  long n_core = sysconf(_SC_NPROCESSORS_ONLN);
  if (MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node) == MPI_SUCCESS) {
    MPI_Comm_size(node, &n_rank);
    MPI_Comm_free(&node);
  }
  cpu_set_t bound;
  if (sched_getaffinity(0, sizeof bound, &bound) == 0) n_bound = CPU_COUNT(&bound);
  long n = n_core / n_rank;
  if (n_bound > 0 && n_bound < n) n = n_bound;
  return n > 1 ? (int)n : 1;
}

hl_status hl_ranks_open(struct hl_ranks **out) {
  int provided;
  struct hl_ranks *ranks;
  *out = NULL;
  if (MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS ||
      provided < MPI_THREAD_FUNNELED)
    return hl_fail(HL_IO, "MPI: cannot start with threads");
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  const hl_status status = hl_new_array(1, sizeof *ranks, &ranks);
  if (status != HL_OK) return status;
  MPI_Comm_rank(MPI_COMM_WORLD, &ranks->rank);
  MPI_Comm_size(MPI_COMM_WORLD, &ranks->size);
  ranks->n_thread = count_threads();
  *out = ranks;
  return HL_OK;
}

int hl_ranks_close(struct hl_ranks *ranks, int code) {
  if (ranks == NULL) return code;
  if (ranks->is_lost)
    MPI_Abort(MPI_COMM_WORLD, code);
  else
    MPI_Finalize();
  free(ranks);
  return code;
}

static struct hl_ranks *get(const struct hl_context *context) {
  return context != NULL ? context->ranks : NULL;
}

size_t hl_ranks_size(const struct hl_context *context) {
  return get(context) != NULL ? (size_t)context->ranks->size : 1;
}

size_t hl_ranks_rank(const struct hl_context *context) {
  return get(context) != NULL ? (size_t)context->ranks->rank : 0;
}

int hl_ranks_threads(const struct hl_context *context) {
  return get(context) != NULL ? context->ranks->n_thread : 0;
}

/* ---- Waiting ---- */

static hl_status keep_failure(struct hl_ranks *ranks, hl_status status) {
  ranks->status = status;
  strncpy(ranks->message, hl_error_message(), sizeof ranks->message - 1);
  return status;
}

static hl_status fail_again(const struct hl_ranks *ranks) {
  return hl_fail_again(ranks->status, ranks->message);
}

static hl_status lose(struct hl_ranks *ranks, const char *why) {
  ranks->is_lost = true;
  return keep_failure(ranks, hl_fail(HL_CANCELLED, "%s", why));
}

/* Longer the longer it has waited, so that waking late never costs more than a sixteenth. */
static void rest(double waited) {
  const double microseconds = 1e6 * waited;
  if (microseconds < NO_SLEEP_MICROSECONDS) {
    sched_yield();
    return;
  }
  const long sleep = microseconds / 16 < LONGEST_SLEEP_MICROSECONDS ? (long)(microseconds / 16)
                                                                    : (long)LONGEST_SLEEP_MICROSECONDS;
  nanosleep(&(struct timespec){.tv_nsec = 1000 * sleep}, NULL);
}

/* Of the call that started the request, and of the request itself. */
static hl_status wait_for(const struct hl_context *context, int code, MPI_Request *request) {
  struct hl_ranks *ranks = context->ranks;
  const double began = hl_clock_seconds();
  for (int is_done = 0; code == MPI_SUCCESS;) {
    code = MPI_Test(request, &is_done, MPI_STATUS_IGNORE);
    if (code == MPI_SUCCESS && is_done) return HL_OK;
    if (hl_check_cancel(context) != HL_OK) return lose(ranks, hl_error_message());
    rest(hl_clock_seconds() - began);
  }
  return lose(ranks, "interrupted: a rank is gone");
}

/* ---- Exchange ---- */

hl_status hl_ranks_sum(const struct hl_context *context, int64_t *values, size_t n) {
  struct hl_ranks *ranks = get(context);
  if (ranks == NULL || ranks->size == 1) return HL_OK;
  if (ranks->status != HL_OK) return fail_again(ranks);
  for (size_t at = 0; at < n; at += PIECE) {
    MPI_Request request;
    const size_t n_piece = n - at < PIECE ? n - at : PIECE;
    const int code = MPI_Iallreduce(MPI_IN_PLACE, values + at, (int)n_piece, MPI_INT64_T, MPI_SUM,
                                    MPI_COMM_WORLD, &request);
    const hl_status status = wait_for(context, code, &request);
    if (status != HL_OK) return status;
  }
  return HL_OK;
}

hl_status hl_ranks_broadcast(const struct hl_context *context, void *bytes, size_t n) {
  struct hl_ranks *ranks = get(context);
  if (ranks == NULL || ranks->size == 1) return HL_OK;
  if (ranks->status != HL_OK) return fail_again(ranks);
  for (size_t at = 0; at < n; at += PIECE) {
    MPI_Request request;
    const size_t n_piece = n - at < PIECE ? n - at : PIECE;
    const int code = MPI_Ibcast((char *)bytes + at, (int)n_piece, MPI_BYTE, 0, MPI_COMM_WORLD, &request);
    const hl_status status = wait_for(context, code, &request);
    if (status != HL_OK) return status;
  }
  return HL_OK;
}

static hl_status send(const struct hl_context *context, const void *bytes, size_t n) {
  hl_status status = HL_OK;
  MPI_Request request;
  uint64_t n_byte = n;
  int code = MPI_Isend(&n_byte, 1, MPI_UINT64_T, 0, 0, MPI_COMM_WORLD, &request);
  TRY(wait_for(context, code, &request));
  for (size_t at = 0; at < n; at += PIECE) {
    const size_t n_piece = n - at < PIECE ? n - at : PIECE;
    code = MPI_Isend((const char *)bytes + at, (int)n_piece, MPI_BYTE, 0, 0, MPI_COMM_WORLD, &request);
    TRY(wait_for(context, code, &request));
  }
out:
  return status;
}

struct room {
  char *bytes;
  size_t capacity, n;
};

static hl_status receive(const struct hl_context *context, int rank, struct room *room) {
  hl_status status = HL_OK;
  MPI_Request request;
  uint64_t n_byte = 0;
  int code = MPI_Irecv(&n_byte, 1, MPI_UINT64_T, rank, 0, MPI_COMM_WORLD, &request);
  TRY(wait_for(context, code, &request));
  room->n = (size_t)n_byte;
  status = hl_grow_array(&room->bytes, &room->capacity, room->n, 1);
  if (status != HL_OK) {
    lose(context->ranks, hl_error_message()); /* the sender cannot be told */
    goto out;
  }
  for (size_t at = 0; at < room->n; at += PIECE) {
    const size_t n_piece = room->n - at < PIECE ? room->n - at : PIECE;
    code = MPI_Irecv(room->bytes + at, (int)n_piece, MPI_BYTE, rank, 0, MPI_COMM_WORLD, &request);
    TRY(wait_for(context, code, &request));
  }
out:
  return status;
}

hl_status hl_ranks_gather(const struct hl_context *context, const void *bytes, size_t n,
                          hl_status (*take)(void *user, size_t rank, const void *bytes, size_t n),
                          void *user) {
  struct hl_ranks *ranks = get(context);
  if (ranks == NULL || ranks->size == 1) return take(user, 0, bytes, n);
  if (ranks->status != HL_OK) return fail_again(ranks);
  if (ranks->rank > 0) return send(context, bytes, n);
  struct room room = {0};
  hl_status taken = take(user, 0, bytes, n), status = HL_OK;
  for (int rank = 1; rank < ranks->size && status == HL_OK; rank++) { /* all of them, since all send */
    status = receive(context, rank, &room);
    if (status == HL_OK && taken == HL_OK) taken = take(user, (size_t)rank, room.bytes, room.n);
  }
  free(room.bytes);
  return status != HL_OK ? status : taken;
}

/* ---- Agreeing ---- */

struct failure {
  int32_t status;
  char message[MESSAGE_BYTES];
};

static hl_status take_failure(void *user, size_t rank, const void *bytes, size_t n) {
  struct failure *first = user, found = {0};
  (void)rank;
  memcpy(&found, bytes, n < sizeof found ? n : sizeof found);
  if (found.status != HL_OK && first->status == HL_OK) *first = found;
  return HL_OK;
}

hl_status hl_ranks_agree(const struct hl_context *context, hl_status status) {
  struct hl_ranks *ranks = get(context);
  if (ranks == NULL || ranks->size == 1) return status;
  if (ranks->status != HL_OK) return fail_again(ranks);
  struct failure mine = {.status = status}, first = {0};
  if (status != HL_OK) strncpy(mine.message, hl_error_message(), sizeof mine.message - 1);
  int64_t n_failed = status != HL_OK;
  hl_status met = hl_ranks_sum(context, &n_failed, 1);
  if (met != HL_OK || n_failed == 0) return met;
  TRY(hl_ranks_gather(context, &mine, sizeof mine, take_failure, &first));
  TRY(hl_ranks_broadcast(context, &first, sizeof first));
  hl_fail_again((hl_status)first.status, first.message);
  return keep_failure(ranks, (hl_status)first.status);
out:
  return status;
}
