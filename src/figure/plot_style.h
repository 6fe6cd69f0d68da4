/* The house style of every picture, as gnuplot commands. */
#ifndef ND_FIGURE_PLOT_STYLE_H
#define ND_FIGURE_PLOT_STYLE_H

/* Loaded at the start of the script and again by every panel. */
extern const char nd_plot_house_style[];

#endif
