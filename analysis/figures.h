/* The paper's figures as numbers: one row a figure in one table, one short file a figure beside this one.
 * Nothing here draws. */
#ifndef ANALYSIS_FIGURES_H
#define ANALYSIS_FIGURES_H

#include "base/table.h"
#include "hyperlist/generalize.h"

/* All zero is the paper's. */
struct figure_options {
  size_t n_resample; /* 0: 50 */
  size_t n_trial;    /* 0: all */
  enum hl_missing missing;
};

/* What a figure is drawn from: FIGURE.tsv (suffix "") and what stands beside it (".speedup"). */
struct figure_tables {
  size_t n;
  struct figure_table {
    const char *suffix; /* static storage */
    struct hl_table *table;
  } items[4];
};

struct figure {
  const char *name; /* "figure2": also the name of its script in plots/ */
  const char *title;
  /* HL_USAGE if the scores cannot support it: the message says what is missing. */
  hl_status (*check)(const struct hl_scores *scores);
  /* Makes the tables; those made are the caller's to free, on failure too. */
  hl_status (*make)(struct hl_scores *scores, const struct figure_options *options,
                    const struct hl_context *context, struct figure_tables *tables);
};

/* All figures, in the paper's order; *n is their number. Static storage. */
const struct figure *figures_get_all(size_t *n);
const struct figure *figures_find(const char *name); /* NULL: none of that name */

void figure_tables_clear(struct figure_tables *tables);

/* Puts a table among the others, which own it then, and passes on the status of making it. */
hl_status figure_tables_add(struct figure_tables *tables, const char *suffix, struct hl_table *table,
                            hl_status made);

/* `series trials learned_median trials_needed`: for trials = 1 2 5 10 20 50 how many trials each other series
 * needs for the learned list's median. */
hl_status figure_tabulate_speedup(const struct hl_generalization *generalization, struct hl_table **table);

hl_status figure2_check(const struct hl_scores *scores);
hl_status figure2_make(struct hl_scores *scores, const struct figure_options *options,
                       const struct hl_context *context, struct figure_tables *tables);

#endif
