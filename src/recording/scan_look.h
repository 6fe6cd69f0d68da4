/* Looking into files for a scan, each in a child. */
#ifndef ND_RECORDING_SCAN_LOOK_H
#define ND_RECORDING_SCAN_LOOK_H

#include "base/child.h"
#include "recording/scan_found.h"

/* Fills what is found in each of s->files; a file that cannot be read gets its trouble. `file` is
 * to be freed, and `list`. */
bool nd_scan_look(nd_scan *s, const nd_limits *limits);

#endif
