/* Ranks (base/ranks.h) that ingest together: each reads and packs the sources of its tasks into part files of
 * its own, and what they have to say of it comes together in the first, which makes one archive of them. */
#ifndef HL_INGEST_SHARE_H
#define HL_INGEST_SHARE_H

#include "ingest/job.h"

/* ingest->mine: the sources that this rank reads, ascending. Tasks, in the order in which they are met, go to
 * the ranks in equal runs; where a source must be opened to know its tasks the first rank reads all. HL_IO:
 * ranks do not see the same sources. Collective. */
hl_status ingest_share_sources(struct ingest *ingest);

/* Keeps the warnings of a rank that is not the first, for ingest_share_results; `outer` is the caller's
 * context, from which `context` was copied. */
void ingest_keep_warnings(struct ingest *ingest, struct hl_context *context, const struct hl_context *outer);

/* After the last part: all ranks have the counts of all, the first also parts, origins and warnings.
 * Collective. */
hl_status ingest_share_results(struct ingest *ingest);

#endif
