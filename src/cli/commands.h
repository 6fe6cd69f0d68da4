/* Every command, by the table in commands.def. */
#ifndef ND_CLI_COMMANDS_H
#define ND_CLI_COMMANDS_H

#include "cli/command.h"

#define COMMAND(command) extern const nd_command command;
#include "cli/commands.def"
#undef COMMAND

/* Says that there is no such command, and which may be meant; the exit code. */
int nd_no_such_command(const char *name);

#endif
