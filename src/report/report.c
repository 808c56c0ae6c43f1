/* The page as a whole: frame, style, script, and its sections in order. */
#include "hyperlist/report.h"
#include "base/error.h"
#include "base/memory.h"
#include "hyperlist/version.h"
#include "report/html.h"
#include "report/page.h"

#include <locale.h>
#include <stdlib.h>

/* page.css and page.js, their lines made string literals by the Makefile. */
static const char *const style[] = {
#include "report/page.css.inc"
    NULL};
static const char *const script[] = {
#include "report/page.js.inc"
    NULL};

static void write_lines(const char *const *lines, FILE *file) {
  for (; *lines != NULL; lines++) fputs(*lines, file);
}

/* Nothing is loaded from anywhere: all that a page may have is in it. */
static const char policy[] =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'";

static void write_head(const struct hl_page *page, const char *title) {
  FILE *file = page->file;
  fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n", file);
  fprintf(file, "<meta http-equiv=\"Content-Security-Policy\" content=\"%s\">\n", policy);
  fputs("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\">\n",
        file);
  hl_html_element(file, "title", title);
  fputs("\n<link rel=\"icon\" href=\"data:,\">\n<style>\n", file);
  write_lines(style, file);
  fputs("</style>\n</head>\n<body>\n<main>\n", file);
  hl_html_element(file, "h1", title);
  putc('\n', file);
}

/* In one paragraph: what was learned from what. */
static void write_lead(const struct hl_page *page) {
  size_t counts[HL_MATERIAL_ARCHIVE + 1] = {0};
  const struct hl_list *list = NULL;
  for (size_t i = 0; i < page->materials.n; i++) {
    const struct hl_material *material = &page->materials.items[i];
    counts[material->kind]++;
    if (material->kind == HL_MATERIAL_LIST && list == NULL) list = material->list;
  }
  fputs("<p class=\"lead\">", page->file);
  if (list != NULL && list->train_tasks.n > 0) {
    hl_html_format(page->file,
                   "%zu configurations of %s in the order in which to try them, learned from %zu tasks.",
                   list->n_entry, list->set, list->train_tasks.n);
  } else if (list != NULL) {
    hl_html_format(page->file, "%zu configurations of %s in the order in which to try them.", list->n_entry,
                   list->set);
  } else {
    fputs("What hyperlist measured: lists of hyperparameter configurations against search.", page->file);
  }
  static const char *const names[] = {"table", "picture", "list"};
  size_t n_written = 0;
  for (int kind = HL_MATERIAL_LIST; kind >= 0; kind--) {
    if (counts[kind] == 0) continue;
    fprintf(page->file, "%s%zu %s%s", n_written++ > 0 ? ", " : " In this page: ", counts[kind], names[kind],
            counts[kind] == 1 ? "" : "s");
  }
  fprintf(page->file, "%s</p>\n", n_written > 0 ? "." : "");
}

static void write_warnings(const struct hl_page *page) {
  if (page->warnings->n == 0) return;
  fputs("<section id=\"warnings\" class=\"warnings\"><h2>Before you read the numbers</h2>\n<ul>\n",
        page->file);
  for (size_t i = 0; i < page->warnings->n; i++) {
    hl_html_element(page->file, "li", page->warnings->items[i]);
    putc('\n', page->file);
  }
  fputs("</ul></section>\n", page->file);
}

static hl_status write_page(const struct hl_report_options *options, FILE *file, const char *path,
                            struct hl_strings *warnings, struct hl_strings *unused) {
  hl_status status = HL_OK;
  struct hl_page page = {.options = options, .warnings = warnings, .file = file};
  char **pictures = NULL;
  TRY(hl_materials_read(&page.materials, options, unused));
  TRY(hl_new_array(page.materials.n, sizeof *pictures, &pictures));
  TRY(hl_page_gather_warnings(&page, pictures));
  write_head(&page, options->title != NULL ? options->title : "hyperlist report");
  write_lead(&page);
  write_warnings(&page);
  TRY(hl_page_write_lists(&page));
  TRY(hl_page_write_figures(&page, pictures));
  TRY(hl_page_write_evaluations(&page));
  TRY(hl_page_write_tables(&page));
  TRY(hl_page_write_census(&page));
  TRY(hl_page_write_provenance(&page));
  fprintf(file,
          "<footer class=\"muted\">Made by hyperlist "
          "%s</footer>\n</main>\n<script>\n",
          hl_version());
  write_lines(script, file);
  fputs("</script>\n</body>\n</html>\n", file);
  if (ferror(file)) status = hl_fail_errno(path, "write");
out:
  for (size_t i = 0; pictures != NULL && i < page.materials.n; i++) free(pictures[i]);
  free(pictures);
  hl_materials_clear(&page.materials);
  return status;
}

/* In this thread's own plain locale: numbers are written with a point, whatever a program that embeds the
 * library has set. */
hl_status hl_report_write(const struct hl_report_options *options, FILE *file, const char *path,
                          struct hl_strings *warnings, struct hl_strings *unused) {
  const locale_t plain = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
  if (plain == (locale_t)0) return hl_fail_memory();
  const locale_t before = uselocale(plain);
  const hl_status status = write_page(options, file, path, warnings, unused);
  uselocale(before);
  freelocale(plain);
  return status;
}
