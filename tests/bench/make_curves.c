/* Made curves, from a seed: losses that fall at rates of all orders of magnitude with noise on top; one run
 * in twelve diverges.
 *
 *   make_curves release DIR stored|deflated FIRST END CONFIGS REPLICAS STEPS   npz files FIRST .. END-1, five
 * a task make_curves tree DIR RUNS                       a folder a run, `result` in each, 20 configs x 5
 * replicas a task make_curves csv FILE ROWS config,task,study,step,train_loss,valid_loss,test_loss
 *   make_curves json DIR FILES CONFIGS              arrays of {"hp", "train", "valid", "test"}, 51 steps */
#include "hyperlist/space.h"
#include "made.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <zip.h>

enum { N_SPLIT = 4, N_STEP = 51 };

static const char *const samplers[] = {"adam1p_wide_grid", "adam4p_wide_grid", "adam6p_wide_grid",
                                       "adam8p_wide_grid", "nadamw_grid"};

static void die(const char *place) {
  fprintf(stderr, "%s: %s\n", place, strerror(errno));
  exit(1);
}

/* Makes all folders of a path's directory part. */
static void make_folders(char *path) {
  for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    if (mkdir(path, 0777) != 0 && errno != EEXIST) die(path);
    *slash = '/';
  }
}

static FILE *open_file(char *path) {
  make_folders(path);
  FILE *file = fopen(path, "wb");
  if (file == NULL) die(path);
  return file;
}

static void close_file(FILE *file, const char *path) {
  if (ferror(file) || fclose(file) != 0) die(path);
}

/* ---- A run ---- */

struct config {
  double rate, scale;
  size_t diverges_at; /* a step */
};

static struct config draw_config(struct made_random *random, size_t n_step) {
  struct config config = {pow(10, 4.5 * made_uniform(random) - 4), .5 + made_uniform(random), n_step};
  if (made_word(random) % 12 == 0) config.diverges_at = 1 + (size_t)(made_word(random) % n_step);
  return config;
}

/* losses[step][split] of one replica. */
static void draw_run(const struct config *config, struct made_random *random, size_t n_step, double offset,
                     float *losses) {
  double walk[N_SPLIT] = {0}, now = 2.3 * config->scale;
  const double shrink = exp(-config->rate);
  for (size_t s = 0; s < n_step; s++, now *= shrink) {
    for (size_t i = 0; i < N_SPLIT; i++) {
      walk[i] += .003 * made_normal(random);
      losses[s * N_SPLIT + i] = s < config->diverges_at ? (float)(offset + now + walk[i]) : NAN;
    }
  }
}

/* ---- The release ---- */

static void add_npy(zip_t *zip, const char *name, const char *descr, const char *shape, const void *data,
                    size_t n_byte, bool is_deflated) {
  char header[128];
  memset(header, ' ', sizeof header);
  memcpy(header, "\x93NUMPY\x01\x00\x76\x00", 10);
  const int n = snprintf(header + 10, sizeof header - 10,
                         "{'descr': '%s', 'fortran_order': False, 'shape': %s, }", descr, shape);
  header[10 + n] = ' ', header[127] = '\n';
  char *member = malloc(sizeof header + n_byte); /* the zip's from here on */
  if (member == NULL) die(name);
  memcpy(member, header, sizeof header);
  memcpy(member + sizeof header, data, n_byte);
  /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
  zip_source_t *source = zip_source_buffer(zip, member, sizeof header + n_byte, 1);
  const zip_int64_t index = zip_file_add(zip, name, source, 0);
  if (index < 0) die(name);
  zip_set_file_compression(zip, (zip_uint64_t)index, is_deflated ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 6);
  zip_file_set_mtime(zip, (zip_uint64_t)index, 1580601600, 0);
}

static void write_npz(char *path, const char *sampler, size_t n_config, size_t n_replica, size_t n_step,
                      const float *ys, bool is_deflated) {
  enum { WIDTH = 32 };
  char *names = made_room(n_config, WIDTH), shape[96], descr[16];
  int64_t *xs = made_room(n_step, sizeof *xs);
  for (size_t c = 0; c < n_config; c++) snprintf(names + c * WIDTH, WIDTH, "%s_seed%zu", sampler, c);
  for (size_t s = 0; s < n_step; s++) xs[s] = (int64_t)s * 200;
  make_folders(path);
  zip_t *zip = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, NULL);
  if (zip == NULL) die(path);
  snprintf(shape, sizeof shape, "(%zu,)", n_config);
  snprintf(descr, sizeof descr, "|S%d", WIDTH);
  add_npy(zip, "optimizers.npy", descr, shape, names, n_config * WIDTH, is_deflated);
  snprintf(shape, sizeof shape, "(%zu,)", n_step);
  add_npy(zip, "xs.npy", "<i8", shape, xs, n_step * sizeof *xs, is_deflated);
  snprintf(shape, sizeof shape, "(%zu, %zu, %zu, %d)", n_config, n_replica, n_step, N_SPLIT);
  add_npy(zip, "ys.npy", "<f4", shape, ys, n_config * n_replica * n_step * N_SPLIT * sizeof *ys, is_deflated);
  if (zip_close(zip) != 0) die(path);
  free(names);
  free(xs);
}

static void make_release(char **argv) {
  const size_t first = made_count(argv[4]), end = made_count(argv[5]), n_config = made_count(argv[6]),
               n_replica = made_count(argv[7]), n_step = made_count(argv[8]);
  float *ys = made_room(n_config * n_replica * n_step * N_SPLIT, sizeof *ys);
  char path[4096];
  for (size_t i = first; i < end; i++) {
    struct made_random random = {1000003 * i + 17};
    const double offset = 3 * made_normal(&random);
    for (size_t c = 0; c < n_config; c++) {
      const struct config config = draw_config(&random, n_step);
      for (size_t r = 0; r < n_replica; r++)
        draw_run(&config, &random, n_step, offset, ys + (c * n_replica + r) * n_step * N_SPLIT);
    }
    snprintf(path, sizeof path, "%s/mlp_family_seed%04zu/%s_1k_10000_replica5.npz", argv[2], i / 5,
             samplers[i % 5]);
    write_npz(path, samplers[i % 5], n_config, n_replica, n_step, ys, strcmp(argv[3], "deflated") == 0);
  }
  free(ys);
}

/* ---- Text ---- */

static void print_number(FILE *file, float x) {
  if (isnan(x))
    fputs("NaN", file);
  else
    fprintf(file, "%.9g", (double)x);
}

static void make_tree(char **argv) {
  const size_t n_run = made_count(argv[3]);
  float losses[N_STEP * N_SPLIT];
  char path[4096];
  for (size_t i = 0; i < n_run; i++) {
    struct made_random random = {i / 5 + 99};
    const struct config config = draw_config(&random, N_STEP);
    random.state = 31 * i;
    draw_run(&config, &random, N_STEP, 0, losses);
    snprintf(path, sizeof path, "%s/mlp_family_seed%04zu/adam8p_wide_grid_seed%zu/10000/%zu/result", argv[2],
             i / 100, i / 5 % 20, i % 5);
    FILE *file = open_file(path);
    for (size_t s = 0; s < N_STEP; s++) {
      fprintf(file, "%s\"%zu\": [", s == 0 ? "{" : ", ", s * 200);
      for (size_t k = 0; k < N_SPLIT; k++) {
        if (k > 0) fputs(", ", file);
        print_number(file, losses[s * N_SPLIT + k]);
      }
      fputc(']', file);
    }
    fputc('}', file);
    close_file(file, path);
  }
}

/* Runs of 70 steps, which stand anywhere. */
static void make_csv(char **argv) {
  enum { STEPS = 70, CONFIGS = 61, STUDIES = 5 };
  const size_t n_row = made_count(argv[3]);
  FILE *file = open_file(argv[2]);
  float losses[STEPS * N_SPLIT];
  fputs("config,task,study,step,train_loss,valid_loss,test_loss\n", file);
  for (size_t i = 0; i * STEPS < n_row; i++) {
    struct made_random random = {i};
    const struct config config = draw_config(&random, STEPS);
    draw_run(&config, &random, STEPS, 0, losses);
    size_t step = 0;
    for (size_t s = 0; s < STEPS; s++, step += 50 + (size_t)(made_word(&random) % 300)) {
      fprintf(file, "config%zu,task%zu,study_%zu,%zu", i / STUDIES % CONFIGS, i / STUDIES / CONFIGS,
              i % STUDIES, step);
      for (size_t k = 0; k < 3; k++) {
        fputc(',', file);
        print_number(file, losses[s * N_SPLIT + k]);
      }
      fputc('\n', file);
    }
  }
  close_file(file, argv[2]);
}

static void print_losses(FILE *file, const char *split, const float *losses) {
  fprintf(file, ", \"%s\": {\"loss\": [", split);
  for (size_t s = 0; s < N_STEP; s++) {
    if (s > 0) fputs(", ", file);
    print_number(file, losses[s * N_SPLIT]);
  }
  fputs("]}", file);
}

static void make_json(char **argv) {
  const size_t n_file = made_count(argv[3]), n_config = made_count(argv[4]);
  const struct hl_space *space = hl_space_find("adam8p_wide_grid");
  float losses[N_STEP * N_SPLIT];
  double values[HL_SPACE_MAX_DIMENSIONS];
  char path[4096];
  for (size_t i = 0; i < n_file; i++) {
    struct made_random random = {i + 5};
    snprintf(path, sizeof path, "%s/mlp_family_seed%04zu.json", argv[2], i);
    FILE *file = open_file(path);
    for (size_t c = 0; c < n_config; c++) {
      const struct config config = draw_config(&random, N_STEP);
      draw_run(&config, &random, N_STEP, 0, losses);
      hl_space_sample(space, (uint32_t)c, values);
      for (size_t d = 0; d < space->n_dimension; d++)
        fprintf(file, "%s\"%s\": %.17g",
                d > 0   ? ", "
                : c > 0 ? ", {\"hp\": {"
                        : "[{\"hp\": {",
                space->dimensions[d].name, values[d]);
      fputc('}', file);
      print_losses(file, "train", losses);
      print_losses(file, "valid", losses + 1);
      print_losses(file, "test", losses + 2);
      fputc('}', file);
    }
    fputc(']', file);
    close_file(file, path);
  }
}

int main(int argc, char **argv) {
  static const struct {
    const char *name;
    int n_argument;
    void (*make)(char **argv);
  } kinds[] = {
      {"release", 9, make_release}, {"tree", 4, make_tree}, {"csv", 4, make_csv}, {"json", 5, make_json}};
  for (size_t i = 0; argc > 1 && i < sizeof kinds / sizeof kinds[0]; i++) {
    if (strcmp(argv[1], kinds[i].name) != 0 || argc != kinds[i].n_argument) continue;
    kinds[i].make(argv);
    return 0;
  }
  return fprintf(stderr, "make_curves release|tree|csv|json ...: see its source\n"), 2;
}
