/* What an archive holds already need not be stored again. */
#ifndef HL_INGEST_KNOWN_H
#define HL_INGEST_KNOWN_H

#include "ingest/curves.h"

/* Does the archive hold all of these curves, equal, hyperparameters too? It may hold more: configs, replicas,
 * splits. Whatever differs is left to the merge, which says how. Reads the curves, unless their names or
 * shape settle it. Any thread; O(bytes). */
hl_status known_find(struct hl_archive *archive, struct hl_curves *curves, struct hl_archive_reader *reader,
                     bool *is_known);

#endif
