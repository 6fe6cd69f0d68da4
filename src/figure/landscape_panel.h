/* Panels drawn from the two-dimensional landscape's walkers: Figures 1 and 5A. */
#ifndef ND_FIGURE_LANDSCAPE_PANEL_H
#define ND_FIGURE_LANDSCAPE_PANEL_H

#include "figure/plot.h"
#include "store/landscape_file.h"

/* Where a panel goes: fractions of the picture, and its letter. */
typedef struct nd_place {
    const char *letter;
    double left, bottom, width, height;
} nd_place;

/* The valley's height as contours with the walk of one walker, from its start (a red dot). */
void nd_panel_walk(nd_plot *plot, nd_place place, const nd_landscape *landscape, nd_valley valley,
                   size_t walker, const char *title);

/* The same contours with all walkers at the end. */
void nd_panel_cloud(nd_plot *plot, nd_place place, const nd_landscape *landscape, nd_valley valley,
                    const char *title);

/* Mean distance along the solutions from the origin, relative to the first, over steps, with the
 * spread over walkers, in both valleys. */
void nd_panel_flatness(nd_plot *plot, nd_place place, const nd_landscape *landscape);

#endif
