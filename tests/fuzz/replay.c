/* Runs fuzz targets on files that are there: `replay [-v] FOLDER...`. FOLDER/NAME holds the inputs of target
 * NAME. With libFuzzer's place taken by a main, any compiler will do. -v names each input before it is run,
 * so that the last line says which one ended the process. Prints "replayed NAME N" for each target. */
#include "fuzz.h"
#include "targets.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DECLARE(name) int fuzz_target_##name(const uint8_t *data, size_t size);
FUZZ_TARGETS(DECLARE)

static const struct target {
  const char *name;
  int (*run)(const uint8_t *data, size_t size);
} targets[] = {
#define ROW(name) {#name, fuzz_target_##name},
    FUZZ_TARGETS(ROW)};
enum { N_TARGET = sizeof targets / sizeof *targets };

/* The mutators of targets call it; nothing calls them here. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size) {
  (void)data;
  (void)max_size;
  return size;
}

static int is_shown(const struct dirent *entry) {
  return entry->d_name[0] != '.';
}

/* How many inputs there were. */
static size_t run_folder(const struct target *target, const char *folder, bool is_verbose) {
  struct dirent **entries;
  char inner[1024];
  snprintf(inner, sizeof inner, "%s/%s", folder, target->name);
  const int n = scandir(inner, &entries, is_shown, alphasort);
  for (int i = 0; i < n; i++) {
    char path[2048];
    size_t size;
    snprintf(path, sizeof path, "%s/%s", inner, entries[i]->d_name);
    if (is_verbose) fprintf(stderr, "replay: %s\n", path);
    uint8_t *data = fuzz_read(path, &size), *exact = malloc(size);
    if (size > 0) memcpy(exact, data, size); /* without the zero behind, so that reading on is seen */
    free(data);
    target->run(exact, size);
    free(exact);
    free(entries[i]);
  }
  if (n >= 0) free(entries);
  return n > 0 ? (size_t)n : 0;
}

int main(int argc, char **argv) {
  const bool is_verbose = argc > 1 && strcmp(argv[1], "-v") == 0;
  setvbuf(stdout, NULL, _IOLBF, 0);
  for (size_t k = 0; k < N_TARGET; k++) {
    size_t n = 0;
    for (int i = is_verbose ? 2 : 1; i < argc; i++) n += run_folder(&targets[k], argv[i], is_verbose);
    printf("replayed %s %zu\n", targets[k].name, n);
  }
  return EXIT_SUCCESS;
}
