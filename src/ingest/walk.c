#include "ingest/walk.h"
#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "hyperlist/limits.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static hl_status add_file(struct walk *walk, const char *path, const struct hl_loader *loader) {
  const size_t n = walk->paths.n;
  const struct hl_loader **loaders = realloc(walk->loaders, (n + 1) * sizeof *loaders);
  if (loaders == NULL) return hl_fail_memory();
  walk->loaders = loaders;
  struct walk_parts *parts = realloc(walk->parts, (n + 1) * sizeof *parts);
  if (parts == NULL) return hl_fail_memory();
  walk->parts = parts;
  loaders[n] = loader;
  parts[n] = (struct walk_parts){0};
  walk->n_found++;
  return hl_strings_add(&walk->paths, path);
}

/* A part of a source of folders, which is where its first part was met. Takes name over. */
static hl_status add_part(struct walk *walk, const char *path, const struct hl_loader *loader, char *name) {
  hl_status status = HL_OK;
  size_t i = walk->paths.n; /* mostly the last one's neighbour, or new */
  while (i > 0) {
    const struct walk_parts *parts = &walk->parts[i - 1];
    if (walk->loaders[i - 1] == loader && strcmp(parts->name, name) == 0) break;
    i--;
  }
  if (i == 0) {
    TRY(add_file(walk, path, loader));
    i = walk->paths.n;
    walk->parts[i - 1].name = name;
    name = NULL;
  }
  status = hl_strings_add(&walk->parts[i - 1].paths, path);
  walk->n_found++;
out:
  free(name);
  return status;
}

/* Does a format whose sources are folders take this path? *is_whole: all of it. */
static hl_status offer(struct walk *walk, const char *path, const char *format, bool *is_taken,
                       bool *is_whole) {
  *is_taken = *is_whole = false;
  for (size_t i = 0; hl_loaders[i] != NULL && !*is_taken; i++) {
    const struct hl_loader *loader = hl_loaders[i];
    char *name = NULL;
    if (loader->claim == NULL || (format != NULL && strcmp(loader->format, format) != 0)) continue;
    hl_status status = loader->claim(path, &name, is_whole);
    *is_taken = name != NULL;
    if (status == HL_OK && *is_taken) status = add_part(walk, path, loader, name);
    if (status != HL_OK) return status;
  }
  return HL_OK;
}

/* The loader whose names a file in a folder bears, a trailing .gz apart; NULL: a foreign file. */
static hl_status find_by_name(const char *name, const char *format, const struct hl_loader **loader) {
  const size_t length = strlen(name);
  const bool is_gz = length > 3 && strcmp(name + length - 3, ".gz") == 0;
  char *plain;
  hl_status status = hl_copy_text(name, &plain);
  if (status != HL_OK) return status;
  if (is_gz) plain[length - 3] = '\0';
  *loader = NULL;
  for (size_t i = 0; hl_loaders[i] != NULL && *loader == NULL; i++) {
    if (format != NULL && strcmp(hl_loaders[i]->format, format) != 0) continue;
    if (hl_loaders[i]->fits_name(plain)) *loader = hl_loaders[i];
  }
  free(plain);
  return HL_OK;
}

static hl_status walk_folder(struct walk *walk, const char *path, const char *format, int depth);

/* without_folders: these are another source's. */
static hl_status walk_entry(struct walk *walk, const char *path, const char *format, int depth,
                            bool without_folders) {
  struct stat info;
  const char *name = hl_file_name(path);
  const struct hl_loader *loader;
  if (stat(path, &info) != 0) return hl_fail_errno(path, "open");
  if (S_ISDIR(info.st_mode)) return without_folders ? HL_OK : walk_folder(walk, path, format, depth + 1);
  if (strcmp(name, "task_metadata.tsv") == 0) return hl_strings_add(&walk->metadata, path);
  if (strcmp(name, "task_names.txt") == 0) return HL_OK; /* the release's own list of what is there */
  const hl_status status = find_by_name(name, format, &loader);
  if (status != HL_OK) return status;
  if (loader == NULL || !S_ISREG(info.st_mode)) return hl_strings_add(&walk->foreign, path);
  return add_file(walk, path, loader);
}

static hl_status walk_folder(struct walk *walk, const char *path, const char *format, int depth) {
  struct hl_strings names = {0};
  hl_status status = HL_OK;
  char *inner = NULL;
  bool is_taken, is_whole;
  const size_t length = strlen(path);
  if (depth > HL_MAX_FOLDER_DEPTH)
    return hl_fail(HL_LIMIT, "%.200s...: found folders deeper than %d, expected no loop", path,
                   HL_MAX_FOLDER_DEPTH);
  TRY(offer(walk, path, format, &is_taken, &is_whole));
  if (is_taken && is_whole) goto out;
  TRY(hl_file_list(path, &names));
  for (size_t i = 0; i < names.n; i++) {
    free(inner);
    inner = NULL;
    TRY(hl_format_text(&inner, "%s%s%s", path, length > 0 && path[length - 1] == '/' ? "" : "/",
                       names.items[i]));
    TRY(walk_entry(walk, inner, format, depth, is_taken));
  }
out:
  free(inner);
  hl_strings_clear(&names);
  return status;
}

/* A named file of a format whose sources are folders: its place must say where it belongs. */
static hl_status add_claimed(struct walk *walk, const char *path, const struct hl_loader *loader) {
  char *name;
  bool is_whole;
  const hl_status status = loader->claim(path, &name, &is_whole);
  if (status != HL_OK) return status;
  if (name != NULL) return add_part(walk, path, loader, name);
  return hl_fail(HL_INVALID, "%s: found a file whose place in folders is none of %s, expected %s", path,
                 loader->format, loader->layout);
}

static hl_status add_named(struct walk *walk, const char *path, const char *format) {
  const struct hl_loader *loader = format != NULL ? hl_loader_find(format) : NULL;
  if (strcmp(hl_file_name(path), "task_metadata.tsv") == 0) return hl_strings_add(&walk->metadata, path);
  hl_status status = loader == NULL ? hl_loader_detect(path, &loader) : HL_OK;
  if (status == HL_OK && loader->claim != NULL) return add_claimed(walk, path, loader);
  return status == HL_OK ? add_file(walk, path, loader) : status;
}

hl_status hl_walk_run(struct walk *walk, size_t n_source, const char *const *sources, const char *format) {
  hl_status status = HL_OK;
  *walk = (struct walk){0};
  for (size_t i = 0; i < n_source; i++) {
    struct stat info;
    const size_t n_before = walk->n_found + walk->metadata.n;
    if (stat(sources[i], &info) != 0) {
      status = hl_fail_errno(sources[i], "open");
      goto out;
    }
    TRY(S_ISDIR(info.st_mode) ? walk_folder(walk, sources[i], format, 0)
                              : add_named(walk, sources[i], format));
    if (walk->n_found + walk->metadata.n == n_before) {
      FAIL(HL_INVALID,
           "%s: found no curve file, expected at least one (*.npz, *.json, *.csv, a trailing .gz allowed; "
           "or a result tree)",
           sources[i]);
    }
  }
  if (walk->paths.n == 0) FAIL(HL_INVALID, "%s: found no curve file, expected at least one", sources[0]);
out:
  if (status != HL_OK) hl_walk_clear(walk);
  return status;
}

void hl_walk_clear(struct walk *walk) {
  for (size_t i = 0; i < walk->paths.n; i++) {
    free(walk->parts[i].name);
    hl_strings_clear(&walk->parts[i].paths);
  }
  free(walk->parts);
  hl_strings_clear(&walk->paths);
  free(walk->loaders);
  hl_strings_clear(&walk->metadata);
  hl_strings_clear(&walk->foreign);
  *walk = (struct walk){0};
}
