/* Whether netCDF shows all that is in an HDF5 file: it passes over what it has no name for, which a
 * copy made through it would lose. */
#ifndef ND_BASE_HDF5_SHOWN_H
#define ND_BASE_HDF5_SHOWN_H

#include "nulldrift/base.h"

/* True where every data set, group and attribute of the file `path`, which netCDF has open as
 * `file`, is a variable, dimension, group or attribute there, packed by filters that netCDF always
 * has. Otherwise the first that is not is named in `error`. A file that is none of HDF5's is shown
 * whole. */
bool nd_hdf5_is_shown(const char *path, int file, nd_error *error);

/* netCDF shows none of an object's attributes, nor a variable, where one of them has several
 * dimensions, as h5py may write them. True where netCDF can read the attributes of all that it
 * shows in the open `file`, and where it fails for other reasons; otherwise the attribute is named.
 */
bool nd_hdf5_attributes_are_shown(const char *path, int file, nd_error *error);

#endif
