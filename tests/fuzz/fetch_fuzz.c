/* What fetch is told. Parts: an x-goog-hash, a base URL, the note beside a part file, the list of tasks. */
#include "base/text.h"
#include "fetch/hash.h"
#include "fetch/names.h"
#include "fetch/place.h"
#include "fuzz.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static hl_status pass_over(void *user, size_t i_line, const char *name, const char *fault) {
  (void)user;
  FUZZ_CHECK(i_line > 0 && fault != NULL && hl_is_utf8(name, strlen(name)));
  return HL_OK;
}

static void read_names(const char *text, size_t size) {
  struct hl_strings names = {0};
  size_t n_repeated;
  if (!fuzz_is_ok(hl_names_parse("names", text, size, pass_over, NULL, &names, &n_repeated))) return;
  for (size_t i = 0; i < names.n; i++) {
    const char *parts[] = {names.items[i], "x.npz", NULL};
    char *url;
    FUZZ_CHECK(strchr(names.items[i], '/') == NULL && names.items[i][0] != '.');
    FUZZ_CHECK(i == 0 || strcmp(names.items[i - 1], names.items[i]) < 0);
    FUZZ_CHECK(hl_url_join("http://h/b/", parts, &url) == HL_OK);
    FUZZ_CHECK(strspn(url + 11, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%/") ==
               strlen(url + 11));
    free(url);
  }
  hl_strings_clear(&names);
}

static void read_note(const char *text) {
  struct hl_place place;
  fuzz_write("place/t/.n.npz.part", "0123456789", 10);
  fuzz_write("place/t/.n.npz.part.json", text, strlen(text));
  const char *folder = fuzz_path("place");
  const int root = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  FUZZ_CHECK(hl_place_init(&place, root, folder, "t", "n.npz") == HL_OK);
  if (fuzz_is_ok(hl_place_open_part(&place))) {
    FUZZ_CHECK(place.n_byte == 0 || place.n_byte == 10);
    FUZZ_CHECK(strlen(place.etag) < HL_ETAG_BYTES && strlen(place.goog_hash) < HL_GOOG_HASH_BYTES);
  }
  hl_place_clear(&place);
  close(root);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct hl_digests digests;
  char *hash = fuzz_next(&data, &size), *url = fuzz_next(&data, &size), *note = fuzz_next(&data, &size);
  fuzz_is_ok(hl_digests_parse(hash, &digests));
  fuzz_is_ok(hl_http_check_url("--base-url", url));
  read_note(note);
  read_names((const char *)data, size);
  free(hash);
  free(url);
  free(note);
  return FUZZ_DONE;
}
