/* The released layout: <task>/<set>_<steps>_replica<n>.npz with the members optimizers, xs and ys. */
#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "hyperlist/limits.h"
#include "ingest/configs.h"
#include "ingest/loader.h"
#include "ingest/npy.h"
#include "ingest/rows.h"
#include "ingest/zip.h"

#include <ctype.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  N_SPLIT = 4,
  NAME_OVERHEAD = 64, /* what a config's name costs beside its text */
  NAME_BLOCK_BYTES = 1 << 16,
};

struct npz_file {
  struct hl_curves curves;
  struct hl_zip *zip;
  struct hl_zip_member *ys;
  struct hl_rows *rows;
};

/* ---- Names from the path ---- */

/* The folder that the file is in, under the name it is reached by; "." and ".." are looked up. */
static hl_status copy_task(const char *path, char **task) {
  hl_status status = HL_OK;
  char *folder = NULL, *resolved = NULL;
  TRY(hl_format_text(&folder, "%.*s", (int)(hl_file_name(path) - path), path));
  for (size_t n = strlen(folder); n > 0 && folder[n - 1] == '/'; n--) folder[n - 1] = '\0';
  const char *name = hl_file_name(folder);
  if (*name == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
    resolved = realpath(*folder != '\0' ? folder : *path == '/' ? "/" : ".", NULL);
    if (resolved == NULL) {
      status = hl_fail_errno(path, "find the folder of");
      goto out;
    }
    name = hl_file_name(resolved);
  }
  if (*name == '\0' || !hl_is_utf8(name, strlen(name))) {
    FAIL(HL_INVALID, "%s: found folder '%s', expected the task's name as its folder", path, name);
  }
  status = hl_copy_text(name, task);
out:
  free(folder);
  free(resolved);
  return status;
}

/* Where trailing digits begin. */
static char *skip_digits_back(char *start, char *end) {
  while (end > start && isdigit((unsigned char)end[-1])) end--;
  return end;
}

/* Cuts off `_<digits>_replica<digits>`, if that is how it ends. */
static void strip_run(char *stem) {
  static const char infix[] = "_replica";
  const size_t n_infix = sizeof infix - 1;
  char *end = stem + strlen(stem), *at = skip_digits_back(stem, end);
  if (at == end || (size_t)(at - stem) < n_infix || strncmp(at - n_infix, infix, n_infix) != 0) return;
  end = at - n_infix;
  at = skip_digits_back(stem, end);
  if (at < end && at - stem >= 2 && at[-1] == '_') at[-1] = '\0';
}

static hl_status name_table(struct npz_file *file, const char *path, const char *set) {
  hl_status status = HL_OK;
  TRY(copy_task(path, &file->curves.task));
  if (set != NULL) return hl_copy_text(set, &file->curves.set);
  TRY(hl_curves_copy_stem(path, ".npz", &file->curves.set));
  strip_run(file->curves.set);
out:
  return status;
}

/* ---- Members ---- */

static hl_status read_header(struct hl_zip_member *member, struct hl_npy *npy, char **text) {
  unsigned char prefix[HL_NPY_PREFIX_BYTES];
  size_t n_prefix = 10, start, length;
  hl_status status = HL_OK;
  if (hl_zip_member_size(member) < n_prefix) n_prefix = (size_t)hl_zip_member_size(member);
  TRY(hl_zip_read(member, prefix, n_prefix));
  if (n_prefix == 10 && prefix[6] > 1) { /* from version 2.0 on the length has two bytes more */
    TRY(hl_zip_read(member, prefix + n_prefix, 2));
    n_prefix = 12;
  }
  status = hl_npy_parse_prefix(prefix, n_prefix, &start, &length);
  if (status != HL_OK) return hl_fail_within(status, "%s: ", hl_zip_member_label(member));
  TRY(hl_new_array(length, 1, text));
  TRY(hl_zip_read(member, *text, length));
  status = hl_npy_parse(*text, length, npy);
  if (status != HL_OK) return hl_fail_within(status, "%s: ", hl_zip_member_label(member));
out:
  return status;
}

/* The claim of the header against the claim of the archive, which is known to be one that its bytes can hold.
 */
static hl_status check_bytes(struct hl_zip_member *member, const struct hl_npy *npy) {
  size_t n_item, n_byte;
  char shape[HL_NPY_SHAPE_TEXT], claim[40] = "more than 2^64";
  const uint64_t held = hl_zip_member_size(member) - hl_zip_member_position(member);
  if (hl_npy_count(npy, &n_item, &n_byte)) {
    if (n_byte == held) return HL_OK;
    snprintf(claim, sizeof claim, "%zu", n_byte);
  }
  return hl_fail(HL_INVALID,
                 "%s: found a header that claims shape %s of %s, %s bytes, expected the %llu that follow it",
                 hl_zip_member_label(member), hl_npy_format_shape(npy, shape), npy->dtype, claim,
                 (unsigned long long)held);
}

static hl_status open_array(struct hl_zip *zip, const char *name, struct hl_zip_member **member,
                            struct hl_npy *npy) {
  hl_status status = HL_OK;
  char *text = NULL;
  TRY(hl_zip_open_member(zip, name, member));
  TRY(read_header(*member, npy, &text));
  status = check_bytes(*member, npy);
out:
  free(text);
  return status;
}

static hl_status fail_array(const struct hl_zip_member *member, const struct hl_npy *npy,
                            const char *expected) {
  char shape[HL_NPY_SHAPE_TEXT];
  return hl_fail(HL_INVALID, "%s: found shape %s of %s, expected %s", hl_zip_member_label(member),
                 hl_npy_format_shape(npy, shape), npy->dtype, expected);
}

/* ---- optimizers: the names of the rows ---- */

static hl_status add_name(const char *label, const struct hl_npy *npy, size_t i, const char *item, char *text,
                          struct hl_strings *names) {
  if (!hl_npy_get_text(npy, item, text)) {
    return hl_fail(HL_INVALID, "%s: item %zu: found bytes that are no UTF-8 text, expected a config's name",
                   label, i);
  }
  if (*text == '\0')
    return hl_fail(HL_INVALID, "%s: item %zu: found an empty name, expected a config's", label, i);
  return hl_strings_add(names, text);
}

/* In blocks: libzip seeks before each read. */
static hl_status read_names(struct hl_zip_member *member, const struct hl_npy *npy,
                            struct hl_strings *names) {
  hl_status status = HL_OK;
  char *items = NULL, *text = NULL;
  const size_t size = npy->item_size, n_block = size < NAME_BLOCK_BYTES ? NAME_BLOCK_BYTES / size : 1;
  TRY(hl_new_room(n_block * size, &items));
  TRY(hl_new_room(size + 1, &text));
  for (size_t first = 0; first < npy->shape[0]; first += n_block) {
    const size_t left = npy->shape[0] - first, n = left < n_block ? left : n_block;
    TRY(hl_zip_read(member, items, n * size));
    for (size_t i = 0; i < n; i++)
      TRY(add_name(hl_zip_member_label(member), npy, first + i, items + i * size, text, names));
  }
out:
  free(items);
  free(text);
  return status;
}

/* Natural order; file_row[i] is the row of the file that becomes row i. */
static hl_status sort_names(const char *label, struct hl_strings *names, size_t **file_row) {
  hl_status status = HL_OK;
  TRY(hl_new_array(names->n, sizeof **file_row, file_row));
  TRY(hl_strings_sort(names, hl_strings_compare_natural, *file_row));
  for (size_t i = 1; i < names->n; i++) {
    if (strcmp(names->items[i - 1], names->items[i]) != 0) continue;
    const size_t a = (*file_row)[i - 1], b = (*file_row)[i];
    FAIL(HL_INVALID, "%s: items %zu and %zu: found '%s' twice, expected each config once", label,
         a < b ? a : b, a < b ? b : a, names->items[i]);
  }
out:
  return status;
}

static hl_status load_names(struct npz_file *file, size_t **file_row) {
  hl_status status = HL_OK;
  struct hl_zip_member *member = NULL;
  struct hl_npy npy;
  TRY(open_array(file->zip, "optimizers", &member, &npy));
  if (npy.n_dimension != 1 || npy.shape[0] == 0 || (npy.kind != HL_NPY_BYTES && npy.kind != HL_NPY_UNICODE)) {
    status = fail_array(member, &npy, "one axis of strings, the configs' names");
    goto out;
  }
  if (npy.shape[0] > HL_MAX_NPZ_NAME_BYTES / (npy.item_size + NAME_OVERHEAD)) {
    FAIL(HL_LIMIT, "%s: found %zu names of %zu bytes, expected at most %zu of that size",
         hl_zip_member_label(member), npy.shape[0], npy.item_size,
         HL_MAX_NPZ_NAME_BYTES / (npy.item_size + NAME_OVERHEAD));
  }
  TRY(read_names(member, &npy, &file->curves.configs));
  status = sort_names(hl_zip_member_label(member), &file->curves.configs, file_row);
out:
  hl_zip_close_member(member);
  return status;
}

/* ---- xs: the steps ---- */

static hl_status read_steps(struct hl_zip_member *member, const struct hl_npy *npy, double *steps) {
  unsigned char item[16]; /* the largest number there is */
  for (size_t i = 0; i < npy->shape[0]; i++) {
    const hl_status status = hl_zip_read(member, item, npy->item_size);
    if (status != HL_OK) return status;
    const char *label = hl_zip_member_label(member);
    if (!hl_npy_get_double(npy, item, &steps[i])) {
      return hl_fail(HL_INVALID, "%s: item %zu: found an integer beyond 2^53, expected a step", label, i);
    }
    if (!isfinite(steps[i]) || fabs(steps[i]) > HL_MAX_STEP) {
      return hl_fail(HL_INVALID, "%s: item %zu: found %g, expected a finite step up to 2^53", label, i,
                     steps[i]);
    }
    if (i > 0 && steps[i] <= steps[i - 1]) {
      return hl_fail(HL_INVALID, "%s: item %zu: found step %.17g after %.17g, expected steps that rise",
                     label, i, steps[i], steps[i - 1]);
    }
  }
  return HL_OK;
}

static hl_status load_steps(struct npz_file *file) {
  const size_t most = hl_limit_size(HL_LIMIT_CURVES) / (N_SPLIT * sizeof(float));
  hl_status status = HL_OK;
  struct hl_zip_member *member = NULL;
  struct hl_npy npy;
  TRY(open_array(file->zip, "xs", &member, &npy));
  const bool is_number = npy.kind == HL_NPY_INT || npy.kind == HL_NPY_UINT || npy.kind == HL_NPY_FLOAT;
  if (npy.n_dimension != 1 || npy.shape[0] == 0 || !is_number || npy.item_size > sizeof(long double)) {
    status = fail_array(member, &npy, "one axis of integers or floats, the steps");
    goto out;
  }
  if (npy.shape[0] > most) {
    FAIL(HL_LIMIT, "%s: found %zu steps, expected at most %zu", hl_zip_member_label(member), npy.shape[0],
         most);
  }
  file->curves.n_step = npy.shape[0];
  TRY(hl_new_array(npy.shape[0], sizeof *file->curves.steps, &file->curves.steps));
  status = read_steps(member, &npy, file->curves.steps);
out:
  hl_zip_close_member(member);
  return status;
}

/* ---- ys: the values ---- */

static hl_status check_values(const struct npz_file *file, const struct hl_npy *npy) {
  char expected[160];
  if (npy->kind != HL_NPY_FLOAT || (npy->item_size != sizeof(float) && npy->item_size != sizeof(double))) {
    return fail_array(file->ys, npy, "float32 or float64");
  }
  const size_t n_config = file->curves.configs.n, n_step = file->curves.n_step;
  if (npy->n_dimension != 4 || npy->shape[0] != n_config || npy->shape[1] == 0 || npy->shape[2] != n_step ||
      npy->shape[3] != N_SPLIT) {
    snprintf(expected, sizeof expected, "(%zu, replicas, %zu, %d), as optimizers has names and xs has steps",
             n_config, n_step, N_SPLIT);
    return fail_array(file->ys, npy, expected);
  }
  const size_t row_bytes = npy->shape[1] * npy->shape[2] * npy->shape[3] * npy->item_size;
  if (row_bytes <= hl_limit_size(HL_LIMIT_CURVES)) return HL_OK;
  return hl_fail(HL_LIMIT, "%s: found %zu bytes a config, expected at most %zu",
                 hl_zip_member_label(file->ys), row_bytes, hl_limit_size(HL_LIMIT_CURVES));
}

static hl_status open_values(struct npz_file *file, const size_t *file_row, size_t window) {
  static const char *const splits[N_SPLIT] = {"train", "valid_inner", "valid_outer", "test"};
  hl_status status = HL_OK;
  struct hl_npy npy;
  TRY(open_array(file->zip, "ys", &file->ys, &npy));
  TRY(check_values(file, &npy));
  for (size_t i = 0; i < N_SPLIT; i++) TRY(hl_strings_add(&file->curves.splits, splits[i]));
  file->curves.n_replica = npy.shape[1];
  file->curves.is_double = npy.item_size == sizeof(double);
  status = hl_rows_new(file->ys, &npy, (size_t)hl_zip_member_position(file->ys), file_row,
                       window > 0 ? window : HL_DEFAULT_WINDOW, &file->rows);
out:
  return status;
}

/* A replica whose every value is NaN is still one that ran: it diverged. The format has no way to say that a
 * run is missing, and took none from the release. */
static hl_status read_rows(struct hl_curves *curves, size_t first, size_t n, void *values, uint8_t *ran,
                           int32_t *observed) {
  struct npz_file *file = curves->source;
  (void)observed;
  memset(ran, 1, n * curves->n_replica);
  return hl_rows_read(file->rows, first, n, values);
}

/* ---- The loader ---- */

static void npz_close(void *pointer) {
  struct npz_file *file = pointer;
  if (file == NULL) return;
  hl_rows_free(file->rows);
  hl_zip_close_member(file->ys);
  hl_zip_close(file->zip);
  hl_curves_clear(&file->curves);
  free(file);
}

static hl_status npz_open(const char *path, const struct hl_load_options *options, void **out) {
  hl_status status = HL_OK;
  struct npz_file *file = NULL;
  size_t *file_row = NULL;
  *out = NULL;
  TRY(hl_new_array(1, sizeof *file, &file));
  TRY(hl_zip_open(path, &file->zip));
  TRY(name_table(file, path, options->set));
  TRY(load_names(file, &file_row));
  TRY(load_steps(file));
  TRY(open_values(file, file_row, options->window));
  TRY(hl_configs_fill(&file->curves, options, path));
  file->curves.read = read_rows;
  file->curves.source = file;
  *out = file;
out:
  free(file_row);
  if (status != HL_OK) npz_close(file);
  return status;
}

static bool npz_fits_name(const char *name) {
  return hl_has_suffix(name, ".npz");
}

/* The first entry of a zip archive, or the end of an empty one. */
static hl_status npz_fits_content(const unsigned char *head, size_t n, bool *fits) {
  *fits = n >= 4 && (memcmp(head, "PK\3\4", 4) == 0 || memcmp(head, "PK\5\6", 4) == 0);
  return HL_OK;
}

static size_t npz_count(const void *file) {
  (void)file;
  return 1;
}

static hl_status npz_get(void *pointer, size_t i, struct hl_curves **curves) {
  struct npz_file *file = pointer;
  if (i > 0) return hl_fail(HL_BUG, "an .npz holds one table, number %zu was asked for", i);
  *curves = &file->curves;
  return HL_OK;
}

const struct hl_loader hl_loader_npz = {
    .format = "taskset-npz",
    .name_task = copy_task,
    .fits_name = npz_fits_name,
    .fits_content = npz_fits_content,
    .open = npz_open,
    .count = npz_count,
    .get = npz_get,
    .close = npz_close,
    .needs_hyperparameters = true,
};
