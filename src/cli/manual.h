/* Help, man pages and shell completion, all from the table of commands. */
#ifndef ND_CLI_MANUAL_H
#define ND_CLI_MANUAL_H

#include <stdio.h>

#include "cli/command.h"

void nd_manual_overview(FILE *out);
void nd_manual_command(FILE *out, const nd_command *command);

/* Prints the page of that name (topics.h); false where there is none. */
bool nd_manual_topic(FILE *out, const char *name);

/* Writes nulldrift.1, nulldrift-COMMAND.1 and nulldrift-PAGE.7 into `folder`. */
bool nd_manual_pages(const char *folder, nd_error *error);
/* Writes a bash completion script to `path`. */
bool nd_manual_completion(const char *path, nd_error *error);

#endif
