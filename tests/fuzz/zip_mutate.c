#include "zip_mutate.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum {
  MOST_MEMBERS = 16,
  MEMBER_BYTES = 1 << 17, /* room for each, unpacked */
  NAME_BYTES = 32,
  LOCAL_BYTES = 30, /* the fixed parts of the format (APPNOTE 4.3) */
  CENTRAL_BYTES = 46,
  END_BYTES = 22,
};

struct member {
  char name[NAME_BYTES];
  size_t n_name, size;
  bool is_deflated;
  uint8_t *bytes; /* [MEMBER_BYTES] */
};

struct archive {
  size_t n;
  struct member members[MOST_MEMBERS];
};

static size_t get(const uint8_t *at, int n) {
  size_t value = 0;
  while (n-- > 0) value = value << 8 | at[n];
  return value;
}

static uint8_t *put(uint8_t *to, size_t value, int n) {
  for (; n > 0; n--, value >>= 8) *to++ = (uint8_t)value;
  return to;
}

/* ---- Taking apart ---- */

static bool unpack(struct member *member, const uint8_t *packed, size_t n) {
  z_stream stream = {.next_in = (uint8_t *)(uintptr_t)packed, .avail_in = (unsigned)n};
  stream.next_out = member->bytes;
  stream.avail_out = MEMBER_BYTES;
  if (!member->is_deflated) {
    if (n > MEMBER_BYTES) return false;
    memcpy(member->bytes, packed, n);
    member->size = n;
    return true;
  }
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return false;
  const int code = inflate(&stream, Z_FINISH);
  member->size = MEMBER_BYTES - stream.avail_out;
  inflateEnd(&stream);
  return code == Z_STREAM_END;
}

/* By the entry of the central directory at `at`. */
static bool take_member(struct archive *archive, const uint8_t *data, size_t size, size_t at) {
  if (archive->n == MOST_MEMBERS) return false;
  struct member *member = &archive->members[archive->n];
  const size_t n_packed = get(data + at + 20, 4), method = get(data + at + 10, 2);
  const size_t local = get(data + at + 42, 4);
  member->n_name = get(data + at + 28, 2);
  if (member->n_name >= NAME_BYTES || at + CENTRAL_BYTES + member->n_name > size) return false;
  if ((method != 0 && method != 8) || local > size || size - local < LOCAL_BYTES) return false;
  const size_t start = local + LOCAL_BYTES + get(data + local + 26, 2) + get(data + local + 28, 2);
  if (start > size || n_packed > size - start) return false;
  memcpy(member->name, data + at + CENTRAL_BYTES, member->n_name);
  member->is_deflated = method == 8;
  member->bytes = malloc(MEMBER_BYTES);
  archive->n++;
  return member->bytes != NULL && unpack(member, data + start, n_packed);
}

static bool take_apart(struct archive *archive, const uint8_t *data, size_t size) {
  if (size < END_BYTES || get(data + size - END_BYTES, 4) != 0x06054b50) return false;
  const size_t n = get(data + size - END_BYTES + 10, 2);
  size_t at = get(data + size - END_BYTES + 16, 4);
  for (size_t i = 0; i < n; i++) {
    if (at > size || size - at < CENTRAL_BYTES || get(data + at, 4) != 0x02014b50) return false;
    if (!take_member(archive, data, size, at)) return false;
    at += CENTRAL_BYTES + get(data + at + 28, 2) + get(data + at + 30, 2) + get(data + at + 32, 2);
  }
  return n > 0;
}

/* ---- Putting together ---- */

static size_t pack(const struct member *member, uint8_t *to, size_t room) {
  z_stream stream = {.next_in = member->bytes, .avail_in = (unsigned)member->size};
  stream.next_out = to;
  stream.avail_out = (unsigned)room;
  if (!member->is_deflated) {
    if (member->size <= room) memcpy(to, member->bytes, member->size);
    return member->size;
  }
  if (deflateInit2(&stream, 6, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK) abort();
  const int code = deflate(&stream, Z_FINISH);
  deflateEnd(&stream);
  return code == Z_STREAM_END ? room - stream.avail_out : room + 1;
}

static uint8_t *put_header(uint8_t *to, const struct member *member, size_t n_packed, bool is_central,
                           size_t offset) {
  to = put(to, is_central ? 0x02014b50 : 0x04034b50, 4);
  if (is_central) to = put(to, 20, 2);
  to = put(to, 20, 2);
  to = put(to, 0, 2);
  to = put(to, member->is_deflated ? 8 : 0, 2);
  to = put(to, 0x21u << 16, 4);
  to = put(to, crc32(0, member->bytes, (unsigned)member->size), 4);
  to = put(to, n_packed, 4);
  to = put(to, member->size, 4);
  to = put(to, member->n_name, 2);
  to = put(to, 0, 2);
  if (is_central) {
    to = put(to, 0, 8);
    to = put(to, 0, 2);
    to = put(to, offset, 4);
  }
  memcpy(to, member->name, member->n_name);
  return to + member->n_name;
}

/* 0: there is no room for it. */
static size_t put_together(const struct archive *archive, uint8_t *data, size_t max_size) {
  size_t offsets[MOST_MEMBERS], packed[MOST_MEMBERS], used = 0, n_directory = END_BYTES;
  for (size_t i = 0; i < archive->n; i++) n_directory += CENTRAL_BYTES + NAME_BYTES;
  for (size_t i = 0; i < archive->n; i++) {
    const struct member *member = &archive->members[i];
    const size_t begin = used + LOCAL_BYTES + member->n_name;
    if (begin + n_directory > max_size) return 0;
    offsets[i] = used;
    packed[i] = pack(member, data + begin, max_size - n_directory - begin);
    if (packed[i] > max_size - n_directory - begin) return 0;
    put_header(data + used, member, packed[i], false, 0);
    used = begin + packed[i];
  }
  uint8_t *to = data + used;
  for (size_t i = 0; i < archive->n; i++)
    to = put_header(to, &archive->members[i], packed[i], true, offsets[i]);
  const size_t n_byte = (size_t)(to - data) - used;
  to = put(to, 0x06054b50, 4);
  to = put(to, 0, 4);
  to = put(to, archive->n, 2);
  to = put(to, archive->n, 2);
  to = put(to, n_byte, 4);
  to = put(to, used, 4);
  to = put(to, 0, 2);
  return (size_t)(to - data);
}

/* ---- Changing ---- */

/* The members' bytes are freed at the end, by a loop that the analyser does not follow:
 * NOLINTBEGIN(clang-analyzer-unix.Malloc) */
static void change(struct archive *archive, unsigned seed, size_t room, fuzz_mutator *mutate) {
  struct member *member = &archive->members[seed % archive->n], *other;
  const unsigned what = seed / MOST_MEMBERS % 32;
  const size_t most = room < MEMBER_BYTES ? room : MEMBER_BYTES;
  switch (what) {
  case 0:
    member->n_name = LLVMFuzzerMutate((uint8_t *)member->name, member->n_name, NAME_BYTES - 1);
    break;
  case 1:
    member->is_deflated = !member->is_deflated;
    break;
  case 2: /* dropped: the last one takes its place */
    other = &archive->members[archive->n - 1];
    if (archive->n == 1) break;
    free(member->bytes);
    if (other != member) *member = *other;
    archive->n--;
    break;
  case 3: /* another member's bytes */
    other = &archive->members[(seed / MOST_MEMBERS / 32 + seed) % archive->n];
    member->size = other->size;
    if (other != member) memcpy(member->bytes, other->bytes, other->size);
    break;
  default:
    member->size = mutate == NULL || member->size == 0
                       ? LLVMFuzzerMutate(member->bytes, member->size, most)
                       : mutate(member->bytes, member->size, most, seed / MOST_MEMBERS / 32);
  }
}

size_t fuzz_zip_mutate(uint8_t *data, size_t size, size_t max_size, unsigned seed, fuzz_mutator *mutate) {
  struct archive archive = {0};
  const bool is_whole = take_apart(&archive, data, size);
  size_t n = 0;
  if (is_whole) {
    change(&archive, seed, max_size, mutate);
    n = put_together(&archive, data, max_size);
  }
  for (size_t i = 0; i < archive.n; i++) free(archive.members[i].bytes);
  return n > 0 ? n : LLVMFuzzerMutate(data, size, max_size);
}
/* NOLINTEND(clang-analyzer-unix.Malloc) */
