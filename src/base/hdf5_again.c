#include "base/hdf5_again.h"

hid_t nd_hdf5_open_again(const char *path, unsigned flags) {
    static const H5F_close_degree_t degrees[] = {H5F_CLOSE_SEMI, H5F_CLOSE_STRONG, H5F_CLOSE_WEAK};
    hid_t as_netcdf = H5Pcreate(H5P_FILE_ACCESS), file = H5I_INVALID_HID;
    for (size_t i = 0; as_netcdf >= 0 && file < 0 && i < sizeof degrees / sizeof *degrees; i++)
        if (H5Pset_fclose_degree(as_netcdf, degrees[i]) >= 0)
            file = H5Fopen(path, flags, as_netcdf);
    if (as_netcdf >= 0)
        (void)H5Pclose(as_netcdf);
    return file;
}
