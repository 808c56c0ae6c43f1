/* Selectors of tasks. Parts: the selector, where @names is a file; that file. */
#include "base/memory.h"
#include "fuzz.h"
#include "hyperlist/selector.h"
#include "hyperlist/task.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[] = {"Associative_GRU128_BS128_Pairs10_Tokens50",
                                    "FixedImageConvAE_cifar10_32x32x32x32x32_bs128",
                                    "FixedMLP_mnist_RandomWindow_layernorm",
                                    "losg_tasks_family_seed3",
                                    "mini_mlp_family_seed0",
                                    "mlp_ae_family_seed12",
                                    "mlp_family_seed10",
                                    "mlp_family_seed9",
                                    "odd, name @here!",
                                    "quadratic_family_seed1"};
enum { N_NAME = sizeof names / sizeof *names };

/* "@names" becomes the path; NULL: it would have other files read. */
static char *place_file(const char *text, const char *path) {
  char *placed = NULL;
  const char *at = strstr(text, "@names");
  if (strchr(text, '@') != at || (at != NULL && strchr(at + 1, '@') != NULL)) return NULL;
  if (at == NULL) return strdup(text);
  FUZZ_CHECK(hl_format_text(&placed, "%.*s@%s%s", (int)(at - text), text, path, at + 6) == HL_OK);
  return placed;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct hl_strings tasks = {0}, kinds = {0};
  size_t *rows = NULL, n_row = 0;
  char *text = fuzz_next(&data, &size), *selector = place_file(text, fuzz_write("names", data, size));
  for (size_t i = 0; i < N_NAME; i++) {
    FUZZ_CHECK(hl_strings_add(&tasks, names[i]) == HL_OK);
    FUZZ_CHECK(hl_strings_add(&kinds, hl_task_kind(names[i])) == HL_OK);
  }
  if (selector != NULL && fuzz_is_ok(hl_select_tasks(&tasks, &kinds, selector, &rows, &n_row))) {
    FUZZ_CHECK(n_row > 0 && n_row <= N_NAME);
    for (size_t i = 0; i < n_row; i++) FUZZ_CHECK(rows[i] < N_NAME && (i == 0 || rows[i] > rows[i - 1]));
    free(rows);
  }
  const int kept = selector == NULL ? FUZZ_NOT_KEPT : FUZZ_DONE;
  hl_strings_clear(&tasks);
  hl_strings_clear(&kinds);
  free(text);
  free(selector);
  return kept;
}
