/* Pictures through gnuplot: a script and its data tables, written to a folder of their own and
 * drawn by gnuplot's cairo terminals as PDF, SVG or PNG, by the ending of the output's name. */
#ifndef ND_FIGURE_PLOT_H
#define ND_FIGURE_PLOT_H

#include "nulldrift.h"

typedef struct nd_plot nd_plot;

/* Starts a picture of the given size. Fails for endings other than .pdf .svg .png, a folder that
 * cannot be written to, and a machine without gnuplot. */
nd_plot *nd_plot_new(const char *output, double width_cm, double height_cm, nd_error *error);

/* Appends to the script, as printf. House styles are set already: fonts, thin grey axes, line
 * styles 1..8 in colour-blind-safe colours (Okabe-Ito), `set palette` viridis. */
void nd_plot_script(nd_plot *plot, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Starts the data table `name`; refer to it in the script as 'NAME' (gnuplot runs in its folder).
 * Rows follow with nd_plot_row / nd_plot_text, blocks are parted by nd_plot_blank. */
void nd_plot_table(nd_plot *plot, const char *name);
void nd_plot_row(nd_plot *plot, size_t count, const double *values);
void nd_plot_values(nd_plot *plot, const char *format, ...) __attribute__((format(printf, 2, 3)));
void nd_plot_blank(nd_plot *plot);

/* Draws, publishes the picture whole, frees the plot. With `keep_script` the script and tables stay
 * beside the picture as OUTPUT.gnuplot/ ; restyle and run `gnuplot plot.gp` there. */
bool nd_plot_draw(nd_plot *plot, bool keep_script, nd_error *error);
void nd_plot_abandon(nd_plot *plot);

#endif
