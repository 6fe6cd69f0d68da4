/* The table of commands, in the order in which --help lists them. nd_commands() hands out copies
 * gathered once, since C has no constant table of other files' constants. */
#include "cli/commands.h"

enum { MOST_COMMANDS = 32 };

const nd_command *nd_commands(void) {
    static const nd_command *const table[] = {
        &nd_command_run,
        &nd_command_hebbian,
        &nd_command_measure,
        &nd_command_tuning,
        &nd_command_figure,
        &nd_command_spectrum,
        &nd_command_drift_direction,
        &nd_command_landscape,
        &nd_command_phases,
        &nd_command_info,
        &nd_command_record,
        &nd_command_datasets,
        &nd_command_sweep,
        &nd_command_bench,
        &nd_command_help,
    };
    static nd_command gathered[MOST_COMMANDS];
    size_t count = sizeof table / sizeof table[0];
    for (size_t i = 0; i < count; i++)
        gathered[i] = *table[i];
    return gathered;
}
