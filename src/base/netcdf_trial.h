/* netCDF and HDF5 can be brought down by damaged bytes: a child tries a file first. */
#ifndef ND_BASE_NETCDF_TRIAL_H
#define ND_BASE_NETCDF_TRIAL_H

#include "base/child.h"

/* Opens `path` in a child and reads all that is in it. Fails, naming the file and the variable,
 * when the library crashes or hangs on it, when a link, external storage or a virtual data set
 * leads to another file, and when a variable claims more than the file can hold. What the library
 * refuses in an orderly way is no failure here: whoever reads it will say so. */
bool nd_nc_trial(const char *path, nd_error *error);
extern const nd_trade nd_trade_trial;

/* The open file's variables claim no more than `path` could hold, even packed; fails naming one
 * that does: reading it would fill the memory, or take for ever. */
bool nd_nc_all_have_room(const char *path, int file, nd_error *error);

/* `path` as netCDF takes it for the name of a file, whatever it begins with: "http://..." would be
 * asked of a network. free() it. */
char *nd_nc_plain_name(const char *path, nd_error *error);

#endif
