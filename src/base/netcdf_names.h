/* What netCDF believes and should not: a name that looks like an address, a length that no file
 * could hold. */
#ifndef ND_BASE_NETCDF_NAMES_H
#define ND_BASE_NETCDF_NAMES_H

#include "base/memory.h"

/* The open file's variables, in its groups, too, claim no more than `path`, and the files that its
 * links led to (a line each; NULL: to none), could hold, even packed; fails naming one that does:
 * reading it would fill the memory, or take for ever. */
bool nd_nc_all_have_room(const char *path, const nd_buffer *led_to, int file, nd_error *error);

/* netCDF takes a backslash for a slash, and would read or write elsewhere: whether `path` has none.
 * To be asked before work begins whose result goes there. */
bool nd_nc_can_name(const char *path, nd_error *error);

/* `path` as netCDF takes it for the name of a file, whatever it begins with: "http://..." would be
 * asked of a network, blanks at the front would be dropped. free() it. */
char *nd_nc_plain_name(const char *path, nd_error *error);

#endif
