#include "cli/pictures.h"
#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/pool.h"
#include "cli/cli.h"
#include "cli/terminal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- Options ---- */

static hl_status add_format(struct cli_pictures *pictures, const char *name) {
  const struct cli_format *format = cli_find_format(name);
  int none = 0;
  if (format == NULL) return cli_choose("--format", name, cli_format_choices, &none);
  for (size_t i = 0; i < pictures->n_format; i++) {
    if (pictures->formats[i] == format) return HL_OK;
  }
  pictures->formats[pictures->n_format++] = format;
  return HL_OK;
}

hl_status cli_pictures_choose(struct cli_pictures *pictures, const char *formats) {
  hl_status status = HL_OK;
  char *names = NULL;
  TRY(hl_copy_text(formats != NULL ? formats : "svg", &names));
  for (char *name = names, *end; name != NULL; name = end) {
    end = strchr(name, ',');
    if (end != NULL) *end++ = '\0';
    TRY(add_format(pictures, name));
  }
out:
  free(names);
  return status;
}

/* ---- Folders ---- */

hl_status cli_pictures_open(struct cli_pictures *pictures, const char *folder) {
  hl_status status = HL_OK;
  pictures->folder = folder;
  pictures->is_new = mkdir(folder, 0777) == 0;
  if (!pictures->is_new && errno != EEXIST) return hl_fail_errno(folder, "make folder");
  TRY(hl_format_text(&pictures->work, "%s/.hyperlist-XXXXXX", folder));
  if (mkdtemp(pictures->work) == NULL) {
    status = hl_fail_errno(folder, "make a folder in");
    free(pictures->work);
    pictures->work = NULL;
  }
out:
  return status;
}

void cli_pictures_close(struct cli_pictures *pictures, hl_status status) {
  for (size_t i = 0; i < pictures->files.n; i++) unlink(pictures->files.items[i]);
  hl_strings_clear(&pictures->files);
  if (pictures->work != NULL) rmdir(pictures->work);
  if (pictures->is_new && status != HL_OK)
    rmdir(pictures->folder); /* fails, as it should, once a figure is in it */
  free(pictures->work);
  *pictures = (struct cli_pictures){0};
}

/* ---- Files ---- */

/* Where a file of that name is made; borrowed. It is noted before it is there, so that it can be removed
 * where memory has run out. */
static hl_status add_file(struct cli_pictures *pictures, const char *name, const char **path) {
  char *text;
  hl_status status = hl_format_text(&text, "%s/%s", pictures->work, name);
  if (status != HL_OK) return status;
  status = hl_strings_add(&pictures->files, text);
  free(text);
  if (status == HL_OK) *path = pictures->files.items[pictures->files.n - 1];
  return status;
}

hl_status cli_pictures_write(struct cli_pictures *pictures, const char *name, const char *suffix,
                             const struct hl_table *table, const struct cJSON *provenance) {
  hl_status status = HL_OK;
  struct hl_output output = {0};
  char *file = NULL;
  const char *path;
  TRY(hl_format_text(&file, "%s%s.tsv", name, suffix));
  TRY(add_file(pictures, file, &path));
  TRY(hl_output_open(&output, path));
  TRY(hl_table_print_tsv(table, provenance, output.file));
  TRY(hl_output_commit(&output));
out:
  hl_output_discard(&output);
  free(file);
  return status;
}

hl_status cli_pictures_draw(struct cli_pictures *pictures, const char *name,
                            const struct cli_drawing *drawing, const struct hl_context *context) {
  hl_status status = HL_OK;
  for (size_t i = 0; i < pictures->n_format; i++) {
    char *picture;
    const char *path;
    TRY(hl_format_text(&picture, "%s.%s", name, pictures->formats[i]->extension));
    status = add_file(pictures, picture, &path);
    if (status == HL_OK) status = cli_draw(drawing, pictures->formats[i], pictures->work, picture);
    free(picture);
    if (status != HL_OK) goto out;
    TRY(hl_check_cancel(context));
  }
out:
  return status;
}

static hl_status publish(const struct cli_pictures *pictures, const char *path) {
  char *to;
  hl_status status = hl_format_text(&to, "%s/%s", pictures->folder, hl_file_name(path));
  if (status != HL_OK) return status;
  status = hl_file_replace(path, to);
  free(to);
  return status;
}

hl_status cli_pictures_publish(struct cli_pictures *pictures) {
  hl_status status = HL_OK;
  for (size_t i = 0; i < pictures->files.n; i++) TRY(publish(pictures, pictures->files.items[i]));
  hl_strings_clear(&pictures->files);
out:
  return status;
}

static hl_status print_file(const char *path) {
  char block[4096];
  size_t n;
  FILE *file = fopen(path, "r");
  if (file == NULL) return hl_fail_errno(path, "open");
  while ((n = fread(block, 1, sizeof block, file)) > 0) fwrite(block, 1, n, stdout);
  const bool is_bad = ferror(file) != 0;
  const hl_status status = is_bad ? hl_fail_errno(path, "read") : HL_OK;
  fclose(file);
  return status;
}

hl_status cli_pictures_show(const struct cli_pictures *pictures, const char *name) {
  const struct cli_format *text = cli_find_format("dumb");
  hl_status status = HL_OK;
  char *path = NULL;
  for (size_t i = 0; i < pictures->n_format && cli_find_terminal(stdout).is_one; i++) {
    if (pictures->formats[i] != text) continue;
    TRY(hl_format_text(&path, "%s/%s.%s", pictures->folder, name, text->extension));
    TRY(print_file(path));
  }
out:
  free(path);
  return status;
}
