/* Report: one HTML page of what was learned and measured, for a reader who has neither the files nor the
 * program.
 *
 * The page is whole in itself: pictures, numbers, style and script are in it, and its content policy forbids
 * it to load anything. Every text that comes from files is escaped; pictures are taken over element by
 * element from a short list of harmless ones, with ids of their own. */
#ifndef HYPERLIST_REPORT_H
#define HYPERLIST_REPORT_H

#include "hyperlist/context.h"
#include "hyperlist/strings.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a figure's files do not say. A table's note `caption: TEXT` follows the title. */
struct hl_report_caption {
  const char *name;  /* "figure2": of figure2.svg, figure2.tsv, figure2.*.tsv */
  const char *title; /* "Learned search strategies on held-out tasks" */
  bool is_table;     /* numbers only: no picture is missed */
};

/* All zero but the sources is the default. */
struct hl_report_options {
  /* Files, and folders whose files are taken (not those of folders in them). By content: pictures NAME.svg
   * with NAME.tsv, NAME.*.tsv; other tables (.tsv) by their columns; lists (.json); scores files and archives
   * (.h5, .hdf5). A folder's other files are named in the page and in `unused`; a file given by itself must
   * be one of these. */
  const char *const *sources;
  size_t n_source;
  const struct hl_report_caption *captions; /* in the order in which figures stand; others follow by name */
  size_t n_caption;
  size_t n_entry;         /* rows of each list's table; 0: 10 */
  const char *title;      /* NULL: "hyperlist report" */
  const char *provenance; /* a JSON object as text; NULL: none, and the page says nothing of its own making */
};

/* Writes the page; path is for messages. What is unused is appended to `unused` as "FILE: why", warnings that
 * stand in the page to `warnings`. HL_IO; HL_INVALID: nothing to report on, or a file given by itself that is
 * none of the above; HL_LIMIT. The page depends on nothing but the files and the options. */
HL_API hl_status hl_report_write(const struct hl_report_options *options, FILE *file, const char *path,
                                 struct hl_strings *warnings, struct hl_strings *unused);

#ifdef __cplusplus
}
#endif
#endif
