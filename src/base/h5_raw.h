/* The bytes of a plain HDF5 file themselves, for checks of what HDF5 takes on trust (h5_heap.c, h5_trees.c).
 *
 * HDF5 File Format Specification 3.0; numbers are little-endian. Nothing here refuses a file: what is not as
 * the specification has it is not there, and HDF5 says so when it comes there itself. */
#ifndef HL_BASE_H5_RAW_H
#define HL_BASE_H5_RAW_H

#include "hyperlist/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { H5_RAW_WINDOW_BYTES = 4096 };

struct h5_raw {
  int file, reason;           /* errno of a read that failed; 0: none did */
  uint64_t base, n_byte;      /* where the file's addresses count from, and its size */
  size_t n_address, n_length; /* bytes of an address and of a length; 2, 4 or 8 */
  uint64_t window_place;      /* window[n_window]: what was read last, with what comes behind it */
  size_t n_window;
  unsigned char window[H5_RAW_WINDOW_BYTES];
};

enum { H5_RAW_NUMBER_BYTES = 8 }; /* at most */

uint64_t h5_raw_number(const unsigned char *at, size_t n_byte);

/* n bytes from an address, or from a place, which counts from the file's first byte; false: the file does not
 * have them, or they could not be read (reason). */
bool h5_raw_read(struct h5_raw *raw, uint64_t address, void *bytes, size_t n);
bool h5_raw_read_place(struct h5_raw *raw, uint64_t place, void *bytes, size_t n);

/* Of the file that HDF5 has open, and the address of one of its groups or datasets there. False: it is no
 * plain file, or not known. */
bool h5_raw_open(int64_t object, struct h5_raw *raw, uint64_t *address);

/* One of the messages that an object header is made of; data[n]. */
struct h5_message {
  unsigned type;
  size_t n;
  const unsigned char *data;
};
typedef hl_status (*h5_message_visitor)(void *user, const struct h5_message *message);

/* Each message of an object's header, of version 1 or 2. Ends early with the visitor's status if that is not
 * HL_OK; HL_LIMIT where memory ran out. */
hl_status h5_raw_visit(struct h5_raw *raw, uint64_t address, h5_message_visitor visit, void *user);

#endif
