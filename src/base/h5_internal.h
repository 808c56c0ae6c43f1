/* What the files that call HDF5 share: h5_file.c (files, groups, errors), h5_text.c, h5_array.c,
 * h5_chunk.c, h5_heap.c and h5_trees.c. */
#ifndef HL_BASE_H5_INTERNAL_H
#define HL_BASE_H5_INTERNAL_H

#include "base/h5.h"

#include <hdf5.h>

enum { H5_NAME_BYTES = 512 };

/* Called first wherever the library is: errors are told by us, and its exit handler stays out. */
void h5_silence(void);

/* Why the call that has just failed did: HL_LIMIT where memory ran out and HL_IO where the file system
 * refused, whatever HDF5 made of it, else `otherwise`. To be asked before any other call, which would clear
 * HDF5's error stack. */
hl_status h5_reason(hl_status otherwise);

/* "FILE: /place/name: what (innermost line of HDF5's error stack)", with the status of h5_reason. name may be
 * NULL. To be called before what was opened is closed. */
hl_status h5_fail(hl_status status, struct hl_h5 object, const char *name, const char *what);
hl_status h5_fail_write(struct hl_h5 object, const char *name);

/* HL_INVALID where the file is shorter than when it was opened: HDF5 takes what would lie behind its end for
 * zeros, so that one cut in the meantime would be read as if it were whole. To be asked after each read, and
 * before it is believed that something is not there. */
hl_status h5_check_end(struct hl_h5 object);

/* HL_INVALID where a file's groups, or the tree of a dataset's chunks, are such that HDF5 would not come to
 * an end, or read beyond its memory: see h5_trees.c. To be called before HDF5 opens the file, O(objects); and
 * before it looks for a chunk, O(nodes). */
hl_status h5_check_groups(const char *path);
hl_status h5_check_chunks(struct hl_h5 dataset);

/* Opens a dataset whose chunks can be looked for. HL_INVALID, "found no such dataset, expected `expected`",
 * where there is none; *dataset is then none, too. */
hl_status h5_open_dataset(struct hl_h5 parent, const char *name, const char *expected, struct hl_h5 *dataset);

/* HL_INVALID where one of a dataset's n texts of variable length claims what is not there: see h5_heap.c. */
hl_status h5_check_texts(struct hl_h5 parent, const char *name, hid_t dataset, size_t n);
hl_status h5_check_attribute(struct hl_h5 object, const char *attribute);

/* A creation list without times, so that the same content gives the same bytes. */
hid_t h5_new_untimed(hid_t class);

/* Little-endian in the file, whatever the machine: the same bytes everywhere. */
hid_t h5_file_type(enum hl_h5_type type);
hid_t h5_memory_type(enum hl_h5_type type);

#endif
