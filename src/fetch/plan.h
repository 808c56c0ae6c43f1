/* What a fetch is to fetch: options checked, the release's list of tasks, and from it the list of files. */
#ifndef HL_FETCH_PLAN_H
#define HL_FETCH_PLAN_H

#include "fetch/transfer.h"
#include "hyperlist/fetch.h"

/* HL_USAGE for what is wrong with the options. The five released sets where none is given; all else as given.
 */
hl_status hl_plan_check_options(const struct hl_fetch_options *options);

/* The URL that options and parts make, yours to free. */
hl_status hl_plan_url(const struct hl_fetch_options *options, const char *const *parts, char **url);

/* From the list of tasks as it came: report->files, n_file, n_task, refused. label names the list in
 * messages. */
hl_status hl_plan_make(const struct hl_fetch_options *options, const char *label, const char *text, size_t n,
                       struct hl_meter *meter, struct hl_fetch_report *report);

#endif
