/* Closing a netCDF file on a disk that may fail even then. netCDF looks into a file that HDF5 could
 * not close, tells of it on standard output, and crashes now and then; so it is never the one to
 * see that: what is left to write is written before, and HDF5's own last handle is kept here and
 * closed after netCDF's. */
#include <netcdf.h>
#include <stdlib.h>

#include "base/hdf5_again.h"
#include "base/netcdf_handle.h"
#include "base/netcdf_lock.h"
#include "base/netcdf_names.h"

/* A second handle of HDF5's on the open file; negative: there is none to be had. */
static hid_t last_handle(const nd_nc *file) {
    int format;
    char *path = NULL;
    if (nc_inq_format(file->id, &format) == NC_NOERR && format >= NC_FORMAT_NETCDF4)
        path = nd_nc_plain_name(file->aside ? file->aside : file->path, NULL);
    hid_t handle = path ? nd_hdf5_open_again(path, file->aside ? H5F_ACC_RDWR : H5F_ACC_RDONLY)
                        : H5I_INVALID_HID;
    free(path);
    return handle;
}

int nd_nc_finish(nd_nc *file) {
    ND_NC_ALONE;
    int id = file->id, status = file->aside ? nc_sync(id) : NC_NOERR;
    hid_t last = status == NC_NOERR && !file->in_memory ? last_handle(file) : H5I_INVALID_HID;
    file->id = -1;
    if (status != NC_NOERR) /* given up as it is: to close it would be to write again */
        return status;
    status = nc_close(id);
    return last >= 0 && H5Fclose(last) < 0 && status == NC_NOERR ? NC_EHDFERR : status;
}
