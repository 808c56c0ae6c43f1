/* What a server says: one request over a loopback connection, answered by the input's bytes; a second part
 * answers the connection that a redirect leads to. The first byte chooses the request. */
#include "fetch/hash.h"
#include "fetch/http.h"
#include "fuzz.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST_BODY = 1 << 20, MOST_PARTS = 3 };

static struct server {
  int listening, port;
  struct hl_http *http;
  pthread_mutex_t lock; /* of the answers, which the main thread sets between requests */
  size_t n_part, next;
  char *parts[MOST_PARTS];
} server = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void answer(int connection) {
  char request[4096];
  size_t used = 0;
  ssize_t n;
  do {
    n = recv(connection, request + used, sizeof request - 1 - used, 0);
    used += n > 0 ? (size_t)n : 0;
    request[used] = '\0';
  } while (n > 0 && used < sizeof request - 1 && strstr(request, "\r\n\r\n") == NULL);
  pthread_mutex_lock(&server.lock);
  const char *part = server.next < server.n_part ? server.parts[server.next++] : "";
  send(connection, part, strlen(part), MSG_NOSIGNAL);
  pthread_mutex_unlock(&server.lock);
}

static void *serve(void *unused) {
  (void)unused;
  for (int connection; (connection = accept(server.listening, NULL, NULL)) >= 0; close(connection)) {
    answer(connection);
    shutdown(connection, SHUT_WR);
  }
  return NULL;
}

static void start(void) {
  static const struct hl_http_options options = {.timeout_seconds = 2};
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t n = sizeof address;
  pthread_t thread;
  unsetenv("http_proxy");
  server.listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  FUZZ_CHECK(bind(server.listening, (struct sockaddr *)(void *)&address, n) == 0);
  FUZZ_CHECK(listen(server.listening, 16) == 0);
  FUZZ_CHECK(getsockname(server.listening, (struct sockaddr *)(void *)&address, &n) == 0);
  server.port = ntohs(address.sin_port);
  FUZZ_CHECK(hl_http_start() == HL_OK && hl_http_open(&options, &server.http) == HL_OK);
  FUZZ_CHECK(pthread_create(&thread, NULL, serve, NULL) == 0 && pthread_detach(thread) == 0);
}

/* ---- The client ---- */

struct body {
  bool has_begun;
  size_t n_byte;
};

static void check_response(const struct hl_http_response *response) {
  const size_t n = strnlen(response->etag, sizeof response->etag);
  FUZZ_CHECK(n < sizeof response->etag &&
             (n == 0 || (response->etag[0] == '"' && response->etag[n - 1] == '"')));
  FUZZ_CHECK(strpbrk(response->etag, "\r\n") == NULL);
  FUZZ_CHECK(strnlen(response->goog_hash, sizeof response->goog_hash) < sizeof response->goog_hash);
}

static hl_status begin(void *user, const struct hl_http_response *response) {
  struct body *body = user;
  struct hl_digests digests;
  FUZZ_CHECK(!body->has_begun && (response->code == 200 || response->code == 206));
  check_response(response);
  hl_digests_parse(response->goog_hash, &digests);
  body->has_begun = true;
  return HL_OK;
}

static hl_status take(void *user, const void *bytes, size_t n) {
  struct body *body = user;
  FUZZ_CHECK(body->has_begun && bytes != NULL);
  body->n_byte += n;
  return HL_OK;
}

static hl_status tick(void *user) {
  (void)user;
  return HL_OK;
}

/* Redirects may lead nowhere but here. */
static bool is_local(const char *text) {
  static const char here[] = "//127.0.0.1";
  const size_t n = strlen(here);
  for (const char *at = text; (at = strchr(at, '/')) != NULL; at++) {
    const bool is_host = at[1] == '/' || (at > text && at[-1] == ':');
    if (is_host && (strncmp(at, here, n) != 0 || strchr(":/\r\n", at[n]) == NULL)) return false;
    at += is_host;
  }
  return strpbrk(text, "\\@") == NULL;
}

/* libcurl 7.88 reads a header that a following line continues after it has freed it: its own fault. */
static bool is_folded(const char *text) {
  return strstr(text, "\n ") != NULL || strstr(text, "\n\t") != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0) return FUZZ_DONE;
  const unsigned choice = data[0];
  char *parts[MOST_PARTS], url[64];
  bool are_local = true;
  data++, size--;
  if (server.port == 0) start();
  for (int i = 0; i < MOST_PARTS; i++) {
    parts[i] = fuzz_next(&data, &size);
    are_local = are_local && is_local(parts[i]) && !is_folded(parts[i]);
  }
  pthread_mutex_lock(&server.lock);
  server.n_part = MOST_PARTS;
  server.next = 0;
  memcpy(server.parts, parts, sizeof parts);
  pthread_mutex_unlock(&server.lock);
  snprintf(url, sizeof url, "http://127.0.0.1:%d/a", server.port);
  struct body body = {0};
  struct hl_http_response response;
  enum hl_http_outcome outcome;
  const struct hl_http_request request = {.url = url,
                                          .head_only = choice & 1,
                                          .first_byte = choice & 2 ? 10 : 0,
                                          .etag = "\"e\"",
                                          .begin = begin,
                                          .take = take,
                                          .tick = tick,
                                          .user = &body};
  if (are_local) {
    const bool is_good = fuzz_is_ok(hl_http_run(server.http, &request, &response, &outcome));
    FUZZ_CHECK(is_good == (outcome == HL_HTTP_ANSWERED));
    if (is_good) check_response(&response);
  }
  pthread_mutex_lock(&server.lock);
  server.n_part = 0;
  pthread_mutex_unlock(&server.lock);
  for (int i = 0; i < MOST_PARTS; i++) free(parts[i]);
  return are_local ? FUZZ_DONE : FUZZ_NOT_KEPT;
}
