/* What commands write, checked before anything is read: base/outputs.h says what may be. */
#ifndef ND_CLI_OUTPUTS_H
#define ND_CLI_OUTPUTS_H

#include "base/outputs.h"
#include "base/place.h"
#include "cli/commands.h"

/* The line of an option table that lets a command replace files. */
#define ND_OPTION_FORCE                                                                            \
    { 0, "force", NULL, "replace a file that is no earlier result; an input never is" }

/* The place of `output`, to free with nd_place_free, if a command that reads `inputs` may write it;
 * it may replace an earlier result: a .nc of ours, or a table or picture beside which one of the
 * same name lies. NULL with `error` filled. */
nd_place *nd_output_place(const nd_arguments *arguments, const char *output,
                          const char *const *inputs, size_t count, nd_error *error);

#endif
