/* What is finished of a long work, in a hidden file beside its output, so that the same command, run again
 * after a kill, goes on there.
 *
 * A file of records, each with a checksum: of which work (a key made of all that its results depend on),
 * which item, what came of it. What a kill left half-written is passed over. Nothing is written in the first
 * second but for what is more than a megabyte, and a journal that cannot be written is done without: it saves
 * time and nothing else. */
#ifndef HL_BASE_JOURNAL_H
#define HL_BASE_JOURNAL_H

#include "hyperlist/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hl_journal;

/* Reads what an earlier run has left. HL_LIMIT: out of memory. */
hl_status hl_journal_open(const char *path, struct hl_journal **journal);
/* Legal on NULL. keep: for a later run; else the file goes away. */
void hl_journal_close(struct hl_journal *journal, bool keep);

/* Hands the results of the items 0, 1, .. of a work to take, as far as they are there without a gap, at most
 * n of them; *n_done: how many. */
hl_status hl_journal_replay(struct hl_journal *journal, uint64_t key, size_t n,
                            hl_status (*take)(void *user, size_t i, const void *bytes, size_t n_byte),
                            void *user, size_t *n_done);
void hl_journal_add(struct hl_journal *journal, uint64_t key, size_t i, const void *bytes, size_t n_byte);

#endif
