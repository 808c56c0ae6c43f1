/* One rank. ranks_mpi.c stands in this file's place where there may be more. */
#undef HL_ANALYZE /* here the functions themselves stand */
#include "base/ranks.h"

hl_status hl_ranks_open(struct hl_ranks **ranks) {
  *ranks = NULL;
  return HL_OK;
}

int hl_ranks_close(struct hl_ranks *ranks, int code) {
  (void)ranks;
  return code;
}

size_t hl_ranks_size(const struct hl_context *context) {
  (void)context;
  return 1;
}

size_t hl_ranks_rank(const struct hl_context *context) {
  (void)context;
  return 0;
}

int hl_ranks_threads(const struct hl_context *context) {
  (void)context;
  return 0;
}

hl_status hl_ranks_agree(const struct hl_context *context, hl_status status) {
  (void)context;
  return status;
}

hl_status hl_ranks_sum(const struct hl_context *context, int64_t *values, size_t n) {
  (void)context, (void)values, (void)n;
  return HL_OK;
}

hl_status hl_ranks_broadcast(const struct hl_context *context, void *bytes, size_t n) {
  (void)context, (void)bytes, (void)n;
  return HL_OK;
}

hl_status hl_ranks_gather(const struct hl_context *context, const void *bytes, size_t n,
                          hl_status (*take)(void *user, size_t rank, const void *bytes, size_t n),
                          void *user) {
  (void)context;
  return take(user, 0, bytes, n);
}
