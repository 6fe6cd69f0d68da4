/* How large a picture is made, and what a journal may wish of it. */
#ifndef ND_FIGURE_PICTURE_SIZE_H
#define ND_FIGURE_PICTURE_SIZE_H

#include "figure/plot.h"

/* By how much a picture of this width is drawn larger. */
double nd_plot_scale(double width_cm, const nd_plot_options *options);

/* Where a width is asked for and the file is an SVG: gives it its size in millimetres. */
bool nd_svg_set_size(const char *path, double width_cm, const nd_plot_options *options,
                     nd_error *error);

/* Letters of ASCII, digits, blanks and '-', 60 at most: a name that a script takes as it is. */
bool nd_plot_font_is_plain(const char *font);

#endif
