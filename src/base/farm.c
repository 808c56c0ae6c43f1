#include "base/farm.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/journal.h"
#include "base/memory.h"
#include "base/pool.h"
#include "base/ranks.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum {
  MOST_BYTES = 64 << 20,
  ROUND_SECONDS = 2,
  EVEN = 8, /* so many items a thread, and threads end a round at about the same time */
};

/* One round: rank r does the items [first + r n_batch, first + (r + 1) n_batch), as far as there are any. */
struct round {
  const struct hl_context *context;
  const struct hl_farm *farm;
  bool is_first_rank;
  struct hl_journal *journal; /* rank 0's; NULL: none */
  uint64_t first, n_batch;
  size_t mine;         /* my first item */
  size_t n_mine, next; /* how many, and the one (from 0) whose result is next to be passed on */
  size_t n_done;       /* of mine */
  struct early {
    void *bytes;
    size_t n;
  } * early; /* [n_mine]: results that came before their turn */
  pthread_mutex_t lock;
  char *results;      /* of the other ranks: size and bytes of each, in order */
  size_t n, capacity; /* bytes of it */
  /* what rank 0 knows of the rounds so far */
  double seconds; /* of the last */
  size_t largest; /* bytes that another rank has sent */
};

/* Results are aligned as the numbers in them want it. */
static size_t pad(size_t n) {
  return (n + sizeof(uint64_t) - 1) / sizeof(uint64_t) * sizeof(uint64_t);
}

/* On rank 0. */
static hl_status take(struct round *round, size_t i, const void *bytes, size_t n) {
  const struct hl_farm *farm = round->farm;
  const hl_status status = farm->take(farm->user, i, bytes, n);
  if (status == HL_OK && round->journal != NULL) hl_journal_add(round->journal, farm->key, i, bytes, n);
  return status;
}

/* What an earlier run has finished need not be done again. */
static hl_status replay(struct round *round, const struct hl_context *context) {
  hl_status status = HL_OK;
  const struct hl_farm *farm = round->farm;
  size_t n_done = 0;
  round->journal = context != NULL && farm->key != 0 ? context->journal : NULL;
  if (round->journal != NULL)
    status = hl_journal_replay(round->journal, farm->key, farm->n, farm->take, farm->user, &n_done);
  TRY(hl_ranks_agree(context, status));
  round->first = n_done;
  TRY(hl_ranks_broadcast(context, &round->first, sizeof round->first));
  if (n_done > 0)
    hl_warn(context, "%zu of %zu parts of the work were done by an earlier run", n_done, farm->n);
out:
  return status;
}

/* ---- My share ---- */

/* In turn. Rank 0's items come first in the round, so it takes them as they are. */
static hl_status pass(struct round *round, size_t i, const void *bytes, size_t n) {
  if (round->is_first_rank) return take(round, round->mine + i, bytes, n);
  const size_t n_padded = pad(n);
  const hl_status status =
      hl_grow_array(&round->results, &round->capacity, round->n + sizeof n + n_padded, 1);
  if (status != HL_OK) return status;
  char *to = round->results + round->n;
  memcpy(to, &n, sizeof n);
  memcpy(to + sizeof n, bytes, n);
  memset(to + sizeof n + n, 0, n_padded - n);
  round->n += sizeof n + n_padded;
  return HL_OK;
}

/* Of a thread that is ahead the result is kept, so that it need not wait. */
static hl_status deliver(struct round *round, size_t i, const void *bytes, size_t n) {
  hl_status status = HL_OK;
  struct early *early = &round->early[i];
  if (i != round->next) {
    TRY(hl_new_array(n + 1, 1, &early->bytes));
    memcpy(early->bytes, bytes, n);
    early->n = n;
    goto out;
  }
  TRY(pass(round, i, bytes, n));
  while (++round->next < round->n_mine && (early = &round->early[round->next])->bytes != NULL) {
    TRY(pass(round, round->next, early->bytes, early->n));
    free(early->bytes);
    early->bytes = NULL;
  }
out:
  return status;
}

/* Of several ranks those of a round are told at its end. */
static void tell_progress(const struct round *round, size_t n_done) {
  const struct hl_farm *farm = round->farm;
  const struct hl_context *context = round->context;
  if (farm->what == NULL || context == NULL || context->progress == NULL) return;
  context->progress(context->user, farm->what, n_done < farm->n ? n_done : farm->n, farm->n);
}

static hl_status work(void *user, size_t i, size_t i_thread) {
  struct round *round = user;
  const void *bytes;
  size_t n;
  hl_status status = round->farm->work(round->farm->user, round->mine + i, i_thread, &bytes, &n);
  if (status != HL_OK) return status;
  pthread_mutex_lock(&round->lock);
  status = deliver(round, i, bytes, n);
  round->n_done++;
  if (hl_ranks_size(round->context) == 1) tell_progress(round, (size_t)round->first + round->n_done);
  pthread_mutex_unlock(&round->lock);
  return status;
}

static hl_status do_share(struct round *round, const struct hl_context *context) {
  const size_t rank = hl_ranks_rank(context), n = round->farm->n;
  round->n = round->next = round->n_done = 0;
  round->mine = (size_t)round->first + rank * (size_t)round->n_batch;
  if (round->mine >= n) return HL_OK;
  const size_t left = n - round->mine;
  round->n_mine = left < round->n_batch ? left : (size_t)round->n_batch;
  hl_status status = hl_new_array(round->n_mine, sizeof *round->early, &round->early);
  if (status == HL_OK) status = hl_pool_run(context, NULL, round->n_mine, work, NULL, round);
  for (size_t i = 0; round->early != NULL && i < round->n_mine; i++) free(round->early[i].bytes);
  free(round->early);
  round->early = NULL;
  return status;
}

/* ---- The others' shares, on rank 0 ---- */

static hl_status take_share(void *user, size_t rank, const void *bytes, size_t n) {
  struct round *round = user;
  const char *at = bytes, *end = at + n;
  size_t i = (size_t)round->first + rank * (size_t)round->n_batch;
  if (n > round->largest) round->largest = n;
  for (size_t n_byte; at < end; at += pad(n_byte), i++) {
    memcpy(&n_byte, at, sizeof n_byte);
    at += sizeof n_byte;
    const hl_status status = take(round, i, at, n_byte);
    if (status != HL_OK) return status;
  }
  return HL_OK;
}

/* ---- Rounds ---- */

/* One rank does all at once, if the results that may come before their turn fit. */
static uint64_t choose_batch_alone(const struct round *round, size_t n_thread) {
  const uint64_t left = round->farm->n - round->first, fewest = EVEN * n_thread;
  const uint64_t n_fitting = MOST_BYTES / (round->farm->most_bytes + 1);
  const uint64_t n_batch = n_fitting > fewest ? n_fitting : fewest;
  return n_batch < left ? n_batch : left;
}

/* On rank 0, for the others too. Twice as many while a round is short, as few as memory asks for, and no more
 * than there are for everybody. */
static uint64_t choose_batch(const struct round *round, size_t n_rank) {
  const uint64_t n_before = round->n_batch, left = round->farm->n - round->first;
  const uint64_t share = left / n_rank + (left % n_rank > 0);
  uint64_t n_batch = round->seconds < ROUND_SECONDS ? 2 * n_before : n_before;
  if (n_batch > n_before && 2 * round->largest > MOST_BYTES) n_batch = n_before;
  if (round->largest > MOST_BYTES && n_batch > 1) n_batch = n_before / 2;
  return n_batch < share ? n_batch : share;
}

static hl_status run_round(struct round *round, const struct hl_context *context) {
  hl_status status = HL_OK;
  const size_t n_rank = hl_ranks_size(context);
  const double began = hl_clock_seconds();
  round->n_batch = n_rank > 1 ? choose_batch(round, n_rank)
                              : choose_batch_alone(round, hl_pool_threads(context, round->farm->n));
  TRY(hl_ranks_broadcast(context, &round->n_batch, sizeof round->n_batch));
  TRY(hl_ranks_agree(context, do_share(round, context)));
  if (n_rank == 1) goto out;
  TRY(hl_ranks_agree(context, hl_ranks_gather(context, round->results, round->n, take_share, round)));
  round->seconds = hl_clock_seconds() - began;
out:
  round->first += round->n_batch * n_rank;
  return status;
}

hl_status hl_farm_run(const struct hl_context *context, const struct hl_farm *farm) {
  hl_status status = HL_OK;
  struct round round = {.context = context,
                        .farm = farm,
                        .is_first_rank = hl_ranks_is_first(context),
                        .n_batch = (hl_pool_threads(context, farm->n) + 1) / 2};
  pthread_mutex_init(&round.lock, NULL);
  TRY(replay(&round, context));
  while (round.first < farm->n) {
    TRY(run_round(&round, context));
    if (hl_ranks_size(context) > 1) tell_progress(&round, (size_t)round.first);
  }
out:
  pthread_mutex_destroy(&round.lock);
  free(round.results);
  return status;
}
