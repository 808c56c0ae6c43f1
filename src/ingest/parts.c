#include "ingest/parts.h"
#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/pool.h"
#include "base/ranks.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PART_NAME "%s.part%06u"

enum { PART_SECONDS = 60 };
static const uint64_t part_bytes = (uint64_t)1 << 30;

/* ---- the lock
 * ------------------------------------------------------------------------------------------------------ */

/* The lock file is removed by its holder, so a lock may be had on a file that is gone: then try again. */
static hl_status take_lock(struct parts *parts, const struct hl_context *context) {
  for (;;) {
    struct stat held, named;
    parts->lock = open(parts->lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (parts->lock < 0) return hl_fail_errno(parts->archive_path, "write");
    if (flock(parts->lock, LOCK_EX | LOCK_NB) != 0) {
      const bool is_taken = errno == EWOULDBLOCK,
                 is_none = errno == ENOSYS || errno == ENOTSUP || errno == ENOLCK;
      if (is_none) {
        hl_warn(context, "%s: the file system has no locks: see to it that nobody else ingests there",
                parts->archive_path);
        return HL_OK;
      }
      close(parts->lock);
      parts->lock = -1;
      if (is_taken)
        return hl_fail(HL_IO, "%s: another ingest is writing it, try again when it is done",
                       parts->archive_path);
      return hl_fail_errno(parts->lock_path, "lock");
    }
    const bool is_current = fstat(parts->lock, &held) == 0 && stat(parts->lock_path, &named) == 0 &&
                            held.st_ino == named.st_ino && held.st_dev == named.st_dev;
    if (is_current) return HL_OK;
    close(parts->lock);
  }
}

/* ---- what an earlier run left
 * -------------------------------------------------------------------------------------- */

/* `<archive>.part<digits>`: *number; with .tmp behind: half-written. */
static bool parse_part(const char *name, const char *archive_name, uint64_t *number, bool *is_temporary) {
  const size_t length = strlen(archive_name);
  if (strncmp(name, archive_name, length) != 0 || strncmp(name + length, ".part", 5) != 0) return false;
  char digits[32];
  const char *at = name + length + 5;
  const size_t n_digit = strspn(at, "0123456789");
  if (n_digit >= sizeof digits) return false;
  memcpy(digits, at, n_digit);
  digits[n_digit] = '\0';
  *is_temporary = strcmp(at + n_digit, ".tmp") == 0;
  if (n_digit == 0) return *is_temporary; /* the merged archive in the making */
  return hl_parse_uint64(digits, number) && (*is_temporary || at[n_digit] == '\0');
}

static hl_status find_parts(struct parts *parts, DIR *folder, const char *folder_path) {
  hl_status status = HL_OK;
  char *path = NULL;
  errno = 0;
  for (struct dirent *entry; (entry = readdir(folder)) != NULL; errno = 0) {
    uint64_t number = 0;
    bool is_temporary;
    if (!parse_part(entry->d_name, hl_file_name(parts->archive_path), &number, &is_temporary)) continue;
    free(path);
    path = NULL;
    TRY(hl_format_text(&path, "%s%s", folder_path, entry->d_name));
    if (is_temporary) {
      unlink(path);
      continue;
    }
    TRY(hl_strings_add(&parts->complete, path));
    if (number >= parts->next_number) parts->next_number = (unsigned)number + 1;
  }
  if (errno != 0) {
    status = hl_fail_errno(parts->archive_path, "list the folder of");
    goto out;
  }
  TRY(hl_strings_sort(&parts->complete, hl_strings_compare_natural, NULL));
  parts->n_taken_over = parts->complete.n;
out:
  free(path);
  return status;
}

static hl_status open_first(struct parts *parts, const struct hl_context *context) {
  hl_status status = HL_OK;
  char *folder_path = NULL;
  DIR *folder = NULL;
  const char *archive_path = parts->archive_path;
  const size_t length = (size_t)(hl_file_name(archive_path) - archive_path);
  TRY(hl_format_text(&folder_path, "%.*s", (int)length, archive_path));
  TRY(hl_format_text(&parts->lock_path, "%s.%s.lock", folder_path, hl_file_name(archive_path)));
  TRY(take_lock(parts, context));
  folder = opendir(length > 0 ? folder_path : ".");
  if (folder == NULL) {
    status = hl_fail_errno(archive_path, "list the folder of");
    goto out;
  }
  TRY(find_parts(parts, folder, folder_path));
out:
  if (folder != NULL) closedir(folder);
  free(folder_path);
  return status;
}

/* ---- ranks
 * ---------------------------------------------------------------------------------------------------------
 */

/* The number of a part that the first rank has found. */
static uint64_t number_of(const struct parts *parts, size_t i) {
  uint64_t number = 0;
  bool is_temporary;
  parse_part(hl_file_name(parts->complete.items[i]), hl_file_name(parts->archive_path), &number,
             &is_temporary);
  return number;
}

/* Names follow from numbers; these go to all. */
static hl_status share_parts(struct parts *parts, const struct hl_context *context) {
  hl_status status = HL_OK;
  const bool is_first = hl_ranks_is_first(context);
  uint64_t head[2] = {parts->complete.n, parts->next_number}, *numbers = NULL;
  char *path = NULL;
  TRY(hl_ranks_broadcast(context, head, sizeof head));
  TRY(hl_ranks_agree(context, hl_new_array((size_t)head[0], sizeof *numbers, &numbers)));
  for (size_t i = 0; i < head[0] && is_first; i++) numbers[i] = number_of(parts, i);
  TRY(hl_ranks_broadcast(context, numbers, (size_t)head[0] * sizeof *numbers));
  for (size_t i = 0; i < head[0] && !is_first; i++) {
    free(path);
    path = NULL;
    TRY(hl_format_text(&path, PART_NAME, parts->archive_path, (unsigned)numbers[i]));
    TRY(hl_strings_add(&parts->complete, path));
  }
  parts->n_taken_over = (size_t)head[0];
  parts->next_number = (unsigned)head[1] + (unsigned)hl_ranks_rank(context);
  parts->number_step = (unsigned)hl_ranks_size(context);
out:
  free(path);
  free(numbers);
  return status;
}

hl_status hl_parts_open(struct parts *parts, const char *archive_path, const struct hl_context *context) {
  hl_status status = HL_OK;
  *parts = (struct parts){.archive_path = archive_path, .lock = -1, .next_number = 1};
  if (hl_ranks_is_first(context)) status = open_first(parts, context);
  TRY(hl_ranks_agree(context, status));
  status = share_parts(parts, context);
out:
  if (status != HL_OK) hl_parts_close(parts);
  return status;
}

/* ---- the part in the making
 * ---------------------------------------------------------------------------------------- */

hl_status hl_parts_begin(struct parts *parts) {
  hl_status status = HL_OK;
  if (parts->is_open) return HL_OK;
  TRY(hl_format_text(&parts->path, PART_NAME, parts->archive_path, parts->next_number));
  parts->next_number += parts->number_step;
  TRY(hl_format_text(&parts->temporary, "%s.tmp", parts->path));
  TRY(hl_writer_create(&parts->writer, parts->temporary));
  parts->is_open = true;
  parts->begun = time(NULL);
out:
  return status;
}

bool hl_parts_is_due(const struct parts *parts) {
  return parts->is_open && (time(NULL) - parts->begun >= PART_SECONDS || parts->writer.n_byte >= part_bytes);
}

static void drop_open(struct parts *parts) {
  hl_writer_abandon(&parts->writer);
  hl_index_clear(&parts->index);
  if (parts->temporary != NULL) unlink(parts->temporary);
  free(parts->temporary);
  free(parts->path);
  parts->temporary = parts->path = NULL;
  parts->is_open = false;
}

hl_status hl_parts_finish(struct parts *parts, const char *provenance) {
  hl_status status = HL_OK;
  if (!parts->is_open) return HL_OK;
  TRY(hl_writer_finish(&parts->writer, &parts->index, provenance));
  TRY(hl_strings_add(&parts->complete, parts->path)); /* before it is there, so that no failure forgets it */
  TRY(hl_file_replace(parts->temporary, parts->path));
  free(parts->temporary);
  parts->temporary = NULL;
out:
  drop_open(parts);
  return status;
}

void hl_parts_remove(struct parts *parts) {
  for (size_t i = 0; i < parts->complete.n; i++) unlink(parts->complete.items[i]);
  hl_strings_clear(&parts->complete);
}

void hl_parts_close(struct parts *parts) {
  drop_open(parts);
  hl_strings_clear(&parts->complete);
  if (parts->lock >= 0) {
    unlink(parts->lock_path);
    close(parts->lock);
  }
  free(parts->lock_path);
  parts->lock_path = NULL;
  parts->lock = -1;
}
