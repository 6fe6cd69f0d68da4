/* The density of a PNG: without it a picture's size in print is anybody's guess. */
#ifndef ND_FIGURE_PNG_DENSITY_H
#define ND_FIGURE_PNG_DENSITY_H

#include "nulldrift/base.h"

/* Writes the chunk pHYs, `dots_per_inch` both ways, into the PNG file, right after its header. A
 * file that is no PNG, or that has the chunk, is left as it is. */
bool nd_png_set_density(const char *path, double dots_per_inch, nd_error *error);

#endif
