/* What a page is made of: the files of the sources, told apart by their content. */
#ifndef HL_REPORT_MATERIAL_H
#define HL_REPORT_MATERIAL_H

#include "hyperlist/archive.h"
#include "hyperlist/list.h"
#include "hyperlist/report.h"
#include "hyperlist/scores.h"
#include "report/tsv.h"

#include <stdbool.h>

enum hl_material_kind {
  HL_MATERIAL_TABLE,
  HL_MATERIAL_PICTURE,
  HL_MATERIAL_LIST,
  HL_MATERIAL_SCORES,
  HL_MATERIAL_ARCHIVE
};

struct hl_material {
  enum hl_material_kind kind;
  char *path;
  const char *name; /* the file's, within path; UTF-8 */
  char *stem;       /* of name, up to its first dot: what a figure's files have in common */
  struct hl_tsv table;
  char *picture; /* the SVG file's text */
  struct hl_list *list;
  struct hl_scores *scores;
  struct hl_archive *archive;
};

struct hl_materials {
  size_t n, capacity;
  struct hl_material *items; /* by kind, then by name in natural order, then by path */
  struct hl_strings *unused; /* "FILE: why"; borrowed */
};

/* Reads all sources. Clear it in any case. HL_IO, HL_INVALID, HL_LIMIT: see hl_report_write. */
hl_status hl_materials_read(struct hl_materials *materials, const struct hl_report_options *options,
                            struct hl_strings *unused);
void hl_materials_clear(struct hl_materials *materials);

/* Columns by which tables are known; NULL-terminated. */
extern const char *const hl_evaluation_columns[], *const hl_series_columns[], *const hl_speedup_columns[];

/* Is the table part of a figure, one that has a picture or a caption of that stem? */
bool hl_materials_is_figure(const struct hl_materials *materials, const struct hl_report_options *options,
                            const char *stem);

#endif
