/* HTTP and HTTPS, one request at a time over a connection that is kept open. libcurl is called from http.c
 * only.
 *
 * Redirects are followed here and not by libcurl, which would send custom headers on to whatever host a
 * server names: ours go to the scheme, host and port of the first URL alone. */
#ifndef HL_FETCH_HTTP_H
#define HL_FETCH_HTTP_H

#include "hyperlist/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HL_ETAG_BYTES = 256, HL_GOOG_HASH_BYTES = 256 };

/* Of the last answer, as soon as its headers are complete. */
struct hl_http_response {
  long code;                /* 0: none came */
  char etag[HL_ETAG_BYTES]; /* a strong one, in its quotes; "" if there is none, or only a weak one */
  bool has_length;
  uint64_t length; /* bytes of the body */
  bool has_range;  /* Content-Range: first byte of the body (only in a 206), and the length of the whole */
  uint64_t range_first, range_total;  /* range_total: UINT64_MAX if not told */
  char goog_hash[HL_GOOG_HASH_BYTES]; /* x-goog-hash, several joined by commas; "" if none */
  bool is_encoded;                    /* Content-Encoding: the body is not the file's own bytes */
  uint64_t retry_after;               /* seconds; 0: not told */
};

struct hl_http_request {
  const char *url;
  bool head_only;      /* HEAD: no body is wanted */
  uint64_t first_byte; /* > 0: Range from there on, on condition that the ETag is still `etag` (If-Match) */
  const char *etag;
  /* A 200 or 206 has come: called once before the body's first byte (also where the body is empty). Bodies of
   * other answers are passed over. A failure ends the request. */
  hl_status (*begin)(void *user, const struct hl_http_response *response);
  hl_status (*take)(void *user, const void *bytes, size_t n);
  hl_status (*tick)(void *user); /* now and then, at least about once a second: HL_OK, or why to stop */
  void *user;
};

enum hl_http_outcome {
  HL_HTTP_ANSWERED, /* a whole answer came; response->code tells what it says */
  HL_HTTP_BROKEN,   /* none, or not whole: another try may help */
  HL_HTTP_HOPELESS, /* a redirect that is not followed, a certificate that is not trusted: it will not */
  HL_HTTP_STOPPED,  /* begin, take or tick failed; or memory ran out */
};

struct hl_http;

struct hl_http_options {
  const char *const *headers; /* "Name: value", sent to the first URL's origin; borrowed */
  size_t n_header;
  long timeout_seconds; /* to connect, and without a byte; four times that with less than 256 a second */
};

/* curl_global_init and curl_global_cleanup, in pairs. */
hl_status hl_http_start(void);
void hl_http_end(void);

/* One for each thread. options must outlive it. */
hl_status hl_http_open(const struct hl_http_options *options, struct hl_http **http);
void hl_http_close(struct hl_http *http); /* legal on NULL */

/* HL_OK exactly for HL_HTTP_ANSWERED; HL_IO with "URL: cannot read: REASON" for BROKEN and HOPELESS; for
 * STOPPED what the callback returned. */
hl_status hl_http_run(struct hl_http *http, const struct hl_http_request *request,
                      struct hl_http_response *response, enum hl_http_outcome *outcome);

/* HL_USAGE, naming `option`, unless url is http:// or https:// with a host and without user, query or
 * fragment. */
hl_status hl_http_check_url(const char *option, const char *url);

#endif
