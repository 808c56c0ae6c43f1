/* Curves of any loader, read as ingest would, and what must hold for all of them. */
#ifndef HL_FUZZ_CURVES_H
#define HL_FUZZ_CURVES_H

#include "ingest/loader.h"

/* Opens the source, reads every row of every table in windows of two sizes and checks that both give the
 * same, and that names, steps, runs and counts are as ingest/curves.h promises. */
void fuzz_read_curves(const struct hl_loader *loader, const char *path, struct hl_load_options options);

#endif
