/* Ranks: the processes, on one machine or many, that were started together to work on one command.
 *
 * Every rank runs the same program on the same arguments. What all of them need is done by all, what can be
 * divided is divided, and rank 0 alone writes and prints. The ordinary program is the one-rank case of the
 * same code: it has ranks.c, the program for clusters has ranks_mpi.c instead, the only file that knows MPI.
 *
 * Collective calls are made by all ranks, in the same order, from the thread that opened the ranks. What may
 * fail on one rank alone is followed by hl_ranks_agree, before the next collective: so nobody waits for a
 * rank that has given up. A failure agreed on ends the work together: from then on every collective returns
 * it at once. While a rank waits it asks context->cancel; when that says stop, or a rank is lost, it returns
 * HL_CANCELLED and takes part in nothing more. */
#ifndef HL_BASE_RANKS_H
#define HL_BASE_RANKS_H

#include "hyperlist/context.h"

#include <stddef.h>

/* For hl_context.ranks; NULL, this process alone, in the ordinary program. HL_IO: they cannot be reached. */
hl_status hl_ranks_open(struct hl_ranks **ranks);
/* Takes leave of the others; after a loss they are ended too. Returns code, for exit. Legal on NULL. */
int hl_ranks_close(struct hl_ranks *ranks, int code);

/* In these and below a NULL context is one rank. */
size_t hl_ranks_size(const struct hl_context *context);
size_t hl_ranks_rank(const struct hl_context *context);
static inline bool hl_ranks_is_first(const struct hl_context *context) {
  return hl_ranks_rank(context) == 0;
}

/* How many threads each of the ranks that share this machine's cores had best use; 0: nobody shares them. */
int hl_ranks_threads(const struct hl_context *context);

/* Did all succeed? Returns the failure, if any, of the lowest rank that has one, with its message. */
hl_status hl_ranks_agree(const struct hl_context *context, hl_status status);
#ifdef HL_ANALYZE
static inline hl_status hl_ranks_agreed(const struct hl_context *context, hl_status status) {
  const hl_status of_all = hl_ranks_agree(context, status);
  if (of_all == HL_OK && status != HL_OK) __builtin_unreachable();
  return of_all;
}
#define hl_ranks_agree(context, status) hl_ranks_agreed(context, status)
#endif

/* Each of values[n] becomes the sum of all ranks' values. n is the same everywhere. */
hl_status hl_ranks_sum(const struct hl_context *context, int64_t *values, size_t n);

/* All get rank 0's bytes[n]. n is the same everywhere. */
hl_status hl_ranks_broadcast(const struct hl_context *context, void *bytes, size_t n);

/* Rank 0 is handed everybody's bytes[n] in the order of ranks, its own first, one at a time: they are lent to
 * take. A failure of take is for rank 0 to tell: agree afterwards. */
hl_status hl_ranks_gather(const struct hl_context *context, const void *bytes, size_t n,
                          hl_status (*take)(void *user, size_t rank, const void *bytes, size_t n),
                          void *user);

#endif
