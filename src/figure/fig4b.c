/* Figure 4B: the noise does not decide how sparse the network ends, but how fast it gets there: the
 * timescale goes as the noise to the power -2. */
#include <gsl/gsl_fit.h>
#include <gsl/gsl_statistics.h>
#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/memory.h"
#include "figure/figures.h"
#include "figure/parts.h"
#include "figure/sweep_data.h"

/* Fits of the rate that failed lie near 0 or below -7 (so do the published tables'); networks that
 * fell silent altogether are no examples of sparsification. */
static bool usable(const nd_sweep_curve *curve) {
    return curve->log10_rate < -1 && curve->log10_rate > -7 && curve->final_active_fraction > 0;
}

/* The line log10 tau = intercept + slope log10 noise. */
typedef struct line {
    double slope, intercept, r;
    size_t count;
} line;

static bool fit(const nd_sweep_data *data, line *found, nd_error *error) {
    double *x = nd_doubles(data->count, error), *y = nd_doubles(data->count, error);
    double c00, c01, c11, squares;
    bool fine = x && y;
    size_t n = 0;
    for (size_t i = 0; fine && i < data->count; i++)
        if (data->curve[i].update_noise > 0 && usable(&data->curve[i])) {
            x[n] = log10(data->curve[i].update_noise);
            y[n++] = -data->curve[i].log10_rate;
        }
    *found = (line){NAN, NAN, NAN, n};
    if (fine && n > 2) {
        gsl_fit_linear(x, 1, y, 1, n, &found->intercept, &found->slope, &c00, &c01, &c11, &squares);
        found->r = gsl_stats_correlation(x, 1, y, 1, n);
    }
    free(x);
    free(y);
    return fine;
}

static void write_points(nd_plot *plot, const nd_sweep_data *data) {
    nd_plot_table(plot, "runs"); /* noise, final active fraction, tau */
    for (size_t i = 0; i < data->count; i++) {
        const nd_sweep_curve *curve = &data->curve[i];
        if (curve->update_noise > 0)
            nd_plot_row(plot, 3,
                        (double[]){curve->update_noise, curve->final_active_fraction,
                                   usable(curve) ? pow(10, -curve->log10_rate) : NAN});
    }
}

static void draw(nd_plot *plot, const nd_sweep_data *data, const line *found) {
    char steps[100];
    size_t shown = 0;
    double least = INFINITY, most = 0, fullest = 0, fastest = INFINITY, slowest = 0;
    char words[60];
    for (size_t i = 0; i < data->count; i++)
        if (data->curve[i].update_noise > 0 && usable(&data->curve[i])) {
            fastest = fmin(fastest, pow(10, -data->curve[i].log10_rate));
            slowest = fmax(slowest, pow(10, -data->curve[i].log10_rate));
        }
    for (size_t i = 0; i < data->count; i++)
        if (data->curve[i].update_noise > 0) {
            least = fmin(least, data->curve[i].update_noise / 1.1);
            most = fmax(most, data->curve[i].update_noise * 1.1);
            fullest = fmax(fullest, data->curve[i].final_active_fraction);
            shown++;
        }
    nd_plot_panel(plot, "A", 0, 0.5, 1, 0.5);
    nd_plot_script(plot,
                   "set logscale x\nset xrange [%.9g:%.9g]\nset xtics (0.001, 0.002, 0.005, 0.01, "
                   "0.02, 0.05, 0.1, 0.2)\nset yrange [0:*]\nset ytics %.9g\n"
                   "set ylabel 'final active fraction'\nset xlabel 'update noise {/Symbol "
                   "s}_u'\nunset key\n"
                   "set label 9 '%zu runs of %s' at graph 1, graph 1.08 right\n"
                   "plot 'runs' using 1:2 with points pointtype 7 pointsize 0.35 "
                   "linecolor rgb '#0072B2'\n",
                   least, most, nd_nice_step(fullest, 5), shown,
                   nd_steps_text(data->shortest, data->last_step, steps, sizeof steps));
    nd_plot_panel(plot, "B", 0, 0, 1, 0.5);
    if (slowest > 0) {
        const double low = pow(10, floor(log10(fastest))), high = pow(10, ceil(log10(slowest)));
        nd_decade_tics(plot, 'y', low, high, true);
        /* A tic at the very end is drawn, whatever the logarithms are rounded to. */
        nd_plot_script(plot, "set yrange [%.9g:%.9g]\n", low * (1 - 1e-6), high * (1 + 1e-6));
    }
    nd_plot_script(
        plot,
        "set logscale xy\n"
        "set xrange [%.9g:%.9g]\nset xtics (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2)\n"
        "set xlabel 'update noise {/Symbol s}_u'\n"
        "set ylabel 'timescale {/Symbol t} (steps)'\n"
        "set key at graph 1, graph 1.14 right top\n",
        least, most);
    if (data->diverged)
        nd_plot_script(plot, "set label '%s' at graph 0.03, graph 0.06 left\n",
                       nd_sweep_count_words(data->count, data->diverged, words, sizeof words));
    nd_plot_script(plot, "plot 'runs' using 1:3 with points pointtype 7 pointsize 0.35 "
                         "linecolor rgb '#0072B2' notitle");
    if (isfinite(found->slope))
        nd_plot_script(plot,
                       ", 10**(%.9g + %.9g * log10(x)) with lines linecolor rgb '#D55E00' "
                       "linewidth 1.5 title 'slope %.2f, r = %.2f'",
                       found->intercept, found->slope, found->slope, found->r);
    nd_plot_script(plot, "\n");
}

bool nd_figure_4b(const nd_figure_request *request, nd_error *error) {
    line found;
    nd_sweep_data *data = nd_sweep_data_read(request->inputs[0], error);
    bool fine = data && fit(data, &found, error);
    size_t noisy = 0;
    for (size_t i = 0; fine && i < data->count; i++)
        noisy += data->curve[i].update_noise > 0;
    if (fine && noisy == 0)
        fine = nd_fail(error, request->inputs[0], "vary learning.update_noise",
                       "has no run with update noise");
    nd_plot *plot = fine ? nd_plot_new(request->output, 8.5, 11, error) : NULL;
    fine = plot != NULL;
    if (fine) {
        write_points(plot, data);
        draw(plot, data, &found);
        nd_plot_note(plot, "n = %zu runs (A), %zu with a timescale (B: Pearson r of logarithms)",
                     noisy, found.count);
        fine = nd_plot_draw(plot, &request->plot, error);
    }
    nd_sweep_data_free(data);
    return fine;
}
