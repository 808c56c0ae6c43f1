/* Tables of numbers: collapsed, sortable by the page's script, with the file itself to download. */
#include "report/html.h"
#include "report/page.h"

#include <inttypes.h>
#include <string.h>

enum { MOST_ROWS = 500, MOST_DOWNLOAD_BYTES = 4 << 20 };

static bool is_caption(const char *note) {
  return strncmp(note, HL_CAPTION_NOTE, strlen(HL_CAPTION_NOTE)) == 0 ||
         strncmp(note, HL_TITLE_NOTE, strlen(HL_TITLE_NOTE)) == 0;
}

void hl_page_write_notes(const struct hl_page *page, const struct hl_tsv *table) {
  size_t n_written = 0;
  for (size_t i = 0; i < table->notes.n; i++) {
    if (is_caption(table->notes.items[i])) continue; /* stands under the picture */
    if (n_written++ == 0) fputs("<ul class=\"notes\">", page->file);
    hl_html_element(page->file, "li", table->notes.items[i]);
  }
  if (n_written > 0) fputs("</ul>\n", page->file);
}

static void write_download(const struct hl_page *page, const struct hl_material *material) {
  const size_t n = strlen(material->table.text);
  if (n > MOST_DOWNLOAD_BYTES) {
    fputs("<p>", page->file);
    hl_html_format(page->file, "%s has %.1f MB and is not in this page.", material->name, (double)n / 1e6);
    fputs("</p>\n", page->file);
    return;
  }
  fputs("<p><a class=\"download\" download=\"", page->file);
  hl_html_text(page->file, material->name);
  fputs("\" href=\"", page->file);
  hl_html_data_uri(page->file, "text/tab-separated-values", material->table.text);
  fputs("\">Download ", page->file);
  hl_html_text(page->file, material->name);
  fputs("</a></p>\n", page->file);
}

static void write_table(const struct hl_page *page, const struct hl_material *material) {
  const struct hl_tsv *table = &material->table;
  const size_t n_row = table->n_row < MOST_ROWS ? table->n_row : MOST_ROWS;
  fputs("<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"", page->file);
  hl_html_text(page->file, material->name);
  fputs("\"><table class=\"sortable\"><caption>", page->file);
  hl_html_text(page->file, material->name);
  if (n_row < table->n_row) fprintf(page->file, ", the first %zu of %zu rows", n_row, table->n_row);
  fputs("</caption><thead><tr>", page->file);
  for (size_t c = 0; c < table->n_column; c++) {
    hl_html_head_cell(page->file, table->columns[c], table->n_row > 0 ? table->cells[c] : NULL);
  }
  fputs("</tr></thead>\n<tbody>\n", page->file);
  for (size_t r = 0; r < n_row; r++) {
    fputs("<tr>", page->file);
    for (size_t c = 0; c < table->n_column; c++)
      hl_html_cell(page->file, table->cells[r * table->n_column + c]);
    fputs("</tr>\n", page->file);
  }
  fputs("</tbody></table></div>\n", page->file);
}

void hl_page_write_numbers(const struct hl_page *page, const struct hl_material *material,
                           const char *summary) {
  fputs("<details><summary>", page->file);
  hl_html_text(page->file, summary);
  fprintf(page->file, " <span class=\"muted\">(%zu rows)</span></summary>\n", material->table.n_row);
  hl_page_write_notes(page, &material->table);
  write_download(page, material);
  write_table(page, material);
  fputs("</details>\n", page->file);
}
