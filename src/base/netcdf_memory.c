/* A netCDF file that is in memory alone: what is written into one can be read from it. */
#include <netcdf.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/netcdf_handle.h"
#include "base/netcdf_lock.h"
#include "base/room.h"

nd_nc *nd_nc_create_in_memory(const char *called, nd_error *error) {
    static atomic_uint made; /* HDF5 knows such files by their names */
    char name[64];
    nd_nc *file =
        nd_room_for(ND_NC_ROOM, "netCDF", error) ? nd_array(1, sizeof *file, error) : NULL;
    if (!file)
        return NULL;
    file->in_memory = true;
    file->id = -1;
    file->path = nd_text(called, error);
    snprintf(name, sizeof name, "nulldrift-results-%u", atomic_fetch_add(&made, 1));
    ND_NC_ALONE;
    int status = file->path ? nc_create(name, NC_NETCDF4 | NC_DISKLESS, &file->id) : NC_ENOMEM;
    if (status == NC_NOERR)
        return file;
    file->id = -1;
    if (file->path)
        nd_fail(error, called, NULL, "cannot be made in memory: %s", nc_strerror(status));
    nd_nc_close(file);
    return NULL;
}
