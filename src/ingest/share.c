#include "ingest/share.h"
#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/pool.h"
#include "base/ranks.h"
#include "ingest/names.h"

#include <stdlib.h>
#include <string.h>

/* ---- Who reads what ---- */

/* By number, in the order in which tasks are met. *is_known false: source i must be opened to know. */
static hl_status number_task(const struct walk *walk, size_t i, struct hl_names *tasks, size_t *number,
                             bool *is_known) {
  hl_status status = HL_OK;
  const char *path = walk->paths.items[i], *name = walk->parts[i].name;
  char *task = NULL;
  *is_known = name != NULL || walk->loaders[i]->name_task != NULL;
  if (!*is_known) return HL_OK;
  if (name == NULL && walk->loaders[i]->name_task(path, &task) == HL_OK) name = task;
  status = hl_names_intern(tasks, name != NULL ? name : path, number); /* a bad name is refused when read */
  free(task);
  return status;
}

/* numbers[n source]; NULL: the first rank reads all. */
static hl_status number_tasks(const struct walk *walk, size_t **numbers, size_t *n_task) {
  hl_status status = HL_OK;
  struct hl_names tasks = {0};
  bool is_known = true;
  TRY(hl_new_array(walk->paths.n, sizeof **numbers, numbers));
  for (size_t i = 0; i < walk->paths.n && is_known; i++)
    TRY(number_task(walk, i, &tasks, &(*numbers)[i], &is_known));
  *n_task = tasks.strings.n;
  if (is_known) goto out;
  free(*numbers);
  *numbers = NULL;
out:
  hl_names_clear(&tasks);
  return status;
}

static hl_status choose_mine(struct ingest *ingest) {
  hl_status status = HL_OK;
  const size_t rank = hl_ranks_rank(ingest->context), n_rank = hl_ranks_size(ingest->context);
  size_t *numbers = NULL, n_task = 0;
  TRY(hl_new_array(ingest->walk.paths.n, sizeof *ingest->mine, &ingest->mine));
  TRY(number_tasks(&ingest->walk, &numbers, &n_task));
  for (size_t i = 0; i < ingest->walk.paths.n; i++) {
    const size_t reader = numbers != NULL ? numbers[i] * n_rank / n_task : 0;
    if (reader == rank) ingest->mine[ingest->n_mine++] = i;
  }
out:
  free(numbers);
  return status;
}

/* Files come and go, and folders are not everywhere what they are here. */
static hl_status compare_walks(const struct ingest *ingest) {
  hl_status status = HL_OK;
  uint64_t mine = 0, first;
  for (size_t i = 0; i < ingest->walk.paths.n; i++) {
    const char *path = ingest->walk.paths.items[i];
    mine = hl_hash_more(mine, path, strlen(path) + 1);
  }
  first = mine;
  TRY(hl_ranks_broadcast(ingest->context, &first, sizeof first));
  if (first != mine) {
    status = hl_fail(HL_IO, "rank %zu found other sources than rank 0 (%zu files), expected the same",
                     hl_ranks_rank(ingest->context), ingest->walk.paths.n);
  }
  status = hl_ranks_agree(ingest->context, status);
out:
  return status;
}

hl_status ingest_share_sources(struct ingest *ingest) {
  hl_status status = HL_OK;
  TRY(hl_ranks_agree(ingest->context, choose_mine(ingest)));
  TRY(compare_walks(ingest));
out:
  return status;
}

/* ---- What the first is told ---- */

static void keep_warning(void *user, const char *line) {
  struct ingest *ingest = user;
  if (hl_strings_add(&ingest->warnings, line) != HL_OK) return; /* the work itself is not lost */
}

static bool ask_outer(void *user) {
  const struct ingest *ingest = user;
  return ingest->outer->cancel(ingest->outer->user);
}

void ingest_keep_warnings(struct ingest *ingest, struct hl_context *context, const struct hl_context *outer) {
  if (hl_ranks_is_first(context)) return;
  ingest->outer = outer;
  context->user = ingest;
  context->warn = keep_warning;
  context->progress = NULL;
  context->cancel = outer->cancel != NULL ? ask_outer : NULL;
}

/* Parts, origins and warnings as texts, each ended by NUL: `P`, `O` or `W`, then the text. */
struct letter {
  char *bytes;
  size_t n, capacity;
};

static hl_status write_texts(struct letter *letter, char kind, const struct hl_strings *texts, size_t from) {
  for (size_t i = from; i < texts->n; i++) {
    const size_t n = strlen(texts->items[i]) + 1;
    const hl_status status = hl_grow_array(&letter->bytes, &letter->capacity, letter->n + 1 + n, 1);
    if (status != HL_OK) return status;
    letter->bytes[letter->n++] = kind;
    memcpy(letter->bytes + letter->n, texts->items[i], n);
    letter->n += n;
  }
  return HL_OK;
}

static hl_status write_letter(const struct ingest *ingest, struct letter *letter) {
  hl_status status = HL_OK;
  if (hl_ranks_is_first(ingest->context)) return HL_OK; /* knows what it knows */
  TRY(write_texts(letter, 'P', &ingest->parts.complete, ingest->parts.n_taken_over));
  TRY(write_texts(letter, 'O', &ingest->origins, 0));
  TRY(write_texts(letter, 'W', &ingest->warnings, 0));
out:
  return status;
}

/* The tasks and sets of another rank's part are known here from now on. */
static hl_status add_part(struct ingest *ingest, const char *path) {
  hl_status status = HL_OK;
  struct hl_archive *archive = NULL;
  bool ignored;
  TRY(hl_strings_add(&ingest->parts.complete, path));
  TRY(hl_archive_open(path, &archive));
  const struct hl_archive_index *index = hl_archive_get_index(archive);
  for (size_t i = 0; i < index->tasks.n; i++) {
    TRY(hl_index_add_task(&ingest->index, index->tasks.items[i], index->n_params[i],
                          index->seconds_per_step[i]));
  }
  for (size_t i = 0; i < index->n_set; i++)
    TRY(hl_index_add_set(&ingest->index, &index->sets[i], path, &ignored));
  ingest->is_canonical = false;
out:
  hl_archive_close(archive);
  return status;
}

/* "<part>\n<set>\n<task>\n<path>": parts are numbered anew. */
static hl_status add_origin(struct ingest *ingest, const char *text, size_t first_part) {
  char *rest, *origin = NULL;
  const size_t i_part = (size_t)strtoull(text, &rest, 10) - ingest->parts.n_taken_over + first_part;
  hl_status status = hl_format_text(&origin, "%zu%s", i_part, rest);
  if (status == HL_OK) status = hl_strings_add(&ingest->origins, origin);
  free(origin);
  return status;
}

static hl_status read_letter(void *user, size_t rank, const void *bytes, size_t n) {
  hl_status status = HL_OK;
  struct ingest *ingest = user;
  const size_t first_part = ingest->parts.complete.n;
  (void)rank;
  if (n == 0) return HL_OK; /* then there are no bytes either */
  for (const char *at = bytes, *end = at + n; at < end; at += strlen(at) + 1) {
    const char kind = *at++;
    if (kind == 'P') TRY(add_part(ingest, at));
    if (kind == 'O') TRY(add_origin(ingest, at, first_part));
    if (kind == 'W') hl_warn(ingest->context, "%s", at);
  }
out:
  return status;
}

static hl_status sum_counts(struct ingest *ingest) {
  struct hl_ingest_report *report = &ingest->report;
  size_t *const counts[] = {&report->n_stored, &report->n_known, &report->n_failed, &ingest->n_bad_file,
                            &ingest->n_foreign};
  enum { N = sizeof counts / sizeof *counts };
  int64_t sums[N];
  for (size_t i = 0; i < N; i++) sums[i] = (int64_t)*counts[i];
  const hl_status status = hl_ranks_sum(ingest->context, sums, N);
  for (size_t i = 0; i < N; i++) *counts[i] = (size_t)sums[i];
  return status;
}

hl_status ingest_share_results(struct ingest *ingest) {
  hl_status status = HL_OK;
  struct letter letter = {0};
  TRY(hl_ranks_agree(ingest->context, write_letter(ingest, &letter)));
  TRY(sum_counts(ingest));
  TRY(hl_ranks_agree(ingest->context,
                     hl_ranks_gather(ingest->context, letter.bytes, letter.n, read_letter, ingest)));
out:
  free(letter.bytes);
  return status;
}
