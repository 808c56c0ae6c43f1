/* Archives. */
#include "archive/raw.h"
#include "archive/schema.h"
#include "base/error.h"
#include "check/checker.h"

#include <stdlib.h>

hl_status check_archive(struct checker *checker) {
  hl_status status = HL_OK;
  struct archive_check check = {.checker = checker};
  TRY(archive_new(checker->path, &check.archive));
  TRY(checker_note(checker, archive_read_provenance(check.archive)));
  TRY(check_archive_names(&check));
  TRY(check_archive_curves(&check));
out:
  free(check.is_usable);
  free(check.has_table);
  hl_archive_close(check.archive);
  return status;
}
