/* Naive, shuffled and corrected information against sample fraction, and cell by cell. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "figure/figures.h"
#include "figure/parts.h"
#include "figure/recording_parts.h"
#include "store/recording_file.h"

/* The mean curve of all sessions that have one, weighed by their place cells. */
typedef struct mean_curve {
    double fraction[ND_MOST_SAMPLE_FRACTIONS];
    double naive[ND_MOST_SAMPLE_FRACTIONS], shuffled[ND_MOST_SAMPLE_FRACTIONS];
    size_t fractions, sessions;
} mean_curve;

static mean_curve average(const nd_recording_result *result, size_t information) {
    mean_curve mean = {.sessions = 0};
    double weights = 0.0;
    for (size_t s = 0; s < result->sessions; s++) {
        const nd_session_result *session = &result->session[s];
        double place = session->metric[ND_METRIC_PLACE_CELLS];
        double weight = isnan(place) ? session->metric[ND_METRIC_ACTIVE_CELLS] : place;
        if (session->fractions == 0 || !(weight > 0.0))
            continue;
        mean.fractions = session->fractions;
        for (size_t f = 0; f < mean.fractions; f++) {
            mean.naive[f] += weight * session->mean_naive[information][f];
            mean.shuffled[f] += weight * session->mean_shuffled[information][f];
        }
        weights += weight;
        mean.sessions++;
    }
    for (size_t f = 0; f < mean.fractions; f++) {
        mean.fraction[f] = (double)(f + 1) / (double)mean.fractions;
        mean.naive[f] /= weights;
        mean.shuffled[f] /= weights;
    }
    return mean;
}

/* Means over sample fractions, and fits of them from the smallest on; what is highest of both. */
static double write_curve(nd_plot *plot, const char *name, const mean_curve *mean) {
    nd_extrapolation bounded =
        nd_bounded_extrapolation(mean->fraction, mean->naive, mean->fractions);
    nd_extrapolation open =
        nd_asymptotic_extrapolation(mean->fraction, mean->naive, mean->fractions);
    double highest = 0;
    nd_plot_table(plot, name);
    for (size_t f = 0; f < mean->fractions; f++) {
        highest = fmax(highest, fmax(mean->naive[f], mean->shuffled[f]));
        nd_plot_row(plot, 5,
                    (double[]){mean->fraction[f], mean->naive[f], mean->shuffled[f],
                               nd_shuffle_reduction(mean->naive, mean->shuffled, f + 1),
                               nd_scaled_shuffle_reduction(mean->naive, mean->shuffled, f + 1)});
    }
    nd_plot_block(plot);
    for (int i = 0; i <= 100; i++) {
        double t = mean->fraction[0] + (1 - mean->fraction[0]) * i / 100;
        double fit[] = {bounded.a + bounded.b / (1.0 + bounded.c * t),
                        open.a + open.b / t + open.c / (t * t)};
        highest = fmax(highest, fmax(fit[0], fit[1]));
        nd_plot_row(plot, 5, (double[]){t, fit[0], fit[1], bounded.a, open.a});
    }
    return highest;
}

static void draw_curve(nd_plot *plot, const char *letter, nd_area area, const char *name,
                       const char *label, const mean_curve *mean, bool key) {
    char keyed[96] = "unset key";
    if (key)
        (void)snprintf(keyed, sizeof keyed,
                       "set key at screen 0.5, screen %.6g center center maxrows 2 font ',7'",
                       nd_plot_screen_y(plot, 0.485));
    double highest = write_curve(plot, name, mean);
    nd_plot_panel(plot, letter, area.left, area.bottom, area.width, area.height);
    nd_plot_script(plot,
                   "set xlabel 'sample fraction'\nset ylabel '%s'\nset xrange [0:1.02]\n"
                   "set yrange [0:%.6g]\n%s\n",
                   label, 1.05 * highest, keyed);
    nd_plot_script(
        plot,
        "plot '%s' index 1 using 1:4 with lines linetype 3 dashtype 2 linewidth 1 notitle, "
        "'%s' index 1 using 1:2 with lines linetype 3 title 'BAE fit, and its limit', "
        "'%s' index 1 using 1:5 with lines linetype 4 dashtype 2 linewidth 1 notitle, "
        "'%s' index 1 using 1:3 with lines linetype 4 linewidth 1 title 'AE fit, and its limit', "
        "'%s' index 0 using 1:3 with linespoints linecolor rgb '#808080' pointtype 6 title "
        "'shuffled', "
        "'%s' index 0 using 1:4 with linespoints linetype 6 title 'SR', "
        "'%s' index 0 using 1:5 with linespoints linetype 2 title 'SSR', "
        "'%s' index 0 using 1:2 with points linetype 7 pointtype 7 pointsize 0.6 title 'naive'\n",
        name, name, name, name, name, name, name, name);
}

/* Every place cell: naive against both corrections, or one correction against the other. */
static void write_cells(nd_plot *plot, const nd_recording_result *result, double *most,
                        double *size) {
    nd_plot_table(plot, "cells");
    size_t cells = 0;
    *most = 0.0;
    for (size_t s = 0; s < result->sessions; s++)
        for (size_t i = 0; i < result->session[s].active; i++) {
            const nd_cell_result *cell = &result->session[s].cell[i];
            if (!cell->place_cell && !isnan(cell->p_value))
                continue;
            double naive = cell->information[ND_INFORMATION_BIT_SPIKE];
            *most = fmax(*most, naive);
            cells++;
            nd_plot_row(plot, 3,
                        (double[]){naive,
                                   cell->corrected[ND_CORRECTION_SCALED_SHUFFLE_REDUCTION]
                                                  [ND_INFORMATION_BIT_SPIKE],
                                   cell->corrected[ND_CORRECTION_BOUNDED_ASYMPTOTIC_EXTRAPOLATION]
                                                  [ND_INFORMATION_BIT_SPIKE]});
        }
    *size = cells > 500 ? 0.2 : 0.4;
}

static void draw_cells(nd_plot *plot, nd_area left, nd_area right,
                       const nd_recording_result *result) {
    double most, size;
    char label[2][ND_PLOT_TEXT + 40];
    write_cells(plot, result, &most, &size);
    nd_plot_panel(plot, "C", left.left, left.bottom, left.width, left.height);
    nd_plot_script(
        plot,
        "set xlabel '%s'\nset ylabel '%s'\n"
        "set xrange [0:%.4g]\nset yrange [0:%.4g]\nset key top left\n"
        "plot x with lines linecolor rgb '#808080' dashtype 2 linewidth 0.8 notitle, "
        "'cells' using 1:3 with points linecolor rgb '#60009E73' pointtype 7 pointsize %.2g title "
        "'BAE', "
        "'cells' using 1:2 with points linecolor rgb '#60D55E00' pointtype 7 pointsize %.2g title "
        "'SSR'\n",
        nd_recorded_label(result, "naive SI", "bit/event", label[0], sizeof *label),
        nd_recorded_label(result, "corrected SI", "bit/event", label[1], sizeof *label),
        1.05 * most, 1.05 * most, size, size);
    nd_plot_panel(plot, "D", right.left, right.bottom, right.width, right.height);
    nd_plot_script(plot,
                   "set xlabel '%s'\nset ylabel '%s'\n"
                   "set xrange [0:%.4g]\nset yrange [0:%.4g]\n"
                   "plot x with lines linecolor rgb '#808080' dashtype 2 linewidth 0.8 notitle, "
                   "'cells' using 2:3 with points linecolor rgb '#600072B2' pointtype 7 pointsize "
                   "%.2g notitle\n",
                   nd_recorded_label(result, "SSR", "bit/event", label[0], sizeof *label),
                   nd_recorded_label(result, "BAE", "bit/event", label[1], sizeof *label),
                   1.05 * most, 1.05 * most, size);
}

/* Of the height; what is left of it, between the rows, is the key's. */
static const double ROW = 6.0 / 13.2;

bool nd_figure_information(const nd_figure_request *request, nd_error *error) {
    nd_recording_result *result = nd_recording_file_read(request->inputs[0], error);
    if (!result)
        return false;
    mean_curve spatial = average(result, ND_INFORMATION_BIT_SPIKE);
    mean_curve mutual = average(result, ND_INFORMATION_MUTUAL);
    if (spatial.sessions == 0) {
        nd_recording_result_free(result);
        return nd_fail(error, request->inputs[0], "ask for corrections in the manifest",
                       "holds no information against sample fraction");
    }
    nd_plot *plot = nd_plot_new(request->output, 16.0, 13.2, error);
    char label[ND_PLOT_TEXT + 40];
    if (plot) {
        draw_curve(plot, "A", (nd_area){0, 1 - ROW, 0.5, ROW}, "spatial",
                   nd_recorded_label(result, "SI", "bit/event", label, sizeof label), &spatial,
                   true);
        draw_curve(plot, "B", (nd_area){0.5, 1 - ROW, 0.5, ROW}, "mutual", "MI (bit/frame)",
                   &mutual, false);
        draw_cells(plot, (nd_area){0, 0, 0.5, ROW}, (nd_area){0.5, 0, 0.5, ROW}, result);
        nd_plot_note(
            plot,
            "A, B: mean over the place cells of %zu session%s (active cells where none are told). "
            "C, D: a point is a place cell in a session.",
            spatial.sessions, spatial.sessions == 1 ? "" : "s");
    }
    nd_recording_result_free(result);
    return plot && nd_plot_draw(plot, &request->plot, error);
}
