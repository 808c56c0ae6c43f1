/* How errors travel: a status through the return value, one line of text beside it, one `out:` label a
 * function. */
#ifndef HL_BASE_ERROR_H
#define HL_BASE_ERROR_H

#include "hyperlist/status.h"

#include <stdbool.h>

/* Sets the thread's message (made printable: see hl_error_message) and returns status. */
hl_status hl_fail(hl_status status, const char *format, ...) HL_PRINTF(2, 3);

/* Puts text in front of the present message ("FILE: ..."), for callers that know more of the place. Returns
 * status. */
hl_status hl_fail_within(hl_status status, const char *format, ...) HL_PRINTF(2, 3);

/* HL_IO with errno's text: "PATH: cannot VERB: REASON"; or that memory ran out, if that is what errno says.
 */
hl_status hl_fail_errno(const char *path, const char *verb);

/* Is it what another writer's own text may be, HL_INVALID, or HL_LIMIT but for memory? */
bool hl_is_foreign(hl_status status);

/* HL_LIMIT: "out of memory". */
hl_status hl_fail_memory(void);
/* Is that what the call that returned status came to? For callers that can do without a file which is beyond
 * a limit, but not without memory. */
bool hl_is_out_of_memory(hl_status status);

/* Sets the message as it is, to carry one from another thread. */
hl_status hl_fail_again(hl_status status, const char *message);

/* `make analyze`: analysers see a file at a time, and have to be told that no failure is HL_OK. */
#ifdef HL_ANALYZE
static inline hl_status hl_failed(hl_status status) {
  if (status == HL_OK) __builtin_unreachable();
  return status;
}
#define hl_fail(...)              hl_failed(hl_fail(__VA_ARGS__))
#define hl_fail_within(...)       hl_failed(hl_fail_within(__VA_ARGS__))
#define hl_fail_errno(path, verb) hl_failed(hl_fail_errno(path, verb))
#define hl_fail_memory()          hl_failed(hl_fail_memory())
#define HL_ASSUME(condition)                                                                                 \
  do {                                                                                                       \
    if (!(condition)) __builtin_unreachable();                                                               \
  } while (0)
#else
#define HL_ASSUME(condition) ((void)0) /* what another file sees to, said to analysers alone */
#endif

/* In functions with a local `hl_status status = HL_OK` and a label `out`. */
#define TRY(call)                                                                                            \
  do {                                                                                                       \
    status = (call);                                                                                         \
    if (status != HL_OK) goto out;                                                                           \
  } while (0)
#define FAIL(...)                                                                                            \
  do {                                                                                                       \
    status = hl_fail(__VA_ARGS__);                                                                           \
    goto out;                                                                                                \
  } while (0)

#endif
