/* Parsing a command line by a command's own option table. */
#ifndef ND_CLI_ARGUMENTS_H
#define ND_CLI_ARGUMENTS_H

#include "cli/command.h"

enum { ND_PARSED = -1 }; /* go on and run; any other value is the exit code */

struct nd_arguments {
    const nd_command *command;
    size_t positional_count, option_count;
    const char **positionals;
    const char **names;  /* of the options given, in order */
    const char **values; /* NULL for flags */
    const char **found;  /* scratch for nd_values */
    char *line;          /* the whole command line */
};

/* Fills `arguments`. Prints help (exit code 0) or the fault (2) by itself. */
int nd_arguments_parse(nd_arguments *arguments, const nd_command *command, int argc, char **argv);
void nd_arguments_free(nd_arguments *arguments);

#endif
