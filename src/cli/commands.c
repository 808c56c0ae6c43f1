/* The commands, in the order of the data. A new one is a row here, and one file beside this one. */
#include "base/error.h"
#include "base/nearest.h"
#include "cli/cli.h"

#include <string.h>

/* clang-format off */
const struct cli_command *const cli_commands[] = {
    &cli_fetch,
    &cli_ingest,
    &cli_info,
    &cli_check,
    &cli_normalize,
    &cli_learn,
    &cli_import,
    &cli_evaluate,
    &cli_generalize,
    &cli_export,
    &cli_track,
    &cli_reproduce,
    &cli_report,
    &cli_help,
    NULL,
};
/* clang-format on */

const struct cli_command *cli_command_find(const char *name) {
  for (size_t i = 0; cli_commands[i] != NULL; i++) {
    if (strcmp(cli_commands[i]->name, name) == 0) return cli_commands[i];
  }
  return NULL;
}

hl_status cli_command_fail_unknown(const char *name) {
  struct hl_nearest nearest = {.text = name};
  for (size_t i = 0; cli_commands[i] != NULL; i++) hl_nearest_offer(&nearest, cli_commands[i]->name);
  const char *hint = hl_nearest_hint(&nearest);
  return hl_fail(HL_USAGE, "found no command '%s'%s", name,
                 *hint != '\0' ? hint : "; 'hyperlist help' lists them");
}
