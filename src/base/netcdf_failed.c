/* What netCDF's status means, in words with the file and what was done. */
#include <netcdf.h>

#include "base/error.h"
#include "base/netcdf_handle.h"

bool nd_nc_failed(const nd_nc *file, int status, const char *doing, const char *name,
                  nd_error *error) {
    const char *mend =
        status == NC_EHDFERR && file->aside ? "the disk may be full, or the file damaged" : NULL;
    return nd_fail(error, file->path, mend, "%s %s: %s", doing, name, nc_strerror(status));
}
