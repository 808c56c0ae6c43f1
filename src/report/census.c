/* What the numbers rest on: tasks by kind, sets, and how many cells are missing or diverged. */
#include "base/error.h"
#include "hyperlist/task.h"
#include "report/html.h"
#include "report/page.h"

#include <inttypes.h>
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

static const char *get_kind(const struct hl_strings *tasks, const struct hl_strings *kinds, size_t t) {
  return kinds != NULL && kinds->n == tasks->n ? kinds->items[t] : hl_task_kind(tasks->items[t]);
}

/* kinds and degenerate may be NULL: derived from the names, not known. */
static void write_kinds(FILE *file, const struct hl_strings *tasks, const struct hl_strings *kinds,
                        const uint8_t *degenerate) {
  static const char *const columns[] = {"kind", "tasks", "degenerate", NULL};
  begin_table(file, "Tasks by kind", columns);
  for (size_t t = 0; t < tasks->n; t++) {
    const char *kind = get_kind(tasks, kinds, t);
    size_t n = 0, n_before = 0, n_degenerate = 0;
    for (size_t u = 0; u < tasks->n; u++) {
      const bool is_same = strcmp(get_kind(tasks, kinds, u), kind) == 0;
      n += is_same;
      n_before += is_same && u < t;
      n_degenerate += is_same && degenerate != NULL && degenerate[u];
    }
    if (n_before > 0) continue;
    fputs("<tr>", file);
    hl_html_cell(file, kind);
    write_count(file, (int64_t)n);
    write_count(file, degenerate != NULL ? (int64_t)n_degenerate : -1);
    fputs("</tr>\n", file);
  }
  end_table(file);
}

static void write_scores(FILE *file, const struct hl_scores *scores) {
  static const char *const columns[] = {"set",      "configs",          "cells", "missing",
                                        "diverged", "degenerate tasks", NULL};
  const size_t n_task = scores->tasks.n;
  write_kinds(file, &scores->tasks, &scores->kinds, scores->degenerate);
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
}

static void write_archive(FILE *file, const struct hl_archive *archive) {
  static const char *const columns[] = {"set", "configs", "hyperparameters", "splits", NULL};
  const struct hl_archive_index *index = hl_archive_get_index(archive);
  write_kinds(file, &index->tasks, NULL, NULL);
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
}

hl_status hl_page_write_census(const struct hl_page *page) {
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
      write_scores(page->file, material->scores);
    } else {
      write_archive(page->file, material->archive);
    }
  }
  if (is_begun) fputs("</section>\n", page->file);
  return HL_OK;
}
