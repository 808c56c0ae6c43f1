/* The folders of a result tree: <root>/<task>/<optimizer>/<steps>/<replica>/result, told by their names and
 * by what they hold. Steps and replicas are whole numbers without leading zeros; anything may be missing. */
#ifndef HL_INGEST_RESULT_TREE_H
#define HL_INGEST_RESULT_TREE_H

#include "hyperlist/status.h"

#include <stdbool.h>
#include <stdint.h>

enum result_level { RESULT_NONE, RESULT_RUN, RESULT_STEPS, RESULT_OPTIMIZER, RESULT_TASK };

/* A folder that holds runs of one task, and the names that its place gives. */
struct result_root {
  enum result_level level;
  char *path;     /* as it is reached, without a trailing slash */
  char *task;     /* all of these are NULL or 0 above their level */
  char *config;   /* the optimizer */
  uint64_t steps; /* how long the run was to be */
  uint64_t replica;
};

/* What a path is: a folder of any level, or a file `result`. RESULT_NONE with no names where it is none of
 * this format, such as a folder above tasks. "." and ".." and relative paths are resolved to know the names.
 * HL_IO: the folder cannot be read; HL_INVALID: a name that is no UTF-8. O(entries of the folder and of those
 * in it), and little where the first ones are like the rest. */
hl_status result_root_find(const char *path, struct result_root *root);
void result_root_clear(struct result_root *root);

/* A run's folder, open while it is visited. */
struct result_place {
  const char *config;
  uint64_t steps, replica;
  int folder;
  const char *path;
};

struct result_visitor {
  void *user;
  /* An optimizer's folder is entered: its runs come next, if it has any. */
  hl_status (*config)(void *user, const char *name);
  hl_status (*run)(void *user, const struct result_place *place);
  /* A file or folder that has no place in a result tree; hidden ones are passed over. */
  hl_status (*foreign)(void *user, const char *path);
};

/* Visits all below root in natural order. Files that lie in a task's folder itself are not this format's
 * business: whoever walks the folders sees to them. HL_IO, HL_INVALID, or what a visitor returned. */
hl_status result_tree_visit(const struct result_root *root, const struct result_visitor *visitor);

/* The path of a run's folder below root, to be freed. */
hl_status result_tree_path(const struct result_root *root, const char *config, uint64_t steps,
                           uint64_t replica, char **path);

#endif
