/* Figure A.1: the tasks in two dimensions, each given by its scores under all configs of all sets, by t-SNE
 * and by principal components; coloured by kind. Missing cells count as the worst score unless told
 * otherwise, so that no coordinate is NaN. */
#include "analysis/parts.h"
#include "base/error.h"
#include "base/memory.h"
#include "hyperlist/embed.h"

#include <stdlib.h>
#include <string.h>

FIGURE(figureA1);

enum { FEWEST_TASKS = 5 }; /* a perplexity between 1 and a third of the neighbours */

hl_status figureA1_check(struct hl_scores *scores, const struct figure_options *options) {
  const size_t n = figure_count_tasks(scores, NULL);
  if (n < FEWEST_TASKS) {
    return hl_fail(HL_INVALID,
                   "figureA1: %s has too few tasks that are not degenerate: found %zu, expected at least %d",
                   scores->path, n, FEWEST_TASKS);
  }
  if (options->perplexity < (double)n - 1) return HL_OK;
  return hl_fail(HL_USAGE, "figureA1: perplexity %g is not below the %zu neighbours that a task has",
                 options->perplexity, n - 1);
}

struct embedding {
  double *components, *points; /* [n_task][2]: principal components; t-SNE */
  double shares[2], perplexity, divergence;
};

static hl_status embed(const struct figure_cells *cells, const struct figure_options *options,
                       const struct hl_context *context, struct embedding *it) {
  hl_status status = HL_OK;
  const size_t n = cells->n_task;
  it->perplexity = options->perplexity > 0 ? options->perplexity : hl_tsne_default_perplexity(n);
  TRY(hl_new_array(2 * n, sizeof(double), &it->components));
  TRY(hl_new_array(2 * n, sizeof(double), &it->points));
  TRY(hl_pca_run(cells->values, n, cells->n_config, 2, it->components, it->shares));
  memcpy(it->points, it->components, 2 * n * sizeof(double));
  TRY(hl_tsne_run(cells->values, n, cells->n_config, it->perplexity, context, it->points, &it->divergence));
out:
  return status;
}

static hl_status tabulate(const struct hl_scores *scores, const struct figure_cells *cells,
                          const struct embedding *it, struct hl_table **table) {
  static const struct hl_column columns[] = {{"task", HL_CELL_TEXT},    {"kind", HL_CELL_TEXT},
                                             {"tsne1", HL_CELL_NUMBER}, {"tsne2", HL_CELL_NUMBER},
                                             {"pca1", HL_CELL_NUMBER},  {"pca2", HL_CELL_NUMBER}};
  hl_status status = HL_OK;
  TRY(hl_table_new(columns, sizeof columns / sizeof columns[0], table));
  TRY(figure_note_cells(*table, cells->n_missing, cells->n_diverged));
  TRY(hl_table_note(*table, "perplexity: %.17g", it->perplexity));
  TRY(hl_table_note(*table, "divergence: %.17g nats", it->divergence));
  TRY(hl_table_note(*table, "pca1, pca2: %.17g and %.17g of the variance", it->shares[0], it->shares[1]));
  TRY(hl_table_note(*table, "the last digits may differ between processors, whose exp and log do"));
  for (size_t i = 0; i < cells->n_task; i++) {
    const struct hl_cell row[] = {{.text = scores->tasks.items[cells->rows[i]]},
                                  {.text = scores->kinds.items[cells->rows[i]]},
                                  {.number = it->points[2 * i]},
                                  {.number = it->points[2 * i + 1]},
                                  {.number = it->components[2 * i]},
                                  {.number = it->components[2 * i + 1]}};
    TRY(hl_table_add(*table, row));
  }
out:
  return status;
}

hl_status figureA1_make(struct hl_scores *scores, const struct figure_options *options,
                        const struct hl_context *context, struct figure_tables *tables) {
  hl_status status = HL_OK;
  struct figure_cells cells = {0};
  struct embedding it = {0};
  struct hl_table *table = NULL;
  TRY(figure_cells_init(&cells, scores, false, options->missing));
  TRY(embed(&cells, options, context, &it));
  status = tabulate(scores, &cells, &it, &table);
  TRY(figure_tables_add(tables, "", table, status));
  TRY(figure_caption(
      table,
      "%zu tasks by their scores under %zu configurations, coloured by kind: t-SNE (perplexity %.3g) "
      "and principal components, which have %.0f %% and %.0f %% of the variance.",
      cells.n_task, cells.n_config, it.perplexity, 100 * it.shares[0], 100 * it.shares[1]));
out:
  figure_cells_clear(&cells);
  free(it.components);
  free(it.points);
  return status;
}
