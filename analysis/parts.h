/* What several figures are composed of. */
#ifndef ANALYSIS_PARTS_H
#define ANALYSIS_PARTS_H

#include "analysis/figures.h"

/* ---- What the scores have ---- */

/* The set that lists are learned from. */
const char *figure_learner(const struct figure_options *options);

/* In the name of the figure: HL_USAGE, the scores lack that set; HL_INVALID, they have fewer than n tasks to
 * use. */
hl_status figure_check_learner(const struct hl_scores *scores, const struct figure_options *options,
                               const char *figure, size_t n);

/* HL_USAGE, in the name of the figure: not all sets have valid_min (which is loaded here). */
hl_status figure_check_lowest(struct hl_scores *scores, const char *figure);

/* Tasks that are not degenerate; of a kind, or of all (NULL). */
size_t figure_count_tasks(const struct hl_scores *scores, const char *kind);

/* "Adam8p" for adam8p_wide_grid_1k; a set that is not of the paper is called by its own name. */
const char *figure_set_label(const char *set);

/* ---- All sets side by side ---- */

/* The scores of all sets on the tasks in use; missing cells by the policy. */
struct figure_cells {
  size_t n_task, n_config;
  size_t *rows;                  /* [n_task], of the scores file */
  size_t *configs;               /* [n_config], each in its own set */
  double *values;                /* [n_task][n_config]: sets in their order, configs in theirs */
  int64_t n_missing, n_diverged; /* n_diverged is -1 where unknown */
};

/* Of f (valid), or with is_lowest of valid_min. Clear it in any case. */
hl_status figure_cells_init(struct figure_cells *cells, struct hl_scores *scores, bool is_lowest,
                            enum hl_missing missing);
void figure_cells_clear(struct figure_cells *cells);

/* "missing cells: 12" and "diverged cells: 3" (or unknown). */
hl_status figure_note_cells(struct hl_table *table, int64_t n_missing, int64_t n_diverged);

/* ---- Histograms ---- */

/* `low high count`: how many of the positive ones of values[n] are in [low, high), four bins a decade, from
 * the first to the last that holds any. Others are left out. */
hl_status figure_tabulate_histogram(const double *values, size_t n, struct hl_table **table);

/* ---- Learned against random, Figures 2, 3c and 3d ---- */

struct figure_curves {
  const char *figure;
  struct hl_split_options split;
  const char *random_sets[3]; /* beside the learner's own; NULL ends it */
  const char *baselines;      /* others, comma-separated */
};

/* The table of the curves and the one of speedups; *generalization is yours to free, on failure too. */
hl_status figure_make_curves(struct hl_scores *scores, const struct figure_curves *curves,
                             const struct figure_options *options, const struct hl_context *context,
                             struct figure_tables *tables, struct hl_generalization **generalization);

/* `series trials learned_median trials_needed`: for trials = 1 2 5 10 20 50 how many trials each other series
 * needs for the learned list's median. */
hl_status figure_tabulate_speedup(const struct hl_generalization *generalization, struct hl_table **table);

/* The paper's headline as a sentence: "After 10 trials the learned list has a median of 0.2, for which random
 * search needs 87 trials (8.7 times as many) over Adam8p". Returns text. */
const char *figure_describe_speedup(const struct hl_generalization *generalization, char *text, size_t size);

/* ---- More and more train tasks, Figures 3a and 3b ---- */

/* Lists learned from more and more tasks and stopped after n_trial trials (0: at the end), or more: from
 * options->sizes where an earlier figure has left enough, else made and left there. As train tasks are the
 * first of one shuffle a resampling, each size's are among the next one's. */
hl_status figure_sizes_get(struct hl_scores *scores, const struct figure_options *options, size_t n_trial,
                           const struct hl_context *context, const struct figure_sizes **sizes);

/* A table `series X q25 median q75 mean n_tasks n_resamples`, where X is n_train (is_by_size) or trials, with
 * notes of the tasks and cells in use; and a row of it: the series' values at trial k (from 1), under another
 * name. */
hl_status figure_sizes_new_table(const struct figure_sizes *sizes, bool is_by_size, struct hl_table **table);
hl_status figure_sizes_add_row(const struct hl_series *series, size_t k, const char *name, size_t x,
                               struct hl_table *table);

/* ---- A kind held out, Figures 3c and 3d ---- */

hl_status figure_check_kind(const struct hl_scores *scores, const struct figure_options *options,
                            const char *figure, const char *kind);
hl_status figure_make_kind(struct hl_scores *scores, const struct figure_options *options, const char *figure,
                           const char *kind, const char *kind_in_words, const struct hl_context *context,
                           struct figure_tables *tables);

#endif
