/* Pictures through gnuplot: a script and its data tables, written to a folder of their own and
 * drawn by gnuplot's terminals as PDF, SVG, PNG or EPS, by the ending of the output's name.
 *
 *     nd_plot *plot = nd_plot_new("loss.pdf", 8, 6, error);
 *     if (!plot)
 *         return false;
 *     nd_plot_table(plot, "loss");
 *     for (...)
 *         nd_plot_row(plot, 2, (double[]){step, loss});
 *     nd_plot_panel(plot, "A", 0, 0, 1, 1);
 *     nd_plot_script(plot, "set xlabel 'step'\nplot 'loss' with lines linetype 1 notitle\n");
 *     return nd_plot_draw(plot, &options, error);
 *
 * Failures while writing are remembered and reported by nd_plot_draw. */
#ifndef ND_FIGURE_PLOT_H
#define ND_FIGURE_PLOT_H

#include "base/place.h"

typedef struct nd_plot nd_plot;

/* Whether a picture can be drawn there: not where its ending is none of .pdf .svg .png .eps, its
 * folder cannot be written to, or the machine has no gnuplot. Asked before long work that ends in
 * one. */
bool nd_can_draw(const char *output, nd_error *error);

/* Starts a picture of the given size, where one can be drawn. */
nd_plot *nd_plot_new(const char *output, double width_cm, double height_cm, nd_error *error);

/* The size it was given: that of all panels. */
void nd_plot_size(const nd_plot *plot, double *width_cm, double *height_cm);

/* The picture's foot, in small grey type beneath the panels, as printf of enhanced text: how many,
 * from how long a run, what bars are. A later one takes an earlier one's place. The foot has its
 * room in every picture, so that panels are the same with and without. */
void nd_plot_note(nd_plot *plot, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The share of the whole picture's height, as the script's `screen` takes it, at which a share of
 * the panels' height lies: the foot is below them. */
double nd_plot_screen_y(const nd_plot *plot, double share);

/* Appends to the script, as printf. House styles are set already: fonts, thin grey axes, line
 * types 1..8 in colour-blind-safe colours (Okabe-Ito), `set palette` viridis; 8 pt text.
 * Logarithmic axes take their tics from nd_decade_tics or nd_log_tics (figure/parts.h). */
void nd_plot_script(nd_plot *plot, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Starts a panel that takes the given part of the picture, labels and tics included (fractions;
 * 0, 0 is the lower left corner), and writes its letter (NULL: none) bold at its upper left. The
 * next `plot` or `splot` draws into it. Settings of earlier panels are forgotten. */
void nd_plot_panel(nd_plot *plot, const char *letter, double left, double bottom, double width,
                   double height);

/* The room around the axes of a panel, cm. nd_plot_panel takes ND_PLOT_MARGINS. */
typedef struct nd_plot_margins {
    double left, right, bottom, top;
} nd_plot_margins;
#define ND_PLOT_MARGINS ((nd_plot_margins){1.45, 0.35, 1.0, 0.6})
/* The same with a second y axis or a colour box at the right. */
#define ND_PLOT_MARGINS_RIGHT ((nd_plot_margins){1.45, 1.5, 1.0, 0.6})
void nd_plot_panel_margins(nd_plot *plot, const char *letter, double left, double bottom,
                           double width, double height, nd_plot_margins margins);

/* Writes a bold panel letter with the next plot, for a panel whose upper left corner is there. */
void nd_plot_letter(nd_plot *plot, const char *letter, double left, double top);

/* Starts the data table `name`; refer to it in the script as 'NAME' (gnuplot runs in its folder).
 * Rows follow; blocks (gnuplot's `index`) are parted by nd_plot_block, lines broken and grid rows
 * parted by nd_plot_blank. Not finite numbers are written as NaN, which gnuplot leaves out. */
void nd_plot_table(nd_plot *plot, const char *name);
void nd_plot_row(nd_plot *plot, size_t count, const double *values);
void nd_plot_values(nd_plot *plot, const char *format, ...) __attribute__((format(printf, 2, 3)));
void nd_plot_blank(nd_plot *plot);
void nd_plot_block(nd_plot *plot);

/* How many rows the table of an image takes: a single one is written twice, as gnuplot draws no
 * image of one. The axes' ranges show it once. */
static inline size_t nd_plot_image_rows(size_t rows) {
    return rows == 1 ? 2 : rows;
}

/* A table of one matrix (rows x columns), for `plot 'NAME' matrix with image`: column index is x,
 * row index is y. */
void nd_plot_matrix(nd_plot *plot, const char *name, size_t rows, size_t columns,
                    const double *values);

/* Rows "x y" of a trace (x increasing) into the table begun: at most four points, the first, least,
 * greatest and last, for each of `columns` equal parts of x (of log x if `logarithmic`), so that
 * 10^6 records draw as fast as 10^3 and look the same. */
void nd_plot_trace(nd_plot *plot, size_t count, const double *x, const double *y, size_t columns,
                   bool logarithmic);

/* Text that is not this program's own (names, labels, units) as a script takes it: at most `most`
 * of its characters (ND_PLOT_MOST where that is less; cut ones end in "…"), escaped for single
 * quotes and enhanced text, controls shown. To be put between single quotes, nowhere else:
 *
 *     nd_plot_script(plot, "set xlabel '%s'\n", nd_plot_text_of(name, 60).markup);
 *
 * It is the only way of such text into a script. */
enum { ND_PLOT_MOST = 120, ND_PLOT_TEXT = 1024 };
typedef struct nd_plot_text {
    char markup[ND_PLOT_TEXT];
} nd_plot_text;
nd_plot_text nd_plot_text_of(const char *text, size_t most);

/* What is wanted beside the picture. */
typedef struct nd_plot_options {
    bool no_note;     /* the foot stays empty */
    bool keep_script; /* the script and tables stay as OUTPUT.gnuplot/ ; an earlier one becomes ~ */
    nd_error *remark; /* may be NULL: what gnuplot said though it drew, of font and small text */
    /* Where the picture goes, as it was found when the command began; NULL: as it is found when the
     * plot is begun. */
    const nd_place *place;
    double width_mm;  /* of the picture, everything in it to scale; 0: as it is designed */
    const char *font; /* checked by nd_plot_font_is_plain; NULL: Helvetica */
} nd_plot_options;

/* Draws, publishes the picture whole, frees the plot. A kept script is restyled and drawn again by
 * `gnuplot plot.gp` in its folder. */
bool nd_plot_draw(nd_plot *plot, const nd_plot_options *options, nd_error *error);
/* Removes what was written; NULL is fine. */
void nd_plot_abandon(nd_plot *plot);

#endif
