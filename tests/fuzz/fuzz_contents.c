/* What the reader of a netCDF file may say is in it, were it taken over: contents as bytes, defined
 * anew in memory, and in a file that is to be as theirs (base/netcdf_contents.h). */
#include <netcdf.h>

#include "base/netcdf_contents.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    nd_error error = {0};
    nd_buffer said = {0};
    int id;
    if (!nd_buffer_put(&said, data, size, &error))
        return 0;
    if (nd_nc_contents_take(&said, "fuzz.nc", &id, &error))
        (void)nc_close(id);
    said.position = 0;
    if (nc_create("fuzz-copy", NC_NETCDF4 | NC_DISKLESS, &id) == NC_NOERR) {
        (void)nd_nc_contents_copy(&said, "fuzz.nc", id, &error);
        (void)nc_close(id);
    }
    nd_buffer_free(&said);
    return 0;
}
