/* The commands of commands.def. nd_commands() hands out copies gathered once, since C has no
 * constant table of other files' constants. */
#include "cli/commands.h"

enum { MOST_COMMANDS = 32 };

const nd_command *nd_commands(void) {
    static const nd_command *const table[] = {
#define COMMAND(command) &command,
#include "cli/commands.def"
#undef COMMAND
    };
    static nd_command gathered[MOST_COMMANDS];
    size_t count = sizeof table / sizeof table[0];
    for (size_t i = 0; i < count; i++)
        gathered[i] = *table[i];
    return gathered;
}
