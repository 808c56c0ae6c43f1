#include "h5_mutate.h"
#include "archive/pack.h"
#include "base/h5.h"
#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <hdf5.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_OBJECTS = 128, PATH_BYTES = 256, MOST_RANK = 8, VALUE_BYTES = 1 << 15, CHILD_SECONDS = 2 };

struct objects {
  size_t n;
  char paths[MOST_OBJECTS][PATH_BYTES];
};

/* One after the other, from the seed. */
static unsigned draw(unsigned *seed, size_t n) {
  *seed = *seed * 1664525u + 1013904223u;
  return n > 0 ? (unsigned)((*seed >> 8) % n) : 0;
}

static herr_t add_object(hid_t object, const char *name, const H5O_info_t *info, void *user) {
  (void)object;
  (void)info;
  struct objects *objects = user;
  if (objects->n < MOST_OBJECTS && strlen(name) < PATH_BYTES) strcpy(objects->paths[objects->n++], name);
  return 0;
}

/* ---- Values ---- */

static bool is_texts(hid_t type) {
  return H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) > 0;
}

static void write_values(hid_t object, hid_t type, bool is_attribute, const void *values) {
  if (is_attribute)
    H5Awrite(object, type, values);
  else
    H5Dwrite(object, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
}

static bool read_values(hid_t object, hid_t type, bool is_attribute, void *values) {
  return (is_attribute ? H5Aread(object, type, values)
                       : H5Dread(object, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values)) >= 0;
}

static void change_texts(hid_t object, hid_t type, hid_t space, bool is_attribute, size_t n, unsigned *seed) {
  char **texts = calloc(n, sizeof *texts), changed[PATH_BYTES + 1] = "";
  if (texts != NULL && read_values(object, type, is_attribute, texts)) {
    char **one = &texts[draw(seed, n)], *kept = *one;
    const size_t length = kept != NULL ? strnlen(kept, PATH_BYTES) : 0;
    if (length > 0) memcpy(changed, kept, length);
    if (draw(seed, 4) == 0 && texts[0] != NULL)
      strncpy(changed, texts[draw(seed, n)] != NULL ? texts[0] : "", PATH_BYTES);
    else
      changed[LLVMFuzzerMutate((uint8_t *)changed, length, PATH_BYTES)] = '\0';
    *one = changed;
    write_values(object, type, is_attribute, texts);
    *one = kept;
    H5Dvlen_reclaim(type, space, H5P_DEFAULT, texts);
  }
  free(texts);
}

static void change_numbers(hid_t object, hid_t type, bool is_attribute, size_t n_byte) {
  uint8_t *values = calloc(n_byte, 1);
  if (values != NULL && read_values(object, type, is_attribute, values)) {
    LLVMFuzzerMutate(values, n_byte, n_byte);
    write_values(object, type, is_attribute, values);
  }
  free(values);
}

static void change_values(hid_t object, bool is_attribute, unsigned *seed) {
  const hid_t type = is_attribute ? H5Aget_type(object) : H5Dget_type(object);
  const hid_t space = is_attribute ? H5Aget_space(object) : H5Dget_space(object);
  const hssize_t n = H5Sget_simple_extent_npoints(space);
  const size_t item_size = H5Tget_size(type);
  if (n > 0 && n < VALUE_BYTES && item_size > 0 && item_size < VALUE_BYTES / (size_t)n) {
    if (is_texts(type))
      change_texts(object, type, space, is_attribute, (size_t)n, seed);
    else if (H5Tdetect_class(type, H5T_VLEN) <= 0 && H5Tdetect_class(type, H5T_REFERENCE) <= 0)
      change_numbers(object, type, is_attribute, (size_t)n * item_size);
  }
  H5Sclose(space);
  H5Tclose(type);
}

static void change_attribute(hid_t object, unsigned *seed) {
  const int n = H5Aget_num_attrs(object);
  if (n <= 0) return;
  const hid_t attribute = H5Aopen_by_idx(object, ".", H5_INDEX_NAME, H5_ITER_INC, draw(seed, (size_t)n),
                                         H5P_DEFAULT, H5P_DEFAULT);
  char name[PATH_BYTES] = "";
  if (attribute < 0) return;
  H5Aget_name(attribute, sizeof name, name);
  if (draw(seed, 8) > 0) change_values(attribute, true, seed);
  H5Aclose(attribute);
  if (draw(seed, 16) == 0) H5Adelete(object, name);
}

/* ---- Chunks ---- */

/* Packed bytes, whose last four are their checksum. */
static void change_chunk(hid_t dataset, unsigned *seed) {
  hsize_t n = 0, offset[MOST_RANK] = {0}, n_byte = 0;
  unsigned skipped = 0;
  haddr_t address;
  const hid_t space = H5Dget_space(dataset);
  if (H5Sget_simple_extent_ndims(space) <= MOST_RANK && H5Dget_num_chunks(dataset, space, &n) >= 0 && n > 0 &&
      H5Dget_chunk_info(dataset, space, draw(seed, (size_t)n), offset, &skipped, &address, &n_byte) >= 0 &&
      n_byte > 4 && n_byte < VALUE_BYTES) {
    uint8_t *packed = calloc(2 * VALUE_BYTES, 1);
    if (packed != NULL && H5Dread_chunk(dataset, H5P_DEFAULT, offset, &skipped, packed) >= 0) {
      size_t used = LLVMFuzzerMutate(packed, (size_t)n_byte - 4, VALUE_BYTES);
      const uint32_t sum = hl_fletcher32(packed, used);
      for (int i = 0; i < 4; i++) packed[used++] = (uint8_t)(sum >> 8 * i);
      H5Dwrite_chunk(dataset, H5P_DEFAULT, draw(seed, 16) == 0 ? draw(seed, 8) : skipped, offset, used,
                     packed);
    }
    free(packed);
  }
  H5Sclose(space);
}

/* ---- Shapes, types and links ---- */

/* Another dataset of that name, with the shape or the type a little different, empty. */
static void reshape(hid_t file, const char *path, unsigned *seed) {
  static const hsize_t lengths[] = {0, 1, 2, 3, 5, 1000, 1u << 30, (hsize_t)1 << 60};
  const hid_t types[] = {H5T_IEEE_F32LE, H5T_IEEE_F64LE, H5T_IEEE_F64BE, H5T_STD_U8LE,
                         H5T_STD_I32LE,  H5T_STD_I64BE,  H5T_C_S1,       H5T_STD_REF_OBJ};
  hsize_t dims[MOST_RANK];
  const hid_t dataset = H5Dopen2(file, path, H5P_DEFAULT);
  if (dataset < 0) return;
  hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset), list = H5Dget_create_plist(dataset);
  int rank = H5Sget_simple_extent_ndims(space);
  if (rank < 0 || rank >= MOST_RANK) rank = 0;
  H5Sget_simple_extent_dims(space, dims, NULL);
  H5Dclose(dataset);
  const unsigned what = draw(seed, 4);
  if (what == 0 && rank > 0)
    dims[draw(seed, (size_t)rank)] = lengths[draw(seed, sizeof lengths / sizeof *lengths)];
  if (what == 1) dims[rank++] = 1;
  if (what == 2 && rank > 0) rank--;
  if (what == 3) {
    H5Tclose(type);
    type = H5Tcopy(types[draw(seed, sizeof types / sizeof *types)]);
  }
  if (what != 3 || draw(seed, 4) == 0) { /* without chunks, which would have to fit */
    H5Pclose(list);
    list = H5Pcreate(H5P_DATASET_CREATE);
  }
  H5Sclose(space);
  space = rank > 0 ? H5Screate_simple(rank, dims, NULL) : H5Screate(H5S_SCALAR);
  H5Ldelete(file, path, H5P_DEFAULT);
  const hid_t made = H5Dcreate2(file, path, type, space, H5P_DEFAULT, list, H5P_DEFAULT);
  if (made >= 0) H5Dclose(made);
  H5Pclose(list);
  H5Sclose(space);
  H5Tclose(type);
}

static void change_link(hid_t file, const struct objects *objects, const char *path, unsigned *seed) {
  char changed[PATH_BYTES + 1] = "";
  const char *other = objects->paths[draw(seed, objects->n)], *slash = strrchr(path, '/');
  const size_t n_folder = slash != NULL ? (size_t)(slash + 1 - path) : 0;
  switch (draw(seed, 4)) {
  case 0:
    H5Ldelete(file, path, H5P_DEFAULT);
    break;
  case 1:
    strcpy(changed, path);
    changed[n_folder + LLVMFuzzerMutate((uint8_t *)changed + n_folder, strlen(path) - n_folder,
                                        PATH_BYTES - n_folder)] = '\0';
    H5Lmove(file, path, file, changed, H5P_DEFAULT, H5P_DEFAULT);
    break;
  case 2:
    H5Ldelete(file, path, H5P_DEFAULT);
    H5Ocopy(file, other, file, path, H5P_DEFAULT, H5P_DEFAULT);
    break;
  default:
    H5Ldelete(file, path, H5P_DEFAULT);
    if (draw(seed, 2))
      H5Lcreate_hard(file, other, file, path, H5P_DEFAULT, H5P_DEFAULT);
    else
      H5Lcreate_soft(other, file, path, H5P_DEFAULT, H5P_DEFAULT);
  }
}

static void change(hid_t file, unsigned *seed) {
  static struct objects objects;
  objects.n = 0;
  H5Ovisit(file, H5_INDEX_NAME, H5_ITER_INC, add_object, &objects);
  if (objects.n == 0) return;
  const char *path = objects.paths[draw(seed, objects.n)];
  const unsigned what = draw(seed, 16);
  const hid_t object = H5Oopen(file, path, H5P_DEFAULT);
  const bool is_dataset = object >= 0 && H5Iget_type(object) == H5I_DATASET;
  if (object >= 0 && (what < 3 || !is_dataset)) change_attribute(object, seed);
  if (is_dataset && what >= 3 && what < 9) change_values(object, false, seed);
  if (is_dataset && what >= 9 && what < 12) change_chunk(object, seed);
  if (object >= 0) H5Oclose(object);
  if (is_dataset && what >= 12 && what < 14) reshape(file, path, seed);
  if (strcmp(path, ".") != 0 && what >= 14) change_link(file, &objects, path, seed);
}

/* From here no file can be opened, so that libFuzzer and sanitizers, if HDF5 ends by them, keep quiet; and
 * HDF5 may not come to an end at all. */
static void close_doors(void) {
  const struct rlimit none = {0, 0}, seconds = {CHILD_SECONDS, CHILD_SECONDS};
  const int nowhere = open("/dev/null", O_WRONLY);
  dup2(nowhere, STDERR_FILENO);
  close(nowhere);
  setrlimit(RLIMIT_NOFILE, &none);
  setrlimit(RLIMIT_CPU, &seconds);
}

/* In the child. Its end by a signal, or of memory, is no finding. */
static _Noreturn void change_file(const char *path, unsigned seed) {
  static const int signals[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGXCPU};
  struct hl_h5 checked;
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) signal(signals[i], SIG_DFL);
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
  if (hl_h5_open(path, &checked) != HL_OK) _exit(EXIT_FAILURE);
  hl_h5_close(&checked);
  const hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
  close_doors();
  if (file < 0) _exit(EXIT_FAILURE);
  const unsigned n_change = 1 + draw(&seed, 3);
  for (unsigned i = 0; i < n_change; i++) change(file, &seed);
  _exit(H5Fclose(file) < 0 ? EXIT_FAILURE : EXIT_SUCCESS);
}

static pid_t wait_for(pid_t child, int *code) {
  pid_t ended;
  do ended = waitpid(child, code, 0);
  while (ended < 0 && errno == EINTR); /* libFuzzer's clock */
  return ended;
}

/* HDF5 that writes into a broken file may crash, so a child does it. */
size_t fuzz_h5_mutate(uint8_t *data, size_t size, size_t max_size, unsigned seed) {
  int code = EXIT_FAILURE;
  size_t n = 0;
  if (draw(&seed, 8) == 0) return LLVMFuzzerMutate(data, size, max_size);
  const char *path = fuzz_write("mutated.h5", data, size);
  const pid_t child = fork();
  if (child == 0) change_file(path, seed);
  if (child < 0 || wait_for(child, &code) != child || code != 0)
    return LLVMFuzzerMutate(data, size, max_size);
  uint8_t *changed = fuzz_read(path, &n);
  if (n <= max_size) memcpy(data, changed, n);
  free(changed);
  return n <= max_size ? n : size;
}
