/* Trying again: how often, how long apart, and after which answers. */
#ifndef HL_FETCH_TRIES_H
#define HL_FETCH_TRIES_H

#include "fetch/http.h"
#include "fetch/meter.h"

struct hl_tries {
  unsigned n_try;
  double wait; /* seconds before the second try, doubled before each further one, at most a minute */
  struct hl_meter *meter;
};

enum hl_next { HL_NEXT_STOP, HL_NEXT_WAIT, HL_NEXT_AT_ONCE };

/* What a failed try says about the next one. */
struct hl_verdict {
  enum hl_next next;
  uint64_t retry_after; /* seconds that the server asks for; 0: none */
};

/* Calls attempt until it succeeds, says HL_NEXT_STOP, or n_try is reached; the last failure's status and
 * message, with the number of tries. Waiting is the same at every run: no jitter. */
hl_status hl_tries_run(const struct hl_tries *tries,
                       hl_status (*attempt)(void *user, struct hl_verdict *verdict), void *user);

/* The verdict on hl_http_run's outcome where there is no answer. */
void hl_judge_outcome(enum hl_http_outcome outcome, struct hl_verdict *verdict);

/* HL_IO: "LABEL: found status 404 at URL, expected the file", and whether another try may help. */
hl_status hl_fail_answer(const char *label, const char *url, const struct hl_http_response *response,
                         struct hl_verdict *verdict);

#endif
