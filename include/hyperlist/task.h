/* Tasks by their names: what kind of problem one is, and which family it was sampled from. */
#ifndef HYPERLIST_TASK_H
#define HYPERLIST_TASK_H

#include "hyperlist/status.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The kind of a task: rnn, autoencoder, vae, conv, mlp, flow, quadratic, synthetic, else other. By the table
 * of globs in src/tasks/kinds.c, whose first match wins; a leading `mini_` is looked through. Static storage;
 * never fails. */
HL_API const char *hl_task_kind(const char *task);

/* The family of a sampled task `<family>_seed<N>`, without a leading `mini_`: `mlp_family` of
 * mini_mlp_family_seed3. A task of another name is a family of its own (its whole name). Borrowed from task,
 * *length bytes long, not terminated. */
HL_API const char *hl_task_family(const char *task, size_t *length);

#ifdef __cplusplus
}
#endif
#endif
