/* HDF5's links from one file into another. */
#ifndef ND_BASE_HDF5_LINKS_H
#define ND_BASE_HDF5_LINKS_H

#include <hdf5.h>
#include <limits.h>

#include "base/memory.h"

/* The real path of `target`, as a link in the file of `place` means it; false if there is none. */
bool nd_hdf5_link_target(hid_t place, const char *target, char real[PATH_MAX]);

/* Adds a file to `led_to`, a line each, where it is not there yet; *known, which may be NULL, tells
 * whether it was. */
bool nd_hdf5_note_led_to(nd_buffer *led_to, const char *real, bool *known, nd_error *error);

#endif
