/* What the numbers rest on: tasks by kind, sets, and how many cells are missing or diverged. */
#include "base/error.h"
#include "report/html.h"
#include "report/kinds.h"
#include "report/page.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Sums of per-task counts of a set; -1: a task of it does not say. */
static int64_t sum(const int64_t *counts, size_t n) {
  int64_t total = 0;
  for (size_t t = 0; counts != NULL && t < n && total >= 0; t++)
    total = counts[t] < 0 ? -1 : total + counts[t];
  return counts != NULL ? total : -1;
}

static void write_count(FILE *file, int64_t count) {
  char text[24] = "NA";
  if (count >= 0) snprintf(text, sizeof text, "%" PRId64, count);
  hl_html_cell(file, text);
}

static void begin_table(FILE *file, const char *caption, const char *const *columns) {
  fprintf(file, "<div class=\"scroll\"><table class=\"sortable\"><caption>%s</caption><thead><tr>", caption);
  for (; *columns != NULL; columns++) {
    const bool is_text =
        strcmp(*columns, "kind") == 0 || strcmp(*columns, "set") == 0 || strcmp(*columns, "splits") == 0;
    hl_html_head_cell(file, *columns, is_text ? NULL : "0");
  }
  fputs("</tr></thead>\n<tbody>\n", file);
}

static void end_table(FILE *file) {
  fputs("</tbody></table></div>\n", file);
}

/* kinds and degenerate may be NULL: derived from the names, not known. */
static hl_status write_kinds(FILE *file, const struct hl_strings *tasks, const struct hl_strings *kinds,
                             const uint8_t *degenerate) {
  static const char *const columns[] = {"kind", "tasks", "degenerate", NULL};
  struct hl_kind_count *counts;
  size_t n;
  const hl_status status = hl_kinds_count(tasks, kinds, degenerate, &counts, &n);
  if (status != HL_OK) return status;
  begin_table(file, "Tasks by kind", columns);
  for (size_t k = 0; k < n; k++) {
    fputs("<tr>", file);
    hl_html_cell(file, counts[k].kind);
    write_count(file, (int64_t)counts[k].n);
    write_count(file, degenerate != NULL ? (int64_t)counts[k].n_degenerate : -1);
    fputs("</tr>\n", file);
  }
  end_table(file);
  free(counts);
  return HL_OK;
}

static hl_status write_scores(FILE *file, const struct hl_scores *scores) {
  hl_status status = HL_OK;
  static const char *const columns[] = {"set",      "configs",          "cells", "missing",
                                        "diverged", "degenerate tasks", NULL};
  const size_t n_task = scores->tasks.n;
  TRY(write_kinds(file, &scores->tasks, &scores->kinds, scores->degenerate));
  begin_table(file, "Sets", columns);
  for (size_t i = 0; i < scores->n_set; i++) {
    const struct hl_score_set *set = &scores->sets[i];
    int64_t n_degenerate = set->degenerate != NULL ? 0 : -1;
    for (size_t t = 0; t < n_task && set->degenerate != NULL; t++) n_degenerate += set->degenerate[t] != 0;
    fputs("<tr>", file);
    hl_html_cell(file, set->name);
    write_count(file, (int64_t)set->configs.n);
    write_count(file, (int64_t)(set->configs.n * n_task));
    write_count(file, sum(set->n_missing, n_task));
    write_count(file, sum(set->n_diverged, n_task));
    write_count(file, n_degenerate);
    fputs("</tr>\n", file);
  }
  end_table(file);
  fputs("<p class=\"muted\">", file);
  hl_html_format(file, "Scored on %s, replicas %s, best over %s, aggregate %s, test constants %s.",
                 scores->valid_split, scores->replicas, scores->best_over, scores->aggregate,
                 scores->test_constants);
  fputs("</p>\n", file);
out:
  return status;
}

static hl_status write_archive(FILE *file, const struct hl_archive *archive) {
  hl_status status = HL_OK;
  static const char *const columns[] = {"set", "configs", "hyperparameters", "splits", NULL};
  const struct hl_archive_index *index = hl_archive_get_index(archive);
  TRY(write_kinds(file, &index->tasks, NULL, NULL));
  begin_table(file, "Sets", columns);
  for (size_t i = 0; i < index->n_set; i++) {
    const struct hl_archive_set *set = &index->sets[i];
    fputs("<tr>", file);
    hl_html_cell(file, set->name);
    write_count(file, (int64_t)set->configs.n);
    write_count(file, (int64_t)set->hyperparameters.n);
    fputs("<td>", file);
    for (size_t s = 0; s < set->splits.n; s++) {
      fputs(s > 0 ? ", " : "", file);
      hl_html_text(file, set->splits.items[s]);
    }
    fputs("</td></tr>\n", file);
  }
  end_table(file);
out:
  return status;
}

hl_status hl_page_write_census(const struct hl_page *page) {
  hl_status status = HL_OK;
  bool is_begun = false;
  for (size_t i = 0; i < page->materials.n; i++) {
    const struct hl_material *material = &page->materials.items[i];
    const bool is_scores = material->kind == HL_MATERIAL_SCORES;
    if (!is_scores && material->kind != HL_MATERIAL_ARCHIVE) continue;
    if (!is_begun) fputs("<section id=\"data\"><h2>The data</h2>\n", page->file);
    is_begun = true;
    fputs("<h3>", page->file);
    hl_html_text(page->file, material->name);
    fprintf(page->file, "</h3>\n<p>%s of %zu tasks.</p>\n", is_scores ? "Scores" : "Curves",
            is_scores ? material->scores->tasks.n : hl_archive_get_index(material->archive)->tasks.n);
    if (is_scores) {
      TRY(write_scores(page->file, material->scores));
    } else {
      TRY(write_archive(page->file, material->archive));
    }
  }
  if (is_begun) fputs("</section>\n", page->file);
out:
  return status;
}
