/* Every command, one line each; commands.c puts them in order. */
#ifndef ND_CLI_COMMANDS_H
#define ND_CLI_COMMANDS_H

#include "cli/command.h"

extern const nd_command nd_command_run;
extern const nd_command nd_command_hebbian;
extern const nd_command nd_command_measure;
extern const nd_command nd_command_tuning;
extern const nd_command nd_command_figure;
extern const nd_command nd_command_spectrum;
extern const nd_command nd_command_drift_direction;
extern const nd_command nd_command_landscape;
extern const nd_command nd_command_phases;
extern const nd_command nd_command_info;
extern const nd_command nd_command_record;
extern const nd_command nd_command_datasets;
extern const nd_command nd_command_bench, nd_command_sweep;
extern const nd_command nd_command_help;

#endif
