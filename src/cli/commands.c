/* The commands of commands.def. nd_commands() hands out copies gathered once, since C has no
 * constant table of other files' constants. */
#include "cli/commands.h"

#include <stdio.h>

#include "base/shown.h"
#include "base/words.h"

enum { MOST_COMMANDS = 32 };

const nd_command *nd_commands(void) {
    static const nd_command *const table[] = {
#define COMMAND(command) &(command),
#include "cli/commands.def"
#undef COMMAND
    };
    static nd_command gathered[MOST_COMMANDS];
    size_t count = sizeof table / sizeof table[0];
    for (size_t i = 0; i < count; i++)
        gathered[i] = *table[i];
    return gathered;
}

int nd_no_such_command(const char *name) {
    char mend[200];
    nd_nearest nearest = {.wanted = name};
    for (const nd_command *command = nd_commands(); command->name; command++)
        nd_nearest_offer(&nearest, command->name);
    fprintf(stderr, "nulldrift: there is no command '%s'; %s\n", nd_shown(name).text,
            nd_nearest_mend(&nearest, "`nulldrift --help` lists them", mend, sizeof mend));
    return ND_EXIT_USAGE;
}
