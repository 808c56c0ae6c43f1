/* Tables beside the figures: evaluations, with what they say at a few trials, and all others. */
#include "report/html.h"
#include "report/page.h"

#include <stdlib.h>
#include <string.h>

static bool is_evaluation(const struct hl_page *page, const struct hl_material *material) {
  return material->kind == HL_MATERIAL_TABLE && hl_tsv_has(&material->table, hl_evaluation_columns) &&
         !hl_materials_is_figure(&page->materials, page->options, material->stem);
}

/* 1 2 3 5 10 20 30 50 100 ...: those that a reader asks for. */
static bool is_round(const char *trials) {
  static const long leading[] = {1, 2, 3, 5};
  char *end;
  long n = strtol(trials, &end, 10);
  if (n < 1 || *end != '\0') return false;
  while (n >= 10 && n % 10 == 0) n /= 10;
  for (size_t i = 0; i < sizeof leading / sizeof leading[0]; i++) {
    if (n == leading[i]) return true;
  }
  return false;
}

/* The last row of its list is worth a look too. */
static bool is_shown(const struct hl_tsv *table, size_t row) {
  const size_t n = table->n_column, c_trials = hl_tsv_find(table, "trials"),
               c_list = hl_tsv_find(table, "list");
  if (is_round(table->cells[row * n + c_trials]) || row + 1 == table->n_row) return true;
  return c_list < n && strcmp(table->cells[row * n + c_list], table->cells[(row + 1) * n + c_list]) != 0;
}

static void write_summary(const struct hl_page *page, const struct hl_tsv *table) {
  fputs("<div class=\"scroll\"><table><caption>Normalized loss of the best configuration so far, mean over "
        "the tasks"
        "</caption><thead><tr>",
        page->file);
  for (size_t c = 0; c < table->n_column; c++) {
    hl_html_head_cell(page->file, table->columns[c], table->n_row > 0 ? table->cells[c] : NULL);
  }
  fputs("</tr></thead>\n<tbody>\n", page->file);
  for (size_t r = 0; r < table->n_row; r++) {
    if (!is_shown(table, r)) continue;
    fputs("<tr>", page->file);
    for (size_t c = 0; c < table->n_column; c++)
      hl_html_cell(page->file, table->cells[r * table->n_column + c]);
    fputs("</tr>\n", page->file);
  }
  fputs("</tbody></table></div>\n", page->file);
}

hl_status hl_page_write_evaluations(const struct hl_page *page) {
  bool is_begun = false;
  for (size_t i = 0; i < page->materials.n; i++) {
    const struct hl_material *material = &page->materials.items[i];
    if (!is_evaluation(page, material)) continue;
    if (!is_begun) fputs("<section id=\"evaluations\"><h2>Evaluations</h2>\n", page->file);
    is_begun = true;
    hl_html_element(page->file, "h3", material->name);
    putc('\n', page->file);
    if (hl_tsv_find(&material->table, "task") == material->table.n_column) {
      hl_page_write_notes(page, &material->table);
      write_summary(page, &material->table);
    }
    hl_page_write_numbers(page, material, "All trials");
  }
  if (is_begun) fputs("</section>\n", page->file);
  return HL_OK;
}

hl_status hl_page_write_tables(const struct hl_page *page) {
  bool is_begun = false;
  for (size_t i = 0; i < page->materials.n; i++) {
    const struct hl_material *material = &page->materials.items[i];
    const bool is_other = material->kind == HL_MATERIAL_TABLE && !is_evaluation(page, material) &&
                          !hl_materials_is_figure(&page->materials, page->options, material->stem);
    if (!is_other) continue;
    if (!is_begun) fputs("<section id=\"tables\"><h2>Other tables</h2>\n", page->file);
    is_begun = true;
    hl_page_write_numbers(page, material, material->name);
  }
  if (is_begun) fputs("</section>\n", page->file);
  return HL_OK;
}
