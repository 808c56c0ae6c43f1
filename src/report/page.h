/* The page's sections, one function each, in the order in which they stand. */
#ifndef HL_REPORT_PAGE_H
#define HL_REPORT_PAGE_H

#include "report/material.h"

#include <stdio.h>

struct hl_page {
  const struct hl_report_options *options;
  struct hl_materials materials;
  struct hl_strings *warnings;
  FILE *file;
};

/* What a reader must know before the numbers, gathered from all of the material; pictures first, which are
 * taken over here: pictures[i] is that of item i as an element, or NULL. */
hl_status hl_page_gather_warnings(struct hl_page *page, char **pictures);

hl_status hl_page_write_lists(const struct hl_page *page);
hl_status hl_page_write_figures(const struct hl_page *page, char *const *pictures);
hl_status hl_page_write_evaluations(const struct hl_page *page);
hl_status hl_page_write_tables(const struct hl_page *page); /* those of no other section */
hl_status hl_page_write_census(const struct hl_page *page);
hl_status hl_page_write_provenance(const struct hl_page *page);

/* The caption of the figure of that name, or NULL. */
const struct hl_report_caption *hl_page_find_caption(const struct hl_page *page, const char *stem);

/* A collapsed table of numbers with its notes, and the whole file to download; `summary` says what it is. */
void hl_page_write_numbers(const struct hl_page *page, const struct hl_material *material,
                           const char *summary);

/* <ul> of a table's notes. */
void hl_page_write_notes(const struct hl_page *page, const struct hl_tsv *table);

#endif
