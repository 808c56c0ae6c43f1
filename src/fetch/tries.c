#include "fetch/tries.h"
#include "base/error.h"

#include <stdbool.h>

/* What a server may ask for, in seconds, before it is as good as refusing. */
enum { MAX_RETRY_AFTER = 600 };
static const double longest_wait = 60;

void hl_judge_outcome(enum hl_http_outcome outcome, struct hl_verdict *verdict) {
  verdict->next = outcome == HL_HTTP_BROKEN ? HL_NEXT_WAIT : HL_NEXT_STOP;
}

hl_status hl_fail_answer(const char *label, const char *url, const struct hl_http_response *response,
                         struct hl_verdict *verdict) {
  const long code = response->code;
  const bool may_pass = code == 408 || code == 429 || (code >= 500 && code <= 599);
  if (may_pass && response->retry_after > MAX_RETRY_AFTER) {
    return hl_fail(HL_IO, "%s: found status %ld at %s, to be asked again in %llu s, expected the file", label,
                   code, url, (unsigned long long)response->retry_after);
  }
  if (may_pass) {
    verdict->next = HL_NEXT_WAIT;
    verdict->retry_after = response->retry_after;
  }
  const char *meaning = code == 404   ? " (not found)"
                        : code == 410 ? " (gone)"
                        : code == 401 ? " (credentials are needed)"
                        : code == 403 ? " (forbidden)"
                        : code == 429 ? " (too many requests)"
                                      : "";
  return hl_fail(HL_IO, "%s: found status %ld%s at %s, expected the file", label, code, meaning, url);
}

static double wait_before(const struct hl_tries *tries, unsigned i_try, const struct hl_verdict *verdict) {
  double wait = tries->wait;
  for (unsigned i = 1; i < i_try && wait < longest_wait; i++) wait *= 2;
  if (wait > longest_wait) wait = longest_wait;
  return wait > (double)verdict->retry_after ? wait : (double)verdict->retry_after;
}

hl_status hl_tries_run(const struct hl_tries *tries, hl_status (*attempt)(void *, struct hl_verdict *),
                       void *user) {
  for (unsigned i_try = 1;; i_try++) {
    struct hl_verdict verdict = {HL_NEXT_STOP, 0};
    hl_status status = attempt(user, &verdict);
    if (status == HL_OK || verdict.next == HL_NEXT_STOP) return status;
    if (i_try >= tries->n_try)
      return hl_fail(status, "%s (%u tr%s)", hl_error_message(), i_try, i_try == 1 ? "y" : "ies");
    const double wait = verdict.next == HL_NEXT_WAIT ? wait_before(tries, i_try, &verdict) : 0;
    hl_meter_warn(tries->meter, "%s; try %u of %u in %g s", hl_error_message(), i_try + 1, tries->n_try,
                  wait);
    status = hl_meter_wait(tries->meter, wait);
    if (status != HL_OK) return status;
  }
}
