/* A netCDF file written anew from what the reader says of another: its dimensions, variables,
 * stored and packed as they were, their values bit for bit, and attributes. No byte of the other
 * passes through this process's netCDF, so that what is added to may come from anybody. */
#ifndef ND_BASE_NETCDF_COPY_H
#define ND_BASE_NETCDF_COPY_H

#include "base/netcdf_handle.h"

/* Fills file->id, a new netCDF-4 file, with all that is in the file at `path`. What cannot be
 * written as it was is refused by name. Large packed variables follow when the file is published
 * (base/netcdf_rest.h). */
bool nd_nc_copy(nd_nc *file, const char *path, nd_error *error);

#endif
