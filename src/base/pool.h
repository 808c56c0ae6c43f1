/* One worker pool for all commands: a parallel-for with one result slot per index. */
#ifndef HL_BASE_POOL_H
#define HL_BASE_POOL_H

#include "hyperlist/context.h"

#include <stddef.h>

/* Calls work(user, i, i_thread) for i in [0, n) from context->n_thread threads, in any order; i_thread < the
 * number of threads (hl_pool_threads). commit, if any, is called for each i whose work succeeded, one at a
 * time and in ascending order, by the thread that did the work; a thread that is ahead waits. The first
 * failure (lowest i) ends the run, and its status and message are returned in the calling thread. `what`
 * names the progress bar; NULL: none. */
hl_status hl_pool_run(const struct hl_context *context, const char *what, size_t n,
                      hl_status (*work)(void *user, size_t i, size_t i_thread),
                      hl_status (*commit)(void *user, size_t i, size_t i_thread), void *user);

/* How many threads hl_pool_run uses for n items, at least 1. */
size_t hl_pool_threads(const struct hl_context *context, size_t n);

/* HL_CANCELLED if the caller asked to stop. */
hl_status hl_check_cancel(const struct hl_context *context);

/* context->warn with a formatted line, if anybody listens. */
void hl_warn(const struct hl_context *context, const char *format, ...) HL_PRINTF(2, 3);

#endif
