/* Groups, and the trees that lead to names and chunks, before HDF5 follows them: it goes down a tree whose
 * nodes lead to each other until its stack ends, and along such a list of free room until memory does, and
 * takes it on trust that a name ends within its group's heap.
 *
 * HDF5 File Format Specification 3.0, II.A (superblock), III.A.1 (B-trees of version 1), III.B and III.C
 * (symbol table nodes and entries), III.D (local heaps), IV.A.2 (messages). A is the size of an address, L
 * that of a length:
 *   TREE  "TREE"; type, 1 (0: names, 1: chunks); level, 1; number of children, 2; siblings, 2 A; then key,
 *         child, key, .. key. A key of names is the place of one in the heap.
 *   SNOD  "SNOD"; 2; number of entries, 2; entries {place of the name in the heap, L; address of the object,
 *         A; kind, 4; 4; 16 of its kind: of a soft link, first the place of its path in the heap, 4}.
 *   HEAP  "HEAP"; 4; size, L; place of the first free room, L; address of its data, A. Free room is {place of
 *         the next one, L; its size, L}; a place of 1 is no room.
 *
 * What HDF5 lays out otherwise (links in fractal heaps, chunks in other indices) has checksums, and is left
 * to it.
 */
#include "base/error.h"
#include "base/h5_internal.h"
#include "base/h5_raw.h"
#include "base/memory.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAMES = 0, CHUNKS = 1, MOST_LEVEL = 256, BATCH_BYTES = 2048, LEAST_NODE_BYTES = 16 };

struct walk {
  struct h5_raw raw;
  const char *path;
  uint64_t n_node; /* of trees, that may still come: each is in the file once */
  size_t n_to_do, todo_capacity, n_seen, seen_capacity;
  uint64_t *to_do; /* [n_to_do], addresses of objects */
  uint64_t *seen;  /* [seen_capacity], a hash table of those that have been in to_do; 0: free */
  uint64_t object; /* that is looked at */
  size_t n_heap, heap_capacity;
  unsigned char *heap; /* [n_heap], the names of the group that is looked at */
  size_t n_ended;      /* up to its last zero, with which every name before it ends */
  bool has_heap;       /* else HDF5 will not find it either */
};

static hl_status fail_at(const struct walk *walk, uint64_t address, const char *what) {
  return hl_fail(HL_INVALID, "%s: found %s at byte %llu", walk->path, what,
                 (unsigned long long)(walk->raw.base + address));
}

static hl_status fail_read(const struct walk *walk) {
  return hl_fail(HL_IO, "%s: cannot read: %s", walk->path, strerror(walk->raw.reason));
}

/* ---- objects to look at ---- */

static uint64_t *find_slot(const struct walk *walk, uint64_t address) {
  size_t at = (size_t)(address * 0x9e3779b97f4a7c15u >> 32) & (walk->seen_capacity - 1);
  while (walk->seen[at] != 0 && walk->seen[at] != address) at = (at + 1) & (walk->seen_capacity - 1);
  return &walk->seen[at];
}

static hl_status widen_seen(struct walk *walk) {
  enum { LEAST = 64 };
  uint64_t *before = walk->seen;
  const size_t n_before = walk->seen_capacity, n = n_before > 0 ? 2 * n_before : LEAST;
  uint64_t *wider;
  const hl_status status = hl_new_array(n, sizeof *wider, &wider);
  if (status != HL_OK) return status;
  walk->seen = wider;
  walk->seen_capacity = n;
  for (size_t i = 0; i < n_before; i++)
    if (before[i] != 0) *find_slot(walk, before[i]) = before[i];
  free(before);
  return HL_OK;
}

/* An object may have many names, its own group among them. */
static hl_status add_object(struct walk *walk, uint64_t address) {
  hl_status status = HL_OK;
  if (address == 0 || address >= walk->raw.n_byte) return HL_OK;
  if (2 * walk->n_seen >= walk->seen_capacity) TRY(widen_seen(walk));
  uint64_t *slot = find_slot(walk, address);
  if (*slot != 0) return HL_OK;
  TRY(hl_grow_array(&walk->to_do, &walk->todo_capacity, walk->n_to_do + 1, sizeof *walk->to_do));
  *slot = address;
  walk->n_seen++;
  walk->to_do[walk->n_to_do++] = address;
out:
  return status;
}

/* ---- the names of a group ---- */

static bool has_name(const struct walk *walk, uint64_t place) {
  return !walk->has_heap || place < walk->n_ended;
}

static bool has_end(const struct walk *walk, uint64_t free_place) {
  const size_t n_length = walk->raw.n_length;
  for (size_t n = walk->n_heap / (2 * n_length); free_place != 1; n--) {
    if (n == 0 || free_place >= walk->n_heap || walk->n_heap - free_place < 2 * n_length) return false;
    free_place = h5_raw_number(walk->heap + free_place, n_length);
  }
  return true;
}

static hl_status load_heap(struct walk *walk, uint64_t address) {
  enum { FIXED = 8 };
  const size_t n_length = walk->raw.n_length, n_address = walk->raw.n_address;
  unsigned char head[FIXED + 3 * H5_RAW_NUMBER_BYTES];
  walk->has_heap = false;
  if (!h5_raw_read(&walk->raw, address, head, FIXED + 2 * n_length + n_address) ||
      memcmp(head, "HEAP", 4) != 0)
    return HL_OK;
  const uint64_t n = h5_raw_number(head + FIXED, n_length);
  const uint64_t data = h5_raw_number(head + FIXED + 2 * n_length, n_address);
  if (n > walk->raw.n_byte) return fail_at(walk, address, "a heap that claims more than the file has");
  const hl_status status = hl_grow_array(&walk->heap, &walk->heap_capacity, (size_t)n, 1);
  if (status != HL_OK || !h5_raw_read(&walk->raw, data, walk->heap, (size_t)n)) return status;
  walk->n_heap = walk->n_ended = (size_t)n;
  walk->has_heap = true;
  while (walk->n_ended > 0 && walk->heap[walk->n_ended - 1] != '\0') walk->n_ended--;
  return has_end(walk, h5_raw_number(head + FIXED + n_length, n_length))
             ? HL_OK
             : fail_at(walk, address, "a list of free room without end");
}

static hl_status check_entry(struct walk *walk, uint64_t node, const unsigned char *entry) {
  enum { SOFT_LINK = 2 };
  const unsigned char *kind = entry + walk->raw.n_length + walk->raw.n_address;
  if (!has_name(walk, h5_raw_number(entry, walk->raw.n_length)) ||
      (h5_raw_number(kind, 4) == SOFT_LINK && !has_name(walk, h5_raw_number(kind + 8, 4))))
    return fail_at(walk, node, "a name that does not end within its group's heap, in the node");
  return add_object(walk, h5_raw_number(entry + walk->raw.n_length, walk->raw.n_address));
}

static hl_status check_entries(struct walk *walk, uint64_t address) {
  enum { HEAD = 8, REST = 24 };
  const size_t n_byte = walk->raw.n_length + walk->raw.n_address + REST, n_batch = BATCH_BYTES / n_byte;
  unsigned char head[HEAD], entries[BATCH_BYTES];
  if (!h5_raw_read(&walk->raw, address, head, HEAD) || memcmp(head, "SNOD", 4) != 0) return HL_OK;
  const size_t n = (size_t)h5_raw_number(head + 6, 2);
  for (size_t i = 0; i < n; i++) {
    const size_t n_read = n - i < n_batch ? n - i : n_batch;
    if (i % n_batch == 0 && !h5_raw_read(&walk->raw, address + HEAD + i * n_byte, entries, n_read * n_byte))
      return HL_OK;
    const hl_status status = check_entry(walk, address, entries + i % n_batch * n_byte);
    if (status != HL_OK) return status;
  }
  return HL_OK;
}

/* ---- trees ---- */

struct tree {
  unsigned type;
  size_t n_key; /* bytes of a key */
};

static hl_status check_node(struct walk *walk, const struct tree *tree, uint64_t address, unsigned above);

static hl_status check_child(struct walk *walk, const struct tree *tree, uint64_t node, unsigned level,
                             uint64_t address) {
  if (walk->n_node-- == 0) return fail_at(walk, node, "a tree that leads to a node twice");
  return level == 0 ? check_entries(walk, address) : check_node(walk, tree, address, level);
}

/* Below a node of level `above`. HDF5 itself goes by the levels that nodes have. Chunks themselves, below
 * level 0, are no matter of trees. */
static hl_status check_node(struct walk *walk, const struct tree *tree, uint64_t address, unsigned above) {
  enum { FIXED = 8 };
  const size_t n_address = walk->raw.n_address, n_head = FIXED + 2 * n_address,
               n_byte = tree->n_key + n_address, n_batch = BATCH_BYTES / n_byte;
  unsigned char head[FIXED + 2 * H5_RAW_NUMBER_BYTES], children[BATCH_BYTES];
  if (!h5_raw_read(&walk->raw, address, head, n_head) || memcmp(head, "TREE", 4) != 0 ||
      head[4] != tree->type)
    return HL_OK;
  const unsigned level = head[5];
  const size_t n = (size_t)h5_raw_number(head + 6, 2);
  if (level >= above) return fail_at(walk, address, "a tree that does not lead down");
  if (n == 0 || (tree->type == CHUNKS && level == 0)) return HL_OK;
  for (size_t i = 0; i <= n; i++) { /* the last key has no child */
    const size_t at = i % n_batch * n_byte, left = (n - i) * n_byte + tree->n_key;
    if (at == 0 && !h5_raw_read(&walk->raw, address + n_head + i * n_byte, children,
                                left < n_batch * n_byte ? left : n_batch * n_byte))
      return HL_OK;
    if (tree->type == NAMES && !has_name(walk, h5_raw_number(children + at, tree->n_key)))
      return fail_at(walk, address, "a name that does not end within its group's heap, in the node");
    if (i == n) break;
    const hl_status status =
        check_child(walk, tree, address, level, h5_raw_number(children + at + tree->n_key, n_address));
    if (status != HL_OK) return status;
  }
  return HL_OK;
}

static hl_status check_group(struct walk *walk, const unsigned char *tree_and_heap) {
  const size_t n_address = walk->raw.n_address;
  const struct tree names = {NAMES, walk->raw.n_length};
  const hl_status status = load_heap(walk, h5_raw_number(tree_and_heap + n_address, n_address));
  return status == HL_OK ? check_node(walk, &names, h5_raw_number(tree_and_heap, n_address), MOST_LEVEL)
                         : status;
}

/* ---- messages of a group ---- */

/* {version, 1; flags, 1; kind, 1 if flag 8; order, 8 if flag 4; characters, 1 if flag 16; length of the name,
 * 1, 2, 4 or 8; name; of a hard link, kind 0: address}. */
static hl_status check_link(struct walk *walk, const struct h5_message *message) {
  const unsigned char *data = message->data;
  if (message->n < 2 || ((data[1] & 8) != 0 && message->n > 2 && data[2] != 0)) return HL_OK;
  const size_t flags = data[1], n_size = (size_t)1 << (flags & 3);
  const size_t at = 2 + (flags >> 3 & 1) + (flags & 4 ? 8 : 0) + (flags >> 4 & 1);
  if (message->n < at + n_size) return HL_OK;
  const uint64_t n_name = h5_raw_number(data + at, n_size), left = message->n - at - n_size;
  if (n_name > left || left - n_name < walk->raw.n_address) return HL_OK;
  return add_object(walk, h5_raw_number(data + at + n_size + n_name, walk->raw.n_address));
}

/* {address, A; size, L} of more messages, which HDF5 reads whatever length the message itself has. */
static hl_status check_more(const struct walk *walk, const struct h5_message *message) {
  const size_t n_address = walk->raw.n_address, n_length = walk->raw.n_length;
  if (message->n >= n_address + n_length &&
      h5_raw_number(message->data + n_address, n_length) <= walk->raw.n_byte)
    return HL_OK;
  return fail_at(walk, walk->object, "messages that claim more than the file has, of the object");
}

static hl_status check_message(void *user, const struct h5_message *message) {
  enum { LINK = 6, CONTINUATION = 16, SYMBOL_TABLE = 17 };
  struct walk *walk = user;
  if (message->type == CONTINUATION) return check_more(walk, message);
  if (message->type == LINK) return check_link(walk, message);
  if (message->type == SYMBOL_TABLE && message->n >= 2 * walk->raw.n_address)
    return check_group(walk, message->data);
  return HL_OK;
}

/* ---- the file ---- */

/* HDF5 knows of 16 and 32, too, but cannot make such files. */
static hl_status check_sizes(const struct walk *walk) {
  const size_t sizes[] = {walk->raw.n_address, walk->raw.n_length};
  for (size_t i = 0; i < 2; i++) {
    if (sizes[i] != 2 && sizes[i] != 4 && sizes[i] != 8)
      return hl_fail(HL_INVALID, "%s: found %s of %zu bytes, expected 2, 4 or 8", walk->path,
                     i == 0 ? "addresses" : "lengths", sizes[i]);
  }
  return HL_OK;
}

/* The root group's address and, where the superblock has them, those of its tree and heap: HDF5 takes them if
 * the group's own are bad. Version 0: {signature, 8; version, 1; 4; A, 1; L, 1; 9; base, free room, end and
 * driver, 4 A; entry of the root}; version 1 has 4 more before the base. Versions 2 and 3: {8; version, 1; A,
 * 1; L, 1; 1; base, extension and end, 3 A; root, A}. */
static hl_status add_root(struct walk *walk) {
  enum {
    HEAD = 28,
    ADDRESSES = 4 * H5_RAW_NUMBER_BYTES,
    ENTRY = 2 * H5_RAW_NUMBER_BYTES + 24,
    HAS_TABLE = 1
  };
  unsigned char block[HEAD + ADDRESSES + ENTRY];
  struct h5_raw *raw = &walk->raw;
  const size_t most = sizeof block,
               left = (size_t)(raw->n_byte - raw->base < most ? raw->n_byte - raw->base : most);
  memset(block, 0, sizeof block);
  if (!h5_raw_read(raw, 0, block, left)) return HL_OK;
  const unsigned version = block[8];
  raw->n_address = block[version < 2 ? 13 : 9];
  raw->n_length = block[version < 2 ? 14 : 10];
  if (version > 3) return HL_OK;
  hl_status status = check_sizes(walk);
  if (status != HL_OK) return status;
  const unsigned char *entry = block + (version == 0 ? 24 : 28) + 4 * raw->n_address,
                      *object = version < 2 ? entry + raw->n_length : block + 12 + 3 * raw->n_address,
                      *kind = object + raw->n_address;
  if (version < 2 && h5_raw_number(kind, 4) == HAS_TABLE) status = check_group(walk, kind + 8);
  return status == HL_OK ? add_object(walk, h5_raw_number(object, raw->n_address)) : status;
}

/* The superblock is at 0, 512, 1024, 2048 ..: before it is what the user likes. */
static bool find_superblock(struct h5_raw *raw) {
  static const char signature[] = "\211HDF\r\n\032\n";
  char found[sizeof signature - 1];
  for (uint64_t place = 0; h5_raw_read_place(raw, place, found, sizeof found);
       place = place > 0 ? 2 * place : 512) {
    raw->base = place;
    if (memcmp(found, signature, sizeof found) == 0) return true;
  }
  return false;
}

hl_status h5_check_groups(const char *path) {
  struct walk walk = {.path = path, .raw.file = open(path, O_RDONLY | O_CLOEXEC)};
  struct stat info;
  hl_status status = HL_OK;
  if (walk.raw.file < 0 || fstat(walk.raw.file, &info) != 0) {
    status = hl_fail_errno(path, "open");
    goto out;
  }
  walk.raw.n_byte = (uint64_t)info.st_size;
  walk.n_node = walk.raw.n_byte / LEAST_NODE_BYTES;
  if (find_superblock(&walk.raw)) TRY(add_root(&walk));
  while (walk.n_to_do > 0) {
    walk.object = walk.to_do[--walk.n_to_do];
    TRY(h5_raw_visit(&walk.raw, walk.object, check_message, &walk));
  }
out:
  if (status == HL_OK && walk.raw.reason != 0) status = fail_read(&walk);
  if (walk.raw.file >= 0) close(walk.raw.file);
  free(walk.heap);
  free(walk.seen);
  free(walk.to_do);
  return status;
}

/* ---- the chunks of a dataset ---- */

/* Version 3: {version, 1; class, 1; rank, 1; address, A}; before: {version, 1; rank, 1; class, 1; 5;
 * address}. A key is a chunk's {size, 4; mask of filters, 4; place, 8 a dimension}. */
static hl_status check_layout(void *user, const struct h5_message *message) {
  enum { LAYOUT = 8, CHUNKED = 2, HEAD = 8, MOST_RANK = 33 };
  struct walk *walk = user;
  const unsigned char *data = message->data;
  const bool is_old = message->n >= HEAD && data[0] < 3;
  const size_t before = is_old ? HEAD : 3;
  if (message->type != LAYOUT || message->n < before + walk->raw.n_address || data[0] > 3 ||
      data[is_old ? 2 : 1] != CHUNKED)
    return HL_OK;
  const size_t rank = data[is_old ? 1 : 2];
  const struct tree chunks = {CHUNKS, 8 + 8 * rank};
  if (rank > MOST_RANK) return HL_OK;
  return check_node(walk, &chunks, h5_raw_number(data + before, walk->raw.n_address), MOST_LEVEL);
}

hl_status h5_check_chunks(struct hl_h5 dataset) {
  struct walk walk = {.path = dataset.path};
  uint64_t address;
  if (hl_h5_is_contiguous(dataset) || !h5_raw_open(dataset.id, &walk.raw, &address)) return HL_OK;
  walk.n_node = walk.raw.n_byte / LEAST_NODE_BYTES;
  const hl_status status = h5_raw_visit(&walk.raw, address, check_layout, &walk);
  return status == HL_OK && walk.raw.reason != 0 ? fail_read(&walk) : status;
}
