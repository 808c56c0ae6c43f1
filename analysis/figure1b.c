/* Figure 1b: for every task (x, sorted by their median) and every share of the configs of all sets (y), the
 * lowest normalized validation loss that this share of them reaches (colour). */
#include "analysis/parts.h"
#include "base/error.h"
#include "base/memory.h"

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <stdlib.h>

FIGURE(figure1b);

enum { N_SHARE = 100 };

hl_status figure1b_check(struct hl_scores *scores, const struct figure_options *options) {
  (void)options;
  if (figure_count_tasks(scores, NULL) == 0) {
    return hl_fail(HL_USAGE, "figure1b: %s has only degenerate tasks", scores->path);
  }
  return figure_check_lowest(scores, "figure1b");
}

/* losses[n], ascending: what so many percent of them reach, ceil(percent n / 100) configs. */
static double get_reached(const double *losses, size_t n, size_t percent) {
  return losses[(percent * n + 99) / 100 - 1];
}

static hl_status add_task(const struct hl_scores *scores, const struct figure_cells *cells, size_t i,
                          size_t rank, double median, struct hl_table *table) {
  const double *losses = cells->values + i * cells->n_config;
  for (size_t percent = 1; percent <= N_SHARE; percent++) {
    const struct hl_cell row[] = {{.integer = (int64_t)rank},
                                  {.text = scores->tasks.items[cells->rows[i]]},
                                  {.number = median},
                                  {.number = (double)percent / N_SHARE},
                                  {.number = get_reached(losses, cells->n_config, percent)}};
    const hl_status status = hl_table_add(table, row);
    if (status != HL_OK) return status;
  }
  return HL_OK;
}

struct place {
  double median;
  size_t task;
};

static int compare_places(const void *a, const void *b) {
  const struct place *x = a, *y = b;
  if (x->median != y->median) return x->median > y->median ? 1 : -1;
  return (x->task > y->task) - (x->task < y->task);
}

static hl_status tabulate(const struct hl_scores *scores, const struct figure_cells *cells,
                          struct hl_table **table) {
  static const struct hl_column columns[] = {{"rank", HL_CELL_INTEGER},
                                             {"task", HL_CELL_TEXT},
                                             {"median", HL_CELL_NUMBER},
                                             {"share", HL_CELL_NUMBER},
                                             {"loss", HL_CELL_NUMBER}};
  hl_status status = HL_OK;
  struct place *places = NULL;
  TRY(hl_table_new(columns, sizeof columns / sizeof columns[0], table));
  TRY(hl_new_array(cells->n_task, sizeof *places, &places));
  for (size_t i = 0; i < cells->n_task; i++) {
    double *losses = cells->values + i * cells->n_config;
    gsl_sort(losses, 1, cells->n_config);
    places[i] = (struct place){gsl_stats_median_from_sorted_data(losses, 1, cells->n_config), i};
  }
  qsort(places, cells->n_task, sizeof *places, compare_places);
  for (size_t k = 0; k < cells->n_task; k++) {
    TRY(add_task(scores, cells, places[k].task, k + 1, places[k].median, *table));
  }
out:
  free(places);
  return status;
}

/* On how many tasks does that share of the configs come down to `loss`? */
static size_t count_tasks(const struct figure_cells *cells, size_t percent, double loss) {
  size_t n = 0;
  for (size_t i = 0; i < cells->n_task; i++) {
    n += get_reached(cells->values + i * cells->n_config, cells->n_config, percent) <= loss;
  }
  return n;
}

hl_status figure1b_make(struct hl_scores *scores, const struct figure_options *options,
                        const struct hl_context *context, struct figure_tables *tables) {
  hl_status status = HL_OK;
  struct figure_cells cells = {0};
  struct hl_table *table = NULL;
  (void)context;
  TRY(figure_cells_init(&cells, scores, true, options->missing));
  status = tabulate(scores, &cells, &table);
  TRY(figure_tables_add(tables, "", table, status));
  TRY(figure_note_cells(table, cells.n_missing, cells.n_diverged));
  TRY(figure_caption(
      table,
      "Lowest normalized validation loss that a share of the %zu configurations of all sets "
      "reaches, on %zu tasks sorted by their median. On %zu tasks fewer than one configuration in ten "
      "comes down to 0.1.",
      cells.n_config, cells.n_task, cells.n_task - count_tasks(&cells, 10, 0.1)));
out:
  figure_cells_clear(&cells);
  return status;
}
