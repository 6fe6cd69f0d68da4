/* The kinds of picture: which of gnuplot's terminals draws each, and how it is set. */
#ifndef ND_FIGURE_TERMINAL_H
#define ND_FIGURE_TERMINAL_H

#include <stdio.h>

#include "figure/plot.h"

/* 200 dots per inch: a PNG that can be printed. */
enum { ND_PNG_DOTS_PER_INCH = 200 };

/* ".pdf", ".svg", ".png", ".eps", and NULL beyond. */
const char *nd_picture_ending(size_t index);

/* That of a path, or NULL where it ends in none of them. */
const char *nd_picture_ending_of(const char *path);

/* Writes the line that sets the terminal for a picture with this ending, of `width_cm` and
 * `height_cm` as it is designed. All of it is drawn to one scale, so that nothing comes to lie on
 * anything at another width. */
void nd_terminal_write(FILE *file, const char *ending, double width_cm, double height_cm,
                       const nd_plot_options *options);

#endif
