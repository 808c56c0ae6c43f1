#include "hyperlist/fetch.h"
#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/pool.h"
#include "fetch/plan.h"
#include "hyperlist/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* 29 million curves are listed in 50 kB; what is a thousand times that is no list of tasks. */
static const char list_name[] = "task_names.txt";

struct fetch {
  const char *folder;
  int root;     /* descriptor of folder; -1: not there (yet) */
  bool is_made; /* by this run */
  struct hl_fetch_options options;
  struct hl_context context; /* the caller's, with our number of threads */
  struct hl_http_options http;
  struct hl_meter meter;
  struct hl_tries tries;
  struct hl_http *clients[HL_FETCH_MAX_THREADS]; /* one a thread, made when first used */
  struct hl_fetch_report *report;
};

const char *hl_fetch_state_name(enum hl_fetch_state state) {
  static const char *const names[] = {"missing", "partial", "damaged", "there", "fetched", "failed"};
  return names[state];
}

void hl_fetch_report_clear(struct hl_fetch_report *report) {
  for (size_t i = 0; i < report->n_file; i++) {
    struct hl_fetch_file *file = &report->files[i];
    free(file->task);
    free(file->set);
    free(file->url);
    free(file->path);
    free(file->failure);
  }
  free(report->files);
  hl_strings_clear(&report->refused);
  *report = (struct hl_fetch_report){0};
}

/* ---- The folder ---- */

/* Before anything is asked of the server: can the result be written at all? */
static hl_status look_at_folder(struct fetch *fetch) {
  struct stat info;
  char *parent = NULL;
  hl_status status = HL_OK;
  if (stat(fetch->folder, &info) == 0) {
    if (S_ISDIR(info.st_mode)) return HL_OK;
    return hl_fail(HL_IO, "%s: found a file, expected a folder or none", fetch->folder);
  }
  if (errno != ENOENT) return hl_fail_errno(fetch->folder, "open");
  TRY(hl_copy_text(fetch->folder, &parent));
  for (size_t n = strlen(parent); n > 1 && parent[n - 1] == '/'; n--) parent[n - 1] = '\0';
  parent[hl_file_name(parent) - parent] = '\0';
  if (stat(*parent != '\0' ? parent : ".", &info) != 0) status = hl_fail_errno(fetch->folder, "make folder");
out:
  free(parent);
  return status;
}

static hl_status open_folder(struct fetch *fetch) {
  fetch->is_made = !fetch->options.dry_run && mkdir(fetch->folder, 0777) == 0;
  if (!fetch->options.dry_run && !fetch->is_made && errno != EEXIST)
    return hl_fail_errno(fetch->folder, "make folder");
  fetch->root = open(fetch->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fetch->root < 0)
    return fetch->options.dry_run && errno == ENOENT ? HL_OK : hl_fail_errno(fetch->folder, "open");
  if (fetch->options.dry_run) return HL_OK;
  /* Two writers to one part would spoil it. A file system that cannot lock a folder goes without. */
  if (flock(fetch->root, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return HL_OK;
  return hl_fail(HL_IO, "%s: found another fetch at work there, expected to be the only one", fetch->folder);
}

/* A task of which nothing could be had leaves no empty folder, and a fetch of nothing none at all. */
static void remove_empty(struct fetch *fetch) {
  for (size_t i = 0; fetch->root >= 0 && !fetch->options.dry_run && i < fetch->report->n_file; i++) {
    const struct hl_fetch_file *file = &fetch->report->files[i];
    if (file->state == HL_FETCH_FAILED || file->state == HL_FETCH_MISSING)
      unlinkat(fetch->root, file->task, AT_REMOVEDIR);
  }
  if (fetch->is_made) rmdir(fetch->folder);
}

/* ---- One file, in any thread ---- */

static hl_status get_client(struct fetch *fetch, size_t i_thread, struct hl_http **client) {
  hl_status status = HL_OK;
  if (fetch->clients[i_thread] == NULL) status = hl_http_open(&fetch->http, &fetch->clients[i_thread]);
  *client = fetch->clients[i_thread];
  return status;
}

/* Is the file there, and whole? */
static hl_status look(struct fetch *fetch, struct hl_transfer *transfer, struct hl_fetch_file *file) {
  bool is_there;
  hl_status status = HL_OK;
  transfer->is_local = true;
  file->state = HL_FETCH_MISSING;
  TRY(hl_place_find(transfer->place, &is_there, &file->n_byte));
  if (!is_there) {
    TRY(hl_place_open_part(transfer->place));
    if (transfer->place->n_byte == 0 || transfer->place->etag[0] == '\0') return HL_OK;
    file->state = HL_FETCH_PARTIAL;
    file->n_byte = transfer->place->n_byte;
    return HL_OK;
  }
  status = hl_transfer_check(transfer, fetch->options.verify);
  if (status == HL_INVALID) {
    file->state = HL_FETCH_DAMAGED;
    hl_meter_warn(&fetch->meter, "%s%s", hl_error_message(),
                  fetch->options.dry_run ? "" : "; it is fetched anew");
    return HL_OK;
  }
  if (status == HL_OK) file->state = HL_FETCH_THERE;
out:
  return status;
}

static hl_status fetch_file(struct fetch *fetch, struct hl_transfer *transfer, struct hl_fetch_file *file) {
  hl_status status = HL_OK;
  TRY(look(fetch, transfer, file));
  if (fetch->options.dry_run) return HL_OK;
  if (file->state == HL_FETCH_THERE) {
    hl_place_tidy(transfer->place);
    return HL_OK;
  }
  status = hl_transfer_run(transfer);
  if (status == HL_OK) {
    file->state = HL_FETCH_FETCHED;
    file->n_byte = transfer->place->n_byte;
  }
out:
  file->n_received = transfer->n_received;
  return status;
}

static hl_status work(void *user, size_t i, size_t i_thread) {
  struct fetch *fetch = user;
  struct hl_fetch_file *file = &fetch->report->files[i];
  struct hl_place place = {0};
  struct hl_transfer transfer = {.tries = &fetch->tries, .place = &place, .url = file->url};
  hl_status status = HL_OK;
  transfer.label = file->path;
  transfer.is_local = true;
  TRY(get_client(fetch, i_thread, &transfer.http));
  TRY(hl_place_init(&place, fetch->root, fetch->folder, file->task, hl_file_name(file->path)));
  TRY(fetch_file(fetch, &transfer, file));
out:
  if (status != HL_OK && !transfer.is_local && fetch->options.keep_going) {
    file->state = HL_FETCH_FAILED;
    status = hl_copy_text(hl_error_message(), &file->failure);
  }
  hl_meter_settle(&fetch->meter, &transfer.claim);
  hl_place_clear(&place);
  return status;
}

/* ---- All of them ---- */

/* The list of tasks, fetched first; into the folder it goes as it came. */
static hl_status fetch_list(struct fetch *fetch, char **text, size_t *n) {
  hl_status status = HL_OK;
  char *url = NULL;
  struct hl_transfer transfer = {.tries = &fetch->tries, .label = list_name};
  TRY(hl_plan_url(&fetch->options, (const char *const[]){list_name, NULL}, &url));
  transfer.url = url;
  TRY(get_client(fetch, 0, &transfer.http));
  TRY(hl_transfer_text(&transfer, HL_MAX_NAME_LIST_BYTES, text, n));
  status = hl_plan_make(&fetch->options, url, *text, *n, &fetch->meter, fetch->report);
out:
  free(url);
  return status;
}

static hl_status sum_up(struct fetch *fetch) {
  struct hl_fetch_report *report = fetch->report;
  const char *first = NULL;
  for (size_t i = 0; i < report->n_file; i++) {
    const struct hl_fetch_file *file = &report->files[i];
    report->n_there += file->state == HL_FETCH_THERE;
    report->n_fetched += file->state == HL_FETCH_FETCHED;
    report->n_failed += file->state == HL_FETCH_FAILED;
    report->n_received += file->n_received;
    if (first == NULL) first = file->failure;
  }
  const size_t n_fault = report->n_failed + report->refused.n;
  if (n_fault == 0) return HL_OK;
  if (first == NULL) first = report->refused.items[0];
  return hl_fail(HL_BROKEN, "%s: %zu of %zu files could not be had%s; the first: %s", fetch->folder,
                 report->n_failed, report->n_file,
                 report->refused.n > 0 ? ", and names of tasks were refused" : "", first);
}

static hl_status run(struct fetch *fetch) {
  hl_status status = HL_OK;
  char *text = NULL;
  size_t n;
  TRY(look_at_folder(fetch));
  TRY(fetch_list(fetch, &text, &n));
  TRY(open_folder(fetch));
  if (!fetch->options.dry_run) TRY(hl_place_write(fetch->root, fetch->folder, list_name, text, n));
  fetch->meter.n_file = fetch->report->n_file;
  TRY(hl_pool_run(&fetch->context, NULL, fetch->report->n_file, work, NULL, fetch));
  status = sum_up(fetch);
out:
  free(text);
  return status;
}

static void fill_in(struct fetch *fetch, const struct hl_context *context) {
  struct hl_fetch_options *options = &fetch->options;
  if (options->n_try == 0) options->n_try = HL_FETCH_TRIES;
  if (options->retry_wait == 0) options->retry_wait = HL_FETCH_RETRY_WAIT;
  if (options->timeout == 0) options->timeout = HL_FETCH_TIMEOUT;
  if (context != NULL) fetch->context = *context;
  if (fetch->context.n_thread <= 0) fetch->context.n_thread = HL_FETCH_THREADS;
  if (fetch->context.n_thread > HL_FETCH_MAX_THREADS) fetch->context.n_thread = HL_FETCH_MAX_THREADS;
  fetch->http = (struct hl_http_options){
      .headers = options->headers, .n_header = options->n_header, .timeout_seconds = (long)options->timeout};
  hl_meter_init(&fetch->meter, &fetch->context);
  fetch->tries = (struct hl_tries){options->n_try, options->retry_wait, &fetch->meter};
}

hl_status hl_fetch(const char *folder, const struct hl_fetch_options *options,
                   const struct hl_context *context, struct hl_fetch_report *report) {
  struct hl_fetch_report own = {0};
  struct fetch fetch = {.folder = folder, .root = -1, .report = report != NULL ? report : &own};
  hl_status status = HL_OK;
  if (report != NULL) *report = own;
  if (options != NULL) fetch.options = *options;
  TRY(hl_plan_check_options(&fetch.options));
  TRY(hl_http_start());
  fill_in(&fetch, context);
  status = run(&fetch);
  remove_empty(&fetch);
  for (size_t i = 0; i < HL_FETCH_MAX_THREADS; i++) hl_http_close(fetch.clients[i]);
  if (fetch.root >= 0) close(fetch.root); /* which unlocks it */
  hl_meter_clear(&fetch.meter);
  hl_http_end();
out:
  hl_fetch_report_clear(&own);
  return status;
}
