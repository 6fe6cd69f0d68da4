/* What is in a netCDF file, without its values, as bytes: how a file that the reader has open is
 * known here, without a foreign byte of it passing through this process's netCDF. */
#ifndef ND_BASE_NETCDF_CONTENTS_H
#define ND_BASE_NETCDF_CONTENTS_H

#include "base/memory.h"

/* In the reader: dimensions, variables and attributes of the open file `id`, and of the groups in
 * it, one deep. Attributes of types that the file makes itself are left out. */
bool nd_nc_contents_put(nd_buffer *buffer, int id, nd_error *error);

/* Defines them anew in a netCDF file of our own that is in memory alone: *id, open, to be closed by
 * nc_close. A variable of a type that its file makes keeps its place, as one that cannot be read.
 * The bytes may be any; `path` names the file in errors. */
bool nd_nc_contents_take(nd_buffer *buffer, const char *path, int *id, nd_error *error);

#endif
