/* A task farm: the items of a long work are done by the threads of all ranks, and their results handed to
 * rank 0 in order. */
#ifndef HL_BASE_FARM_H
#define HL_BASE_FARM_H

#include "hyperlist/context.h"

#include <stddef.h>

struct hl_farm {
  const char *what; /* names the progress bar; NULL: none */
  size_t n;
  size_t most_bytes; /* of a result */
  uint64_t key;      /* for context->journal: made of all that results depend on; 0: nothing is kept */
  /* In any thread of any rank, in any order: the result of item i, bytes (aligned as for a double) that are
   * lent until the thread's next item. i_thread as in hl_pool_run. */
  hl_status (*work)(void *user, size_t i, size_t i_thread, const void **result, size_t *n_byte);
  /* On rank 0: the results of all items, one at a time, in ascending order. */
  hl_status (*take)(void *user, size_t i, const void *result, size_t n_byte);
  void *user;
};

/* Collective (ranks.h). The first failure (lowest i) ends the run, and all ranks return it. One rank takes
 * its results as they come, and holds 64 MB or little more of those that came before their turn; of several,
 * each does so many items in a row that they last about two seconds, and sends what came of them, 64 MB or
 * little more, to rank 0, which holds those of one rank at a time. What is in the journal is taken from
 * there. */
hl_status hl_farm_run(const struct hl_context *context, const struct hl_farm *farm);

#endif
