/* Figures: picture, caption, and the numbers behind it. */
#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"
#include "report/html.h"
#include "report/page.h"

#include <stdlib.h>
#include <string.h>

const struct hl_report_caption *hl_page_find_caption(const struct hl_page *page, const char *stem) {
  for (size_t i = 0; i < page->options->n_caption; i++) {
    if (strcmp(page->options->captions[i].name, stem) == 0) return &page->options->captions[i];
  }
  return NULL;
}

/* "figure2" is "Figure 2". */
static void write_name(FILE *file, const char *stem) {
  if (strncmp(stem, "figure", 6) == 0 && stem[6] != '\0') {
    hl_html_format(file, "Figure %s", stem + 6);
  } else {
    hl_html_text(file, stem);
  }
}

/* ---- Trials needed: the headline as a small table ---- */

static bool is_first(const struct hl_tsv *table, size_t column, size_t row) {
  for (size_t r = 0; r < row; r++) {
    if (strcmp(table->cells[r * table->n_column + column], table->cells[row * table->n_column + column]) ==
        0) {
      return false;
    }
  }
  return true;
}

/* One series' row: how many trials it needs for each of the columns. */
static void write_needed(const struct hl_page *page, const struct hl_tsv *table, const char *series) {
  const size_t c_series = hl_tsv_find(table, "series"), c_trials = hl_tsv_find(table, "trials");
  const size_t c_needed = hl_tsv_find(table, "trials_needed"), n = table->n_column;
  fputs("<tr><th scope=\"row\">", page->file);
  hl_html_text(page->file, series);
  fputs("</th>", page->file);
  for (size_t k = 0; k < table->n_row; k++) {
    if (!is_first(table, c_trials, k)) continue;
    size_t r = 0;
    while (r < table->n_row && !(strcmp(table->cells[r * n + c_series], series) == 0 &&
                                 strcmp(table->cells[r * n + c_trials], table->cells[k * n + c_trials]) == 0))
      r++;
    const char *needed = r < table->n_row ? table->cells[r * n + c_needed] : "";
    if (strcmp(needed, "NA") == 0) {
      fputs("<td class=\"n\">never</td>", page->file);
    } else {
      hl_html_cell(page->file, needed);
    }
  }
  fputs("</tr>\n", page->file);
}

static void write_speedup(const struct hl_page *page, const struct hl_tsv *table) {
  const size_t c_series = hl_tsv_find(table, "series"), c_trials = hl_tsv_find(table, "trials"),
               n = table->n_column;
  fputs("<div class=\"scroll\"><table><caption>Trials that other strategies need for what the learned list "
        "reaches in "
        "so many</caption><thead><tr><th scope=\"col\">learned list</th>",
        page->file);
  for (size_t r = 0; r < table->n_row; r++) {
    if (!is_first(table, c_trials, r)) continue;
    fputs("<th scope=\"col\" class=\"n\">", page->file);
    hl_html_text(page->file, table->cells[r * n + c_trials]);
    fputs("</th>", page->file);
  }
  fputs("</tr></thead>\n<tbody>\n", page->file);
  for (size_t r = 0; r < table->n_row; r++) {
    if (is_first(table, c_series, r)) write_needed(page, table, table->cells[r * n + c_series]);
  }
  fputs("</tbody></table></div>\n", page->file);
}

/* ---- One figure ---- */

static bool is_of(const struct hl_material *material, enum hl_material_kind kind, const char *stem) {
  return material->kind == kind && strcmp(material->stem, stem) == 0;
}

static void write_caption(const struct hl_page *page, const char *stem, const struct hl_tsv *table) {
  const struct hl_report_caption *known = hl_page_find_caption(page, stem);
  const char *title = table != NULL ? hl_tsv_note(table, HL_TITLE_NOTE) : NULL;
  const char *caption = table != NULL ? hl_tsv_note(table, HL_CAPTION_NOTE) : NULL;
  if (title == NULL && known != NULL) title = known->title;
  fputs("<figcaption><strong>", page->file);
  write_name(page->file, stem);
  fputs(".</strong> ", page->file);
  if (title != NULL) hl_html_format(page->file, "%s. ", title);
  if (caption != NULL) hl_html_text(page->file, caption);
  fputs("</figcaption>\n", page->file);
}

static hl_status write_figure(const struct hl_page *page, char *const *pictures, const char *stem) {
  const struct hl_materials *materials = &page->materials;
  const struct hl_tsv *main_table = NULL;
  fputs("<figure class=\"figure\" id=\"figure-", page->file);
  hl_html_text(page->file, stem);
  fputs("\">\n", page->file);
  for (size_t i = 0; i < materials->n; i++) {
    const struct hl_material *material = &materials->items[i];
    if (is_of(material, HL_MATERIAL_PICTURE, stem) && pictures[i] != NULL) {
      fprintf(page->file, "<div class=\"picture\">%s</div>\n", pictures[i]);
    }
    if (is_of(material, HL_MATERIAL_TABLE, stem) && strcmp(material->name + strlen(stem), ".tsv") == 0) {
      main_table = &material->table;
    }
  }
  write_caption(page, stem, main_table);
  for (size_t i = 0; i < materials->n; i++) {
    const struct hl_material *material = &materials->items[i];
    const bool is_speedup =
        is_of(material, HL_MATERIAL_TABLE, stem) && hl_tsv_has(&material->table, hl_speedup_columns);
    if (is_speedup) write_speedup(page, &material->table);
  }
  for (size_t i = 0; i < 2 * materials->n; i++) { /* the picture's own numbers first */
    const struct hl_material *material = &materials->items[i % materials->n];
    const bool is_own = &material->table == main_table;
    if (is_of(material, HL_MATERIAL_TABLE, stem) && is_own == (i < materials->n)) {
      hl_page_write_numbers(page, material, material->name);
    }
  }
  fputs("</figure>\n", page->file);
  return HL_OK;
}

/* ---- All ---- */

/* The stems of all figures there are: captions' order, then by name. */
static hl_status list_stems(const struct hl_page *page, struct hl_strings *stems) {
  hl_status status = HL_OK;
  const struct hl_materials *materials = &page->materials;
  struct hl_strings others = {0};
  for (size_t i = 0; i < materials->n; i++) {
    const struct hl_material *material = &materials->items[i];
    const bool can_be = material->kind == HL_MATERIAL_TABLE || material->kind == HL_MATERIAL_PICTURE;
    if (!can_be || !hl_materials_is_figure(materials, page->options, material->stem)) continue;
    TRY(hl_strings_add(&others, material->stem));
  }
  TRY(hl_strings_sort(&others, hl_strings_compare_natural, NULL));
  for (size_t c = 0; c < page->options->n_caption; c++) {
    const char *name = page->options->captions[c].name;
    if (hl_strings_find_sorted(&others, name, hl_strings_compare_natural) < others.n)
      TRY(hl_strings_add(stems, name));
  }
  for (size_t i = 0; i < others.n; i++) {
    if (i > 0 && strcmp(others.items[i], others.items[i - 1]) == 0) continue;
    if (hl_page_find_caption(page, others.items[i]) == NULL) TRY(hl_strings_add(stems, others.items[i]));
  }
out:
  hl_strings_clear(&others);
  return status;
}

hl_status hl_page_write_figures(const struct hl_page *page, char *const *pictures) {
  hl_status status = HL_OK;
  struct hl_strings stems = {0};
  TRY(list_stems(page, &stems));
  if (stems.n == 0) goto out;
  fputs("<section id=\"figures\"><h2>Figures</h2>\n<p class=\"hint muted\" hidden>Point at a picture to read "
        "its values."
        "</p>\n",
        page->file);
  for (size_t i = 0; i < stems.n; i++) TRY(write_figure(page, pictures, stems.items[i]));
  fputs("</section>\n", page->file);
out:
  hl_strings_clear(&stems);
  return status;
}
