/* Fetch: the released curves over HTTP, in parallel, resumable and verified.
 *
 * The list of files derives from the release's own list of tasks, BASE/task_names.txt, and the sets: one file
 * BASE/<task>/<set>_10000_replica5.npz each. They come to FOLDER in the same layout, so that hl_ingest takes
 * FOLDER as it is. A file is there under its name only when it is whole and verified: its length, the CRC32C
 * and MD5 of the server's x-goog-hash header where it gives them, and the checksum of every member of the
 * zip. A run that was stopped at any moment leaves hidden parts, which the next one goes on with (Range,
 * If-Match). */
#ifndef HYPERLIST_FETCH_H
#define HYPERLIST_FETCH_H

#include "hyperlist/context.h"
#include "hyperlist/strings.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The publisher's bucket. */
#define HL_FETCH_BASE_URL "https://storage.googleapis.com/gresearch/task_set_data/"

/* Transfers at a time where context->n_thread is 0 (this is a matter of the server's patience, not of cores),
 * and at most; tries a file, seconds to wait before the second (doubled before each further one), seconds
 * without an answer. */
enum { HL_FETCH_THREADS = 4, HL_FETCH_MAX_THREADS = 32, HL_FETCH_TRIES = 6, HL_FETCH_TIMEOUT = 30 };
#define HL_FETCH_RETRY_WAIT 1.0

/* All zero is the default. */
struct hl_fetch_options {
  const char *base_url;    /* http or https; NULL: HL_FETCH_BASE_URL */
  const char *const *sets; /* names of any sets; n_set 0: the five released ones */
  size_t n_set;
  const char *tasks;          /* selector (selector.h) of the release's tasks; NULL: all */
  const char *const *headers; /* "Name: value", sent to base_url's host and nowhere else */
  size_t n_header;
  unsigned n_try;    /* 0: HL_FETCH_TRIES */
  double retry_wait; /* seconds; 0: HL_FETCH_RETRY_WAIT */
  unsigned timeout;  /* seconds to connect, and without progress; 0: HL_FETCH_TIMEOUT */
  bool keep_going;   /* name files that cannot be had, fetch the others, return HL_BROKEN */
  bool verify;       /* compare files that are there with the server's length and checksums, too */
  bool dry_run;      /* look only: nothing is written, no file but the list of tasks is transferred */
};

enum hl_fetch_state {
  HL_FETCH_MISSING, /* dry_run: would be fetched */
  HL_FETCH_PARTIAL, /* dry_run: would be gone on with */
  HL_FETCH_DAMAGED, /* dry_run: there, but not whole (verify: or not the server's): would be fetched anew */
  HL_FETCH_THERE,   /* was there before and is whole */
  HL_FETCH_FETCHED, /* came in this run */
  HL_FETCH_FAILED,  /* keep_going: could not be had */
};

/* "missing", "partial", "damaged", "there", "fetched", "failed". Static storage. */
HL_API const char *hl_fetch_state_name(enum hl_fetch_state state);

struct hl_fetch_file {
  char *task, *set, *url;
  char *path; /* below the folder: <task>/<set>_10000_replica5.npz */
  enum hl_fetch_state state;
  uint64_t n_byte;     /* of the file, or of its part, as they are on disk in the end */
  uint64_t n_received; /* bytes of it that crossed the network in this run */
  char *failure;       /* HL_FETCH_FAILED: why; else NULL */
};

struct hl_fetch_report {
  struct hl_fetch_file *files; /* by task in byte order, then by set as given */
  size_t n_file, n_task;
  size_t n_fetched, n_there, n_failed;
  uint64_t n_received;       /* bytes, in all */
  struct hl_strings refused; /* keep_going: one line for each name of a task that is not used */
};

/* Makes folder if it is missing (not its parents). Tasks' names that are no plain names of folders ("../x",
 * "a/b", ".x", control characters, more than 200 bytes) are refused: nothing is written outside folder
 * whatever a name, a server or a link in the folder says.
 *
 * HL_IO: what cannot be had, by name and reason, after n_try tries where another may help (no connection, a
 * stall, a cut, statuses 408, 429 and 5xx; Retry-After is honoured); also a folder that cannot be written or
 * is in use by another fetch, a full disk, which keep_going does not pass over. HL_INVALID: bytes that are
 * not what the server says, or no whole zip; a refused name. HL_LIMIT: more than 64 MB of names, 2^20 files
 * or 16 GiB in one file. HL_USAGE: options, sets, a selector that matches nothing. HL_CANCELLED: parts are
 * kept. HL_BROKEN: keep_going and some are missing; the report names them. Progress counts megabytes and
 * estimates those to come by the mean size of the files seen.
 *
 * libcurl's global state is taken by curl_global_init and given back (it counts). A program that uses libcurl
 * elsewhere, or calls this from several threads, calls curl_global_init itself before it starts threads, as
 * libcurl asks of every program. Proxies are taken from the usual variables (https_proxy, no_proxy, ..),
 * certificates from CURL_CA_BUNDLE or SSL_CERT_FILE if set. report may be NULL; else yours to clear, also
 * after a failure. */
HL_API hl_status hl_fetch(const char *folder, const struct hl_fetch_options *options,
                          const struct hl_context *context, struct hl_fetch_report *report);

HL_API void hl_fetch_report_clear(struct hl_fetch_report *report);

#ifdef __cplusplus
}
#endif
#endif
