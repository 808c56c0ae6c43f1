/* Where one file of the release goes, and what is there of it.
 *
 * FOLDER/TASK/NAME appears by a rename, whole and verified. Until then its bytes are in
 * FOLDER/TASK/.NAME.part, and what is known of the file they begin in .NAME.part.json: hidden, so that ingest
 * passes them over. Folders and files below FOLDER are opened by descriptor and never through a symbolic
 * link, so that nothing is written outside, whatever is there or is put there meanwhile. */
#ifndef HL_FETCH_PLACE_H
#define HL_FETCH_PLACE_H

#include "fetch/http.h"

struct hl_place {
  int root;           /* descriptor of FOLDER, -1 where it is not there; borrowed */
  const char *folder; /* FOLDER's and the task's name; borrowed */
  const char *task;
  int task_folder, part; /* descriptors; -1: not open */
  char *name, *part_name, *note_name;
  char *path, *part_path; /* FOLDER/TASK/NAME, for messages and for who must open by name */
  uint64_t n_byte;        /* bytes of the part that count; 0 also where there is none */
  /* Of the file that the part begins, as the server said: */
  char etag[HL_ETAG_BYTES]; /* "": it cannot be gone on with */
  bool has_length;
  uint64_t length;
  char goog_hash[HL_GOOG_HASH_BYTES];
};

hl_status hl_place_init(struct hl_place *place, int root, const char *folder, const char *task,
                        const char *name);
void hl_place_clear(struct hl_place *place); /* legal on all zero */

/* Is the file itself there? HL_IO: it is something else than a regular file. */
hl_status hl_place_find(struct hl_place *place, bool *is_there, uint64_t *n_byte);

/* Looks what an earlier run left: n_byte and the members below it. A part that is not described by its
 * note, or longer than the file, counts as none. */
hl_status hl_place_open_part(struct hl_place *place);

/* An empty part, described by what the server says (synced before the first byte comes); makes the task's
 * folder. */
hl_status hl_place_begin(struct hl_place *place, const struct hl_http_response *response);
hl_status hl_place_append(struct hl_place *place, const void *bytes, size_t n);

/* The part becomes the file: synced, renamed, the note removed. */
hl_status hl_place_commit(struct hl_place *place);

/* Removes part and note. */
hl_status hl_place_drop(struct hl_place *place);

/* Removes the note that a run left which was killed just after its rename. */
void hl_place_tidy(struct hl_place *place);

/* Writes a small file of FOLDER itself (`name` without a slash) by way of a hidden temporary, unless it has
 * these bytes already. */
hl_status hl_place_write(int root, const char *folder, const char *name, const char *text, size_t n);

#endif
