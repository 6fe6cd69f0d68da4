/* Panels drawn from the two-dimensional landscape's walkers: Figures 1 and 5A. */
#ifndef ND_FIGURE_LANDSCAPE_PANEL_H
#define ND_FIGURE_LANDSCAPE_PANEL_H

#include "figure/parts.h"
#include "store/landscape_file.h"

/* The valley's height as an image with the walk of one walker, from its start (a red dot). */
void nd_panel_walk(nd_plot *plot, const char *letter, nd_area area, const nd_landscape *of,
                   nd_valley valley, size_t walker, const char *title);

/* The same image with all walkers at the end; with a colour bar, which takes so much room at the
 * right (cm), or without. */
static const double ND_LANDSCAPE_BAR = 1.2;
void nd_panel_cloud(nd_plot *plot, const char *letter, nd_area area, const nd_landscape *of,
                    nd_valley valley, bool bar, const char *title);

/* Curvature across the floor over steps, median and quartiles of the walkers, in both valleys. */
bool nd_panel_flatness(nd_plot *plot, const char *letter, nd_area area, const nd_landscape *of,
                       nd_error *error);

#endif
