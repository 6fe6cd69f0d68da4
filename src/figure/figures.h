/* Every figure's drawing function, by the table in figures.def. */
#ifndef ND_FIGURE_FIGURES_H
#define ND_FIGURE_FIGURES_H

#include "figure/figure.h"

#define FIGURE(name, summary, inputs, least, most, draw)                                           \
    bool draw(const nd_figure_request *request, nd_error *error);
#include "figure/figures.def"
#undef FIGURE

#endif
