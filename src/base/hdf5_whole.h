/* Whether an HDF5 file is whole in itself: MATLAB 7.3 and netCDF-4 files are read by libraries that
 * follow whatever stands in them. */
#ifndef ND_BASE_HDF5_WHOLE_H
#define ND_BASE_HDF5_WHOLE_H

#include "nulldrift/base.h"

/* True where nothing in the file `path` leads out of it: no link to another file, no numbers kept
 * in one. Otherwise the first such is named in `error`. A file that HDF5 cannot open is none of its
 * concern. */
bool nd_hdf5_is_whole(const char *path, nd_error *error);

#endif
