/* A file that netCDF has open, opened again by HDF5 in the same process. */
#ifndef ND_BASE_HDF5_AGAIN_H
#define ND_BASE_HDF5_AGAIN_H

#include <hdf5.h>

/* HDF5's own handle on the file at `path`, with the flags that netCDF opened it by; negative where
 * there is none to be had. HDF5 opens a file twice only where both ways are one: how it is to be
 * closed, too, which netCDF says otherwise from release to release. */
hid_t nd_hdf5_open_again(const char *path, unsigned flags);

#endif
