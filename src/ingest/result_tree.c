#include "ingest/result_tree.h"
#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "hyperlist/limits.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- Names ---- */

static bool parse_number(const char *text, uint64_t *number) {
  return (*text != '0' || text[1] == '\0') && hl_parse_uint64(text, number) &&
         *number <= (uint64_t)HL_MAX_STEP;
}

/* Where the last "." or ".." of a path ends; NULL: there is none. */
static const char *find_dots(const char *path) {
  const char *found = NULL;
  for (const char *at = path; *at != '\0';) {
    const size_t n = strcspn(at, "/");
    if ((n == 1 && at[0] == '.') || (n == 2 && at[0] == '.' && at[1] == '.')) found = at + n;
    at += n;
    at += strspn(at, "/");
  }
  return found;
}

/* The path from the root of the file system, by the names it is reached by: links are followed only where
 * dots are looked up. */
static hl_status find_absolute(const char *path, char **absolute) {
  hl_status status = HL_OK;
  char *dots = NULL, *resolved = NULL;
  const char *rest = find_dots(path);
  if (rest == NULL && *path == '/') return hl_copy_text(path, absolute);
  TRY(hl_format_text(&dots, "%.*s", rest != NULL ? (int)(rest - path) : 1, rest != NULL ? path : "."));
  resolved = realpath(dots, NULL);
  if (resolved == NULL) {
    status = hl_fail_errno(path, "find the folder of");
    goto out;
  }
  status = hl_format_text(absolute, "%s/%s", resolved, rest != NULL ? rest : path);
out:
  free(dots);
  free(resolved);
  return status;
}

/* Cuts the last component off and returns it; empty if there is none left. */
static char *take_component(char *path) {
  size_t n = strlen(path);
  while (n > 0 && path[n - 1] == '/') n--;
  path[n] = '\0';
  char *slash = strrchr(path, '/');
  if (slash == NULL) return path + n;
  *slash = '\0';
  return slash + 1;
}

/* The names above a folder of this level; false: some are none that a tree has. */
static bool name_level(const char *absolute, char *room, enum result_level level, struct result_root *root,
                       char **config, char **task) {
  memcpy(room, absolute, strlen(absolute) + 1);
  *config = NULL;
  root->steps = root->replica = 0;
  if (level == RESULT_RUN && !parse_number(take_component(room), &root->replica)) return false;
  if (level <= RESULT_STEPS && !parse_number(take_component(room), &root->steps)) return false;
  if (level <= RESULT_OPTIMIZER) *config = take_component(room);
  *task = take_component(room);
  return **task != '\0' && (*config == NULL || **config != '\0');
}

static hl_status take_names(const char *path, enum result_level level, const char *config, const char *task,
                            struct result_root *root) {
  hl_status status = HL_OK;
  const char *names[] = {config, task};
  for (size_t i = 0; i < 2; i++) {
    if (names[i] == NULL || hl_is_utf8(names[i], strlen(names[i]))) continue;
    FAIL(HL_INVALID, "%s: found folder '%s', expected the %s's name in UTF-8", path, names[i],
         i == 0 ? "optimizer" : "task");
  }
  if (config != NULL) TRY(hl_copy_text(config, &root->config));
  TRY(hl_copy_text(task, &root->task));
  TRY(hl_copy_text(path, &root->path));
  for (size_t n = strlen(root->path); n > 1 && root->path[n - 1] == '/'; n--) root->path[n - 1] = '\0';
  root->level = level;
out:
  return status;
}

/* ---- What a folder is ---- */

static bool has_result(int folder) {
  struct stat info;
  return fstatat(folder, "result", &info, 0) == 0 && S_ISREG(info.st_mode);
}

/* What is no folder, or one that nobody may look into, holds no runs; whatever else keeps us out may hide
 * some. */
static hl_status open_inside(int parent, const char *name, const char *path, int *folder) {
  *folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool is_none = errno == ENOTDIR || errno == ENOENT || errno == ELOOP || errno == EACCES;
  return *folder >= 0 || is_none ? HL_OK : hl_fail_errno(path, "open");
}

/* Does a folder of this level stand here, going by some run with a result below it? path: for messages. */
static hl_status find_runs(int parent, const char *name, const char *path, enum result_level level,
                           bool *found) {
  int folder;
  *found = false;
  hl_status status = open_inside(parent, name, path, &folder);
  if (status != HL_OK || folder < 0) return status;
  DIR *entries = level != RESULT_RUN ? fdopendir(folder) : NULL;
  if (entries == NULL) {
    if (level == RESULT_RUN)
      *found = has_result(folder);
    else
      status = hl_fail_errno(path, "open");
    close(folder);
    return status;
  }
  errno = 0;
  for (struct dirent *entry; status == HL_OK && !*found && (entry = readdir(entries)) != NULL; errno = 0) {
    uint64_t number;
    if (entry->d_name[0] == '.' || entry->d_type == DT_REG) continue;
    if (level != RESULT_TASK && !parse_number(entry->d_name, &number)) continue;
    status = find_runs(folder, entry->d_name, path, level - 1, found);
  }
  if (status == HL_OK && errno != 0) status = hl_fail_errno(path, "read");
  closedir(entries);
  return status;
}

/* From the run upwards: a folder that looks like two levels is the lower one. */
static hl_status find_level(const char *path, const char *absolute, struct result_root *root) {
  hl_status status = HL_OK;
  char *room = NULL, *config, *task;
  TRY(hl_new_array(strlen(absolute) + 1, 1, &room));
  for (enum result_level level = RESULT_RUN; level <= RESULT_TASK; level++) {
    if (!name_level(absolute, room, level, root, &config, &task)) continue;
    bool found;
    TRY(find_runs(AT_FDCWD, path, path, level, &found));
    if (!found) continue;
    status = take_names(path, level, config, task, root);
    break;
  }
out:
  free(room);
  return status;
}

hl_status result_root_find(const char *path, struct result_root *root) {
  hl_status status = HL_OK;
  struct stat info;
  char *folder = NULL, *absolute = NULL;
  *root = (struct result_root){0};
  if (stat(path, &info) != 0) return hl_fail_errno(path, "open");
  const char *name = hl_file_name(path);
  if (!S_ISDIR(info.st_mode)) {
    if (strcmp(name, "result") != 0) return HL_OK;
    TRY(hl_format_text(&folder, "%.*s", (int)(name - path), path));
    if (name == path) {
      free(folder);
      folder = NULL;
      TRY(hl_copy_text(".", &folder));
    }
  } else {
    TRY(hl_copy_text(path, &folder));
  }
  TRY(find_absolute(folder, &absolute));
  TRY(find_level(folder, absolute, root));
out:
  free(folder);
  free(absolute);
  if (status != HL_OK) result_root_clear(root);
  return status;
}

void result_root_clear(struct result_root *root) {
  free(root->path);
  free(root->task);
  free(root->config);
  *root = (struct result_root){0};
}

/* ---- Visiting ---- */

struct visit {
  const struct result_visitor *visitor;
  struct result_place place;
};

/* A folder's entries that are not hidden, in natural order, with its descriptor, open until it is closed. */
struct listing {
  DIR *entries;
  struct hl_strings folders, files;
};

static void close_listing(struct listing *listing) {
  if (listing->entries != NULL) closedir(listing->entries);
  hl_strings_clear(&listing->folders);
  hl_strings_clear(&listing->files);
  *listing = (struct listing){0};
}

static hl_status open_listing(int parent, const char *name, const char *path, struct listing *listing) {
  hl_status status = HL_OK;
  *listing = (struct listing){0};
  const int folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  listing->entries = folder >= 0 ? fdopendir(folder) : NULL;
  if (listing->entries == NULL) {
    status = hl_fail_errno(path, "open");
    if (folder >= 0) close(folder);
    return status;
  }
  errno = 0;
  for (struct dirent *entry; (entry = readdir(listing->entries)) != NULL; errno = 0) {
    struct stat info;
    bool is_folder = entry->d_type == DT_DIR;
    if (entry->d_name[0] == '.') continue;
    if (entry->d_type == DT_LNK || entry->d_type == DT_UNKNOWN)
      is_folder = fstatat(folder, entry->d_name, &info, 0) == 0 && S_ISDIR(info.st_mode);
    TRY(hl_strings_add(is_folder ? &listing->folders : &listing->files, entry->d_name));
  }
  if (errno != 0) {
    status = hl_fail_errno(path, "read");
    goto out;
  }
  TRY(hl_strings_sort(&listing->folders, hl_strings_compare_natural, NULL));
  TRY(hl_strings_sort(&listing->files, hl_strings_compare_natural, NULL));
out:
  if (status != HL_OK) close_listing(listing);
  return status;
}

static hl_status tell_foreign(struct visit *visit, const char *path, const char *name) {
  char *whole = NULL;
  hl_status status = hl_format_text(&whole, "%s/%s", path, name);
  if (status == HL_OK) status = visit->visitor->foreign(visit->visitor->user, whole);
  free(whole);
  return status;
}

static hl_status tell_foreign_files(struct visit *visit, const char *path, const struct hl_strings *names) {
  hl_status status = HL_OK;
  for (size_t i = 0; i < names->n && status == HL_OK; i++)
    status = tell_foreign(visit, path, names->items[i]);
  return status;
}

static hl_status visit_run(struct visit *visit, const char *path, struct listing *listing) {
  hl_status status = HL_OK;
  visit->place.folder = dirfd(listing->entries);
  visit->place.path = path;
  TRY(visit->visitor->run(visit->visitor->user, &visit->place));
  TRY(tell_foreign_files(visit, path, &listing->folders));
  for (size_t i = 0; i < listing->files.n; i++) {
    const char *name = listing->files.items[i];
    if (strcmp(name, "result") == 0 || strcmp(name, "time_per_step") == 0) continue;
    TRY(tell_foreign(visit, path, name));
  }
out:
  return status;
}

static hl_status visit_folder(struct visit *visit, int parent, const char *name, const char *path,
                              enum result_level level);

/* The folders in a listing of one level, which are of the next lower one. */
static hl_status visit_folders(struct visit *visit, const char *path, struct listing *listing,
                               enum result_level level) {
  hl_status status = HL_OK;
  char *inner = NULL;
  for (size_t i = 0; i < listing->folders.n; i++) {
    const char *name = listing->folders.items[i];
    uint64_t *number = level == RESULT_STEPS ? &visit->place.replica : &visit->place.steps;
    if (level != RESULT_TASK && !parse_number(name, number)) {
      TRY(tell_foreign(visit, path, name));
      continue;
    }
    free(inner);
    inner = NULL;
    TRY(hl_format_text(&inner, "%s/%s", path, name));
    TRY(visit_folder(visit, dirfd(listing->entries), name, inner, level - 1));
  }
out:
  free(inner);
  return status;
}

static bool has_numbers(const struct hl_strings *names) {
  uint64_t number;
  for (size_t i = 0; i < names->n; i++) {
    if (parse_number(names->items[i], &number)) return true;
  }
  return false;
}

static hl_status enter_optimizer(struct visit *visit, const char *name, const char *path) {
  if (!hl_is_utf8(name, strlen(name)))
    return hl_fail(HL_INVALID, "%s: found folder '%s', expected the optimizer's name in UTF-8", path, name);
  visit->place.config = name;
  return visit->visitor->config(visit->visitor->user, name);
}

static hl_status visit_folder(struct visit *visit, int parent, const char *name, const char *path,
                              enum result_level level) {
  hl_status status = HL_OK;
  struct listing listing;
  TRY(open_listing(parent, name, path, &listing));
  if (level == RESULT_RUN) {
    TRY(visit_run(visit, path, &listing));
    goto out;
  }
  if (level == RESULT_OPTIMIZER && !has_numbers(&listing.folders)) { /* no optimizer's folder */
    TRY(visit->visitor->foreign(visit->visitor->user, path));
    goto out;
  }
  if (level == RESULT_OPTIMIZER && visit->place.config == NULL) TRY(enter_optimizer(visit, name, path));
  if (level != RESULT_TASK) TRY(tell_foreign_files(visit, path, &listing.files));
  TRY(visit_folders(visit, path, &listing, level));
  if (level == RESULT_OPTIMIZER) visit->place.config = NULL;
out:
  close_listing(&listing);
  return status;
}

hl_status result_tree_visit(const struct result_root *root, const struct result_visitor *visitor) {
  struct visit visit = {.visitor = visitor,
                        .place = {.config = root->config, .steps = root->steps, .replica = root->replica}};
  if (root->config != NULL) {
    const hl_status status = visitor->config(visitor->user, root->config);
    if (status != HL_OK) return status;
  }
  return visit_folder(&visit, AT_FDCWD, root->path, root->path, root->level);
}

hl_status result_tree_path(const struct result_root *root, const char *config, uint64_t steps,
                           uint64_t replica, char **path) {
  switch (root->level) {
  case RESULT_TASK:
    return hl_format_text(path, "%s/%s/%" PRIu64 "/%" PRIu64, root->path, config, steps, replica);
  case RESULT_OPTIMIZER:
    return hl_format_text(path, "%s/%" PRIu64 "/%" PRIu64, root->path, steps, replica);
  case RESULT_STEPS:
    return hl_format_text(path, "%s/%" PRIu64, root->path, replica);
  default:
    return hl_copy_text(root->path, path);
  }
}
