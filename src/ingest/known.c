#include "ingest/known.h"
#include "archive/index.h"
#include "archive/values.h"
#include "archive/writer.h"
#include "base/error.h"
#include "base/memory.h"
#include "ingest/configs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The curves at hand and the stored table that may hold them. */
struct pair {
  struct hl_archive *archive;
  const struct hl_archive_set *set;
  struct hl_curves *curves;
  struct hl_archive_reader *reader;
  struct hl_archive_table stored;
  size_t *row, *split;  /* stored row of each config, stored split of each split */
  void *mine, *theirs;  /* a block of rows of each */
  uint8_t *ran;         /* of mine */
  int32_t *observed;    /* of mine */
  size_t first_stored;  /* the first row of theirs; SIZE_MAX: none yet */
  bool has_same_layout; /* of the values of a run */
};

/* ---- names, hyperparameters, shape ---- */

static size_t find(const struct hl_strings *names, const char *name) {
  size_t i = 0;
  while (i < names->n && strcmp(names->items[i], name) != 0) i++;
  return i;
}

static bool has_all_splits(const struct pair *pair) {
  const struct hl_strings *splits = &pair->curves->splits;
  bool has_all = true;
  for (size_t k = 0; k < splits->n; k++) {
    pair->split[k] = find(&pair->set->splits, splits->items[k]);
    has_all = has_all && pair->split[k] < pair->set->splits.n;
  }
  return has_all;
}

static bool has_all_configs(const struct pair *pair) {
  const struct hl_strings *configs = &pair->curves->configs, *stored = &pair->set->configs;
  size_t row = 0;
  for (size_t i = 0; i < configs->n; i++) {
    while (row < stored->n && strcmp(stored->items[row], configs->items[i]) != 0) row++;
    if (row == stored->n) return false;
    pair->row[i] = row;
  }
  return true;
}

/* A value that is not known on this side says nothing. */
static bool has_hyperparameters(const struct pair *pair) {
  const struct hl_curves *curves = pair->curves;
  const size_t n = curves->hyperparameters.n;
  if (n == 0) return true;
  if (!hl_index_same_strings(&curves->hyperparameters, &pair->set->hyperparameters)) return false;
  for (size_t i = 0; i < curves->configs.n * n; i++) {
    const double mine = curves->hyperparameter_values[i];
    const double theirs = pair->set->hyperparameter_values[pair->row[i / n] * n + i % n];
    if (!isnan(mine) && !hl_configs_agree(mine, theirs)) return false;
  }
  return true;
}

static bool has_shape(const struct pair *pair) {
  const struct hl_archive_table *stored = &pair->stored;
  const struct hl_curves *mine = pair->curves;
  return mine->n_replica <= stored->n_replica && mine->n_step == stored->n_step &&
         (stored->is_double || !mine->is_double) &&
         memcmp(mine->steps, stored->steps, mine->n_step * sizeof *mine->steps) == 0;
}

/* ---- run by run ---- */

/* How many points the k-th split of a run of the block at hand has, and of a stored one. */
static size_t count_mine(const struct pair *pair, size_t i_run, size_t k) {
  if (!pair->ran[i_run]) return 0;
  return pair->curves->has_observed ? (size_t)pair->observed[i_run * pair->curves->splits.n + k]
                                    : pair->curves->n_step;
}

static size_t count_stored(const struct hl_archive_table *stored, size_t i_run, size_t k) {
  return stored->observed != NULL ? (size_t)stored->observed[i_run * stored->n_split + k] : stored->n_step;
}

static bool same_curve(const struct pair *pair, size_t i_mine, size_t i_stored, size_t k, size_t n) {
  const struct hl_archive_table *stored = &pair->stored;
  const size_t n_split = pair->curves->splits.n;
  for (size_t s = 0; s < n; s++) {
    const double a =
        hl_value_at(pair->curves->is_double, pair->mine, (i_mine * stored->n_step + s) * n_split + k);
    const double b = hl_value_at(stored->is_double, pair->theirs,
                                 (i_stored * stored->n_step + s) * stored->n_split + pair->split[k]);
    if (a != b && !(isnan(a) && isnan(b))) return false;
  }
  return true;
}

/* The usual case: the runs' bytes are the same. */
static bool same_bytes(const struct pair *pair, size_t i_mine, size_t i_stored) {
  const struct hl_archive_table *stored = &pair->stored;
  const size_t n = stored->n_step * stored->n_split * hl_value_size(pair->curves->is_double);
  return pair->has_same_layout &&
         memcmp((const char *)pair->mine + i_mine * n, (const char *)pair->theirs + i_stored * n, n) == 0;
}

/* i_mine and i_stored: the run in the blocks that are held; i_run: in all of the stored table. */
static bool same_run(const struct pair *pair, size_t i_mine, size_t i_stored, size_t i_run) {
  const bool is_same = same_bytes(pair, i_mine, i_stored);
  for (size_t k = 0; k < pair->curves->splits.n; k++) {
    const size_t n = count_mine(pair, i_mine, k);
    if (n == 0) continue; /* a split that is not here */
    if (count_stored(&pair->stored, i_run, pair->split[k]) != n) return false;
    if (!is_same && !same_curve(pair, i_mine, i_stored, k, n)) return false;
  }
  return true;
}

/* Config `first` + i of the curves, the i-th of the block. */
static bool same_row(const struct pair *pair, size_t first, size_t i) {
  const size_t n_replica = pair->curves->n_replica, n_stored = pair->stored.n_replica,
               row = pair->row[first + i];
  for (size_t r = 0; r < n_replica; r++) {
    if (!pair->ran[i * n_replica + r]) continue;
    if (!pair->stored.ran[row * n_stored + r]) return false;
    if (!same_run(pair, i * n_replica + r, (row - pair->first_stored) * n_stored + r, row * n_stored + r))
      return false;
  }
  return true;
}

static hl_status read_stored(struct pair *pair, size_t row) {
  const struct hl_archive_table *stored = &pair->stored;
  const size_t first = row / stored->chunk_rows * stored->chunk_rows, left = stored->n_config - first;
  if (first == pair->first_stored) return HL_OK;
  pair->first_stored = first;
  return hl_archive_read_rows(pair->archive, stored, pair->reader, first,
                              left < stored->chunk_rows ? left : stored->chunk_rows, pair->theirs);
}

static hl_status new_blocks(struct pair *pair, size_t n_row) {
  const struct hl_curves *mine = pair->curves;
  const struct hl_archive_table *stored = &pair->stored;
  const size_t n_run = n_row * mine->n_replica, n_split = mine->splits.n;
  hl_status status = HL_OK;
  TRY(hl_new_array(n_run * mine->n_step * n_split, hl_value_size(mine->is_double), &pair->mine));
  TRY(hl_new_array(n_run, sizeof *pair->ran, &pair->ran));
  TRY(hl_new_array(n_run * n_split, sizeof *pair->observed, &pair->observed));
  TRY(hl_new_array(stored->chunk_rows * stored->n_replica * stored->n_step * stored->n_split,
                   hl_value_size(stored->is_double), &pair->theirs));
  pair->first_stored = SIZE_MAX;
  pair->has_same_layout =
      mine->is_double == stored->is_double && hl_index_same_strings(&mine->splits, &pair->set->splits);
out:
  return status;
}

static hl_status compare_runs(struct pair *pair, bool *is_same) {
  struct hl_curves *mine = pair->curves;
  const size_t n_row = hl_writer_chunk_rows(mine->configs.n, mine->n_replica * mine->n_step * mine->splits.n *
                                                                 hl_value_size(mine->is_double));
  hl_status status = HL_OK;
  TRY(new_blocks(pair, n_row));
  *is_same = true;
  for (size_t first = 0; first < mine->configs.n && *is_same; first += n_row) {
    const size_t left = mine->configs.n - first, n = left < n_row ? left : n_row;
    TRY(mine->read(mine, first, n, pair->mine, pair->ran, mine->has_observed ? pair->observed : NULL));
    for (size_t i = 0; i < n && *is_same; i++) {
      TRY(read_stored(pair, pair->row[first + i]));
      *is_same = same_row(pair, first, i);
    }
  }
out:
  return status;
}

hl_status known_find(struct hl_archive *archive, struct hl_curves *curves, struct hl_archive_reader *reader,
                     bool *is_known) {
  const struct hl_archive_index *index = hl_archive_get_index(archive);
  const size_t i_set = hl_index_find_set(index, curves->set),
               i_task = hl_index_find_task(index, curves->task);
  hl_status status = HL_OK;
  *is_known = false;
  bool has;
  if (i_set == index->n_set || i_task == index->tasks.n) return HL_OK;
  status = hl_archive_has_table(archive, i_set, i_task, &has);
  if (status != HL_OK || !has) return status;
  struct pair pair = {.archive = archive, .set = &index->sets[i_set], .curves = curves, .reader = reader};
  TRY(hl_new_array(curves->configs.n, sizeof *pair.row, &pair.row));
  TRY(hl_new_array(curves->splits.n, sizeof *pair.split, &pair.split));
  if (!has_all_splits(&pair) || !has_all_configs(&pair) || !has_hyperparameters(&pair)) goto out;
  TRY(hl_archive_open_table(archive, i_set, i_task, &pair.stored));
  if (!has_shape(&pair)) goto out;
  TRY(compare_runs(&pair, is_known));
out:
  hl_archive_close_table(archive, &pair.stored);
  free(pair.row);
  free(pair.split);
  free(pair.mine);
  free(pair.theirs);
  free(pair.ran);
  free(pair.observed);
  return status;
}
