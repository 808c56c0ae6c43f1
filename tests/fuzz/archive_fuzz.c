/* Archives: opened, every table read, checked and normalized. What `check` finds whole must be readable. */
#include "fuzz.h"
#include "h5_mutate.h"
#include "hyperlist/archive.h"
#include "hyperlist/check.h"
#include "hyperlist/scores.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool read_rows(struct hl_archive *archive, const struct hl_archive_table *table) {
  struct hl_archive_reader reader = {0};
  const size_t n_value = table->n_replica * table->n_step * table->n_split, step = table->chunk_rows;
  const size_t n_byte = n_value * (table->is_double ? sizeof(double) : sizeof(float));
  bool is_good = true;
  FUZZ_CHECK(n_value > 0 && step > 0);
  void *values = malloc((step < table->n_config ? step : table->n_config) * n_byte);
  for (size_t first = 0; is_good && first < table->n_config; first += step) {
    const size_t left = table->n_config - first;
    is_good = fuzz_is_h5_ok(
        hl_archive_read_rows(archive, table, &reader, first, left < step ? left : step, values));
  }
  hl_archive_clear_reader(&reader);
  free(values);
  return is_good;
}

static bool read_table(struct hl_archive *archive, size_t i_set, size_t i_task) {
  struct hl_archive_table table = {0};
  bool has;
  if (hl_archive_has_table(archive, i_set, i_task, &has) != HL_OK || !has) return true;
  if (!fuzz_is_h5_ok(hl_archive_open_table(archive, i_set, i_task, &table))) return false;
  for (size_t i = 0; i < table.n_step; i++)
    FUZZ_CHECK(isfinite(table.steps[i]) && (i == 0 || table.steps[i] > table.steps[i - 1]));
  for (size_t i = 0; i < table.n_config * table.n_replica; i++) FUZZ_CHECK(table.ran[i] <= 1);
  const bool is_good = read_rows(archive, &table);
  hl_archive_close_table(archive, &table);
  return is_good;
}

static bool read_archive(const char *path) {
  struct hl_archive *archive;
  if (!fuzz_is_h5_ok(hl_archive_open(path, &archive))) return false;
  const struct hl_archive_index *index = hl_archive_get_index(archive);
  bool is_good = true;
  for (size_t i = 1; i < index->tasks.n; i++)
    FUZZ_CHECK(strcmp(index->tasks.items[i - 1], index->tasks.items[i]) < 0);
  for (size_t s = 0; s < index->n_set; s++)
    for (size_t t = 0; t < index->tasks.n; t++) is_good = read_table(archive, s, t) && is_good;
  hl_archive_get_provenance(archive);
  hl_archive_close(archive);
  return is_good;
}

static void normalize(const char *path, bool is_whole) {
  struct hl_scores *scores;
  const char *out = fuzz_path("scores.h5");
  const hl_status status = hl_normalize(path, out, &(struct hl_normalize_options){0}, &fuzz_context);
  if (!fuzz_is_h5_ok(status)) return;
  FUZZ_CHECK(is_whole); /* what cannot be read is not scored */
  FUZZ_CHECK(hl_scores_open(out, &scores) == HL_OK);
  for (size_t i = 0; i < scores->n_set; i++)
    FUZZ_CHECK(hl_scores_load(scores, i, HL_SCORES_VALID | HL_SCORES_TEST) == HL_OK);
  hl_scores_close(scores);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct hl_check_report report;
  const char *path = fuzz_write("a.h5", data, size);
  const bool is_whole = read_archive(path);
  const hl_status status = hl_check(path, &fuzz_context, &report);
  if (status == HL_OK && report.kind == HL_FILE_ARCHIVE) FUZZ_CHECK(is_whole);
  if (status != HL_BROKEN) fuzz_is_h5_ok(status);
  hl_check_clear(&report);
  normalize(path, is_whole);
  return FUZZ_DONE;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed) {
  return fuzz_h5_mutate(data, size, max_size, seed);
}
