#include "fetch/place.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_NOTE_BYTES = 4096 };
static const char note_schema[] = "hyperlist.part/1";

/* Never through a link, and never hanging on a pipe that somebody put there. */
enum { SAFELY = O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC };

/* ---- Names ---- */

hl_status hl_place_init(struct hl_place *place, int root, const char *folder, const char *task,
                        const char *name) {
  hl_status status = HL_OK;
  *place = (struct hl_place){.root = root, .folder = folder, .task = task, .task_folder = -1, .part = -1};
  TRY(hl_copy_text(name, &place->name));
  TRY(hl_format_text(&place->part_name, ".%s.part", name));
  TRY(hl_format_text(&place->note_name, ".%s.part.json", name));
  TRY(hl_format_text(&place->path, "%s/%s/%s", folder, task, name));
  TRY(hl_format_text(&place->part_path, "%s/%s/%s", folder, task, place->part_name));
out:
  if (status != HL_OK) hl_place_clear(place);
  return status;
}

void hl_place_clear(struct hl_place *place) {
  if (place->name == NULL && place->path == NULL) return; /* never initialized */
  if (place->part >= 0) close(place->part);
  if (place->task_folder >= 0) close(place->task_folder);
  free(place->name);
  free(place->part_name);
  free(place->note_name);
  free(place->path);
  free(place->part_path);
  *place = (struct hl_place){.root = -1, .task_folder = -1, .part = -1};
}

/* ---- What is there ---- */

static hl_status fail_folder(const struct hl_place *place) {
  const int reason = errno;
  struct stat info;
  const bool is_other =
      fstatat(place->root, place->task, &info, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISDIR(info.st_mode);
  if (!is_other)
    return hl_fail(HL_IO, "%s/%s: cannot open: %s", place->folder, place->task, strerror(reason));
  return hl_fail(HL_IO, "%s/%s: found a %s, expected a folder or none", place->folder, place->task,
                 S_ISLNK(info.st_mode) ? "symbolic link" : "file");
}

/* task_folder stays -1 where there is none and none is made. */
static hl_status open_task_folder(struct hl_place *place, bool make) {
  if (place->task_folder >= 0 || place->root < 0) return HL_OK;
  if (make && mkdirat(place->root, place->task, 0777) != 0 && errno != EEXIST) return fail_folder(place);
  place->task_folder = openat(place->root, place->task, O_RDONLY | O_DIRECTORY | SAFELY);
  return place->task_folder >= 0 || (errno == ENOENT && !make) ? HL_OK : fail_folder(place);
}

hl_status hl_place_find(struct hl_place *place, bool *is_there, uint64_t *n_byte) {
  struct stat info;
  *is_there = false;
  *n_byte = 0;
  const hl_status status = open_task_folder(place, false);
  if (status != HL_OK || place->task_folder < 0) return status;
  /* Following links: data that a user keeps elsewhere are there; one that leads nowhere is replaced. */
  if (fstatat(place->task_folder, place->name, &info, 0) != 0) {
    return errno == ENOENT || errno == ELOOP ? HL_OK : hl_fail_errno(place->path, "open");
  }
  if (!S_ISREG(info.st_mode)) {
    return hl_fail(HL_IO, "%s: found a %s, expected a regular file or none", place->path,
                   S_ISDIR(info.st_mode) ? "folder" : "device or pipe");
  }
  *is_there = true;
  *n_byte = (uint64_t)info.st_size;
  return HL_OK;
}

static bool copy_member(const struct cJSON *json, const char *name, char *to, size_t size) {
  const char *text = hl_json_text(hl_json_get(json, name));
  if (text == NULL || strlen(text) >= size) return false;
  memcpy(to, text, strlen(text) + 1);
  return true;
}

static bool take_note(struct hl_place *place, const struct cJSON *json) {
  char schema[sizeof note_schema];
  double length;
  if (!copy_member(json, "schema", schema, sizeof schema) || strcmp(schema, note_schema) != 0) return false;
  if (!copy_member(json, "etag", place->etag, sizeof place->etag)) return false;
  if (!copy_member(json, "x-goog-hash", place->goog_hash, sizeof place->goog_hash)) return false;
  place->has_length = hl_json_number(hl_json_get(json, "length"), &length);
  if (!place->has_length) return true;
  if (!(length >= 0 && length < 0x1p53 && length == floor(length))) return false;
  place->length = (uint64_t)length;
  return true;
}

/* False: none that can be used, which is no failure, for then the file is fetched from its start. */
static bool read_note(struct hl_place *place) {
  char text[MAX_NOTE_BYTES + 1];
  struct cJSON *json = NULL;
  const int file = openat(place->task_folder, place->note_name, O_RDONLY | SAFELY);
  if (file < 0) return false;
  const ssize_t n = read(file, text, MAX_NOTE_BYTES);
  close(file);
  if (n <= 0) return false;
  text[n] = '\0';
  if (hl_json_parse(place->note_name, text, (size_t)n, &json) != HL_OK) return false;
  const bool is_good = hl_json_is_object(json) && take_note(place, json);
  hl_json_free(json);
  return is_good;
}

static void forget(struct hl_place *place) {
  place->n_byte = place->length = 0;
  place->has_length = false;
  place->etag[0] = place->goog_hash[0] = '\0';
}

static hl_status check_part(const struct hl_place *place, struct stat *info) {
  if (fstat(place->part, info) != 0) return hl_fail_errno(place->part_path, "open");
  if (S_ISREG(info->st_mode)) return HL_OK;
  return hl_fail(HL_IO, "%s: found something else, expected a regular file or none", place->part_path);
}

hl_status hl_place_open_part(struct hl_place *place) {
  struct stat info;
  hl_status status = HL_OK;
  forget(place);
  TRY(open_task_folder(place, false));
  if (place->task_folder < 0) return HL_OK;
  if (place->part < 0) place->part = openat(place->task_folder, place->part_name, O_RDWR | SAFELY);
  if (place->part < 0) return errno == ENOENT ? HL_OK : hl_fail_errno(place->part_path, "open");
  TRY(check_part(place, &info));
  place->n_byte = (uint64_t)info.st_size;
  if (!read_note(place) || (place->has_length && place->n_byte > place->length)) forget(place);
out:
  return status;
}

/* ---- Writing ---- */

static hl_status write_all(int file, const char *path, const char *bytes, size_t n) {
  while (n > 0) {
    const ssize_t n_written = write(file, bytes, n);
    if (n_written < 0 && errno == EINTR) continue;
    if (n_written < 0) return hl_fail_errno(path, "write");
    bytes += n_written;
    n -= (size_t)n_written;
  }
  return HL_OK;
}

/* `name` below `folder` holds the text, or is as it was. `shown` names it in messages. */
static hl_status write_small(int folder, const char *name, const char *shown, const char *text, size_t n) {
  hl_status status = HL_OK;
  char *temporary = NULL;
  int file = -1;
  TRY(hl_format_text(&temporary, "%s%s.tmp", name[0] == '.' ? "" : ".", name));
  unlinkat(folder, temporary, 0); /* a killed run's */
  file = openat(folder, temporary, O_WRONLY | O_CREAT | O_EXCL | SAFELY, 0666);
  if (file < 0) {
    status = hl_fail_errno(shown, "write");
    goto out;
  }
  TRY(write_all(file, shown, text, n));
  TRY(hl_file_sync(file, shown));
  if (renameat(folder, temporary, folder, name) != 0) status = hl_fail_errno(shown, "write");
out:
  if (status != HL_OK && file >= 0) unlinkat(folder, temporary, 0);
  if (file >= 0) close(file);
  free(temporary);
  return status;
}

static hl_status write_note(struct hl_place *place) {
  hl_status status = HL_OK;
  char *text = NULL;
  struct cJSON *json = hl_json_new_object();
  TRY(hl_json_add(json, "schema", hl_json_new_text(note_schema)));
  TRY(hl_json_add(json, "etag", hl_json_new_text(place->etag)));
  if (place->has_length) TRY(hl_json_add(json, "length", hl_json_new_integer((int64_t)place->length)));
  TRY(hl_json_add(json, "x-goog-hash", hl_json_new_text(place->goog_hash)));
  TRY(hl_json_copy_text(json, &text));
  status = write_small(place->task_folder, place->note_name, place->part_path, text, strlen(text));
out:
  free(text);
  hl_json_free(json);
  return status;
}

/* The old note goes before the old bytes do and the new one comes before the new bytes: whenever this is cut
 * short, no note describes foreign bytes. (What a power cut reorders, the checksums find.) */
hl_status hl_place_begin(struct hl_place *place, const struct hl_http_response *response) {
  hl_status status = HL_OK;
  struct stat info;
  forget(place);
  TRY(open_task_folder(place, true));
  unlinkat(place->task_folder, place->note_name, 0);
  if (place->part < 0)
    place->part = openat(place->task_folder, place->part_name, O_RDWR | O_CREAT | SAFELY, 0666);
  if (place->part < 0) {
    status = hl_fail_errno(place->part_path, "write");
    goto out;
  }
  TRY(check_part(place, &info));
  while (ftruncate(place->part, 0) != 0) {
    if (errno == EINTR) continue;
    status = hl_fail_errno(place->part_path, "write");
    goto out;
  }
  place->has_length = response->has_length;
  place->length = response->length;
  memcpy(place->etag, response->etag, sizeof place->etag);
  memcpy(place->goog_hash, response->goog_hash, sizeof place->goog_hash);
  status = write_note(place);
out:
  return status;
}

hl_status hl_place_append(struct hl_place *place, const void *bytes, size_t n) {
  const char *from = bytes;
  while (n > 0) {
    const ssize_t n_written = pwrite(place->part, from, n, (off_t)place->n_byte);
    if (n_written < 0 && errno == EINTR) continue;
    if (n_written < 0) return hl_fail_errno(place->part_path, "write");
    from += n_written;
    n -= (size_t)n_written;
    place->n_byte += (uint64_t)n_written;
  }
  return HL_OK;
}

hl_status hl_place_commit(struct hl_place *place) {
  hl_status status = HL_OK;
  TRY(hl_file_sync(place->part, place->part_path));
  if (renameat(place->task_folder, place->part_name, place->task_folder, place->name) != 0) {
    status = hl_fail_errno(place->path, "write");
    goto out;
  }
  close(place->part);
  place->part = -1;
  TRY(hl_file_sync(place->task_folder, place->path));
  hl_place_tidy(place);
out:
  return status;
}

hl_status hl_place_drop(struct hl_place *place) {
  forget(place);
  if (place->part >= 0) close(place->part);
  place->part = -1;
  if (place->task_folder < 0) return HL_OK;
  hl_place_tidy(place);
  if (unlinkat(place->task_folder, place->part_name, 0) == 0 || errno == ENOENT) return HL_OK;
  return hl_fail_errno(place->part_path, "remove");
}

void hl_place_tidy(struct hl_place *place) {
  if (place->task_folder >= 0) unlinkat(place->task_folder, place->note_name, 0);
}

/* ---- Small files beside the tasks ---- */

static bool has_these_bytes(int root, const char *name, const char *text, size_t n) {
  bool is_same = false;
  struct stat info;
  char *found = NULL;
  const int file = openat(root, name, O_RDONLY | SAFELY);
  if (file < 0) return false;
  if (fstat(file, &info) == 0 && S_ISREG(info.st_mode) && (uint64_t)info.st_size == n &&
      hl_new_array(n, 1, &found) == HL_OK) {
    size_t n_read = 0;
    for (ssize_t step; n_read < n && (step = read(file, found + n_read, n - n_read)) > 0;)
      n_read += (size_t)step;
    is_same = n_read == n && memcmp(found, text, n) == 0;
  }
  free(found);
  close(file);
  return is_same;
}

hl_status hl_place_write(int root, const char *folder, const char *name, const char *text, size_t n) {
  hl_status status = HL_OK;
  char *shown = NULL;
  if (has_these_bytes(root, name, text, n)) return HL_OK;
  TRY(hl_format_text(&shown, "%s/%s", folder, name));
  TRY(write_small(root, name, shown, text, n));
  status = hl_file_sync(root, shown);
out:
  free(shown);
  return status;
}
