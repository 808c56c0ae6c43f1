/* Targets: one row a target in export.c, one file a target beside it. */
#ifndef HL_EXPORT_TARGET_H
#define HL_EXPORT_TARGET_H

#include "hyperlist/export.h"
#include "hyperlist/space.h"

#include <stdbool.h>
#include <stdio.h>

struct cJSON;

/* What is exported, and how. */
struct hl_exporting {
  const struct hl_list *list;
  size_t n_entry;
  const struct hl_space *space; /* the set's, if it is a released one; else NULL */
  struct cJSON *provenance;     /* NULL: none */
};

enum { HL_TARGET_FILES = 2 };

struct hl_target_file {
  const char *suffix; /* "_opt_list.txt" */
  /* path is for messages. A failed write stays in the stream and is found when it is closed. */
  hl_status (*write)(const struct hl_exporting *it, FILE *file, const char *path);
};

struct hl_target {
  const char *name;
  struct hl_target_file files[HL_TARGET_FILES]; /* no suffix: no such file */
};

hl_status hl_write_opt_names(const struct hl_exporting *it, FILE *file, const char *path);
hl_status hl_write_opt_configs(const struct hl_exporting *it, FILE *file, const char *path);
hl_status hl_write_json(const struct hl_exporting *it, FILE *file, const char *path);
hl_status hl_write_csv(const struct hl_exporting *it, FILE *file, const char *path);
hl_status hl_write_python(const struct hl_exporting *it, FILE *file, const char *path);

/* What the targets share: the hyperparameters of entry i as a JSON object; NULL when out of memory. */
struct cJSON *hl_export_hyperparameters(const struct hl_exporting *it, size_t i);

/* A value as text in buffer[HL_DOUBLE_TEXT], or `yes` or `no` for a boolean. */
const char *hl_export_value(const struct hl_exporting *it, const char *hyperparameter, double value,
                            const char *yes, const char *no, char *buffer);

/* The sampler that the set was drawn by: its name without _1k. Owned by the caller. */
hl_status hl_export_copy_sampler(const struct hl_exporting *it, char **sampler);

#endif
