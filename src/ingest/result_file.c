#include "ingest/result_file.h"
#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "hyperlist/limits.h"
#include "ingest/curves.h"
#include "ingest/gz.h"
#include "ingest/json_scan.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK_BYTES = 1 << 16 };

struct point {
  double step, losses[RESULT_N_SPLIT];
};

struct result_buffers {
  int file; /* -1: none is open */
  struct hl_gz *gz;
  char *path; /* of the file, for messages */
  size_t path_capacity;
  uint64_t *hash, *n_byte;
  unsigned char *block; /* what was read of the file to see whether it is gzip */
  size_t n_block, at;
  struct hl_json_scan *scan;
  struct point *points;
  size_t n_point, point_capacity, value_capacity;
};

/* ---- Bytes ---- */

static hl_status read_bytes(struct result_buffers *buffers, void *bytes, size_t n, size_t *n_read) {
  *n_read = 0;
  while (*n_read < n) {
    const ssize_t n_got = read(buffers->file, (char *)bytes + *n_read, n - *n_read);
    if (n_got < 0 && errno == EINTR) continue;
    if (n_got < 0) return hl_fail_errno(buffers->path, "read");
    if (n_got == 0) break;
    *n_read += (size_t)n_got;
  }
  *buffers->hash = hl_hash_more(*buffers->hash, bytes, *n_read);
  *buffers->n_byte += *n_read;
  return HL_OK;
}

static hl_status fill(void *user, char *bytes, size_t n, size_t *n_read) {
  struct result_buffers *buffers = user;
  if (buffers->gz != NULL) return hl_gz_read(buffers->gz, bytes, n, n_read);
  const size_t n_left = buffers->n_block - buffers->at, n_held = n < n_left ? n : n_left;
  memcpy(bytes, buffers->block + buffers->at, n_held);
  buffers->at += n_held;
  *n_read = n_held;
  if (n_held == n || buffers->n_block < BLOCK_BYTES) return HL_OK; /* the block held all there is */
  size_t n_more;
  const hl_status status = read_bytes(buffers, bytes + n_held, n - n_held, &n_more);
  *n_read += n_more;
  return status;
}

static void close_file(struct result_buffers *buffers) {
  if (buffers->file >= 0) close(buffers->file);
  hl_gz_close(buffers->gz);
  buffers->file = -1;
  buffers->gz = NULL;
}

/* Opens a regular file of the folder and puts the scanner before its value. */
static hl_status open_file(struct result_buffers *buffers, int folder, const char *path, const char *name,
                           bool *is_there) {
  const size_t n_path = strlen(path) + 1 + strlen(name) + 1;
  struct stat info;
  hl_status status = HL_OK;
  *is_there = false;
  TRY(hl_grow_array(&buffers->path, &buffers->path_capacity, n_path, 1));
  snprintf(buffers->path, n_path, "%s/%s", path, name);
  buffers->file = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* or a pipe would make it wait */
  if (buffers->file < 0 && errno == ENOENT && fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) != 0) {
    return HL_OK;
  }
  if (buffers->file < 0) return hl_fail_errno(buffers->path, "open");
  if (fstat(buffers->file, &info) != 0 || !S_ISREG(info.st_mode)) {
    FAIL(HL_IO, "%s: found a %s, expected a regular file", buffers->path,
         S_ISDIR(info.st_mode) ? "folder" : "pipe or device");
  }
  const size_t n_wanted = info.st_size < BLOCK_BYTES ? (size_t)info.st_size : BLOCK_BYTES;
  TRY(read_bytes(buffers, buffers->block, n_wanted, &buffers->n_block));
  buffers->at = 0;
  if (buffers->n_block >= 2 && buffers->block[0] == 0x1f && buffers->block[1] == 0x8b) {
    TRY(hl_gz_open(buffers->path, &buffers->gz));
  }
  if (buffers->scan == NULL)
    TRY(hl_json_scan_new(buffers->path, fill, buffers, &buffers->scan));
  else
    TRY(hl_json_scan_restart(buffers->scan, buffers->path, buffers));
  *is_there = true;
out:
  return status;
}

/* ---- result ---- */

static hl_status scan_losses(struct hl_json_scan *scan, double losses[RESULT_N_SPLIT]) {
  hl_status status = HL_OK;
  size_t n = 0;
  TRY(hl_json_scan_enter(scan, HL_JSON_ARRAY, "an array of 4 losses"));
  for (bool more;; n++) {
    double loss;
    TRY(hl_json_scan_element(scan, &more));
    if (!more) break;
    TRY(hl_json_scan_number(scan, false, &loss));
    if (n < RESULT_N_SPLIT) losses[n] = loss;
  }
  if (n != RESULT_N_SPLIT) {
    char what[40];
    snprintf(what, sizeof what, "%zu losses before", n);
    status = hl_json_scan_fail(scan, what, "4: train, valid_inner, valid_outer, test");
  }
out:
  return status;
}

static hl_status scan_points(struct result_buffers *buffers) {
  struct hl_json_scan *scan = buffers->scan;
  hl_status status = HL_OK;
  const char *name;
  const size_t most = hl_limit_size(HL_LIMIT_CURVES) / (RESULT_N_SPLIT * sizeof(double));
  buffers->n_point = 0;
  TRY(hl_json_scan_enter(scan, HL_JSON_OBJECT, "an object of losses by step"));
  for (bool more;;) {
    uint64_t step;
    TRY(hl_json_scan_member(scan, &more, &name));
    if (!more) break;
    if (!hl_parse_uint64(name, &step) || step > (uint64_t)HL_MAX_STEP) {
      char what[80];
      snprintf(what, sizeof what, "\"%.64s\"", name);
      return hl_json_scan_fail(scan, what, "a step, a whole number up to 2^53");
    }
    if (buffers->n_point == most) {
      FAIL(HL_LIMIT, "%s: found more than %zu steps, the most that is read", buffers->path, most);
    }
    TRY(hl_grow_array(&buffers->points, &buffers->point_capacity, buffers->n_point + 1,
                      sizeof *buffers->points));
    struct point *point = &buffers->points[buffers->n_point++];
    point->step = (double)step;
    TRY(scan_losses(scan, point->losses));
  }
  TRY(hl_json_scan_end(scan));
  if (buffers->n_point == 0) FAIL(HL_INVALID, "%s: found no steps, expected at least one", buffers->path);
out:
  return status;
}

static int compare_points(const void *a, const void *b) {
  const struct point *x = a, *y = b;
  return (x->step > y->step) - (x->step < y->step);
}

static hl_status sort_points(struct result_buffers *buffers) {
  struct point *points = buffers->points;
  bool is_sorted = true;
  for (size_t i = 1; i < buffers->n_point && is_sorted; i++) is_sorted = points[i - 1].step < points[i].step;
  if (!is_sorted) qsort(points, buffers->n_point, sizeof *points, compare_points);
  for (size_t i = 1; i < buffers->n_point && !is_sorted; i++) {
    if (points[i - 1].step < points[i].step) continue;
    return hl_fail(HL_INVALID, "%s: found step %.17g again, expected it once", buffers->path, points[i].step);
  }
  return HL_OK;
}

static hl_status take_points(struct result_reader *reader) {
  struct result_buffers *buffers = reader->buffers;
  const size_t n = buffers->n_point;
  hl_status status = HL_OK;
  size_t capacity = buffers->value_capacity;
  TRY(hl_grow_array(&reader->steps, &capacity, n, sizeof *reader->steps));
  TRY(hl_grow_array(&reader->losses, &buffers->value_capacity, n, RESULT_N_SPLIT * sizeof *reader->losses));
  reader->n_step = n;
  for (size_t i = 0; i < n; i++) {
    reader->steps[i] = buffers->points[i].step;
    for (size_t k = 0; k < RESULT_N_SPLIT; k++) reader->losses[k * n + i] = buffers->points[i].losses[k];
  }
out:
  return status;
}

hl_status result_read(struct result_reader *reader, int folder, const char *path, bool *is_there) {
  struct result_buffers *buffers = reader->buffers;
  hl_status status = HL_OK;
  TRY(open_file(buffers, folder, path, "result", is_there));
  if (!*is_there) goto out;
  TRY(scan_points(buffers));
  TRY(sort_points(buffers));
  status = take_points(reader);
out:
  close_file(buffers);
  return status;
}

/* ---- time_per_step ---- */

static hl_status scan_seconds(struct result_buffers *buffers, double *seconds) {
  struct hl_json_scan *scan = buffers->scan;
  hl_status status = HL_OK;
  bool has_mean = false;
  const char *name;
  TRY(hl_json_scan_enter(scan, HL_JSON_OBJECT, "an object with \"mean_time\""));
  for (bool more;;) {
    TRY(hl_json_scan_member(scan, &more, &name));
    if (!more) break;
    if (strcmp(name, "mean_time") != 0) {
      TRY(hl_json_scan_skip(scan));
      continue;
    }
    if (has_mean) return hl_json_scan_fail(scan, "\"mean_time\" again", "it once");
    has_mean = true;
    TRY(hl_json_scan_number(scan, false, seconds));
  }
  TRY(hl_json_scan_end(scan));
  if (!has_mean) FAIL(HL_INVALID, "%s: found no \"mean_time\", expected seconds", buffers->path);
  if (*seconds < 0 || isinf(*seconds)) {
    FAIL(HL_INVALID, "%s: mean_time: found %g, expected seconds", buffers->path, *seconds);
  }
out:
  return status;
}

hl_status result_read_seconds(struct result_reader *reader, int folder, const char *path, double *seconds) {
  struct result_buffers *buffers = reader->buffers;
  hl_status status = HL_OK;
  bool is_there;
  *seconds = (double)NAN;
  TRY(open_file(buffers, folder, path, "time_per_step", &is_there));
  if (is_there) status = scan_seconds(buffers, seconds);
out:
  close_file(buffers);
  return status;
}

/* ---- The reader ---- */

hl_status result_reader_new(struct result_reader *reader) {
  hl_status status = HL_OK;
  *reader = (struct result_reader){0};
  TRY(hl_new_array(1, sizeof *reader->buffers, &reader->buffers));
  reader->buffers->file = -1;
  reader->buffers->hash = &reader->hash;
  reader->buffers->n_byte = &reader->n_byte;
  TRY(hl_new_block(BLOCK_BYTES, &reader->buffers->block));
out:
  if (status != HL_OK) result_reader_clear(reader);
  return status;
}

void result_reader_clear(struct result_reader *reader) {
  struct result_buffers *buffers = reader->buffers;
  free(reader->steps);
  free(reader->losses);
  if (buffers != NULL) {
    close_file(buffers);
    hl_json_scan_free(buffers->scan);
    free(buffers->path);
    free(buffers->block);
    free(buffers->points);
    free(buffers);
  }
  *reader = (struct result_reader){0};
}
