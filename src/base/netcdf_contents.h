/* What is in a netCDF file, without its values, as bytes: how a file that the reader has open is
 * known here, without a foreign byte of it passing through this process's netCDF. */
#ifndef ND_BASE_NETCDF_CONTENTS_H
#define ND_BASE_NETCDF_CONTENTS_H

#include "base/memory.h"

/* Groups within groups, at most; HDF5 lets them run in circles. */
enum { ND_NC_MOST_DEEP = 16 };

/* In the reader: dimensions, variables, how they are stored, and attributes of the open file `id`
 * and of the groups in it. Attributes of types that the file makes itself are names alone. */
bool nd_nc_contents_put(nd_buffer *buffer, int id, nd_error *error);

/* Defines them anew in a netCDF file of our own that is in memory alone: *id, open, to be closed by
 * nc_close. A variable of a type that its file makes keeps its place, as one that cannot be read.
 * The bytes may be any; `path` names the file in errors. */
bool nd_nc_contents_take(nd_buffer *buffer, const char *path, int *id, nd_error *error);

/* Defines them all in the new netCDF-4 file `id`, stored and packed as they were: what cannot be
 * as it was fails by name. Variables and groups come in the order, and so by the numbers, that
 * nd_nc_contents_take gives them. */
bool nd_nc_contents_copy(nd_buffer *buffer, const char *path, int id, nd_error *error);

#endif
