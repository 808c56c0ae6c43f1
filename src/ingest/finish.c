/* The end: one archive. */
#include "archive/merge.h"
#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/pool.h"
#include "ingest/job.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* For messages: which file a table of the merge's source came from. */
static const char *describe_source(void *user, size_t i_source, const char *task, const char *set) {
  struct ingest *ingest = user;
  const size_t has_archive = ingest->n_earlier - ingest->parts.n_taken_over;
  if (i_source < has_archive) return ingest->parts.archive_path;
  const size_t i_part = i_source - has_archive;
  for (size_t i = 0; i < ingest->origins.n; i++) {
    const char *at = ingest->origins.items[i];
    char *end;
    const size_t n_set = strlen(set), n_task = strlen(task);
    if (strtoull(at, &end, 10) != i_part) continue;
    at = end + 1;
    if (strncmp(at, set, n_set) != 0 || at[n_set] != '\n') continue;
    at += n_set + 1;
    if (strncmp(at, task, n_task) == 0 && at[n_task] == '\n') return at + n_task + 1;
  }
  return ingest->parts.complete.items[i_part];
}

/* The provenance of all sources, "[..]" each, as one list. */
static hl_status join_provenance(size_t n, struct hl_archive *const *sources, char **joined) {
  hl_status status = HL_OK;
  *joined = NULL;
  for (size_t i = 0; i < n; i++) {
    const char *text = hl_archive_get_provenance(sources[i]);
    const size_t length = text != NULL ? strlen(text) : 0;
    if (length < 3 || text[0] != '[' || text[length - 1] != ']') continue;
    char *longer;
    if (*joined == NULL)
      status = hl_copy_text(text, &longer);
    else
      status = hl_format_text(&longer, "%.*s,%s", (int)strlen(*joined) - 1, *joined, text + 1);
    free(*joined);
    *joined = longer;
    if (status != HL_OK) break;
  }
  return status;
}

static hl_status merge_parts(struct ingest *ingest, const char *archive_path) {
  hl_status status = HL_OK;
  char *temporary = NULL, *provenance = NULL;
  const size_t has_archive = ingest->n_earlier - ingest->parts.n_taken_over;
  size_t n = ingest->n_earlier;
  struct hl_archive **sources = NULL;
  TRY(hl_new_array(has_archive + ingest->parts.complete.n, sizeof *sources, &sources));
  memcpy(sources, ingest->earlier, n * sizeof *sources);
  for (size_t i = ingest->parts.n_taken_over; i < ingest->parts.complete.n; i++, n++) {
    TRY(hl_archive_open(ingest->parts.complete.items[i], &sources[n]));
  }
  TRY(join_provenance(n, sources, &provenance));
  TRY(hl_format_text(&temporary, "%s.part.tmp", archive_path));
  const struct hl_merge merge = {.n_source = n,
                                 .sources = sources,
                                 .describe = describe_source,
                                 .user = ingest,
                                 .provenance = provenance,
                                 .context = ingest->context};
  TRY(hl_merge_run(&merge, temporary));
  TRY(hl_file_replace(temporary, archive_path));
out:
  if (status != HL_OK && temporary != NULL) unlink(temporary);
  for (size_t i = ingest->n_earlier; sources != NULL && i < n; i++) hl_archive_close(sources[i]);
  free(sources);
  free(provenance);
  free(temporary);
  return status;
}

hl_status ingest_finish(struct ingest *ingest, const char *archive_path) {
  hl_status status = HL_OK;
  const struct hl_strings *parts = &ingest->parts.complete;
  if (parts->n == 0) goto out; /* nothing new */
  TRY(hl_check_cancel(ingest->context));
  if (parts->n == 1 && ingest->n_earlier == 0 && ingest->is_canonical) {
    TRY(hl_file_replace(parts->items[0], archive_path));
  } else {
    TRY(merge_parts(ingest, archive_path));
  }
  hl_parts_remove(&ingest->parts);
out:
  return status;
}
