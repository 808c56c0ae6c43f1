/* The taskset-npz loader on archives made here byte by byte: every layout of the values, every window, and
 * damage of every kind. Variants that numpy itself writes (zip64, data descriptors) are tested through the
 * program. */
#include "test.h"

#include "ingest/loader.h"
#include "ingest/npy.h"
#include "ingest/zip.h"

#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { N_CONFIG = 12, N_REPLICA = 2, N_STEP = 3, N_SPLIT = 4, ROW_ITEMS = N_REPLICA * N_STEP * N_SPLIT };

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define NATIVE ">"
#else
#define NATIVE "<"
#endif
#define FILE_NAME "adam1p_wide_grid_1k_10000_replica5.npz"

/* ---- A zip archive in memory ---- */

struct buffer {
  unsigned char *bytes;
  size_t n, capacity;
};

static void put(struct buffer *buffer, const void *bytes, size_t n) {
  if (n == 0) return; /* there may be no buffer */
  if (buffer->n + n > buffer->capacity) {
    buffer->capacity = 2 * (buffer->n + n);
    buffer->bytes = realloc(buffer->bytes, buffer->capacity);
    ck_assert_ptr_nonnull(buffer->bytes);
  }
  memcpy(buffer->bytes + buffer->n, bytes, n);
  buffer->n += n;
}

static void put_little(struct buffer *buffer, uint64_t value, size_t n) {
  for (size_t i = 0; i < n; i++) {
    const unsigned char byte = (unsigned char)(i < sizeof value ? value >> 8 * i : 0);
    put(buffer, &byte, 1);
  }
}

struct archive {
  struct buffer file, directory;
  unsigned n_member;
};

/* What a member claims; zero: the truth. */
struct claim {
  uint32_t size;
  unsigned flags, method;
};

static void put_deflated(struct buffer *to, const struct buffer *data) {
  z_stream stream = {.next_in = data->bytes, .avail_in = (unsigned)data->n};
  unsigned char block[1 << 14];
  ck_assert_int_eq(deflateInit2(&stream, 6, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
  int code = Z_OK;
  while (code != Z_STREAM_END) {
    stream.next_out = block;
    stream.avail_out = sizeof block;
    code = deflate(&stream, Z_FINISH);
    put(to, block, sizeof block - stream.avail_out);
  }
  deflateEnd(&stream);
}

static void add_member(struct archive *archive, const char *name, const struct buffer *data, bool deflated,
                       struct claim claim) {
  struct buffer packed = {0};
  if (deflated)
    put_deflated(&packed, data);
  else
    put(&packed, data->bytes, data->n);
  const unsigned method = claim.method != 0 ? claim.method : deflated ? 8 : 0;
  const size_t offset = archive->file.n, n_name = strlen(name);
  for (int central = 0; central < 2; central++) {
    struct buffer *to = central ? &archive->directory : &archive->file;
    put_little(to, central ? 0x02014b50 : 0x04034b50, 4);
    if (central) put_little(to, 20, 2);
    put_little(to, 20, 2);
    put_little(to, claim.flags, 2);
    put_little(to, method, 2);
    put_little(to, 0x21u << 16, 4);
    put_little(to, crc32(0, data->bytes, (unsigned)data->n), 4);
    put_little(to, packed.n, 4);
    put_little(to, claim.size != 0 ? claim.size : data->n, 4);
    put_little(to, n_name, 2);
    put_little(to, 0, central ? 2 + 2 + 2 + 2 + 4 : 2);
    if (central) put_little(to, offset, 4);
    put(to, name, n_name);
  }
  put(&archive->file, packed.bytes, packed.n);
  free(packed.bytes);
  archive->n_member++;
}

static void write_file(const char *path, const void *bytes, size_t n) {
  FILE *file = fopen(path, "wb");
  ck_assert_ptr_nonnull(file);
  ck_assert_uint_eq(fwrite(bytes, 1, n, file), n);
  ck_assert_int_eq(fclose(file), 0);
}

static void finish(struct archive *archive) {
  const size_t start = archive->file.n;
  put(&archive->file, archive->directory.bytes, archive->directory.n);
  put_little(&archive->file, 0x06054b50, 4);
  put_little(&archive->file, 0, 4);
  put_little(&archive->file, archive->n_member, 2);
  put_little(&archive->file, archive->n_member, 2);
  put_little(&archive->file, archive->directory.n, 4);
  put_little(&archive->file, start, 4);
  put_little(&archive->file, 0, 2);
  free(archive->directory.bytes);
}

/* ---- Arrays ---- */

static void put_header(struct buffer *to, const char *dtype, bool fortran, const char *shape) {
  char text[160];
  const int n = snprintf(text, sizeof text, "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }\n", dtype,
                         fortran ? "True" : "False", shape);
  put(to, "\x93NUMPY\1\0", 8);
  put_little(to, (uint64_t)n, 2);
  put(to, text, (size_t)n);
}

struct layout {
  bool fortran, is_double, foreign, shuffled, deflated;
};

/* Row i of the file is config file_seed(i). */
static size_t file_seed(const struct layout *layout, size_t i) {
  return layout->shuffled ? (i * 5 + 3) % N_CONFIG : i;
}

static double value_at(size_t config, size_t within) {
  return (double)(config * 1000 + within) + 0.25;
}

static void put_value(struct buffer *to, const struct layout *layout, double value) {
  unsigned char bytes[8];
  const size_t size = layout->is_double ? 8 : 4;
  if (layout->is_double)
    memcpy(bytes, &value, size);
  else
    memcpy(bytes, &(float){(float)value}, size);
  if (layout->foreign) hl_npy_swap(bytes, 1, size);
  put(to, bytes, size);
}

static void put_values(struct buffer *to, const struct layout *layout) {
  const uint16_t one = 1;
  const bool is_big = layout->foreign == (*(const unsigned char *)&one == 1);
  char dtype[8];
  snprintf(dtype, sizeof dtype, "%c%s", is_big ? '>' : '<', layout->is_double ? "f8" : "f4");
  put_header(to, dtype, layout->fortran, "(12, 2, 3, 4)");
  for (size_t i = 0; i < N_CONFIG * ROW_ITEMS; i++) {
    size_t config = i / ROW_ITEMS, within = i % ROW_ITEMS;
    if (layout->fortran) {
      const size_t replica = i / N_CONFIG % N_REPLICA, step = i / N_CONFIG / N_REPLICA % N_STEP;
      const size_t split = i / N_CONFIG / N_REPLICA / N_STEP;
      config = i % N_CONFIG;
      within = (replica * N_STEP + step) * N_SPLIT + split;
    }
    put_value(to, layout, value_at(file_seed(layout, config), within));
  }
}

static void put_names(struct buffer *to, const struct layout *layout) {
  put_header(to, "|S26", false, "(12,)");
  for (size_t i = 0; i < N_CONFIG; i++) {
    char name[32] = {0};
    snprintf(name, sizeof name, "adam1p_wide_grid_seed%zu", file_seed(layout, i));
    put(to, name, 26);
  }
}

static void put_steps(struct buffer *to) {
  put_header(to, "<u2", false, "(3,)");
  for (unsigned i = 0; i < N_STEP; i++) put_little(to, 200 * i, 2);
}

/* A whole release file. */
static struct buffer make_npz(const struct layout *layout, struct claim claim) {
  struct archive archive = {0};
  struct buffer names = {0}, steps = {0}, values = {0};
  put_names(&names, layout);
  put_steps(&steps);
  put_values(&values, layout);
  add_member(&archive, "ys.npy", &values, layout->deflated, claim);
  add_member(&archive, "notes.txt", &steps, false, (struct claim){0});
  add_member(&archive, "optimizers.npy", &names, layout->deflated, (struct claim){0});
  add_member(&archive, "xs.npy", &steps, false, (struct claim){0});
  free(names.bytes);
  free(steps.bytes);
  free(values.bytes);
  finish(&archive);
  return archive.file;
}

/* ---- A folder of a task ---- */

static char folder[64], task[96], path[160];

static void make_folder(void) {
  strcpy(folder, "/tmp/hyperlist_npz.XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(folder));
  snprintf(task, sizeof task, "%s/mini_task_seed1", folder);
  snprintf(path, sizeof path, "%s/" FILE_NAME, task);
  ck_assert_int_eq(mkdir(task, 0700), 0);
}

static void remove_folder(void) {
  unlink(path);
  rmdir(task);
  rmdir(folder);
}

/* Opens, reads `batch` rows at a time, and compares if told to. */
static hl_status read_all(size_t window, size_t batch, bool compare) {
  const struct hl_load_options options = {.window = window};
  void *file = NULL;
  struct hl_curves *curves;
  hl_status status = hl_loader_npz.open(path, &options, &file);
  if (status != HL_OK) return status;
  ck_assert_int_eq(hl_loader_npz.get(file, 0, &curves), HL_OK);
  const size_t row_items = curves->n_replica * curves->n_step * curves->splits.n;
  const size_t item_size = curves->is_double ? sizeof(double) : sizeof(float);
  char *values = malloc(batch * row_items * item_size);
  uint8_t *ran = malloc(batch * curves->n_replica);
  for (size_t first = 0; status == HL_OK && first < curves->configs.n; first += batch) {
    const size_t left = curves->configs.n - first, n = left < batch ? left : batch;
    status = curves->read(curves, first, n, values, ran, NULL);
    for (size_t i = 0; compare && status == HL_OK && i < n * row_items; i++) {
      const double value =
          curves->is_double ? ((double *)(void *)values)[i] : (double)((float *)(void *)values)[i];
      ck_assert_msg(value == value_at(first + i / row_items, i % row_items), "row %zu, item %zu: %g",
                    first + i / row_items, i % row_items, value);
      ck_assert_int_eq(ran[i / row_items * curves->n_replica], 1);
    }
  }
  free(values);
  free(ran);
  hl_loader_npz.close(file);
  return status;
}

static void write_npz(const struct layout *layout, struct claim claim) {
  const struct buffer npz = make_npz(layout, claim);
  write_file(path, npz.bytes, npz.n);
  free(npz.bytes);
}

/* ---- Tests ---- */

START_TEST(every_layout_and_window) {
  static const size_t windows[] = {1, 100, 250, 700, 1 << 20};
  for (unsigned bits = 0; bits < 32; bits++) {
    const struct layout layout = {bits & 1, bits & 2, bits & 4, bits & 8, bits & 16};
    write_npz(&layout, (struct claim){0});
    for (size_t i = 0; i < sizeof windows / sizeof *windows; i++) {
      for (size_t batch = 1; batch < 16; batch += 6) {
        ck_assert_msg(read_all(windows[i], batch, true) == HL_OK, "layout %u, window %zu: %s", bits,
                      windows[i], hl_error_message());
      }
    }
  }
}
END_TEST

START_TEST(what_it_says_of_itself) {
  struct hl_load_options options = {0};
  void *file;
  struct hl_curves *curves;
  write_npz(&(struct layout){.shuffled = true}, (struct claim){0});
  ck_assert_int_eq(hl_loader_npz.open(path, &options, &file), HL_OK);
  ck_assert_uint_eq(hl_loader_npz.count(file), 1);
  ck_assert_int_eq(hl_loader_npz.get(file, 0, &curves), HL_OK);
  ck_assert_str_eq(curves->task, "mini_task_seed1");
  ck_assert_str_eq(curves->set, "adam1p_wide_grid_1k");
  ck_assert_uint_eq(curves->configs.n, N_CONFIG);
  ck_assert_str_eq(curves->configs.items[2], "adam1p_wide_grid_seed2");
  ck_assert_str_eq(curves->configs.items[11], "adam1p_wide_grid_seed11");
  ck_assert_str_eq(curves->hyperparameters.items[0], "learning_rate");
  ck_assert_double_eq_tol(curves->hyperparameter_values[0], 1.0366346546195564e-06, 1e-17);
  ck_assert_str_eq(curves->splits.items[2], "valid_outer");
  ck_assert(curves->steps[2] == 400 && curves->n_step == 3 && curves->n_replica == 2 && !curves->is_double);
  hl_loader_npz.close(file);
  options.set = "mine";
  ck_assert_int_eq(hl_loader_npz.open(path, &options, &file), HL_OK);
  ck_assert_int_eq(hl_loader_npz.get(file, 0, &curves), HL_OK);
  ck_assert_str_eq(curves->set, "mine");
  ck_assert_uint_eq(curves->hyperparameters.n, 0);
  hl_loader_npz.close(file);
}
END_TEST

START_TEST(task_of_a_bare_name) {
  char before[4096];
  struct hl_load_options options = {0};
  static const char *const names[] = {FILE_NAME, "./" FILE_NAME, "../mini_task_seed1/" FILE_NAME,
                                      "../mini_task_seed1//" FILE_NAME};
  write_npz(&(struct layout){0}, (struct claim){0});
  ck_assert_ptr_nonnull(getcwd(before, sizeof before));
  ck_assert_int_eq(chdir(task), 0);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    void *file;
    struct hl_curves *curves;
    ck_assert_msg(hl_loader_npz.open(names[i], &options, &file) == HL_OK, "%s", hl_error_message());
    ck_assert_int_eq(hl_loader_npz.get(file, 0, &curves), HL_OK);
    ck_assert_str_eq(curves->task, "mini_task_seed1");
    hl_loader_npz.close(file);
  }
  ck_assert_int_eq(chdir(before), 0);
}
END_TEST

/* A wrong byte anywhere in the values is found by the time all rows are read, whatever the window. */
START_TEST(checksum_is_verified) {
  static const size_t windows[] = {1, 250, 1 << 20};
  for (unsigned bits = 0; bits < 4; bits++) {
    const struct layout layout = {.fortran = bits & 1, .shuffled = bits & 2};
    struct buffer npz = make_npz(&layout, (struct claim){0});
    for (size_t offset = 0; offset < N_CONFIG * ROW_ITEMS * sizeof(float); offset += 97) {
      const size_t at = 30 + 6 + 10 + 66 + offset; /* past the local header, the magic and most of the dict */
      npz.bytes[at] ^= 1;
      write_file(path, npz.bytes, npz.n);
      npz.bytes[at] ^= 1;
      for (size_t i = 0; i < 3; i++) ck_assert_int_eq(read_all(windows[i], 5, false), HL_INVALID);
    }
    free(npz.bytes);
  }
}
END_TEST

START_TEST(claims_are_checked) {
  static const struct {
    struct claim claim;
    bool deflated;
    const char *message;
  } cases[] = {
      {{.size = 0xfffffff0}, false, "claim of 4294967280 bytes"},
      {{.size = 0xfffffff0}, true, "deflated bytes can hold"},
      {{.size = 1000}, true, "header that claims shape (12, 2, 3, 4) of " NATIVE "f4, 1152 bytes"},
      {{.flags = 1}, false, "encrypted"},
      {{.method = 12}, false, "method 12 (bzip2)"},
      {{.method = 95}, false, "method 95"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    write_npz(&(struct layout){.deflated = cases[i].deflated}, cases[i].claim);
    ck_assert_int_eq(read_all(0, 5, false), HL_INVALID);
    ck_assert_msg(strstr(hl_error_message(), cases[i].message) != NULL, "said '%s', expected '%s' in it",
                  hl_error_message(), cases[i].message);
    ck_assert_ptr_nonnull(strstr(hl_error_message(), "member 'ys.npy'"));
  }
}
END_TEST

/* More bytes than claimed: found at the end of the member, when checksum and size are compared. */
START_TEST(member_longer_than_its_claim) {
  struct archive archive = {0};
  struct buffer data = {0};
  struct hl_zip *zip;
  struct hl_zip_member *member;
  char bytes[100];
  for (unsigned i = 0; i < 100; i++) put_little(&data, i, 1);
  add_member(&archive, "a.npy", &data, true, (struct claim){.size = 90});
  add_member(&archive, "b", &data, true, (struct claim){0});
  finish(&archive);
  write_file(path, archive.file.bytes, archive.file.n);
  ck_assert_int_eq(hl_zip_open(path, &zip), HL_OK);
  ck_assert_int_eq(hl_zip_open_member(zip, "a", &member), HL_OK);
  ck_assert_int_eq(hl_zip_read(member, bytes, 90), HL_INVALID);
  hl_zip_close_member(member);
  ck_assert_int_eq(hl_zip_open_member(zip, "c", &member), HL_INVALID);
  ck_assert_int_eq(hl_zip_open_member(zip, "b", &member), HL_OK);
  ck_assert_int_eq(hl_zip_read(member, NULL, 60), HL_OK);
  ck_assert_int_eq(hl_zip_read(member, bytes, 41), HL_INVALID); /* one too many: nothing is taken */
  ck_assert_int_eq(hl_zip_read(member, bytes, 40), HL_OK);
  ck_assert_int_eq(bytes[0], 60);
  ck_assert_int_eq(hl_zip_restart(member), HL_OK);
  ck_assert_int_eq(hl_zip_read(member, bytes, 10), HL_OK);
  ck_assert_int_eq(bytes[9], 9);
  ck_assert_uint_eq(hl_zip_member_position(member), 10);
  hl_zip_close_member(member);
  hl_zip_close(zip);
  free(archive.file.bytes);
  free(data.bytes);
}
END_TEST

START_TEST(a_member_given_twice) {
  struct archive archive = {0};
  struct buffer names = {0};
  put_names(&names, &(struct layout){0});
  add_member(&archive, "optimizers.npy", &names, false, (struct claim){0});
  add_member(&archive, "optimizers", &names, false, (struct claim){0});
  finish(&archive);
  write_file(path, archive.file.bytes, archive.file.n);
  ck_assert_int_eq(read_all(0, 1, false), HL_INVALID);
  ck_assert_ptr_nonnull(strstr(hl_error_message(), "'optimizers.npy' and 'optimizers'"));
  free(archive.file.bytes);
  free(names.bytes);
}
END_TEST

/* The same archive inside gzip; then cut. */
START_TEST(packed_again) {
  const struct buffer npz = make_npz(&(struct layout){.shuffled = true}, (struct claim){0});
  gzFile file = gzopen(path, "wb");
  const struct hl_loader *loader;
  struct stat info;
  ck_assert_int_eq(gzwrite(file, npz.bytes, (unsigned)npz.n), (int)npz.n);
  gzclose(file);
  ck_assert_int_eq(hl_loader_detect(path, &loader), HL_OK);
  ck_assert_ptr_eq(loader, &hl_loader_npz);
  ck_assert_int_eq(read_all(100, 5, true), HL_OK);
  ck_assert_int_eq(stat(path, &info), 0);
  ck_assert_int_eq(truncate(path, info.st_size - 5), 0);
  ck_assert_int_eq(read_all(100, 5, false), HL_INVALID);
  ck_assert_ptr_nonnull(strstr(hl_error_message(), "cut short"));
  free(npz.bytes);
}
END_TEST

/* Every truncation and a flipped bit in every byte: a status, never a crash. */
START_TEST(damage_everywhere) {
  for (int deflated = 0; deflated < 2; deflated++) {
    struct buffer npz = make_npz(&(struct layout){.deflated = deflated}, (struct claim){0});
    for (size_t n = 0; n < npz.n; n += 13) {
      write_file(path, npz.bytes, n);
      ck_assert_int_eq(read_all(100, 5, false), HL_INVALID);
    }
    for (size_t i = 0; i < npz.n; i += 5) {
      const unsigned char bit = (unsigned char)(1u << i % 8);
      npz.bytes[i] ^= bit;
      write_file(path, npz.bytes, npz.n);
      npz.bytes[i] ^= bit;
      const hl_status status = read_all(100, 5, false);
      ck_assert_msg(status == HL_OK || status == HL_INVALID || status == HL_IO, "byte %zu: %d: %s", i,
                    (int)status, hl_error_message());
    }
    free(npz.bytes);
  }
}
END_TEST

static Suite *npz_suite(void) {
  Suite *suite = suite_create("npz");
  TCase *tcase = tcase_create("npz");
  tcase_set_timeout(tcase, 60);
  tcase_add_checked_fixture(tcase, make_folder, remove_folder);
  tcase_add_test(tcase, every_layout_and_window);
  tcase_add_test(tcase, what_it_says_of_itself);
  tcase_add_test(tcase, task_of_a_bare_name);
  tcase_add_test(tcase, checksum_is_verified);
  tcase_add_test(tcase, claims_are_checked);
  tcase_add_test(tcase, member_longer_than_its_claim);
  tcase_add_test(tcase, a_member_given_twice);
  tcase_add_test(tcase, packed_again);
  tcase_add_test(tcase, damage_everywhere);
  suite_add_tcase(suite, tcase);
  return suite;
}

HL_TEST_MAIN(npz_suite)
