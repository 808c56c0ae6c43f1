/* What is said on stderr while a command runs and when it ends: lines, warnings, a progress bar, what took
 * the time. */
#ifndef HL_CLI_WATCH_H
#define HL_CLI_WATCH_H

#include "cli/cli.h"

/* Sets up the context's ways to watch and to stop: warnings, a bar on a terminal after the first second, with
 * -v the time of each stage when it ends; -q silences all of it. */
void cli_watch(struct cli *cli);

/* Takes the bar away, if one is shown. */
void cli_end_progress(struct cli *cli);

/* A command's last words: the error, if it failed; with -v time and memory. */
void cli_tell_error(struct cli *cli, const char *message);
void cli_tell_cost(struct cli *cli);

#endif
