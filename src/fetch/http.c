#include "fetch/http.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"
#include "hyperlist/version.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
  MAX_REDIRECTS = 5,
  MAX_PASSED_OVER = 1 << 16, /* bytes of an error page: rather a new connection than more of it */
  BUFFER_BYTES = 1 << 18,
  STALL_BYTES = 256, /* a second: what is slower counts as standing still */
};

struct hl_http {
  CURL *curl;
  const struct hl_http_options *options;
  const struct hl_http_request *request;
  struct hl_http_response *response;
  bool has_begun, is_enough, is_stalled;
  curl_off_t n_seen; /* bytes of the body, when last_seen was set: seconds */
  double last_seen;
  size_t n_passed_over;
  hl_status stopped; /* what a callback returned */
  char reason[CURL_ERROR_SIZE];
};

hl_status hl_http_start(void) {
  if (curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK) return HL_OK;
  return hl_fail(HL_IO, "libcurl cannot be started");
}

void hl_http_end(void) {
  curl_global_cleanup();
}

/* ---- URLs ---- */

/* One part of a URL, yours to curl_free; NULL: it has none, or is no URL at all. libcurl takes a lack of
 * memory for that, too, but malloc leaves a mark. */
static hl_status copy_part(const char *url, CURLUPart what, char **part) {
  *part = NULL;
  errno = 0;
  CURLU *parsed = curl_url();
  const bool is_there = parsed != NULL &&
                        curl_url_set(parsed, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK &&
                        curl_url_get(parsed, what, part, CURLU_DEFAULT_PORT) == CURLUE_OK;
  const bool is_out = !is_there && errno == ENOMEM;
  if (!is_there) *part = NULL;
  curl_url_cleanup(parsed);
  return is_out ? hl_fail_memory() : HL_OK;
}

static hl_status find_part(const char *url, CURLUPart what, bool *has) {
  char *part;
  const hl_status status = copy_part(url, what, &part);
  *has = part != NULL;
  curl_free(part);
  return status;
}

static hl_status compare_origins(const char *a, const char *b, bool *is_same) {
  static const CURLUPart parts[] = {CURLUPART_SCHEME, CURLUPART_HOST, CURLUPART_PORT};
  hl_status status = HL_OK;
  *is_same = true;
  for (size_t i = 0; i < sizeof parts / sizeof parts[0] && *is_same; i++) {
    char *x = NULL, *y = NULL;
    status = copy_part(a, parts[i], &x);
    if (status == HL_OK) status = copy_part(b, parts[i], &y);
    *is_same = x != NULL && y != NULL && strcasecmp(x, y) == 0;
    curl_free(x);
    curl_free(y);
  }
  return status;
}

static bool is_scheme(const char *url, const char *scheme) {
  const size_t n = strlen(scheme);
  return strncasecmp(url, scheme, n) == 0 && strncmp(url + n, "://", 3) == 0;
}

hl_status hl_http_check_url(const char *option, const char *url) {
  hl_status status = HL_OK;
  bool has_host, has_user, has_password;
  for (const unsigned char *at = (const unsigned char *)url; *at != '\0'; at++) {
    if (*at <= ' ' || *at == 0x7f)
      return hl_fail(HL_USAGE, "%s: found a space or control character in '%s', expected a URL", option, url);
  }
  if (!is_scheme(url, "http") && !is_scheme(url, "https")) {
    return hl_fail(HL_USAGE, "%s: found '%s', expected a URL that begins with https:// or http://", option,
                   url);
  }
  TRY(find_part(url, CURLUPART_HOST, &has_host));
  if (strstr(url, ":///") != NULL || !has_host) { /* libcurl lets a third slash pass */
    return hl_fail(HL_USAGE, "%s: found '%s', expected a URL with a host", option, url);
  }
  TRY(find_part(url, CURLUPART_USER, &has_user));
  TRY(find_part(url, CURLUPART_PASSWORD, &has_password));
  if (has_user || has_password) {
    return hl_fail(HL_USAGE, "%s: found a user or password in the URL, expected them as --header", option);
  }
  if (strpbrk(url, "?#") != NULL) {
    return hl_fail(HL_USAGE, "%s: found '%s', expected a URL without '?' and '#': names are put behind it",
                   option, url);
  }
out:
  return status;
}

/* ---- What the server says ---- */

/* The value of a header line if it is of that name: start and length without spaces around. */
static const char *find_value(const char *line, size_t n, const char *name, size_t *length) {
  const size_t n_name = strlen(name);
  if (n <= n_name || line[n_name] != ':' || strncasecmp(line, name, n_name) != 0) return NULL;
  const char *value = line + n_name + 1, *end = line + n;
  while (value < end && (*value == ' ' || *value == '\t')) value++;
  while (end > value && strchr(" \t\r\n", end[-1]) != NULL) end--;
  *length = (size_t)(end - value);
  return value;
}

/* Only a strong tag promises equal bytes (RFC 9110, 8.8.1); a weak one is of no use here. */
static void take_etag(struct hl_http_response *response, const char *value, size_t n) {
  response->etag[0] = '\0';
  if (n < 2 || n >= sizeof response->etag) return;
  if (value[0] != '"' || value[n - 1] != '"') return;
  for (size_t i = 1; i + 1 < n; i++) {
    if ((unsigned char)value[i] < 0x21 || value[i] == '"' || value[i] == 0x7f) return;
  }
  memcpy(response->etag, value, n);
  response->etag[n] = '\0';
}

static bool take_digits(const char **at, uint64_t *value) {
  if (**at < '0' || **at > '9') return false;
  char digits[21];
  const size_t n = strspn(*at, "0123456789");
  if (n >= sizeof digits) return false;
  memcpy(digits, *at, n);
  digits[n] = '\0';
  *at += n;
  return hl_parse_uint64(digits, value);
}

/* `bytes 100-199/200`, `bytes 100-199` + `/` + `*`, `bytes *` + `/200`. */
static void take_range(struct hl_http_response *response, const char *value, size_t n) {
  char text[80] = "";
  uint64_t last;
  if (n >= sizeof text) return;
  memcpy(text, value, n);
  text[n] = '\0';
  const char *at = text;
  if (strncasecmp(at, "bytes ", 6) != 0) return;
  at += 6;
  response->range_first = 0;
  response->range_total = UINT64_MAX;
  if (*at == '*') {
    at++;
  } else {
    if (!take_digits(&at, &response->range_first) || *at++ != '-' || !take_digits(&at, &last)) return;
    if (last < response->range_first) return;
  }
  if (*at++ != '/') return;
  if (strcmp(at, "*") != 0 && (!take_digits(&at, &response->range_total) || *at != '\0')) return;
  response->has_range = true;
}

static void take_hash(struct hl_http_response *response, const char *value, size_t n) {
  const size_t used = strlen(response->goog_hash);
  if (used + n + 2 > sizeof response->goog_hash) return;
  if (used > 0) response->goog_hash[used] = ',';
  memcpy(response->goog_hash + used + (used > 0), value, n);
  response->goog_hash[used + (used > 0) + n] = '\0';
}

static bool is_identity(const char *value, size_t n) {
  return n == 0 || (n == strlen("identity") && strncasecmp(value, "identity", n) == 0);
}

static size_t note_header(char *line, size_t size, size_t n_item, void *user) {
  struct hl_http *http = user;
  struct hl_http_response *response = http->response;
  const size_t n = size * n_item;
  size_t length;
  const char *value;
  if (n >= 5 && strncmp(line, "HTTP/", 5) == 0) *response = (struct hl_http_response){0};
  if ((value = find_value(line, n, "etag", &length)) != NULL) take_etag(response, value, length);
  if ((value = find_value(line, n, "content-range", &length)) != NULL) take_range(response, value, length);
  if ((value = find_value(line, n, "x-goog-hash", &length)) != NULL) take_hash(response, value, length);
  if ((value = find_value(line, n, "content-encoding", &length)) != NULL && !is_identity(value, length))
    response->is_encoded = true;
  return n;
}

/* What libcurl has parsed itself. */
static void complete_response(struct hl_http *http) {
  curl_off_t length = -1, retry_after = 0;
  curl_easy_getinfo(http->curl, CURLINFO_RESPONSE_CODE, &http->response->code);
  curl_easy_getinfo(http->curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
  curl_easy_getinfo(http->curl, CURLINFO_RETRY_AFTER, &retry_after);
  http->response->has_length = length >= 0;
  http->response->length = length >= 0 ? (uint64_t)length : 0;
  http->response->retry_after = retry_after > 0 ? (uint64_t)retry_after : 0;
}

static bool has_wanted_body(const struct hl_http_response *response) {
  return response->code == 200 || response->code == 206;
}

static void begin_body(struct hl_http *http) {
  if (http->has_begun) return;
  http->has_begun = true;
  complete_response(http);
  if (has_wanted_body(http->response) && http->request->begin != NULL)
    http->stopped = http->request->begin(http->request->user, http->response);
}

static size_t take_body(char *bytes, size_t size, size_t n_item, void *user) {
  struct hl_http *http = user;
  const size_t n = size * n_item;
  begin_body(http);
  if (http->stopped != HL_OK) return CURL_WRITEFUNC_ERROR;
  if (!has_wanted_body(http->response)) {
    http->n_passed_over += n;
    http->is_enough = http->n_passed_over > MAX_PASSED_OVER;
    return http->is_enough ? CURL_WRITEFUNC_ERROR : n;
  }
  http->stopped = http->request->take(http->request->user, bytes, n);
  return http->stopped == HL_OK ? n : CURL_WRITEFUNC_ERROR;
}

/* libcurl's own limit is on a mean over seconds, which a burst before a stall holds up; it is there for
 * servers that drip. */
static bool is_stalled(struct hl_http *http, curl_off_t n_received) {
  const double time = hl_clock_seconds();
  if (n_received != http->n_seen) {
    http->n_seen = n_received;
    http->last_seen = time;
  }
  return time - http->last_seen > (double)http->options->timeout_seconds;
}

static int tick(void *user, curl_off_t n_all, curl_off_t n_received, curl_off_t n_to_send,
                curl_off_t n_sent) {
  struct hl_http *http = user;
  (void)n_all, (void)n_to_send, (void)n_sent;
  if (http->stopped == HL_OK) http->stopped = http->request->tick(http->request->user);
  http->is_stalled = is_stalled(http, n_received);
  return http->stopped != HL_OK || http->is_stalled;
}

/* ---- Requests ---- */

static hl_status set_up(struct hl_http *http) {
  CURL *curl = http->curl;
  const long timeout = http->options->timeout_seconds;
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "hyperlist/" HL_VERSION_STRING);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L); /* many threads */
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, http->reason);
  curl_easy_setopt(curl, CURLOPT_BUFFERSIZE, (long)BUFFER_BYTES);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, timeout);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, (long)STALL_BYTES);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, 4 * timeout);
  curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, note_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, http);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, http);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, tick);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, http);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  /* Certificates are verified, which is libcurl's default; where they are may be said as to the curl program.
   */
  const char *bundle = getenv("CURL_CA_BUNDLE");
  if (bundle == NULL || *bundle == '\0') bundle = getenv("SSL_CERT_FILE");
  if (bundle != NULL && *bundle != '\0' && curl_easy_setopt(curl, CURLOPT_CAINFO, bundle) != CURLE_OK)
    return hl_fail_memory();
#if LIBCURL_VERSION_NUM >= 0x075500
  const CURLcode code = curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
#else
  const CURLcode code = curl_easy_setopt(curl, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
  return code == CURLE_OK ? HL_OK : hl_fail(HL_IO, "libcurl knows no http and https");
}

hl_status hl_http_open(const struct hl_http_options *options, struct hl_http **out) {
  hl_status status = HL_OK;
  struct hl_http *http = NULL;
  *out = NULL;
  TRY(hl_new_array(1, sizeof *http, &http));
  http->options = options;
  http->curl = curl_easy_init();
  if (http->curl == NULL) {
    status = hl_fail_memory();
    goto out;
  }
  TRY(set_up(http));
  *out = http;
out:
  if (status != HL_OK) hl_http_close(http);
  return status;
}

void hl_http_close(struct hl_http *http) {
  if (http == NULL) return;
  if (http->curl != NULL) curl_easy_cleanup(http->curl);
  free(http);
}

static hl_status add_header(struct curl_slist **headers, const char *line) {
  struct curl_slist *longer = curl_slist_append(*headers, line);
  if (longer == NULL) return hl_fail_memory();
  *headers = longer;
  return HL_OK;
}

static hl_status make_headers(const struct hl_http *http, bool is_home, struct curl_slist **headers) {
  const struct hl_http_request *request = http->request;
  hl_status status = HL_OK;
  char *line = NULL;
  if (request->first_byte > 0) {
    TRY(hl_format_text(&line, "Range: bytes=%llu-", (unsigned long long)request->first_byte));
    TRY(add_header(headers, line));
    free(line);
    TRY(hl_format_text(&line, "If-Match: %s", request->etag));
    TRY(add_header(headers, line));
  }
  for (size_t i = 0; is_home && i < http->options->n_header; i++)
    TRY(add_header(headers, http->options->headers[i]));
out:
  free(line);
  return status;
}

/* Not CURLE_UNSUPPORTED_PROTOCOL, which libcurl gives for an answer that is no HTTP: it may be what a server
 * sent beyond the Content-Length of the answer before. */
static bool is_hopeless(CURLcode code) {
  switch (code) {
  case CURLE_URL_MALFORMAT:
  case CURLE_PEER_FAILED_VERIFICATION:
  case CURLE_SSL_CACERT_BADFILE:
  case CURLE_SSL_CERTPROBLEM:
    return true;
  default:
    return false;
  }
}

static hl_status run_once(struct hl_http *http, const char *url, bool is_home,
                          enum hl_http_outcome *outcome) {
  hl_status status = HL_OK;
  struct curl_slist *headers = NULL;
  http->has_begun = http->is_enough = http->is_stalled = false;
  http->n_seen = 0;
  http->last_seen = hl_clock_seconds();
  http->n_passed_over = 0;
  http->stopped = HL_OK;
  http->reason[0] = '\0';
  *http->response = (struct hl_http_response){0};
  *outcome = HL_HTTP_STOPPED;
  TRY(make_headers(http, is_home, &headers));
  curl_easy_setopt(http->curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(http->curl, CURLOPT_HTTPGET, 1L);
  curl_easy_setopt(http->curl, CURLOPT_NOBODY, http->request->head_only ? 1L : 0L);
  if (curl_easy_setopt(http->curl, CURLOPT_URL, url) != CURLE_OK) {
    status = hl_fail_memory();
    goto out;
  }
  const CURLcode code = curl_easy_perform(http->curl);
  if (code == CURLE_OK) begin_body(http); /* an empty one */
  TRY(http->stopped);
  if (code == CURLE_OUT_OF_MEMORY) {
    status = hl_fail_memory();
    goto out;
  }
  *outcome = code == CURLE_OK || http->is_enough ? HL_HTTP_ANSWERED
             : is_hopeless(code)                 ? HL_HTTP_HOPELESS
                                                 : HL_HTTP_BROKEN;
  if (*outcome == HL_HTTP_ANSWERED) goto out;
  if (http->is_stalled) {
    FAIL(HL_IO, "%s: cannot read: no byte came for %ld s", url, http->options->timeout_seconds);
  }
  status = hl_fail(HL_IO, "%s: cannot read: %s", url,
                   http->reason[0] != '\0' ? http->reason : curl_easy_strerror(code));
out:
  curl_easy_setopt(http->curl, CURLOPT_HTTPHEADER, NULL);
  curl_slist_free_all(headers);
  return status;
}

/* Where an answer leads; NULL: nowhere. Borrowed until the next request. */
static char *find_redirect(struct hl_http *http) {
  const long code = http->response->code;
  char *url = NULL;
  if (code != 301 && code != 302 && code != 303 && code != 307 && code != 308) return NULL;
  curl_easy_getinfo(http->curl, CURLINFO_REDIRECT_URL, &url);
  return url;
}

/* To https from anywhere, to http only from http. */
static hl_status check_redirect(const char *from, const char *to, int n_redirect) {
  if (n_redirect == MAX_REDIRECTS)
    return hl_fail(HL_IO, "%s: found more than %d redirects, expected a file", from, MAX_REDIRECTS);
  if (is_scheme(to, "https") || (is_scheme(to, "http") && is_scheme(from, "http"))) return HL_OK;
  return hl_fail(HL_IO, "%s: found a redirect to %s, expected one to https%s", from, to,
                 is_scheme(from, "http") ? " or http" : "");
}

hl_status hl_http_run(struct hl_http *http, const struct hl_http_request *request,
                      struct hl_http_response *response, enum hl_http_outcome *outcome) {
  hl_status status = HL_OK;
  char *url = NULL, *next = NULL;
  bool is_same;
  http->request = request;
  http->response = response;
  *outcome = HL_HTTP_STOPPED;
  TRY(hl_copy_text(request->url, &url));
  for (int n_redirect = 0;; n_redirect++) {
    TRY(compare_origins(request->url, url, &is_same));
    TRY(run_once(http, url, is_same, outcome));
    const char *to = find_redirect(http);
    if (to == NULL) break;
    *outcome = HL_HTTP_HOPELESS;
    TRY(check_redirect(url, to, n_redirect));
    *outcome = HL_HTTP_STOPPED;
    TRY(hl_copy_text(to, &next));
    free(url);
    url = next;
  }
out:
  free(url);
  return status;
}
