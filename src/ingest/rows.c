#include "ingest/rows.h"
#include "base/error.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

enum {
  BLOCK_BYTES = 1 << 18, /* a multiple of any item size */
  LINE_ITEMS = 16
};

struct hl_rows {
  struct hl_zip_member *member;
  struct hl_npy npy;
  size_t header_bytes;
  size_t n_row, row_items, row_bytes;
  size_t *file_row; /* [n_row]: ours -> the member's */
  size_t *our_row;  /* [n_row]: the member's -> ours */
  size_t window_rows;
  char *window, *block;
  size_t first, n_held; /* rows that the window holds now */
  bool fits;            /* the whole member is held instead, */
  char *whole;          /* header included; NULL: not read yet */
};

hl_status hl_rows_new(struct hl_zip_member *member, const struct hl_npy *npy, size_t header_bytes,
                      const size_t *file_row, size_t window, struct hl_rows **out) {
  hl_status status = HL_OK;
  struct hl_rows *rows = NULL;
  *out = NULL;
  TRY(hl_new_array(1, sizeof *rows, &rows));
  rows->member = member;
  rows->npy = *npy;
  rows->header_bytes = header_bytes;
  rows->n_row = npy->shape[0];
  rows->row_items = npy->shape[1] * npy->shape[2] * npy->shape[3];
  rows->row_bytes = rows->row_items * npy->item_size;
  rows->window_rows = window > rows->row_bytes ? window / rows->row_bytes : 1;
  if (rows->window_rows > rows->n_row) rows->window_rows = rows->n_row;
  rows->fits = hl_zip_member_size(member) <= window;
  TRY(hl_new_array(rows->n_row, sizeof *rows->file_row, &rows->file_row));
  TRY(hl_new_array(rows->n_row, sizeof *rows->our_row, &rows->our_row));
  for (size_t i = 0; i < rows->n_row; i++) {
    rows->file_row[i] = file_row[i];
    rows->our_row[file_row[i]] = i;
  }
  *out = rows;
out:
  if (status != HL_OK) hl_rows_free(rows);
  return status;
}

void hl_rows_free(struct hl_rows *rows) {
  if (rows == NULL) return;
  free(rows->file_row);
  free(rows->our_row);
  free(rows->window);
  free(rows->block);
  free(rows->whole);
  free(rows);
}

/* ---- Picking what falls into the window from n_item elements of the member, the first of which is i_item
 * ---- */

static void pick_c_order(struct hl_rows *rows, size_t i_item, const char *block, size_t n_item) {
  const size_t item_size = rows->npy.item_size;
  while (n_item > 0) {
    const size_t row = rows->our_row[i_item / rows->row_items] - rows->first; /* huge if before the window */
    const size_t within = i_item % rows->row_items, left = rows->row_items - within;
    const size_t n = left < n_item ? left : n_item;
    if (row < rows->n_held) {
      memcpy(rows->window + row * rows->row_bytes + within * item_size, block, n * item_size);
    }
    i_item += n;
    block += n * item_size;
    n_item -= n;
  }
}

/* A constant size is one instruction. */
static void copy_item(char *to, const char *from, size_t item_size) {
  if (item_size == 4)
    memcpy(to, from, 4);
  else
    memcpy(to, from, 8);
}

/* In Fortran order the rows of one (replica, step, split) lie side by side: a column. Where it stands in a
 * row of ours: */
static size_t place_column(const struct hl_npy *npy, size_t column) {
  const size_t n_replica = npy->shape[1], n_step = npy->shape[2], n_split = npy->shape[3];
  const size_t replica = column % n_replica, step = column / n_replica % n_step,
               split = column / n_replica / n_step;
  return (replica * n_step + step) * n_split + split;
}

/* The other way. */
static size_t find_column(const struct hl_npy *npy, size_t place) {
  const size_t n_replica = npy->shape[1], n_step = npy->shape[2], n_split = npy->shape[3];
  const size_t replica = place / n_split / n_step, step = place / n_split % n_step, split = place % n_split;
  return (split * n_step + step) * n_replica + replica;
}

static void pick_fortran_order(struct hl_rows *rows, size_t i_item, const char *block, size_t n_item) {
  const size_t item_size = rows->npy.item_size, n_row = rows->n_row;
  HL_ASSUME(n_row > 0); /* else there were no items */
  size_t first = i_item % n_row, i_column = i_item / n_row;
  for (; n_item > 0; first = 0, i_column++) {
    const size_t n = n_row - first < n_item ? n_row - first : n_item;
    char *column = rows->window + place_column(&rows->npy, i_column) * item_size;
    for (size_t i = first; i < first + n; i++, block += item_size) {
      const size_t row = rows->our_row[i] - rows->first;
      if (row >= rows->n_held) continue;
      copy_item(column + row * rows->row_bytes, block, item_size);
    }
    n_item -= n;
  }
}

/* ---- Windows ---- */

/* The member's elements from `begin` up to `end` go through the block into the window. */
static hl_status pass(struct hl_rows *rows, size_t begin, size_t end) {
  const size_t item_size = rows->npy.item_size, block_items = BLOCK_BYTES / item_size;
  const uint64_t start = rows->header_bytes + (uint64_t)begin * item_size;
  hl_status status = HL_OK;
  if (hl_zip_member_position(rows->member) > start) TRY(hl_zip_restart(rows->member));
  TRY(hl_zip_read(rows->member, NULL, (size_t)(start - hl_zip_member_position(rows->member))));
  for (size_t n; begin < end; begin += n) {
    n = end - begin < block_items ? end - begin : block_items;
    TRY(hl_zip_read(rows->member, rows->block, n * item_size));
    if (rows->npy.is_foreign) hl_npy_swap(rows->block, n, item_size);
    (rows->npy.is_fortran ? pick_fortran_order : pick_c_order)(rows, begin, rows->block, n);
  }
out:
  return status;
}

/* In C order, only the part of the member that the window's rows lie in. Some window's part reaches the end,
 * where the checksum is verified, so that whoever reads all rows has had it verified. */
static hl_status fill_window(struct hl_rows *rows, size_t first) {
  hl_status status = HL_OK;
  const size_t n_left = rows->n_row - first;
  size_t low = rows->n_row, high = 0;
  if (rows->window == NULL) TRY(hl_new_array(rows->window_rows, rows->row_bytes, &rows->window));
  if (rows->block == NULL) TRY(hl_new_block(BLOCK_BYTES, &rows->block));
  rows->first = first;
  rows->n_held = n_left < rows->window_rows ? n_left : rows->window_rows;
  for (size_t i = first; i < first + rows->n_held; i++) {
    if (rows->file_row[i] < low) low = rows->file_row[i];
    if (rows->file_row[i] >= high) high = rows->file_row[i] + 1;
  }
  if (rows->npy.is_fortran) {
    low = 0;
    high = rows->n_row;
  }
  status = pass(rows, low * rows->row_items, high * rows->row_items);
out:
  if (status != HL_OK) rows->n_held = 0;
  return status;
}

/* ---- The whole member in memory ---- */

static void copy_c_order(const struct hl_rows *rows, size_t first, size_t n, char *to) {
  const char *items = rows->whole + rows->header_bytes;
  for (size_t i = first; i < first + n; i++, to += rows->row_bytes)
    memcpy(to, items + rows->file_row[i] * rows->row_bytes, rows->row_bytes);
}

/* A cache line of each row at a time, so that as many columns are read side by side. */
static void copy_fortran_order(const struct hl_rows *rows, size_t first, size_t n, char *to) {
  const size_t item_size = rows->npy.item_size;
  const char *columns[LINE_ITEMS];
  for (size_t place = 0; place < rows->row_items; place += LINE_ITEMS) {
    const size_t left = rows->row_items - place, n_column = left < LINE_ITEMS ? left : LINE_ITEMS;
    for (size_t k = 0; k < n_column; k++) {
      columns[k] =
          rows->whole + rows->header_bytes + find_column(&rows->npy, place + k) * rows->n_row * item_size;
    }
    for (size_t i = 0; i < n; i++) {
      char *item = to + i * rows->row_bytes + place * item_size;
      const size_t offset = rows->file_row[first + i] * item_size;
      for (size_t k = 0; k < n_column; k++, item += item_size)
        copy_item(item, columns[k] + offset, item_size);
    }
  }
}

static hl_status read_whole(struct hl_rows *rows, size_t first, size_t n, void *values) {
  hl_status status = HL_OK;
  if (rows->whole == NULL) {
    TRY(hl_new_room((size_t)hl_zip_member_size(rows->member), &rows->whole));
    status = hl_zip_read_whole(rows->member, rows->whole);
    if (status != HL_OK) {
      free(rows->whole);
      rows->whole = NULL;
      goto out;
    }
  }
  (rows->npy.is_fortran ? copy_fortran_order : copy_c_order)(rows, first, n, values);
  if (rows->npy.is_foreign) hl_npy_swap(values, n * rows->row_items, rows->npy.item_size);
out:
  return status;
}

hl_status hl_rows_read(struct hl_rows *rows, size_t first, size_t n, void *values) {
  char *to = values;
  if (rows->fits) return read_whole(rows, first, n, values);
  while (n > 0) {
    if (first - rows->first >= rows->n_held) {
      const hl_status status = fill_window(rows, first);
      if (status != HL_OK) return status;
    }
    const size_t offset = first - rows->first, held = rows->n_held - offset, step = n < held ? n : held;
    memcpy(to, rows->window + offset * rows->row_bytes, step * rows->row_bytes);
    to += step * rows->row_bytes;
    first += step;
    n -= step;
  }
  return HL_OK;
}
