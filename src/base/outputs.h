/* What a command may write: never one of its inputs, and nothing that it did not write before.
 * Every command's results pass here before anything is read or replaced. */
#ifndef ND_BASE_OUTPUTS_H
#define ND_BASE_OUTPUTS_H

#include "base/child.h"

typedef struct nd_outputs {
    const char *const *inputs; /* every file the command reads */
    size_t inputs_count;
    bool force;         /* other files may be replaced; inputs may not */
    const char *result; /* the .nc beside which tables and pictures lie; NULL: none */
} nd_outputs;

/* Whether `path` may be written: there is nothing yet; or it is an earlier result (a netCDF file of
 * ours by its attributes, or a table or picture where `result` is one), which was not made
 * read-only; or `force`. A path that leads to an input, through whatever links, is an error, as is
 * one that leads to no regular file, or to one that could not be replaced at the end
 * (base/place.h). */
bool nd_output_allowed(const nd_outputs *outputs, const char *path, nd_error *error);

/* Whether `path` leads to none of the inputs, through whatever links; an error otherwise. */
bool nd_output_no_input(const nd_outputs *outputs, const char *path, nd_error *error);

/* Whether `path` is a netCDF file that this program wrote. It is looked into by a child. */
bool nd_is_result(const char *path);
extern const nd_trade nd_trade_result;

#endif
