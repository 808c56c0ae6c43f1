/* Scores: every curve collapsed into one number in [0, 1] per task and config (README, "What the numbers
 * mean").
 *
 * A scores file (`hyperlist.scores/1`, HDF5) has a table `valid` f(t,c) and a table `test` g(t,c) for each
 * set. Tasks stand in byte order, configs in natural order (hl_strings_compare_natural); "index" of a config
 * is that row of its set. NaN is a missing cell (no replica ran); a diverged curve has a number. A task that
 * no loss range can be given to is degenerate: its rows are NaN and it takes part in nothing. */
#ifndef HYPERLIST_SCORES_H
#define HYPERLIST_SCORES_H

#include "hyperlist/context.h"
#include "hyperlist/strings.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One set's part. Tables are [n_task][n_config] row-major doubles; NULL until loaded, or where the file has
 * none. */
struct hl_score_set {
  char *name;
  struct hl_strings configs;         /* natural order */
  struct hl_strings hyperparameters; /* names; may be empty */
  double *hyperparameter_values;     /* [n_config][n_hyperparameter]; NaN: unknown; NULL if there are none */
  double *valid, *test;              /* f and g */
  double *valid_min, *valid_last;    /* the other collapses, for figures; optional in a file */
  double *init, *best;               /* [n_task][2]: valid, test; NaN where undefined; optional in a file */
  int64_t *n_missing, *n_diverged;   /* [n_task]; n_diverged is -1 where a file does not say */
  uint8_t *degenerate;               /* [n_task] */
  unsigned sought;                   /* tables looked for in the file: a sum of hl_score_tables */
};

struct hl_scores {
  char *path;               /* for messages */
  struct hl_strings tasks;  /* byte order */
  struct hl_strings kinds;  /* rnn, autoencoder, ..., other */
  uint8_t *degenerate;      /* [n_task]: in any set */
  int64_t *n_params;        /* [n_task]; -1 unknown */
  double *seconds_per_step; /* [n_task]; NaN unknown */
  double *last_step; /* [n_task]: how many steps its runs were trained; NaN unknown; optional in a file */
  size_t n_set;
  struct hl_score_set *sets; /* byte order of their names */
  char *valid_split, *replicas, *best_over, *aggregate,
      *test_constants; /* how they were made; "" where unknown */
};

enum hl_score_tables { HL_SCORES_VALID = 1, HL_SCORES_TEST = 2, HL_SCORES_MIN = 4, HL_SCORES_LAST = 8 };

/* Reads names, constants and counts, no table. A file without `degenerate` has it derived (NaN in every set),
 * which reads the valid tables once. Errors: HL_IO, HL_INVALID (no scores file, or a contradiction in it,
 * named). */
HL_API hl_status hl_scores_open(const char *path, struct hl_scores **scores);

/* Loads tables (a sum of hl_score_tables) of sets[i_set]; what is there already is kept. valid and test must
 * be in the file, the others may be absent and then stay NULL. Not thread-safe: load before threads start. */
HL_API hl_status hl_scores_load(struct hl_scores *scores, size_t i_set, unsigned tables);

/* The set of that name. HL_USAGE: unknown, the message lists those there are. */
HL_API hl_status hl_scores_find_set(const struct hl_scores *scores, const char *name, size_t *i_set);

/* Legal on NULL. */
HL_API void hl_scores_close(struct hl_scores *scores);

enum hl_replicas { HL_REPLICAS_AVERAGE_FIRST, HL_REPLICAS_NORMALIZE_FIRST };
enum hl_best_over { HL_BEST_OVER_ARCHIVE, HL_BEST_OVER_SET };
enum hl_aggregate { HL_AGGREGATE_MEAN, HL_AGGREGATE_MIN, HL_AGGREGATE_LAST };
enum hl_test_constants { HL_TEST_CONSTANTS_TEST, HL_TEST_CONSTANTS_VALID };

/* What was made. */
struct hl_normalize_report {
  size_t n_task, n_set;
  int64_t n_missing, n_diverged; /* cells */
  struct hl_strings degenerate;  /* tasks; yours to clear */
};

/* All zero is the paper's choice. */
struct hl_normalize_options {
  const char *valid_split; /* NULL: valid_inner if present, else valid */
  enum hl_replicas replicas;
  enum hl_best_over best_over;
  enum hl_aggregate aggregate;
  enum hl_test_constants test_constants;
  const char *command;                /* for provenance; NULL: none */
  struct hl_normalize_report *report; /* filled on the first rank; NULL: nobody asks */
};

/* Scores a whole archive into a new scores file, which replaces out_path only when complete. Tasks are
 * independent and run in threads; the bytes do not depend on how many. Warns of degenerate tasks by name.
 * Memory: two averaged curves of one task a thread, and the scores. O(bytes of the archive). */
HL_API hl_status hl_normalize(const char *archive_path, const char *out_path,
                              const struct hl_normalize_options *options, const struct hl_context *context);

#ifdef __cplusplus
}
#endif
#endif
