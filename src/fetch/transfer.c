#include "fetch/transfer.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/pool.h"
#include "fetch/hash.h"
#include "hyperlist/limits.h"
#include "ingest/zip.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* One request for a file's bytes. */
struct reception {
  struct hl_transfer *transfer;
  uint64_t first_byte; /* that was asked for */
  bool is_other;       /* the server has another file than the one whose part is here */
  bool is_foreign;     /* the failure came from what the server sent, and another try would bring the same */
};

static hl_status tick(void *user) {
  const struct hl_transfer *transfer = user;
  return hl_check_cancel(transfer->tries->meter->context);
}

static hl_status tick_reception(void *user) {
  return tick(((struct reception *)user)->transfer);
}

/* ---- Receiving ---- */

static hl_status fail_size(struct reception *reception) {
  reception->is_foreign = true;
  return hl_fail(HL_LIMIT, "%s: found more than %llu bytes, the most that is fetched",
                 reception->transfer->label, (unsigned long long)hl_limit_get(HL_LIMIT_FILE));
}

/* The rest of what is here already: by its place, its length and its tag. */
static bool is_continuation(const struct reception *reception, const struct hl_http_response *response) {
  const struct hl_place *place = reception->transfer->place;
  if (reception->first_byte == 0 || !response->has_range) return false;
  if (response->range_first != reception->first_byte) return false;
  if (place->has_length && response->range_total != UINT64_MAX && response->range_total != place->length)
    return false;
  return response->etag[0] == '\0' || strcmp(response->etag, place->etag) == 0;
}

static hl_status begin(void *user, const struct hl_http_response *response) {
  struct reception *reception = user;
  struct hl_transfer *transfer = reception->transfer;
  struct hl_place *place = transfer->place;
  hl_status status = HL_OK;
  if (response->is_encoded) {
    reception->is_foreign = true;
    FAIL(HL_IO, "%s: found a Content-Encoding at %s, expected the file's own bytes", transfer->label,
         transfer->url);
  }
  if (response->has_length && response->length > hl_limit_get(HL_LIMIT_FILE)) return fail_size(reception);
  if (response->code == 206 && !is_continuation(reception, response)) {
    reception->is_other = true;
    FAIL(HL_IO, "%s: found bytes of another place or file at %s, expected those from %llu on",
         transfer->label, transfer->url, (unsigned long long)reception->first_byte);
  }
  if (response->code == 200) TRY(hl_place_begin(place, response));
  if (!place->has_length && response->has_range && response->range_total != UINT64_MAX) {
    place->has_length = true;
    place->length = response->range_total;
  }
  hl_meter_begin(transfer->tries->meter, &transfer->claim, place->has_length ? place->length : 0,
                 place->n_byte);
out:
  return status;
}

static hl_status take(void *user, const void *bytes, size_t n) {
  struct reception *reception = user;
  struct hl_transfer *transfer = reception->transfer;
  if (transfer->place->n_byte + n > hl_limit_get(HL_LIMIT_FILE)) return fail_size(reception);
  transfer->n_received += n;
  hl_meter_receive(transfer->tries->meter, &transfer->claim, n);
  return hl_place_append(transfer->place, bytes, n);
}

/* ---- Verifying ---- */

static hl_status check_zip(const char *label, const char *path, bool all) {
  struct hl_zip *zip = NULL;
  hl_status status = hl_zip_open(path, &zip);
  if (status == HL_OK && all) status = hl_zip_check(zip);
  hl_zip_close(zip);
  return status == HL_OK ? HL_OK : hl_fail_within(status, "%s: ", label);
}

/* What the server said of the file against its bytes here. *is_proven: a checksum of the server's agreed, so
 * that whatever else is wrong is wrong there too. */
static hl_status check_digests(const char *label, int descriptor, const char *goog_hash, bool *is_proven) {
  struct hl_digests digests;
  hl_status status = HL_OK;
  *is_proven = false;
  status = hl_digests_parse(goog_hash, &digests);
  if (status != HL_OK) return hl_fail_within(status, "%s: ", label);
  if (!digests.has_crc32c && !digests.has_md5) return HL_OK;
  status = hl_digests_check_file(label, descriptor, &digests);
  *is_proven = status == HL_OK;
  return status;
}

static hl_status check_part(const struct hl_transfer *transfer, bool *is_proven) {
  const struct hl_place *place = transfer->place;
  hl_status status = HL_OK;
  *is_proven = false;
  if (place->has_length && place->n_byte != place->length) {
    FAIL(HL_INVALID, "%s: found %llu bytes, expected the server's %llu", transfer->label,
         (unsigned long long)place->n_byte, (unsigned long long)place->length);
  }
  TRY(check_digests(transfer->label, place->part, place->goog_hash, is_proven));
  status = check_zip(transfer->label, place->part_path, true);
out:
  return status;
}

static hl_status verify_and_commit(struct hl_transfer *transfer, struct hl_verdict *verdict) {
  bool is_proven;
  hl_status status = check_part(transfer, &is_proven);
  transfer->is_local = status != HL_OK && status != HL_INVALID;
  if (status == HL_OK) {
    transfer->is_local = true;
    return hl_place_commit(transfer->place);
  }
  if (transfer->is_local) return status;
  verdict->next = is_proven ? HL_NEXT_STOP : HL_NEXT_WAIT;
  const hl_status dropped = hl_place_drop(transfer->place); /* leaves the message alone where it succeeds */
  if (dropped == HL_OK) return status;
  transfer->is_local = true;
  verdict->next = HL_NEXT_STOP;
  return dropped;
}

/* ---- One try ---- */

/* The part is of no use: from the start, and at once, for the server is well. */
static hl_status start_anew(struct hl_transfer *transfer, struct hl_verdict *verdict) {
  verdict->next = HL_NEXT_AT_ONCE;
  const hl_status status = hl_place_drop(transfer->place);
  transfer->is_local = status != HL_OK;
  if (status != HL_OK) {
    verdict->next = HL_NEXT_STOP;
    return status;
  }
  return hl_fail(HL_IO, "%s: found another file at %s than the one begun, which is fetched from its start",
                 transfer->label, transfer->url);
}

static hl_status take_answer(struct hl_transfer *transfer, const struct hl_http_response *response,
                             uint64_t first_byte, struct hl_verdict *verdict) {
  const bool is_rest = first_byte > 0;
  switch (response->code) {
  case 200:
  case 206:
    return verify_and_commit(transfer, verdict);
  case 412:
    if (is_rest) return start_anew(transfer, verdict);
    break;
  case 416: /* nothing is left to send: the part is the file, or of another one */
    if (!is_rest) break;
    if (response->has_range && response->range_total == first_byte && !transfer->place->has_length)
      return verify_and_commit(transfer, verdict);
    return start_anew(transfer, verdict);
  default:
    break;
  }
  return hl_fail_answer(transfer->label, transfer->url, response, verdict);
}

static hl_status attempt(void *user, struct hl_verdict *verdict) {
  struct hl_transfer *transfer = user;
  struct hl_place *place = transfer->place;
  struct reception reception = {.transfer = transfer};
  struct hl_http_response response;
  enum hl_http_outcome outcome;
  hl_status status = HL_OK;
  transfer->is_local = true;
  TRY(hl_place_open_part(place));
  if (place->n_byte > 0 && place->has_length && place->n_byte == place->length)
    return verify_and_commit(transfer, verdict); /* all came, and then the run was stopped */
  reception.first_byte = place->etag[0] != '\0' ? place->n_byte : 0;
  const struct hl_http_request request = {.url = transfer->url,
                                          .first_byte = reception.first_byte,
                                          .etag = place->etag,
                                          .begin = begin,
                                          .take = take,
                                          .tick = tick_reception,
                                          .user = &reception};
  status = hl_http_run(transfer->http, &request, &response, &outcome);
  if (reception.is_other) return start_anew(transfer, verdict);
  transfer->is_local = outcome == HL_HTTP_STOPPED && !reception.is_foreign;
  if (outcome == HL_HTTP_ANSWERED) return take_answer(transfer, &response, reception.first_byte, verdict);
  hl_judge_outcome(outcome, verdict);
  if (status != HL_CANCELLED && !transfer->is_local) status = hl_fail_within(status, "%s: ", transfer->label);
out:
  return status;
}

hl_status hl_transfer_run(struct hl_transfer *transfer) {
  return hl_tries_run(transfer->tries, attempt, transfer);
}

/* ---- What the server says without sending it ---- */

struct question {
  struct hl_transfer *transfer;
  struct hl_http_response response;
};

static hl_status ask_once(void *user, struct hl_verdict *verdict) {
  struct question *question = user;
  struct hl_transfer *transfer = question->transfer;
  enum hl_http_outcome outcome;
  const struct hl_http_request request = {
      .url = transfer->url, .head_only = true, .tick = tick, .user = transfer};
  const hl_status status = hl_http_run(transfer->http, &request, &question->response, &outcome);
  transfer->is_local = outcome == HL_HTTP_STOPPED;
  if (outcome != HL_HTTP_ANSWERED) {
    hl_judge_outcome(outcome, verdict);
    return transfer->is_local ? status : hl_fail_within(status, "%s: ", transfer->label);
  }
  if (question->response.code == 200) return HL_OK;
  return hl_fail_answer(transfer->label, transfer->url, &question->response, verdict);
}

static hl_status compare_with(struct hl_transfer *transfer, int descriptor,
                              const struct hl_http_response *response) {
  struct stat info;
  bool is_proven;
  if (fstat(descriptor, &info) != 0) return hl_fail_errno(transfer->place->path, "read");
  if (response->is_encoded) return HL_OK; /* what it says is not of the file's own bytes */
  if (response->has_length && (uint64_t)info.st_size != response->length) {
    return hl_fail(HL_INVALID, "%s: found %lld bytes, expected the server's %llu", transfer->label,
                   (long long)info.st_size, (unsigned long long)response->length);
  }
  return check_digests(transfer->label, descriptor, response->goog_hash, &is_proven);
}

hl_status hl_transfer_check(struct hl_transfer *transfer, bool verify) {
  struct question question = {.transfer = transfer};
  hl_status status = HL_OK;
  int descriptor = -1;
  transfer->is_local = true;
  if (verify) {
    TRY(hl_tries_run(transfer->tries, ask_once, &question));
    transfer->is_local = true;
    descriptor = open(transfer->place->path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
      status = hl_fail_errno(transfer->place->path, "open");
      goto out;
    }
    TRY(compare_with(transfer, descriptor, &question.response));
  }
  status = check_zip(transfer->label, transfer->place->path, verify);
out:
  if (descriptor >= 0) close(descriptor);
  return status;
}

/* ---- A text in memory ---- */

struct text {
  struct hl_transfer *transfer;
  size_t limit, n, capacity;
  char *bytes;
};

static hl_status fail_text_size(struct text *text) {
  return hl_fail(HL_LIMIT, "%s: found more than %zu bytes, the most that is read", text->transfer->label,
                 text->limit);
}

static hl_status begin_text(void *user, const struct hl_http_response *response) {
  struct text *text = user;
  text->n = 0;
  return response->has_length && response->length > text->limit ? fail_text_size(text) : HL_OK;
}

static hl_status take_text(void *user, const void *bytes, size_t n) {
  struct text *text = user;
  if (n > text->limit - text->n) return fail_text_size(text);
  const hl_status status = hl_grow_array(&text->bytes, &text->capacity, text->n + n + 1, 1);
  if (status != HL_OK) return status;
  memcpy(text->bytes + text->n, bytes, n);
  text->n += n;
  return HL_OK;
}

static hl_status tick_text(void *user) {
  return tick(((struct text *)user)->transfer);
}

static hl_status check_text(const struct text *text, const struct hl_http_response *response,
                            struct hl_verdict *verdict) {
  struct hl_digests digests;
  const char *label = text->transfer->label;
  if (response->is_encoded)
    return hl_fail(HL_IO, "%s: found a Content-Encoding, expected the file's own bytes", label);
  hl_status status = hl_digests_parse(response->goog_hash, &digests);
  if (status == HL_OK) status = hl_digests_check(label, text->bytes, text->n, &digests);
  if (status == HL_INVALID) verdict->next = HL_NEXT_WAIT;
  return status;
}

static hl_status attempt_text(void *user, struct hl_verdict *verdict) {
  struct text *text = user;
  const struct hl_transfer *transfer = text->transfer;
  struct hl_http_response response;
  enum hl_http_outcome outcome;
  const struct hl_http_request request = {
      .url = transfer->url, .begin = begin_text, .take = take_text, .tick = tick_text, .user = text};
  text->n = 0;
  const hl_status status = hl_http_run(transfer->http, &request, &response, &outcome);
  if (outcome != HL_HTTP_ANSWERED) {
    hl_judge_outcome(outcome, verdict);
    return status;
  }
  if (response.code == 200) return check_text(text, &response, verdict);
  return hl_fail_answer(transfer->label, transfer->url, &response, verdict);
}

hl_status hl_transfer_text(struct hl_transfer *transfer, size_t limit, char **bytes, size_t *n) {
  struct text text = {.transfer = transfer, .limit = limit};
  hl_status status = HL_OK;
  TRY(hl_grow_array(&text.bytes, &text.capacity, 1, 1));
  TRY(hl_tries_run(transfer->tries, attempt_text, &text));
  text.bytes[text.n] = '\0';
  *bytes = text.bytes;
  *n = text.n;
  text.bytes = NULL;
out:
  free(text.bytes);
  return status;
}
