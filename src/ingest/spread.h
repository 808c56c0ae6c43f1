/* Curves of some splits as curves of more: those that they lack hold no observation. */
#ifndef HL_INGEST_SPREAD_H
#define HL_INGEST_SPREAD_H

#include "ingest/curves.h"

struct spread;

/* `splits` has all of the curves' splits. The result is to be freed by spread_free; it borrows what the
 * curves own, reads through them, and is valid as long as they are. HL_LIMIT: rows beyond HL_LIMIT_CURVES.
 */
hl_status spread_new(struct hl_curves *curves, const struct hl_strings *splits, struct spread **spread);
struct hl_curves *spread_get(struct spread *spread);
void spread_free(struct spread *spread); /* legal on NULL */

#endif
