/* The paper's figures as numbers. A figure is one short file analysis/NAME.c with NAME_check and NAME_make,
 * one row in the table of figures.c, and what draws it, plots/NAME.gp. Nothing here draws.
 *
 * Each figure's main table has two comments that go with the picture wherever it is shown, one line each,
 * read by whoever shows it: `title: ...` (figure.title) and `caption: ...` (figure_caption), which says in a
 * sentence or two what is seen and what was found, with this file's numbers. In FIGURE.tsv they begin with `#
 * `. */
#ifndef ANALYSIS_FIGURES_H
#define ANALYSIS_FIGURES_H

#include "base/table.h"
#include "hyperlist/generalize.h"

enum { FIGURE_MOST_SIZES = 24 };

/* What Figures 3a and 3b share. All zero: nothing yet. */
struct figure_sizes {
  size_t n, n_trial;                                 /* n_trial: they stop there; 0: at the end */
  size_t n_train[FIGURE_MOST_SIZES];                 /* 1 2 5 10 .. below the number of tasks */
  struct hl_generalization *runs[FIGURE_MOST_SIZES]; /* lists learned from so many, tried on the others */
};

void figure_sizes_clear(struct figure_sizes *sizes);

/* All zero but `sizes` is the paper's. */
struct figure_options {
  const char *set;   /* which lists are learned from; NULL: FIGURE_SET */
  size_t n_resample; /* 0: 50 */
  size_t n_trial;    /* 0: all */
  double perplexity; /* of t-SNE; 0: hl_tsne_default_perplexity */
  enum hl_missing missing;
  struct figure_sizes *sizes; /* kept from figure to figure, of the same scores and options; yours to clear */
};

#define FIGURE_SET "adam8p_wide_grid_1k"

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
  bool is_table;  /* numbers only: there is nothing to draw */
  bool is_shared; /* ranks share its work (base/ranks.h): all of them make it, else the first alone */
  /* HL_USAGE or HL_INVALID if the scores cannot support it: the message says what is missing. May load
   * tables. */
  hl_status (*check)(struct hl_scores *scores, const struct figure_options *options);
  /* Makes the tables, the main one first; those made are the caller's to free, on failure too. */
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

/* The caption, once for each figure, on its main table. */
hl_status figure_caption(struct hl_table *table, const char *format, ...) HL_PRINTF(2, 3);

/* The prototypes of a figure, at the head of its file. */
#define FIGURE(name)                                                                                         \
  hl_status name##_check(struct hl_scores *scores, const struct figure_options *options);                    \
  hl_status name##_make(struct hl_scores *scores, const struct figure_options *options,                      \
                        const struct hl_context *context, struct figure_tables *tables)

#endif
