#include "base/pool.h"
#include "base/error.h"
#include "base/h5.h"
#include "base/memory.h"
#include "hyperlist/limits.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { WARNING_BYTES = 1024 };

struct pool {
  const struct hl_context *context;
  const char *what;
  size_t n;
  hl_status (*work)(void *, size_t, size_t);
  hl_status (*commit)(void *, size_t, size_t);
  void *user;
  pthread_mutex_t lock;
  pthread_cond_t turned; /* next_commit moved, or the run failed */
  size_t next_work, next_commit, n_done;
  size_t i_failed; /* n: none */
  hl_status status;
  char *message;
};

struct worker {
  struct pool *pool;
  size_t i_thread;
  pthread_t thread;
};

size_t hl_pool_threads(const struct hl_context *context, size_t n) {
  long wanted = context != NULL ? context->n_thread : 0;
  if (wanted <= 0) wanted = sysconf(_SC_NPROCESSORS_ONLN);
  if (wanted < 1) wanted = 1;
  if (wanted > HL_MAX_THREADS) wanted = HL_MAX_THREADS;
  return n < (size_t)wanted ? (n > 0 ? n : 1) : (size_t)wanted;
}

hl_status hl_check_cancel(const struct hl_context *context) {
  if (context == NULL || context->cancel == NULL || !context->cancel(context->user)) return HL_OK;
  return hl_fail(HL_CANCELLED, "interrupted");
}

void hl_warn(const struct hl_context *context, const char *format, ...) {
  if (context == NULL || context->warn == NULL) return;
  char line[WARNING_BYTES];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  context->warn(context->user, line);
}

/* With the lock held. Of several failures the one of the lowest index is told, so that the message does not
 * depend on which thread was first. */
static void note_failure(struct pool *pool, size_t i, hl_status status) {
  if (i >= pool->i_failed) return;
  pool->i_failed = i;
  pool->status = status;
  free(pool->message);
  if (hl_copy_text(hl_error_message(), &pool->message) != HL_OK) pool->message = NULL;
  pthread_cond_broadcast(&pool->turned);
}

/* With the lock held: the next index, or n when there is nothing left to do. Indices below a failure are
 * still run, since one of them may fail too and is then the one to tell. */
static size_t take(struct pool *pool) {
  if (pool->next_work >= pool->n || pool->next_work > pool->i_failed) return pool->n;
  return pool->next_work++;
}

static void commit_in_turn(struct pool *pool, size_t i, size_t i_thread) {
  pthread_mutex_lock(&pool->lock);
  while (pool->next_commit < i && pool->i_failed > i) pthread_cond_wait(&pool->turned, &pool->lock);
  const bool is_mine = pool->next_commit == i && pool->i_failed > i;
  pthread_mutex_unlock(&pool->lock);
  if (!is_mine) return;
  const hl_status status = pool->commit(pool->user, i, i_thread);
  pthread_mutex_lock(&pool->lock);
  if (status != HL_OK) note_failure(pool, i, status);
  pool->next_commit = i + 1;
  pthread_cond_broadcast(&pool->turned);
  pthread_mutex_unlock(&pool->lock);
}

static void work_through(const struct worker *worker) {
  struct pool *pool = worker->pool;
  for (;;) {
    pthread_mutex_lock(&pool->lock);
    const size_t i = take(pool);
    pthread_mutex_unlock(&pool->lock);
    if (i == pool->n) return;
    hl_status status = hl_check_cancel(pool->context);
    if (status == HL_OK) status = pool->work(pool->user, i, worker->i_thread);
    if (status == HL_OK && pool->commit != NULL) commit_in_turn(pool, i, worker->i_thread);
    pthread_mutex_lock(&pool->lock);
    if (status != HL_OK) note_failure(pool, i, status);
    pool->n_done++;
    if (pool->what != NULL && pool->context != NULL && pool->context->progress != NULL) {
      pool->context->progress(pool->context->user, pool->what, pool->n_done, pool->n);
    }
    pthread_mutex_unlock(&pool->lock);
  }
}

static void *run_worker(void *worker) {
  work_through(worker);
  hl_h5_leave_thread();
  return NULL;
}

/* The calling thread is worker 0; a thread that cannot be had is done without. */
static void run_workers(struct pool *pool, struct worker *workers, size_t n_thread) {
  size_t n_started = 1;
  for (; n_started < n_thread; n_started++) {
    struct worker *worker = &workers[n_started];
    *worker = (struct worker){.pool = pool, .i_thread = n_started};
    if (pthread_create(&worker->thread, NULL, run_worker, worker) != 0) break;
  }
  workers[0] = (struct worker){.pool = pool};
  work_through(&workers[0]);
  for (size_t i = 1; i < n_started; i++) pthread_join(workers[i].thread, NULL);
}

hl_status hl_pool_run(const struct hl_context *context, const char *what, size_t n,
                      hl_status (*work)(void *, size_t, size_t), hl_status (*commit)(void *, size_t, size_t),
                      void *user) {
  const size_t n_thread = hl_pool_threads(context, n);
  struct pool pool = {.context = context, .what = what, .n = n, .work = work, .commit = commit, .user = user};
  struct worker *workers = NULL;
  pool.i_failed = n;
  hl_status status = hl_new_array(n_thread, sizeof *workers, &workers);
  if (status != HL_OK) return status;
  pthread_mutex_init(&pool.lock, NULL);
  pthread_cond_init(&pool.turned, NULL);
  run_workers(&pool, workers, n_thread);
  if (pool.status != HL_OK) {
    status = hl_fail_again(pool.status, pool.message != NULL ? pool.message : "out of memory");
  }
  pthread_cond_destroy(&pool.turned);
  pthread_mutex_destroy(&pool.lock);
  free(pool.message);
  free(workers);
  return status;
}
