/* Between main.c and options.c: the life of a command. */
#ifndef HL_CLI_PROGRAM_H
#define HL_CLI_PROGRAM_H

#include "cli/cli.h"

bool cli_was_interrupted(void);
void cli_clear(struct cli *cli);

#endif
