/* Whether an HDF5 file is whole in itself: MATLAB 7.3 and netCDF-4 files are read by libraries that
 * follow whatever stands in them. */
#ifndef ND_BASE_HDF5_WHOLE_H
#define ND_BASE_HDF5_WHOLE_H

#include "base/memory.h"

/* What is done about a link that leads out of a file. */
typedef enum nd_links {
    ND_LINKS_REFUSED,
    ND_LINKS_OFFERED, /* refused, and that links may be followed is said */
    ND_LINKS_FOLLOWED /* to regular files, wherever they are, which must be whole likewise */
} nd_links;

/* True where nothing in the file `path` leads out of it: no link to another file, unless links are
 * followed, no numbers kept in one. Otherwise the first such is named in `error`. A file that HDF5
 * cannot open is none of its concern. `led_to` gets the files that links led to, a line each; it
 * may be NULL where none is followed. */
bool nd_hdf5_is_whole(const char *path, nd_links links, nd_buffer *led_to, nd_error *error);

#endif
