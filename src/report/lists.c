/* Lists: what was learned from what, and the first entries. */
#include "base/error.h"
#include "base/text.h"
#include "hyperlist/space.h"
#include "report/html.h"
#include "report/kinds.h"
#include "report/page.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_ENTRIES = 10 };

static void write_value(FILE *file, const char *name, double value) {
  char number[HL_DOUBLE_TEXT];
  const bool is_boolean = hl_scale_find(name) == HL_SCALE_BOOLEAN && !isnan(value);
  hl_html_cell(file, is_boolean     ? value != 0 ? "true" : "false"
                     : isnan(value) ? "NA"
                                    : hl_format_double(value, number));
}

/* "rnn 8, mlp 3": the kinds of the train tasks in the order in which they are met. */
static hl_status write_kinds(FILE *file, const struct hl_strings *tasks) {
  struct hl_kind_count *counts;
  size_t n;
  const hl_status status = hl_kinds_count(tasks, NULL, NULL, &counts, &n);
  if (status != HL_OK) return status;
  for (size_t k = 0; k < n; k++) fprintf(file, "%s%s %zu", k > 0 ? ", " : "", counts[k].kind, counts[k].n);
  free(counts);
  return HL_OK;
}

static size_t count_greedy(const struct hl_list *list) {
  size_t n = 0;
  while (n < list->n_entry && list->entries[n].phase == HL_PHASE_GREEDY) n++;
  return n;
}

static hl_status write_origin(const struct hl_page *page, const struct hl_list *list) {
  hl_status status = HL_OK;
  FILE *file = page->file;
  const size_t n_greedy = count_greedy(list);
  fputs("<p>", file);
  hl_html_format(file, "%zu configurations of %s", list->n_entry, list->set);
  if (list->train_tasks.n == 0) {
    fputs(", in an order given by others: what it was learned from is not known.</p>\n", file);
    return HL_OK;
  }
  fprintf(file, ", learned from %zu tasks (", list->train_tasks.n);
  TRY(write_kinds(file, &list->train_tasks));
  fprintf(file, "); %zu picked because they improve some task, %zu in random order after them. ", n_greedy,
          list->n_entry - n_greedy);
  if (n_greedy > 0 && !isnan(list->entries[0].objective) && !isnan(list->entries[n_greedy - 1].objective)) {
    fprintf(file,
            "J, the mean normalized loss of the best so far on these tasks, falls from %.4g after one trial "
            "to %.4g "
            "after %zu.",
            list->entries[0].objective, list->entries[n_greedy - 1].objective, n_greedy);
  }
  fputs("</p>\n<details><summary>The train tasks</summary><p class=\"names\">", file);
  for (size_t i = 0; i < list->train_tasks.n; i++) {
    fputs(i > 0 ? ", " : "", file);
    hl_html_text(file, list->train_tasks.items[i]);
  }
  fputs("</p></details>\n", file);
out:
  return status;
}

static void write_objective(const struct hl_page *page, const struct hl_list *list) {
  const struct hl_objective *o = &list->objective;
  if (o->aggregate == NULL || *o->aggregate == '\0') return;
  fputs("<p class=\"muted\">", page->file);
  hl_html_format(page->file,
                 "Objective: %s over the steps of %s, replicas %s, best over %s, missing cells: %s.",
                 o->aggregate, o->valid_split, o->replicas, o->best_over, o->missing);
  fputs("</p>\n", page->file);
}

static void write_entries(const struct hl_page *page, const struct hl_list *list, size_t n) {
  FILE *file = page->file;
  fputs("<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"Configurations to try\"><table "
        "class=\"sortable\"><caption>",
        file);
  fprintf(file, "The first %zu of %zu to try</caption><thead><tr>", n, list->n_entry);
  hl_html_head_cell(file, "rank", "1");
  hl_html_head_cell(file, "config", NULL);
  hl_html_head_cell(file, "J", "NA");
  for (size_t j = 0; j < list->hyperparameters.n; j++) {
    const bool is_boolean = hl_scale_find(list->hyperparameters.items[j]) == HL_SCALE_BOOLEAN;
    hl_html_head_cell(file, list->hyperparameters.items[j], is_boolean ? NULL : "NA");
  }
  fputs("</tr></thead>\n<tbody>\n", file);
  for (size_t i = 0; i < n; i++) {
    const struct hl_list_entry *entry = &list->entries[i];
    fprintf(file, "<tr><td class=\"n\">%zu</td>", i + 1);
    hl_html_element(file, "td", entry->config);
    write_value(file, "", entry->objective);
    for (size_t j = 0; j < list->hyperparameters.n; j++) {
      write_value(file, list->hyperparameters.items[j], entry->hyperparameters[j]);
    }
    fputs("</tr>\n", file);
  }
  fputs("</tbody></table></div>\n", file);
}

hl_status hl_page_write_lists(const struct hl_page *page) {
  hl_status status = HL_OK;
  bool is_begun = false;
  const size_t n_entry = page->options->n_entry > 0 ? page->options->n_entry : DEFAULT_ENTRIES;
  for (size_t i = 0; i < page->materials.n; i++) {
    const struct hl_material *material = &page->materials.items[i];
    if (material->kind != HL_MATERIAL_LIST) continue;
    if (!is_begun) fputs("<section id=\"lists\"><h2>What to try first</h2>\n", page->file);
    is_begun = true;
    hl_html_element(page->file, "h3", material->name);
    putc('\n', page->file);
    TRY(write_origin(page, material->list));
    write_objective(page, material->list);
    write_entries(page, material->list,
                  n_entry < material->list->n_entry ? n_entry : material->list->n_entry);
  }
  if (is_begun) fputs("</section>\n", page->file);
out:
  return status;
}
