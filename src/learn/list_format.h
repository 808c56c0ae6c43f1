/* What reading and writing lists have in common: the words of the format. */
#ifndef HL_LEARN_LIST_FORMAT_H
#define HL_LEARN_LIST_FORMAT_H

#include "hyperlist/list.h"

#define HL_LIST_SCHEMA_FAMILY "hyperlist.list/"
#define HL_LIST_SCHEMA        HL_LIST_SCHEMA_FAMILY "1"

enum { HL_N_PHASE = 2, HL_N_OBJECTIVE_TEXT = 6 };

extern const char *const hl_phase_names[HL_N_PHASE];              /* by enum hl_phase */
extern const char *const hl_objective_names[HL_N_OBJECTIVE_TEXT]; /* the text members of `objective` */

/* The i-th of them in a struct. */
char **hl_objective_get_text(struct hl_objective *objective, size_t i);

#endif
