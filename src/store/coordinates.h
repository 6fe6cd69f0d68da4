/* Which variables of our files are the coordinates of others: netCDF's attribute `coordinates`, by
 * which xarray draws a loss over its steps and labels a map by its bins. */
#ifndef ND_STORE_COORDINATES_H
#define ND_STORE_COORDINATES_H

#include "base/netcdf_file.h"

/* Gives every variable the attribute `coordinates`, naming the coordinates that the file holds and
 * that lie along its dimensions. Called before a file is published. */
bool nd_put_coordinates(nd_nc *file, nd_error *error);

#endif
