/* nulldrift: the program. Everything it can do is in the table of commands.c. */
#include <stdio.h>
#include <string.h>

#include "base/helper.h"
#include "base/netcdf_lock.h"
#include "base/serve.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/manual.h"
#include "reader/trades.h"

static const nd_command *find_command(const char *name) {
    for (const nd_command *command = nd_commands(); command->name; command++)
        if (strcmp(command->name, name) == 0)
            return command;
    return NULL;
}

int main(int argc, char **argv) {
    nd_nc_leave_at_exit();
    if (nd_asked_to_serve(argc, argv))
        nd_serve(nd_trades);
    nd_helper_is_this_program();
    nd_terminal_begin();
    if (argc < 2) {
        nd_manual_overview(stderr);
        return ND_EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        nd_manual_overview(stdout);
        return ND_EXIT_FINE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("nulldrift %s\n", nd_version());
        return ND_EXIT_FINE;
    }
    const nd_command *command = find_command(argv[1]);
    if (!command) {
        return nd_no_such_command(argv[1]);
    }
    nd_terminal_speaks_for(command);
    nd_arguments arguments;
    int code = nd_arguments_parse(&arguments, command, argc, argv);
    if (code == ND_PARSED)
        code = nd_progress_asked(&arguments) ? command->run(&arguments) : ND_EXIT_USAGE;
    nd_arguments_free(&arguments);
    /* What was printed must have arrived: `nulldrift ... > /full/disk` is a failure. */
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "nulldrift: standard output: cannot be written\n");
        return ND_EXIT_FAILED;
    }
    return nd_terminal_end(code);
}
