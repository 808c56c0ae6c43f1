/* What travels through every long-running call: threads, seed, and the caller's ways to watch and to stop it.
 */
#ifndef HYPERLIST_CONTEXT_H
#define HYPERLIST_CONTEXT_H

#include "hyperlist/status.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct hl_ranks;   /* processes that work together: made by the program for clusters alone */
struct hl_journal; /* what is finished of a long work: made by the program */

/* All zero is a legal context: all cores, seed 0, nobody watching. The callbacks are called from one thread
 * at a time, which may be any. */
struct hl_context {
  int n_thread; /* 0: one per core; results are the same for any number */
  uint64_t seed;
  void (*warn)(void *user, const char *line); /* one line, no newline */
  void (*progress)(void *user, const char *what, uint64_t n_done,
                   uint64_t n_total); /* n_done rises to n_total */
  bool (*cancel)(
      void *user); /* true: stop soon, clean up, return HL_CANCELLED; async-signal flags are fine here */
  void *user;
  struct hl_ranks *ranks;     /* NULL: this process alone; results are the same for any number */
  struct hl_journal *journal; /* NULL: none is kept */
};

#ifdef __cplusplus
}
#endif
#endif
