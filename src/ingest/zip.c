#include "ingest/zip.h"
#include "base/error.h"
#include "base/memory.h"
#include "hyperlist/limits.h"
#include "ingest/gz.h"

#include <errno.h>
#include <fcntl.h>
#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>
#include <zlib.h>

enum { BLOCK_BYTES = 1 << 18 };

struct hl_zip {
  zip_t *archive;
  char *path;
  uint64_t n_byte; /* of the file */
};

struct hl_zip_member {
  struct hl_zip *zip;
  zip_file_t *file;
  uint64_t i_member, size, n_packed, position;
  bool is_deflated;
  uint32_t checksum; /* CRC-32 */
  char *label;
};

/* ---- Opening ---- */

static hl_status open_nameless(int *descriptor) {
  const char *folder = getenv("TMPDIR");
  char *path = NULL;
  hl_status status = HL_OK;
  TRY(hl_format_text(&path, "%s/hyperlist.XXXXXX", folder != NULL && *folder != '\0' ? folder : "/tmp"));
  *descriptor = mkstemp(path);
  if (*descriptor < 0) {
    status = hl_fail_errno(path, "create");
    goto out;
  }
  unlink(path);
out:
  free(path);
  return status;
}

static hl_status write_all(int descriptor, const char *data, size_t n) {
  while (n > 0) {
    const ssize_t n_written = write(descriptor, data, n);
    if (n_written < 0) return hl_fail_errno("temporary file for unpacking", "write");
    data += n_written;
    n -= (size_t)n_written;
  }
  return HL_OK;
}

/* A few bytes of gzip hold as many of anything as they like: only what looks like a zip is unpacked. */
static hl_status unpack(struct hl_gz *gz, const char *path, char *block, size_t n, int *descriptor) {
  hl_status status = HL_OK;
  const uint64_t most = hl_limit_get(HL_LIMIT_FILE);
  size_t n_more;
  TRY(hl_gz_read(gz, block + n, BLOCK_BYTES - n, &n_more));
  n += n_more;
  if (n < 2 || memcmp(block, "PK", 2) != 0)
    FAIL(HL_INVALID, "%s: found no zip archive in the gzip data, expected PK", path);
  TRY(open_nameless(descriptor));
  for (uint64_t n_byte = n; n > 0; n_byte += n) {
    if (n_byte > most)
      FAIL(HL_LIMIT, "%s: found more than %llu bytes in the gzip data, the most that is unpacked", path,
           (unsigned long long)most);
    TRY(write_all(*descriptor, block, n));
    TRY(hl_gz_read(gz, block, BLOCK_BYTES, &n));
  }
out:
  return status;
}

/* A descriptor of the zip file itself, or of what is packed in it. */
static hl_status open_unpacked(const char *path, int *descriptor) {
  hl_status status = HL_OK;
  struct hl_gz *gz = NULL;
  char *block = NULL;
  size_t n;
  TRY(hl_new_block(BLOCK_BYTES, &block));
  TRY(hl_gz_open(path, &gz));
  TRY(hl_gz_read(gz, block, 1, &n)); /* enough to know whether it is packed */
  if (hl_gz_is_packed(gz)) {
    TRY(unpack(gz, path, block, n, descriptor));
  } else {
    *descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (*descriptor < 0) status = hl_fail_errno(path, "open");
  }
out:
  hl_gz_close(gz);
  free(block);
  return status;
}

/* libzip's error as one of ours: what the system said is HL_IO, what the bytes say HL_INVALID. */
static hl_status fail_zip(const char *label, zip_error_t *error) {
  const bool is_zlib = zip_error_code_zip(error) == ZIP_ER_ZLIB;
  if (errno == ENOMEM)
    return hl_fail_memory(); /* set to 0 before: not every way out of memory has its code */
  if (is_zlib && zip_error_code_system(error) == Z_MEM_ERROR) return hl_fail_memory();
  /* A place beyond 2^63, which libzip does not even seek: a claim. */
  const bool is_claim = zip_error_code_zip(error) == ZIP_ER_SEEK && zip_error_code_system(error) == EFBIG;
  switch (is_claim ? ZIP_ER_INCONS : zip_error_code_zip(error)) {
  case ZIP_ER_MEMORY:
    return hl_fail_memory();
  case ZIP_ER_OPEN:
  case ZIP_ER_READ:
  case ZIP_ER_SEEK:
  case ZIP_ER_TELL:
    return hl_fail(HL_IO, "%s: cannot read: %s", label, zip_error_strerror(error));
  case ZIP_ER_NOZIP:
    return hl_fail(HL_INVALID, "%s: found no zip archive (%s), expected a whole one", label,
                   zip_error_strerror(error));
  default:
    return hl_fail(HL_INVALID, "%s: found a broken zip archive (%s), expected a whole one", label,
                   zip_error_strerror(error));
  }
}

hl_status hl_zip_open(const char *path, struct hl_zip **out) {
  hl_status status = HL_OK;
  struct hl_zip *zip = NULL;
  int descriptor = -1, code;
  struct stat info;
  *out = NULL;
  TRY(hl_new_array(1, sizeof *zip, &zip));
  TRY(hl_copy_text(path, &zip->path));
  TRY(open_unpacked(path, &descriptor));
  if (fstat(descriptor, &info) != 0) {
    status = hl_fail_errno(path, "read");
    goto out;
  }
  zip->n_byte = (uint64_t)info.st_size;
  errno = 0;
  zip->archive = zip_fdopen(descriptor, 0, &code); /* takes the descriptor if it succeeds */
  if (zip->archive == NULL) {
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    status = fail_zip(path, &error);
    zip_error_fini(&error);
    goto out;
  }
  descriptor = -1;
  *out = zip;
out:
  if (descriptor >= 0) close(descriptor);
  if (status != HL_OK) hl_zip_close(zip);
  return status;
}

void hl_zip_close(struct hl_zip *zip) {
  if (zip == NULL) return;
  if (zip->archive != NULL) zip_discard(zip->archive); /* nothing was changed, so nothing is written */
  free(zip->path);
  free(zip);
}

/* ---- Members ---- */

static bool is_member_name(const char *found, const char *name) {
  const size_t n = strlen(name);
  return found != NULL && strncmp(found, name, n) == 0 &&
         (found[n] == '\0' || strcmp(found + n, ".npy") == 0);
}

/* The only member of that name; two would leave it to the reader which one counts. */
static hl_status locate(struct hl_zip *zip, const char *name, uint64_t *i_member) {
  const zip_int64_t n_member = zip_get_num_entries(zip->archive, 0);
  const char *known = NULL;
  for (zip_int64_t i = 0; i < n_member; i++) {
    const char *found = zip_get_name(zip->archive, (zip_uint64_t)i, ZIP_FL_ENC_RAW);
    if (!is_member_name(found, name)) continue;
    if (known != NULL) {
      return hl_fail(HL_INVALID, "%s: found members '%s' and '%s', expected one of that name", zip->path,
                     known, found);
    }
    known = found;
    *i_member = (uint64_t)i;
  }
  if (known != NULL) return HL_OK;
  return hl_fail(HL_INVALID, "%s: found no member '%s.npy' among %lld, expected one", zip->path, name,
                 (long long)n_member);
}

static hl_status check_method(const struct hl_zip_member *member, const zip_stat_t *info) {
  if (info->encryption_method != ZIP_EM_NONE) {
    return hl_fail(HL_INVALID, "%s: found an encrypted member, expected a readable one", member->label);
  }
  if (info->comp_method == ZIP_CM_STORE || info->comp_method == ZIP_CM_DEFLATE) return HL_OK;
  const char *name = info->comp_method == ZIP_CM_BZIP2  ? " (bzip2)"
                     : info->comp_method == ZIP_CM_LZMA ? " (lzma)"
                                                        : "";
  return hl_fail(HL_INVALID, "%s: found compression method %u%s, expected stored or deflated", member->label,
                 (unsigned)info->comp_method, name);
}

/* A header can claim any size; the bytes that are there cannot hold more than this. */
static hl_status check_size(const struct hl_zip_member *member, const zip_stat_t *info) {
  const uint64_t packed = info->comp_size, held = member->zip->n_byte;
  if (packed > held) {
    return hl_fail(HL_INVALID, "%s: found a claim of %llu packed bytes, expected at most the file's %llu",
                   member->label, (unsigned long long)packed, (unsigned long long)held);
  }
  const bool is_stored = info->comp_method == ZIP_CM_STORE;
  if (is_stored ? info->size == packed : info->size / HL_MAX_DEFLATE_RATIO <= packed) return HL_OK;
  return hl_fail(HL_INVALID, "%s: found a claim of %llu bytes, expected %s that %llu %s bytes can hold",
                 member->label, (unsigned long long)info->size, is_stored ? "the size" : "no more",
                 (unsigned long long)packed, is_stored ? "stored" : "deflated");
}

static hl_status start(struct hl_zip_member *member) {
  member->position = 0;
  errno = 0;
  member->file = zip_fopen_index(member->zip->archive, member->i_member, 0);
  if (member->file != NULL) return HL_OK;
  return fail_zip(member->label, zip_get_error(member->zip->archive));
}

static hl_status open_index(struct hl_zip *zip, uint64_t i_member, struct hl_zip_member **out) {
  hl_status status = HL_OK;
  struct hl_zip_member *member = NULL;
  zip_stat_t info;
  const uint64_t wanted =
      ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD | ZIP_STAT_CRC;
  TRY(hl_new_array(1, sizeof *member, &member));
  member->zip = zip;
  member->i_member = i_member;
  TRY(hl_format_text(&member->label, "%s: member '%s'", zip->path,
                     zip_get_name(zip->archive, i_member, ZIP_FL_ENC_RAW)));
  if (zip_stat_index(zip->archive, i_member, 0, &info) != 0 || (info.valid & wanted) != wanted) {
    status = fail_zip(member->label, zip_get_error(zip->archive));
    goto out;
  }
  TRY(check_method(member, &info));
  TRY(check_size(member, &info));
  member->size = info.size;
  member->n_packed = info.comp_size;
  member->is_deflated = info.comp_method == ZIP_CM_DEFLATE;
  member->checksum = info.crc;
  TRY(start(member));
  *out = member;
out:
  if (status != HL_OK) hl_zip_close_member(member);
  return status;
}

hl_status hl_zip_open_member(struct hl_zip *zip, const char *name, struct hl_zip_member **out) {
  uint64_t i_member = 0;
  *out = NULL;
  const hl_status status = locate(zip, name, &i_member);
  return status == HL_OK ? open_index(zip, i_member, out) : status;
}

void hl_zip_close_member(struct hl_zip_member *member) {
  if (member == NULL) return;
  if (member->file != NULL) zip_fclose(member->file);
  free(member->label);
  free(member);
}

const char *hl_zip_member_label(const struct hl_zip_member *member) {
  return member->label;
}

uint64_t hl_zip_member_size(const struct hl_zip_member *member) {
  return member->size;
}

uint64_t hl_zip_member_position(const struct hl_zip_member *member) {
  return member->position;
}

hl_status hl_zip_restart(struct hl_zip_member *member) {
  if (member->position == 0 && member->file != NULL) return HL_OK;
  if (member->file != NULL) zip_fclose(member->file);
  return start(member);
}

/* ---- Reading ---- */

static hl_status read_some(struct hl_zip_member *member, void *buffer, size_t n, size_t *n_read) {
  errno = 0;
  const zip_int64_t n_got = zip_fread(member->file, buffer, n);
  *n_read = 0;
  if (n_got < 0) return fail_zip(member->label, zip_file_get_error(member->file));
  *n_read = (size_t)n_got;
  member->position += *n_read;
  return HL_OK;
}

/* libzip compares checksum and size when a read finds nothing more, and only then. */
static hl_status check_end(struct hl_zip_member *member) {
  char extra;
  size_t n;
  const hl_status status = read_some(member, &extra, 1, &n);
  if (status != HL_OK || n == 0) return status;
  return hl_fail(HL_INVALID, "%s: found more bytes than the %llu that it claims", member->label,
                 (unsigned long long)member->size);
}

static hl_status read_bytes(struct hl_zip_member *member, char *buffer, size_t n) {
  for (size_t n_read = 0, step; n_read < n; n_read += step) {
    const hl_status status = read_some(member, buffer + n_read, n - n_read, &step);
    if (status != HL_OK) return status;
    if (step == 0) {
      return hl_fail(HL_INVALID, "%s: found the end after %llu bytes, expected the %llu that it claims",
                     member->label, (unsigned long long)member->position, (unsigned long long)member->size);
    }
  }
  return HL_OK;
}

static hl_status pass_over(struct hl_zip_member *member, size_t n) {
  hl_status status = HL_OK;
  char *block = NULL;
  if (n == 0) return HL_OK;
  TRY(hl_new_block(BLOCK_BYTES, &block));
  for (size_t step; n > 0; n -= step) {
    step = n < BLOCK_BYTES ? n : BLOCK_BYTES;
    TRY(read_bytes(member, block, step));
  }
out:
  free(block);
  return status;
}

hl_status hl_zip_read(struct hl_zip_member *member, void *buffer, size_t n) {
  hl_status status = HL_OK;
  const uint64_t left = member->size - member->position;
  if (n > left) {
    FAIL(HL_INVALID, "%s: byte %llu: found %llu bytes left, expected %zu", member->label,
         (unsigned long long)member->position, (unsigned long long)left, n);
  }
  if (member->file == NULL) TRY(start(member)); /* an earlier restart failed */
  TRY(buffer != NULL ? read_bytes(member, buffer, n) : pass_over(member, n));
  if (member->position == member->size) status = check_end(member);
out:
  return status;
}

/* ---- All at once ---- */

static bool read_packed(const struct hl_zip_member *member, char *packed) {
  zip_file_t *file = zip_fopen_index(member->zip->archive, member->i_member, ZIP_FL_COMPRESSED);
  uint64_t n_read = 0;
  for (zip_int64_t n = 1; file != NULL && n > 0; n_read += n > 0 ? (uint64_t)n : 0)
    n = zip_fread(file, packed + n_read, member->n_packed - n_read);
  if (file != NULL) zip_fclose(file);
  return n_read == member->n_packed;
}

/* Whether all went well. If not, reading anew from front to back tells what is wrong. */
static bool unpack_whole(const struct hl_zip_member *member, void *to) {
  const size_t size = (size_t)member->size, n_packed = (size_t)member->n_packed;
  struct libdeflate_decompressor *decompressor = libdeflate_alloc_decompressor();
  char *packed = NULL;
  size_t n_used = 0;
  const bool is_good =
      decompressor != NULL && hl_new_room(n_packed, &packed) == HL_OK && read_packed(member, packed) &&
      libdeflate_deflate_decompress_ex(decompressor, packed, n_packed, to, size, &n_used, NULL) ==
          LIBDEFLATE_SUCCESS &&
      n_used == n_packed && libdeflate_crc32(0, to, size) == member->checksum;
  libdeflate_free_decompressor(decompressor);
  free(packed);
  return is_good;
}

hl_status hl_zip_read_whole(struct hl_zip_member *member, void *to) {
  hl_status status = HL_OK;
  if (member->is_deflated && member->n_packed <= member->size && unpack_whole(member, to)) {
    member->position = member->size;
    return HL_OK;
  }
  TRY(hl_zip_restart(member));
  status = hl_zip_read(member, to, (size_t)member->size);
out:
  return status;
}

hl_status hl_zip_check(struct hl_zip *zip) {
  hl_status status = HL_OK;
  struct hl_zip_member *member = NULL;
  const zip_int64_t n_member = zip_get_num_entries(zip->archive, 0);
  if (n_member <= 0) FAIL(HL_INVALID, "%s: found a zip archive without members, expected some", zip->path);
  for (zip_int64_t i = 0; i < n_member; i++) {
    TRY(open_index(zip, (uint64_t)i, &member));
    HL_ASSUME(member != NULL);
    for (uint64_t left = member->size; left > 0; left = member->size - member->position) {
      TRY(hl_zip_read(member, NULL, left < BLOCK_BYTES ? (size_t)left : BLOCK_BYTES));
    }
    if (member->size == 0) TRY(check_end(member));
    hl_zip_close_member(member);
    member = NULL;
  }
out:
  hl_zip_close_member(member);
  return status;
}
