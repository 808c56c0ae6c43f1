#include "base/file.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>
#include <zlib.h>

enum { BLOCK_BYTES = 1 << 18 };

uint64_t hl_hash_more(uint64_t hash, const void *bytes, size_t n) {
  return XXH64(bytes, n, hash);
}

const char *hl_file_name(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash != NULL ? slash + 1 : path;
}

/* The folder of path, "." if it names none. */
static hl_status copy_folder(const char *path, char **folder) {
  const size_t length = (size_t)(hl_file_name(path) - path);
  if (length == 0) return hl_copy_text(".", folder);
  return hl_format_text(folder, "%.*s", (int)length, path);
}

hl_status hl_file_temporary(const char *path, char **temporary) {
  struct stat info;
  char *folder = NULL;
  hl_status status = HL_OK;
  *temporary = NULL;
  if (*hl_file_name(path) == '\0')
    return hl_fail(HL_IO, "%s: found no file name, expected the output's", path);
  if (stat(path, &info) == 0 && !S_ISREG(info.st_mode)) {
    return hl_fail(HL_IO, "%s: found a %s, expected a regular file or none", path,
                   S_ISDIR(info.st_mode) ? "folder" : "device or pipe");
  }
  TRY(copy_folder(path, &folder));
  if (stat(folder, &info) != 0) {
    status = hl_fail(HL_IO, "%s: cannot write: folder %s: %s", path, folder, strerror(errno));
    goto out;
  }
  /* The process number keeps two writers apart; a name that a killed one left is simply written over. */
  TRY(hl_format_text(temporary, "%s/.%s.tmp%ld", folder, hl_file_name(path), (long)getpid()));
out:
  free(folder);
  return status;
}

hl_status hl_file_sync(int file, const char *path) {
  while (fsync(file) != 0) {
    if (errno == EINVAL || errno == EROFS) return HL_OK; /* a file system that has no such thing */
    if (errno != EINTR) return hl_fail_errno(path, "sync");
  }
  return HL_OK;
}

static hl_status open_again(const char *path, int flags, int *descriptor) {
  do {
    *descriptor = open(path, flags | O_CLOEXEC);
  } while (*descriptor < 0 && errno == EINTR);
  return *descriptor >= 0 ? HL_OK : hl_fail_errno(path, "open");
}

hl_status hl_file_replace(const char *temporary, const char *path) {
  char *folder = NULL;
  int file = -1, place = -1;
  hl_status status = HL_OK;
  TRY(copy_folder(path, &folder));
  TRY(open_again(temporary, O_RDONLY, &file));
  TRY(hl_file_sync(file, temporary));
  TRY(open_again(folder, O_RDONLY | O_DIRECTORY, &place)); /* before there is anything to be sorry about */
  if (rename(temporary, path) != 0) {
    status = hl_fail_errno(path, "write");
    goto out;
  }
  status = hl_file_sync(place, folder);
out:
  if (file >= 0) close(file);
  if (place >= 0) close(place);
  if (status != HL_OK) unlink(temporary);
  free(folder);
  return status;
}

hl_status hl_output_open(struct hl_output *output, const char *path) {
  struct stat info;
  const bool is_straight = stat(path, &info) == 0 && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode);
  hl_status status = HL_OK;
  *output = (struct hl_output){0};
  TRY(hl_copy_text(path, &output->path));
  if (!is_straight) TRY(hl_file_temporary(path, &output->temporary));
  output->file = fopen(is_straight ? path : output->temporary, "we");
  if (output->file == NULL) status = hl_fail_errno(path, "open");
out:
  if (status != HL_OK) {
    free(output->temporary);
    free(output->path);
    *output = (struct hl_output){0};
  }
  return status;
}

hl_status hl_output_commit(struct hl_output *output) {
  hl_status status = HL_OK;
  const bool had_error = ferror(output->file) != 0;
  errno = 0; /* what went wrong with an earlier write may come again, or be forgotten */
  const bool failed = fclose(output->file) != 0;
  output->file = NULL;
  if (failed && errno != 0) FAIL(HL_IO, "%s: cannot write: %s", output->path, strerror(errno));
  if (failed || had_error) FAIL(HL_IO, "%s: cannot write", output->path);
  if (output->temporary != NULL) TRY(hl_file_replace(output->temporary, output->path));
  free(output->temporary);
  output->temporary = NULL;
out:
  hl_output_discard(output);
  return status;
}

void hl_output_discard(struct hl_output *output) {
  if (output->file != NULL) fclose(output->file);
  if (output->temporary != NULL) unlink(output->temporary);
  free(output->temporary);
  free(output->path);
  *output = (struct hl_output){0};
}

static hl_status fail_gz(const char *path, gzFile file) {
  int code;
  const char *reason = gzerror(file, &code);
  if (code == Z_ERRNO) return hl_fail_errno(path, "read");
  if (code == Z_MEM_ERROR) return hl_fail_memory();
  return hl_fail(HL_INVALID, "%s: found broken gzip data (%s), expected whole", path, reason);
}

hl_status hl_file_read(const char *path, size_t limit, char **data, size_t *size) {
  hl_status status = HL_OK;
  size_t capacity = 0;
  *data = NULL;
  *size = 0;
  gzFile file = gzopen(path, "rbe"); /* reads what is not gz as it is */
  if (file == NULL) return hl_fail_errno(path, "open");
  for (int n_read = 1; n_read > 0;) {
    TRY(hl_grow_array(data, &capacity, *size + BLOCK_BYTES + 1, 1));
    n_read = gzread(file, *data + *size, BLOCK_BYTES);
    if (n_read < 0) {
      status = fail_gz(path, file);
      goto out;
    }
    *size += (size_t)n_read;
    if (*size > limit) FAIL(HL_LIMIT, "%s: found more than %zu bytes, the most that is read", path, limit);
  }
  (*data)[*size] = '\0';
out:
  /* gzread tells of a cut file only here */
  if (gzclose_r(file) == Z_BUF_ERROR && status == HL_OK) {
    status = hl_fail(HL_INVALID, "%s: found gzip data cut short, expected whole", path);
  }
  if (status != HL_OK) {
    free(*data);
    *data = NULL;
  }
  return status;
}

hl_status hl_file_list(const char *path, struct hl_strings *names) {
  hl_status status = HL_OK;
  DIR *folder = opendir(path);
  if (folder == NULL) return hl_fail_errno(path, "open");
  errno = 0;
  for (const struct dirent *entry; status == HL_OK && (entry = readdir(folder)) != NULL; errno = 0) {
    if (entry->d_name[0] != '.') status = hl_strings_add(names, entry->d_name);
  }
  if (status == HL_OK && errno != 0) status = hl_fail_errno(path, "read");
  closedir(folder);
  return status == HL_OK ? hl_strings_sort(names, strcmp, NULL) : status;
}
