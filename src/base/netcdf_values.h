/* A variable of one netCDF file and its copy in another: what it is, and its values, copied
 * unpacked.
 */
#ifndef ND_BASE_NETCDF_VALUES_H
#define ND_BASE_NETCDF_VALUES_H

#include <netcdf.h>

#include "base/netcdf_handle.h"

enum { ND_NC_COPIED_RANK = 8 };

/* A variable, which has one number in the other file's contents and in the copy. */
typedef struct nd_nc_copying {
    const nd_nc *from, *to;
    int from_group, to_group, variable;
    /* What nd_nc_copying_asks finds out. */
    int rank, dimension[NC_MAX_VAR_DIMS];
    char name[NC_MAX_NAME + 1];
    nc_type type;
    size_t size, length[ND_NC_COPIED_RANK];
} nd_nc_copying;

/* Fills the rest of `c`; fails where the variable cannot be copied. */
bool nd_nc_copying_asks(nd_nc_copying *c, nd_error *error);

/* Copies all its values. */
bool nd_nc_copy_values(const nd_nc_copying *c, nd_error *error);

#endif
