#include "figure/landscape_panel.h"

#include <math.h>
#include <stdio.h>

enum { GRID = 121 };

/* A table name that is this panel's own. */
static const char *name(nd_place place, const char *what, char *out, size_t size) {
    snprintf(out, size, "%s_%s", what, place.letter ? place.letter : "0");
    return out;
}

static double reach(const nd_landscape *of, nd_valley valley) {
    const double *x = valley == ND_VALLEY_NARROWING ? of->x : of->uniform_x;
    const double *y = valley == ND_VALLEY_NARROWING ? of->y : of->uniform_y;
    double most = fmax(fabs(of->options.start_x), fabs(of->options.start_y));
    for (size_t i = 0; i < of->options.walkers * of->options.records; i++)
        most = fmax(most, fmin(3, fmax(fabs(x[i]), fabs(y[i]))));
    return 0.25 * ceil(4.2 * most);
}

/* The valley as an image of its height's square root, which shows the floor. */
static void write_height(nd_plot *plot, nd_place place, nd_valley valley, double edge) {
    char table[32];
    nd_plot_table(plot, name(place, "height", table, sizeof table));
    for (int i = 0; i < GRID; i++) {
        for (int j = 0; j < GRID; j++) {
            double x = edge * (2.0 * j / (GRID - 1) - 1), y = edge * (2.0 * i / (GRID - 1) - 1);
            double height = log10(nd_valley_height(valley, x, y) + 1e-4);
            nd_plot_row(plot, 3, (double[]){x, y, height});
        }
        nd_plot_blank(plot);
    }
}

static void begin(nd_plot *plot, nd_place place, nd_valley valley, double edge, const char *title) {
    char table[32];
    nd_plot_panel(plot, place.letter, place.left, place.bottom, place.width, place.height);
    nd_plot_script(plot,
                   "set title '%s'\nset xlabel 'x'\nset ylabel 'y'\nset size ratio -1\n"
                   "set xrange [%g:%g]\nset yrange [%g:%g]\nunset colorbox\n"
                   "set palette defined (0 '#FFFFFF', 1 '#DCE6EE', 2 '#AFC3D3', 3 '#7F9DB5')\n"
                   "set xtics 1\nset ytics 1\n",
                   title, -edge, edge, -edge, edge);
    nd_plot_script(plot, "plot '%s' using 1:2:3 with image pixels notitle",
                   name(place, "height", table, sizeof table));
    (void)valley;
}

void nd_panel_walk(nd_plot *plot, nd_place place, const nd_landscape *of, nd_valley valley,
                   size_t walker, const char *title) {
    char table[32];
    double edge = reach(of, valley);
    size_t records = of->options.records;
    const double *x = (valley == ND_VALLEY_NARROWING ? of->x : of->uniform_x) + walker * records;
    const double *y = (valley == ND_VALLEY_NARROWING ? of->y : of->uniform_y) + walker * records;
    write_height(plot, place, valley, edge);
    nd_plot_table(plot, name(place, "walk", table, sizeof table));
    for (size_t i = 0; i < records; i++)
        nd_plot_row(plot, 3, (double[]){x[i], y[i], of->step[i]});
    begin(plot, place, valley, edge, title);
    nd_plot_script(plot,
                   ", '%s' using 1:2 with lines linecolor rgb '#404040' linewidth 0.5 notitle"
                   ", '%s' every 1::0::0 using 1:2 with points pointtype 7 pointsize 0.7 linecolor "
                   "rgb '#D62728' title 'start'"
                   ", '%s' every 1::%zu::%zu using 1:2 with points pointtype 7 pointsize 0.7 "
                   "linecolor rgb '#009E73' title 'end'\n",
                   table, table, table, records - 1, records - 1);
}

void nd_panel_cloud(nd_plot *plot, nd_place place, const nd_landscape *of, nd_valley valley,
                    const char *title) {
    char table[32];
    double edge = reach(of, valley);
    size_t records = of->options.records;
    const double *x = valley == ND_VALLEY_NARROWING ? of->x : of->uniform_x;
    const double *y = valley == ND_VALLEY_NARROWING ? of->y : of->uniform_y;
    write_height(plot, place, valley, edge);
    nd_plot_table(plot, name(place, "cloud", table, sizeof table));
    for (size_t w = 0; w < of->options.walkers; w++)
        nd_plot_row(plot, 2,
                    (double[]){x[w * records + records - 1], y[w * records + records - 1]});
    begin(plot, place, valley, edge, title);
    nd_plot_script(plot,
                   ", '%s' using 1:2 with points linetype 1 pointtype 7 pointsize 0.25 title "
                   "'walkers at the end', '+' every ::0::0 using (%g):(%g) with points pointtype 7 "
                   "pointsize 0.7 linecolor rgb '#D62728' title 'start'\n",
                   table, of->options.start_x, of->options.start_y);
}

/* Mean and standard deviation over walkers of the distance along the floor: max(|x|, |y|) on the
 * axes of x^2 y^2, |x| in the uniform valley. */
static void write_distance(nd_plot *plot, const nd_landscape *of, nd_valley valley) {
    size_t records = of->options.records, walkers = of->options.walkers;
    const double *x = valley == ND_VALLEY_NARROWING ? of->x : of->uniform_x;
    const double *y = valley == ND_VALLEY_NARROWING ? of->y : of->uniform_y;
    for (size_t i = 0; i < records; i++) {
        double sum = 0, squares = 0;
        for (size_t w = 0; w < walkers; w++) {
            double along = x[w * records + i];
            if (valley == ND_VALLEY_NARROWING && fabs(y[w * records + i]) > fabs(along))
                along = y[w * records + i];
            /* The curvature across: what flatness is. */
            double curvature = valley == ND_VALLEY_NARROWING ? 2 * along * along : 2;
            sum += curvature;
            squares += curvature * curvature;
        }
        double n = (double)walkers, mean = sum / n;
        double error = sqrt(fmax(0, squares / n - mean * mean) / n);
        nd_plot_row(plot, 4, (double[]){of->step[i], mean, mean - error, mean + error});
    }
}

void nd_panel_flatness(nd_plot *plot, nd_place place, const nd_landscape *of) {
    nd_plot_table(plot, "curvature");
    write_distance(plot, of, ND_VALLEY_NARROWING);
    nd_plot_block(plot);
    write_distance(plot, of, ND_VALLEY_UNIFORM);
    nd_plot_panel(plot, place.letter, place.left, place.bottom, place.width, place.height);
    nd_plot_script(plot,
                   "set title 'Flatness'\nset xlabel 'step'\nset ylabel 'mean curvature across'\n"
                   "set yrange [0:*]\nset key top right\nset format x '%%.0s%%c'\n"
                   "set xtics %g\n"
                   "plot 'curvature' index 0 using 1:3:4 with filledcurves linetype 1 fillstyle "
                   "transparent solid 0.3 notitle, 'curvature' index 0 using 1:2 linetype 1 title "
                   "'x^2 y^2: directed', 'curvature' index 1 using 1:2 linetype 2 title 'y^2: "
                   "undirected'\n",
                   (double)of->options.steps / 2);
}
