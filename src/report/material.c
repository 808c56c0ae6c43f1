#include "report/material.h"
#include "base/error.h"
#include "base/file.h"
#include "base/h5.h"
#include "base/memory.h"
#include "base/text.h"
#include "hyperlist/limits.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

const char *const hl_evaluation_columns[] = {"trials", "valid", "test", "config", NULL};
const char *const hl_series_columns[] = {"series", "trials", "median", NULL};
const char *const hl_speedup_columns[] = {"series", "trials", "learned_median", "trials_needed", NULL};

/* ---- One file ---- */

static hl_status read_table(struct hl_material *material) {
  material->kind = HL_MATERIAL_TABLE;
  return hl_tsv_read(material->path, &material->table);
}

static hl_status read_picture(struct hl_material *material) {
  size_t n;
  material->kind = HL_MATERIAL_PICTURE;
  const hl_status status =
      hl_file_read(material->path, hl_limit_size(HL_LIMIT_PICTURE), &material->picture, &n);
  if (status != HL_OK) return status;
  if (strlen(material->picture) == n && hl_is_utf8(material->picture, n)) return HL_OK;
  return hl_fail(HL_INVALID, "%s: found bytes that are no UTF-8 text, expected an SVG picture",
                 material->path);
}

static hl_status read_list(struct hl_material *material) {
  material->kind = HL_MATERIAL_LIST;
  return hl_list_read(material->path, &material->list);
}

static hl_status read_hdf5(struct hl_material *material) {
  struct hl_h5 file;
  char *schema = NULL;
  hl_status status = hl_h5_open(material->path, &file);
  if (status != HL_OK) return status;
  status = hl_h5_read_text(file, "schema", &schema);
  hl_h5_close(&file);
  if (status != HL_OK) return status;
  const bool is_scores = schema != NULL && strncmp(schema, "hyperlist.scores/", 17) == 0;
  free(schema);
  material->kind = is_scores ? HL_MATERIAL_SCORES : HL_MATERIAL_ARCHIVE;
  return is_scores ? hl_scores_open(material->path, &material->scores)
                   : hl_archive_open(material->path, &material->archive);
}

/* Ends of names that are worth a look; the content decides. */
static const struct {
  const char *extension;
  hl_status (*read)(struct hl_material *material);
} readers[] = {{".tsv", read_table},
               {".svg", read_picture},
               {".json", read_list},
               {".h5", read_hdf5},
               {".hdf5", read_hdf5}};

static void clear_material(struct hl_material *material) {
  hl_tsv_clear(&material->table);
  hl_list_free(material->list);
  hl_scores_close(material->scores);
  hl_archive_close(material->archive);
  free(material->picture);
  free(material->stem);
  free(material->path);
}

/* HL_INVALID: it is nothing for a page, the message says why. */
static hl_status read_material(const char *path, struct hl_material *material) {
  hl_status status = HL_OK;
  *material = (struct hl_material){0};
  TRY(hl_copy_text(path, &material->path));
  material->name = hl_file_name(material->path);
  if (!hl_is_utf8(material->name, strlen(material->name)))
    FAIL(HL_INVALID, "%s: found a name that is no UTF-8", path);
  TRY(hl_format_text(&material->stem, "%.*s", (int)strcspn(material->name, "."), material->name));
  const char *extension = strrchr(material->name, '.');
  for (size_t i = 0; extension != NULL && i < sizeof readers / sizeof readers[0]; i++) {
    if (strcmp(extension, readers[i].extension) != 0) continue;
    status = readers[i].read(material);
    goto out;
  }
  FAIL(HL_INVALID, "%s: found no name that ends with .tsv, .svg, .json, .h5 or .hdf5", path);
out:
  if (status != HL_OK) clear_material(material);
  return status;
}

/* ---- All ---- */

static hl_status add_material(struct hl_materials *materials, struct hl_material *material) {
  const hl_status status =
      hl_grow_array(&materials->items, &materials->capacity, materials->n + 1, sizeof *materials->items);
  if (status != HL_OK) {
    clear_material(material);
    return status;
  }
  materials->items[materials->n++] = *material;
  return HL_OK;
}

static hl_status add_file(struct hl_materials *materials, const char *path, bool is_asked_for) {
  struct hl_material material;
  hl_status status = read_material(path, &material);
  if (status == HL_OK) return add_material(materials, &material);
  if (is_asked_for || hl_is_out_of_memory(status) || (status != HL_INVALID && status != HL_LIMIT))
    return status;
  return hl_strings_add(materials->unused, hl_error_message());
}

/* The same figure in another format, or an earlier page, is no news. */
static bool is_other_format(const struct hl_strings *names, const char *name) {
  static const char *const formats[] = {".png", ".pdf", ".txt"}, *const siblings[] = {".svg", ".tsv"};
  const char *extension = strrchr(name, '.');
  bool is_format = false;
  if (extension == NULL) return false;
  for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
    is_format |= strcmp(extension, formats[i]) == 0;
  const size_t n = (size_t)(extension - name);
  for (size_t i = 0; i < names->n && is_format; i++) {
    for (size_t j = 0; j < sizeof siblings / sizeof siblings[0]; j++) {
      if (strncmp(names->items[i], name, n) == 0 && strcmp(names->items[i] + n, siblings[j]) == 0)
        return true;
    }
  }
  return strcmp(extension, ".html") == 0;
}

static hl_status add_folder(struct hl_materials *materials, const char *path) {
  hl_status status = HL_OK;
  struct hl_strings names = {0};
  char *file = NULL;
  TRY(hl_file_list(path, &names));
  for (size_t i = 0; i < names.n; i++) {
    struct stat info;
    free(file);
    file = NULL;
    TRY(hl_format_text(&file, "%s%s%s", path, path[strlen(path) - 1] == '/' ? "" : "/", names.items[i]));
    if (stat(file, &info) == 0 && S_ISREG(info.st_mode)) {
      if (!is_other_format(&names, names.items[i])) TRY(add_file(materials, file, false));
    } else {
      hl_fail(HL_INVALID, "%s: found %s", file,
              S_ISDIR(info.st_mode) ? "a folder, which is not looked into" : "no regular file");
      TRY(hl_strings_add(materials->unused, hl_error_message()));
    }
  }
out:
  hl_strings_clear(&names);
  free(file);
  return status;
}

static int compare(const void *a, const void *b) {
  const struct hl_material *one = a, *other = b;
  if (one->kind != other->kind) return one->kind < other->kind ? -1 : 1;
  const int order = hl_strings_compare_natural(one->name, other->name);
  return order != 0 ? order : strcmp(one->path, other->path);
}

hl_status hl_materials_read(struct hl_materials *materials, const struct hl_report_options *options,
                            struct hl_strings *unused) {
  hl_status status = HL_OK;
  struct stat info;
  *materials = (struct hl_materials){.unused = unused};
  for (size_t i = 0; i < options->n_source; i++) {
    const char *path = options->sources[i];
    if (stat(path, &info) != 0) return hl_fail_errno(path, "open");
    TRY(S_ISDIR(info.st_mode) ? add_folder(materials, path) : add_file(materials, path, true));
  }
  if (materials->n == 0) {
    FAIL(HL_INVALID, "%s: found nothing to report on, expected figures, tables, lists or scores",
         options->sources[0]);
  }
  qsort(materials->items, materials->n, sizeof *materials->items, compare);
  for (size_t i = 1; i < materials->n; i++) {
    if (strcmp(materials->items[i - 1].path, materials->items[i].path) != 0) continue;
    FAIL(HL_USAGE, "%s: found it twice among the sources, expected each once", materials->items[i].path);
  }
out:
  return status;
}

void hl_materials_clear(struct hl_materials *materials) {
  for (size_t i = 0; i < materials->n; i++) clear_material(&materials->items[i]);
  free(materials->items);
  *materials = (struct hl_materials){0};
}

bool hl_materials_is_figure(const struct hl_materials *materials, const struct hl_report_options *options,
                            const char *stem) {
  for (size_t i = 0; i < options->n_caption; i++) {
    if (strcmp(options->captions[i].name, stem) == 0) return true;
  }
  for (size_t i = 0; i < materials->n; i++) {
    if (materials->items[i].kind == HL_MATERIAL_PICTURE && strcmp(materials->items[i].stem, stem) == 0)
      return true;
  }
  return false;
}
