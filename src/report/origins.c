/* Provenance: what each part says of its own making. */
#include "base/error.h"
#include "base/json.h"
#include "base/memory.h"
#include "report/html.h"
#include "report/page.h"

#include <stdlib.h>
#include <string.h>

static void write_line(FILE *file, const char *key, const char *value) {
  fputs("<dt>", file);
  hl_html_text(file, key);
  fputs("</dt><dd><code>", file);
  hl_html_text(file, value);
  fputs("</code></dd>\n", file);
}

static void write_of_table(const struct hl_page *page, const struct hl_tsv *table) {
  for (size_t i = 0; i < table->provenance.n; i++) {
    const char *line = table->provenance.items[i],
               *colon = line + strcspn(line, ":"); /* tsv.c: each has one */
    char key[32];
    snprintf(key, sizeof key, "%.*s", (int)(colon - line), line);
    write_line(page->file, key, colon + 1 + (colon[1] == ' '));
  }
}

/* Of a list or of this page: a JSON object. */
static hl_status write_of_json(const struct hl_page *page, const char *text) {
  hl_status status = HL_OK;
  struct cJSON *json = NULL;
  char *copy = NULL;
  TRY(hl_copy_text(text, &copy));
  TRY(hl_json_parse("provenance", copy, strlen(copy), &json));
  for (const struct cJSON *item = hl_json_first(json); item != NULL; item = hl_json_next(item)) {
    char *value = NULL;
    if (hl_json_name(item) == NULL) continue;
    if (hl_json_text(item) == NULL) TRY(hl_json_copy_text(item, &value));
    write_line(page->file, hl_json_name(item), value != NULL ? value : hl_json_text(item));
    free(value);
  }
out:
  hl_json_free(json);
  free(copy);
  return status;
}

static void begin(const struct hl_page *page, const char *name) {
  fputs("<details><summary>", page->file);
  hl_html_text(page->file, name);
  fputs("</summary><dl>\n", page->file);
}

static void end(const struct hl_page *page) {
  fputs("</dl></details>\n", page->file);
}

hl_status hl_page_write_provenance(const struct hl_page *page) {
  hl_status status = HL_OK;
  fputs("<section id=\"provenance\"><h2>Where it came from</h2>\n", page->file);
  for (size_t i = 0; i < page->materials.n; i++) {
    const struct hl_material *material = &page->materials.items[i];
    if (material->kind == HL_MATERIAL_TABLE && material->table.provenance.n > 0) {
      begin(page, material->name);
      write_of_table(page, &material->table);
      end(page);
    }
    const char *text = material->kind == HL_MATERIAL_LIST      ? material->list->provenance
                       : material->kind == HL_MATERIAL_ARCHIVE ? hl_archive_get_provenance(material->archive)
                                                               : NULL;
    if (text == NULL || *text != '{') continue;
    begin(page, material->name);
    TRY(write_of_json(page, text));
    end(page);
  }
  if (page->options->provenance != NULL) {
    begin(page, "This page");
    TRY(write_of_json(page, page->options->provenance));
    end(page);
  }
  if (page->materials.unused->n > 0) {
    fputs("<h3>Files that are not in this page</h3><ul>", page->file);
    for (size_t i = 0; i < page->materials.unused->n; i++) {
      hl_html_element(page->file, "li", page->materials.unused->items[i]);
    }
    fputs("</ul>\n", page->file);
  }
  fputs("</section>\n", page->file);
out:
  return status;
}
