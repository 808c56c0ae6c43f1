/* Selectors: the little language in which commands are told which tasks to use.
 *
 * A selector is a comma-separated union of parts; a part is `all`, a task's name, a glob (* ? [..]),
 * `kind:GLOB`, `family:GLOB` (hl_task_family, so fixtures' `mini_` names are meant too) or `@FILE` (names,
 * one a line; blank lines and those that begin with # say nothing). A part with a leading `!` takes its tasks
 * away from the union, wherever it stands; a selector of such parts only takes them away from all. */
#ifndef HYPERLIST_SELECTOR_H
#define HYPERLIST_SELECTOR_H

#include "hyperlist/status.h"
#include "hyperlist/strings.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The selected rows of `tasks` (in byte order) in ascending order: (*rows)[*n_row], yours to free. NULL
 * selects all. kinds holds each task's kind; empty: by hl_task_kind. HL_USAGE: a part, or a name in a @FILE,
 * that matches nothing (named), or nothing is left; HL_IO: a @FILE that cannot be read; HL_INVALID: one that
 * is not text. O(parts x tasks). */
HL_API hl_status hl_select_tasks(const struct hl_strings *tasks, const struct hl_strings *kinds,
                                 const char *selector, size_t **rows, size_t *n_row);

#ifdef __cplusplus
}
#endif
#endif
