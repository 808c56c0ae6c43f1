/* One file, from the server's first answer to its verified place. */
#ifndef HL_FETCH_TRANSFER_H
#define HL_FETCH_TRANSFER_H

#include "fetch/meter.h"
#include "fetch/place.h"
#include "fetch/tries.h"

struct hl_transfer {
  struct hl_http *http;
  const struct hl_tries *tries;
  struct hl_place *place;
  const char *label, *url; /* label: what messages call the file */
  struct hl_claim claim;
  uint64_t n_received;
  bool is_local; /* after a failure: it is this machine's, not the server's (a full disk, cancelled, ..) */
};

/* Fetches the file, going on with its part. On failure the part is kept where it can be gone on with. */
hl_status hl_transfer_run(struct hl_transfer *transfer);

/* Is the file that is there whole? HL_INVALID with the reason if it is not: its zip's directory (and, if
 * `verify`, its length and checksums at the server, asked by HEAD, and every member's checksum). */
hl_status hl_transfer_check(struct hl_transfer *transfer, bool verify);

/* The list of tasks, into memory: *text is yours to free, n bytes and a NUL; HL_LIMIT beyond `limit`. Uses
 * http, tries, label and url of transfer. */
hl_status hl_transfer_text(struct hl_transfer *transfer, size_t limit, char **text, size_t *n);

#endif
