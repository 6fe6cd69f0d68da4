#include "figure/landscape_panel.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/sort.h"

enum { GRID = 121 };
static const double LEAST_HEIGHT = 1e-4; /* the floor's, which has no logarithm */

/* A table name that is this panel's own. */
static const char *name(const char *letter, const char *what, char *out, size_t size) {
    snprintf(out, size, "%s_%s", what, letter ? letter : "0");
    return out;
}

/* Half the width of the picture: half as far again as the start, or a little more than the walkers
 * went where that is further. The same for both valleys, so that they can be compared. */
static double reach(const nd_landscape *of) {
    double far = 0;
    size_t records = of->options.records, walkers = of->options.walkers;
    for (size_t w = 0; w < walkers; w++) {
        size_t end = w * records + records - 1;
        far = fmax(far, fmax(fabs(of->x[end]), fabs(of->y[end])));
        far = fmax(far, fmax(fabs(of->uniform_x[end]), fabs(of->uniform_y[end])));
    }
    for (size_t i = 0; i < records; i++)
        far = fmax(far, fmax(fabs(of->x[i]), fabs(of->y[i])));
    return fmax(1.5 * fmax(fabs(of->options.start_x), fabs(of->options.start_y)), 1.05 * far);
}

/* The valley as an image of its height's logarithm, which shows the floor. */
static void write_height(nd_plot *plot, const char *letter, nd_valley valley, double edge) {
    char table[32];
    nd_plot_table(plot, name(letter, "height", table, sizeof table));
    for (int i = 0; i < GRID; i++) {
        for (int j = 0; j < GRID; j++) {
            double x = edge * (2.0 * j / (GRID - 1) - 1), y = edge * (2.0 * i / (GRID - 1) - 1);
            double height = log10(nd_valley_height(valley, x, y) + LEAST_HEIGHT);
            nd_plot_row(plot, 3, (double[]){x, y, height});
        }
        nd_plot_blank(plot);
    }
}

static void begin(nd_plot *plot, const char *letter, nd_area area, double edge, bool bar,
                  const char *title) {
    char table[32];
    double highest = log10(edge * edge * edge * edge + LEAST_HEIGHT), tics = nd_nice_step(edge, 3);
    nd_plot_panel_margins(plot, letter, area.left, area.bottom, area.width, area.height,
                          (nd_plot_margins){1.1, 0.25 + (bar ? ND_LANDSCAPE_BAR : 0), 1.0, 0.6});
    nd_plot_script(plot,
                   "set title '%s'\nset xlabel 'x'\nset ylabel 'y'\nset size ratio -1\n"
                   "set xrange [%g:%g]\nset yrange [%g:%g]\nset cbrange [%g:%g]\n"
                   "set cblabel 'log_{10} f'\nset cbtics 2\n%s"
                   "set key bottom left samplen 0.8\n"
                   "set palette defined (0 '#FFFFFF', 1 '#DCE6EE', 2 '#AFC3D3', 3 '#7F9DB5')\n"
                   "set xtics %g\nset ytics %g\n",
                   title, -edge, edge, -edge, edge, log10(LEAST_HEIGHT), highest,
                   bar ? "" : "unset colorbox\n", tics, tics);
    nd_plot_script(plot, "plot '%s' using 1:2:3 with image notitle",
                   name(letter, "height", table, sizeof table));
}

void nd_panel_walk(nd_plot *plot, const char *letter, nd_area area, const nd_landscape *of,
                   nd_valley valley, size_t walker, const char *title) {
    char table[32];
    double edge = reach(of);
    size_t records = of->options.records;
    const double *x = (valley == ND_VALLEY_NARROWING ? of->x : of->uniform_x) + walker * records;
    const double *y = (valley == ND_VALLEY_NARROWING ? of->y : of->uniform_y) + walker * records;
    write_height(plot, letter, valley, edge);
    nd_plot_table(plot, name(letter, "walk", table, sizeof table));
    for (size_t i = 0; i < records; i++)
        nd_plot_row(plot, 3, (double[]){x[i], y[i], of->step[i]});
    begin(plot, letter, area, edge, true, title);
    nd_plot_script(plot,
                   ", '%s' using 1:2 with lines linecolor rgb '#404040' linewidth 0.5 notitle"
                   ", '%s' every 1::0::0 using 1:2 with points pointtype 7 pointsize 0.7 linecolor "
                   "rgb '#D62728' title 'start'"
                   ", '%s' every 1::%zu::%zu using 1:2 with points pointtype 7 pointsize 0.7 "
                   "linecolor rgb '#009E73' title 'end'\n",
                   table, table, table, records - 1, records - 1);
}

void nd_panel_cloud(nd_plot *plot, const char *letter, nd_area area, const nd_landscape *of,
                    nd_valley valley, bool bar, const char *title) {
    char table[32];
    double edge = reach(of);
    size_t records = of->options.records;
    const double *x = valley == ND_VALLEY_NARROWING ? of->x : of->uniform_x;
    const double *y = valley == ND_VALLEY_NARROWING ? of->y : of->uniform_y;
    write_height(plot, letter, valley, edge);
    nd_plot_table(plot, name(letter, "cloud", table, sizeof table));
    for (size_t w = 0; w < of->options.walkers; w++)
        nd_plot_row(plot, 2,
                    (double[]){x[w * records + records - 1], y[w * records + records - 1]});
    begin(plot, letter, area, edge, bar, title);
    nd_plot_script(plot,
                   ", '%s' using 1:2 with points linetype 1 pointtype 7 pointsize 0.25 title "
                   "'walkers at the end', '+' every ::0::0 using (%g):(%g) with points pointtype 7 "
                   "pointsize 0.7 linecolor rgb '#D62728' title 'start'\n",
                   table, of->options.start_x, of->options.start_y);
}

/* Quartiles over walkers of the curvature across the floor, 2 max(x, y)^2 on the axes of x^2 y^2.
 * Its mean would tell nothing: drift and diffusion cancel in it exactly. */
static bool write_curvature(nd_plot *plot, const nd_landscape *of, nd_valley valley,
                            nd_error *error) {
    size_t records = of->options.records, walkers = of->options.walkers;
    const double *x = valley == ND_VALLEY_NARROWING ? of->x : of->uniform_x;
    const double *y = valley == ND_VALLEY_NARROWING ? of->y : of->uniform_y;
    double *curvature = nd_doubles(walkers, error);
    if (!curvature)
        return false;
    for (size_t i = 0; i < records; i++) {
        for (size_t w = 0; w < walkers; w++) {
            double far = fmax(fabs(x[w * records + i]), fabs(y[w * records + i]));
            curvature[w] = valley == ND_VALLEY_NARROWING ? 2 * far * far : 2;
        }
        nd_sort_ascending(curvature, walkers);
        nd_plot_row(plot, 4,
                    (double[]){of->step[i], curvature[walkers / 2], curvature[walkers / 4],
                               curvature[walkers * 3 / 4]});
    }
    free(curvature);
    return true;
}

bool nd_panel_flatness(nd_plot *plot, const char *letter, nd_area area, const nd_landscape *of,
                       nd_error *error) {
    nd_plot_table(plot, "curvature");
    if (!write_curvature(plot, of, ND_VALLEY_NARROWING, error))
        return false;
    nd_plot_block(plot);
    if (!write_curvature(plot, of, ND_VALLEY_UNIFORM, error))
        return false;
    nd_step_axis axis = nd_step_axis_for((double)of->options.steps);
    nd_plot_panel(plot, letter, area.left, area.bottom, area.width, area.height);
    nd_plot_script(
        plot,
        "set title 'Flatness along the way'\nset xlabel '%s'\n"
        "set ylabel 'curvature: median, quartiles'\nset yrange [0:*]\nset key top right\n"
        "plot 'curvature' index 0 using ($1/%g):3:4 with filledcurves linetype 1 "
        "fillstyle transparent solid 0.3 notitle, 'curvature' index 0 using ($1/%g):2 "
        "linetype 1 title 'x^2 y^2', 'curvature' index 1 using "
        "($1/%g):2 linetype 2 title 'y^2'\n",
        axis.label, axis.unit, axis.unit, axis.unit);
    return true;
}
