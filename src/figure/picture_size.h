/* How large a picture is made, and what a journal may wish of it. */
#ifndef ND_FIGURE_PICTURE_SIZE_H
#define ND_FIGURE_PICTURE_SIZE_H

#include "figure/plot.h"

/* By how much a picture of this width is drawn larger. */
double nd_plot_scale(double width_cm, const nd_plot_options *options);

/* Where the file is an SVG: gives it its size in millimetres, `scale` times that of its own units
 * (96 to the inch). */
bool nd_svg_set_size(const char *path, double scale, nd_error *error);

#endif
