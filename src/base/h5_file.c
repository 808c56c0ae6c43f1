#define _GNU_SOURCE /* sync_file_range */
#include "base/error.h"
#include "base/h5_internal.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- errors ---- */

void h5_silence(void) {
  H5dont_atexit(); /* after a close that failed (a full disk) HDF5's own exit handler would crash */
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
  errno = 0; /* see h5_reason */
}

void hl_h5_leave_thread(void) {
  h5_silence();
  H5Eclear2(H5E_DEFAULT);
}

/* What the file system said of a call that failed, within the innermost line of the error stack; NULL: it did
 * not. */
static const char *find_os_message(const char *line, size_t *length) {
  static const char before[] = "error message = '";
  const char *text = strstr(line, "errno = ") != NULL ? strstr(line, before) : NULL;
  if (text == NULL) return NULL;
  text += sizeof before - 1;
  *length = strcspn(text, "'");
  return text;
}

static herr_t keep_innermost(unsigned depth, const H5E_error2_t *error, void *text) {
  if (depth > 0) return 0;
  const char *line = error->desc != NULL ? error->desc : "HDF5";
  size_t length;
  const char *os = find_os_message(line, &length);
  if (os != NULL) {
    snprintf(text, H5_NAME_BYTES, " (%.*s)", (int)length, os);
  } else {
    snprintf(text, H5_NAME_BYTES, " (%s)", line);
  }
  return 0;
}

static herr_t note_os_message(unsigned depth, const H5E_error2_t *error, void *refused) {
  size_t length;
  if (depth == 0 && error->desc != NULL && find_os_message(error->desc, &length) != NULL)
    *(bool *)refused = true;
  return 0;
}

/* HDF5's own account of memory that ran out is often lost in what it tries next, but malloc leaves a mark. */
hl_status h5_reason(hl_status otherwise) {
  bool refused = false;
  if (errno == ENOMEM) return HL_LIMIT;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, note_os_message, &refused);
  return refused ? HL_IO : otherwise;
}

hl_status h5_fail(hl_status status, struct hl_h5 object, const char *name, const char *what) {
  char place[H5_NAME_BYTES] = "", reason[H5_NAME_BYTES] = "";
  const hl_status why = h5_reason(status);
  if (why == HL_LIMIT) return hl_fail_memory();
  if (why == HL_IO && status == HL_INVALID) what = "cannot read"; /* and so it is not known what is there */
  status = why;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_innermost, reason);
  if (object.id > 0 && H5Iget_name(object.id, place, sizeof place) <= 0) *place = '\0';
  const bool needs_slash = name != NULL && strcmp(place, "/") != 0;
  if (name != NULL && !needs_slash) name += strspn(name, "/");
  if (*place == '\0' && name == NULL) return hl_fail(status, "%s: %s%s", object.path, what, reason);
  return hl_fail(status, "%s: %s%s%s: %s%s", object.path, place, needs_slash ? "/" : "",
                 name != NULL ? name : "", what, reason);
}

hl_status h5_fail_write(struct hl_h5 object, const char *name) {
  return h5_fail(HL_IO, object, name, "cannot write");
}

/* ---- files and groups ---- */

hid_t h5_new_untimed(hid_t class) {
  const hid_t list = H5Pcreate(class);
  if (list >= 0) H5Pset_obj_track_times(list, 0);
  return list;
}

/* Scores are written while archives are read in other threads, so the library must take its own lock
 * (Debian's does). One that does not would corrupt what it writes without a word. */
static hl_status check_library(const char *path) {
  hbool_t is_threadsafe = false;
  if (H5is_library_threadsafe(&is_threadsafe) >= 0 && is_threadsafe) return HL_OK;
  return hl_fail(HL_IO, "%s: found an HDF5 library without thread safety, expected one built with it", path);
}

/* HDF5 keeps headers, names and trees of up to 32 MB a file in memory, and a merge has many files open, all
 * but one to read. */
enum { WRITE_CACHE = 2 << 20, READ_CACHE = 512 << 10 };

static hid_t new_access(size_t n_byte) {
  const hid_t list = H5Pcreate(H5P_FILE_ACCESS);
  H5AC_cache_config_t cache = {.version = H5AC__CURR_CACHE_CONFIG_VERSION};
  if (H5Pget_mdc_config(list, &cache) < 0) return list;
  cache.set_initial_size = true;
  cache.initial_size = cache.min_size = n_byte / 2;
  cache.max_size = n_byte;
  H5Pset_mdc_config(list, &cache);
  return list;
}

hl_status hl_h5_create(const char *path, struct hl_h5 *file) {
  h5_silence();
  *file = (struct hl_h5){0, path};
  const hl_status status = check_library(path);
  if (status != HL_OK) return status;
  const hid_t list = h5_new_untimed(H5P_FILE_CREATE);
  const hid_t access = new_access(WRITE_CACHE);
  const hid_t id = H5Fcreate(path, H5F_ACC_TRUNC, list, access);
  const hl_status created = id > 0 ? HL_OK : h5_fail(HL_IO, *file, NULL, "cannot create");
  if (id > 0) file->id = id;
  H5Pclose(access);
  H5Pclose(list);
  return created;
}

static hl_status open_file(const char *path, bool is_known, struct hl_h5 *file) {
  struct stat info;
  h5_silence();
  *file = (struct hl_h5){0, path};
  const hl_status status = check_library(path);
  if (status != HL_OK) return status;
  if (stat(path, &info) != 0) return hl_fail_errno(path, "open");
  if (!S_ISREG(info.st_mode)) return hl_fail(HL_IO, "%s: found no regular file, expected an HDF5 file", path);
  if (access(path, R_OK) != 0) return hl_fail_errno(path, "open");
  const htri_t is_hdf5 = H5Fis_hdf5(path);
  const hl_status why = is_hdf5 < 0 ? h5_reason(HL_INVALID) : HL_INVALID;
  if (is_hdf5 <= 0 && why != HL_INVALID) return h5_fail(HL_IO, *file, NULL, "cannot open");
  if (is_hdf5 <= 0) return hl_fail(HL_INVALID, "%s: found no HDF5 signature, expected an HDF5 file", path);
  const hl_status checked = is_known ? HL_OK : h5_check_groups(path);
  if (checked != HL_OK) return checked;
  const hid_t list = new_access(READ_CACHE);
  const hid_t id = H5Fopen(path, H5F_ACC_RDONLY, list);
  const hl_status opened = id > 0 ? HL_OK : h5_fail(HL_INVALID, *file, NULL, "found a broken HDF5 file");
  if (id > 0) file->id = id;
  H5Pclose(list);
  return opened;
}

hl_status hl_h5_open(const char *path, struct hl_h5 *file) {
  return open_file(path, false, file);
}

hl_status hl_h5_open_again(const char *path, struct hl_h5 *file) {
  return open_file(path, true, file);
}

hl_status h5_check_end(struct hl_h5 object) {
  const hid_t file = H5Iget_file_id(object.id);
  void *handle = NULL;
  hsize_t n_byte = 0;
  struct stat info;
  unsigned intent = H5F_ACC_RDWR; /* what is written may not have its length yet */
  const bool is_known = file > 0 && H5Fget_intent(file, &intent) >= 0 && intent == H5F_ACC_RDONLY &&
                        H5Fget_filesize(file, &n_byte) >= 0 &&
                        H5Fget_vfd_handle(file, H5P_DEFAULT, &handle) >= 0 &&
                        fstat(*(const int *)handle, &info) == 0;
  if (file > 0) H5Fclose(file);
  if (!is_known || (uint64_t)info.st_size >= n_byte) return HL_OK;
  return hl_fail(HL_INVALID, "%s: found it cut to %lld bytes while it was read, expected %llu", object.path,
                 (long long)info.st_size, (unsigned long long)n_byte);
}

void hl_h5_start_writeback(struct hl_h5 file) {
#ifdef SYNC_FILE_RANGE_WRITE
  void *handle = NULL;
  if (H5Fget_vfd_handle((hid_t)file.id, H5P_DEFAULT, &handle) >= 0)
    sync_file_range(*(const int *)handle, 0, 0, SYNC_FILE_RANGE_WRITE);
#else
  (void)file;
#endif
}

bool hl_h5_has_signature(const char *path) {
  h5_silence();
  return H5Fis_hdf5(path) > 0;
}

hl_status hl_h5_close(struct hl_h5 *object) {
  const struct hl_h5 closed = *object;
  if (closed.id <= 0) return HL_OK;
  h5_silence();
  object->id = 0;
  const herr_t result = H5Iget_type(closed.id) == H5I_FILE ? H5Fclose(closed.id) : H5Idec_ref(closed.id);
  return result >= 0 ? HL_OK : h5_fail_write((struct hl_h5){0, closed.path}, NULL);
}

hl_status hl_h5_create_group(struct hl_h5 parent, const char *name, struct hl_h5 *group) {
  h5_silence();
  const hid_t list = h5_new_untimed(H5P_GROUP_CREATE);
  *group = (struct hl_h5){H5Gcreate2(parent.id, name, H5P_DEFAULT, list, H5P_DEFAULT), parent.path};
  const hl_status status = group->id > 0 ? HL_OK : h5_fail_write(parent, name);
  if (status != HL_OK) group->id = 0;
  H5Pclose(list);
  return status;
}

hl_status hl_h5_open_group(struct hl_h5 parent, const char *name, struct hl_h5 *group) {
  h5_silence();
  *group = (struct hl_h5){H5Gopen2(parent.id, name, H5P_DEFAULT), parent.path};
  if (group->id > 0) return HL_OK;
  group->id = 0;
  return h5_fail(HL_INVALID, parent, name, "found no such group, expected one");
}

/* A negative answer is mostly that a group on the way is not there either. */
hl_status hl_h5_has(struct hl_h5 parent, const char *name, bool *has) {
  h5_silence();
  const htri_t answer = H5Lexists(parent.id, name, H5P_DEFAULT);
  *has = answer > 0;
  if (answer > 0) return HL_OK;
  if (answer == 0 || h5_reason(HL_INVALID) == HL_INVALID) return h5_check_end(parent);
  return h5_fail(HL_IO, parent, name, "cannot look up");
}

struct listing {
  struct hl_strings *links;
  hl_status status; /* of adding one */
};

static herr_t add_link(hid_t group, const char *name, const H5L_info_t *info, void *user) {
  (void)group, (void)info;
  struct listing *listing = user;
  listing->status = hl_strings_add(listing->links, name);
  return listing->status == HL_OK ? 0 : -1;
}

hl_status hl_h5_list(struct hl_h5 group, struct hl_strings *links) {
  h5_silence();
  struct listing listing = {.links = links};
  const herr_t result = H5Literate(group.id, H5_INDEX_NAME, H5_ITER_INC, NULL, add_link, &listing);
  if (listing.status != HL_OK) return listing.status;
  if (result < 0) return h5_fail(HL_INVALID, group, NULL, "cannot list");
  const hl_status whole = h5_check_end(group);
  return whole != HL_OK ? whole : hl_strings_sort(links, strcmp, NULL);
}
