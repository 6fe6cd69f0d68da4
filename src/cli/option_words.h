/* Messages in the program's own words. The rooms below name an argument in backticks, as a program
 * that calls the library knows it: `lanczos`, `resume_here`; and a command likewise, `nulldrift
 * spectrum`. Here an argument becomes the option of that name of the command named last before it
 * or, where it has none, of the one that runs: --lanczos, --resume-here, -o. */
#ifndef ND_CLI_OPTION_WORDS_H
#define ND_CLI_OPTION_WORDS_H

#include "cli/command.h"

/* `text` so, as a new string, to free(); NULL where memory is out. `present` may be NULL: no
 * command runs yet. */
char *nd_with_options(const char *text, const nd_command *present);

/* `error` so: `where`, if it is an argument, and `mend`, where "choose another name" is told by
 * which option, too. */
nd_error nd_error_with_options(const nd_error *error, const nd_command *present);

#endif
