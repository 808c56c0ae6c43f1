/* The page of `report`. Parts: a picture, a table of the same name, a table of its own, a list. */
#include "fuzz.h"
#include "hyperlist/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static size_t count(const char *text, const char *what) {
  size_t n = 0;
  for (const char *at = text; (at = strstr(at, what)) != NULL; at += strlen(what)) n++;
  return n;
}

/* The page has one script, its own, at its end; one body; and nothing of it goes elsewhere. */
static void check_page(const char *page) {
  FUZZ_CHECK(count(page, "<script") == 1 && count(page, "</script") == 1 && count(page, "</body>") == 1);
  FUZZ_CHECK(strstr(page, "<script")[strlen("<script")] == '>' && strstr(page, "</footer>") != NULL);
  FUZZ_CHECK(count(page, "<iframe") + count(page, "<object") + count(page, "<img") == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char *const names[] = {"in/figure2.svg", "in/figure2.tsv", "in/other.tsv", "in/list.json"};
  const char *source = NULL;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    char *text = fuzz_next(&data, &size);
    source = fuzz_write(names[i], text, strlen(text));
    if (*text == '\0') unlink(source);
    free(text);
  }
  struct hl_strings warnings = {0}, unused = {0};
  char *page, folder[1024];
  size_t n;
  snprintf(folder, sizeof folder, "%s", fuzz_path("in"));
  source = folder;
  const struct hl_report_caption caption = {"figure2", "Figure 2", false};
  const struct hl_report_options options = {
      .sources = &source, .n_source = 1, .captions = &caption, .n_caption = 1};
  FILE *file = open_memstream(&page, &n);
  const bool is_good = fuzz_is_ok(hl_report_write(&options, file, "a.html", &warnings, &unused));
  FUZZ_CHECK(fclose(file) == 0);
  if (is_good) check_page(page);
  hl_strings_clear(&warnings);
  hl_strings_clear(&unused);
  free(page);
  return FUZZ_DONE;
}
