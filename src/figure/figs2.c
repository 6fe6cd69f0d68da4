/* Figure 5, supplement 1: update noise silences units, label noise thins their activity. Four
 * measures over steps, mean and standard deviation over the runs of each kind of noise. */
#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/memory.h"
#include "figure/figures.h"
#include "figure/flatness_data.h"
#include "figure/parts.h"

enum { PANELS = 4 };

typedef struct runs {
    nd_flatness_run **run;
    size_t count;
} runs;

static void runs_free(runs *all) {
    for (size_t i = 0; i < all->count; i++)
        nd_flatness_free(all->run[i]);
    free(all->run);
}

static bool gather(const nd_figure_request *request, runs *all, nd_error *error) {
    all->run = nd_array(request->input_count, sizeof(nd_flatness_run *), error);
    if (!all->run)
        return false;
    for (size_t i = 0; i < request->input_count; i++)
        if (!(all->run[all->count++] = nd_flatness_read(request->inputs[i], error)))
            return false;
    return true;
}

static const double *series(const nd_flatness_run *run, size_t panel) {
    const double *of[PANELS] = {run->active_fraction, run->fraction_active_units, run->trace,
                                run->nonzero_fraction};
    return of[panel];
}

/* A measure at any step: linear between snapshots, NaN beyond the last. */
static double at_step(const nd_flatness_run *run, const double *values, double step) {
    size_t i = 0;
    while (i + 1 < run->snapshots && run->step[i + 1] < step)
        i++;
    if (i + 1 >= run->snapshots)
        return step <= run->step[run->snapshots - 1] ? values[run->snapshots - 1] : NAN;
    double share = (step - run->step[i]) / (run->step[i + 1] - run->step[i]);
    return values[i] + share * (values[i + 1] - values[i]);
}

/* Mean and spread over the runs of one kind, at the snapshots of the first of them; how many. */
static size_t write_kind(nd_plot *plot, const runs *all, bool label_noise, size_t panel) {
    const nd_flatness_run *first = NULL;
    size_t kind = 0;
    for (size_t r = 0; r < all->count; r++)
        if (all->run[r]->label_noise == label_noise) {
            first = first ? first : all->run[r];
            kind++;
        }
    for (size_t i = 0; first && i < first->snapshots; i++) {
        double sum = 0, squares = 0, n = 0;
        for (size_t r = 0; r < all->count; r++) {
            const nd_flatness_run *run = all->run[r];
            double value = at_step(run, series(run, panel), first->step[i]);
            if (run->label_noise != label_noise || !isfinite(value))
                continue;
            sum += value;
            squares += value * value;
            n++;
        }
        double mean = sum / n;
        double spread = n > 1 ? sqrt(fmax(0, (squares - n * mean * mean) / (n - 1))) : 0;
        nd_plot_row(plot, 4, (double[]){first->step[i], mean, mean - spread, mean + spread});
    }
    if (!first)
        nd_plot_row(plot, 4, (double[]){NAN, NAN, NAN, NAN});
    nd_plot_block(plot);
    return kind;
}

static const double WIDTH = 15, HEIGHT = 12.6, KEY = 0.6; /* cm; KEY: below all panels */

static void draw_panel(nd_plot *plot, const runs *all, size_t panel, double last) {
    static const char *const names[PANELS] = {"active_fraction", "active_units", "trace",
                                              "nonzero"};
    static const char *const labels[PANELS] = {"active fraction", "fraction active units",
                                               "sum of eigenvalues",
                                               "fraction non-zero eigenvalues"};
    static const char *const letters[PANELS] = {"A", "B", "C", "D"};
    nd_plot_table(plot, names[panel]);
    size_t count[2];
    for (int label = 0; label < 2; label++)
        count[label] = write_kind(plot, all, label, panel);
    nd_step_axis axis = nd_step_axis_for(last);
    const double high = (1 - KEY / HEIGHT) / 2, low = KEY / HEIGHT;
    nd_plot_panel(plot, letters[panel], panel % 2 ? 0.5 : 0, panel < 2 ? low + high : low, 0.5,
                  high);
    nd_plot_script(plot, "set xlabel '%s'\nset ylabel '%s'\nset yrange [0:*]\nset xrange [0:%g]\n",
                   axis.label, labels[panel], last / axis.unit);
    if (panel == 0)
        nd_plot_script(plot, "set key at screen 0.5, screen %.6g center bottom maxrows 1\nplot ",
                       nd_plot_screen_y(plot, 0.01));
    else
        nd_plot_script(plot, "unset key\nplot ");
    for (int label = 0; label < 2; label++)
        if (count[label] > 0)
            nd_plot_script(
                plot,
                "'%s' index %d using ($1/%g):3:4 with filledcurves linetype %d fillstyle "
                "transparent solid 0.25 notitle, '%s' index %d using ($1/%g):2 linetype "
                "%d title '%s noise (%zu run%s)'%s",
                names[panel], label, axis.unit, label + 1, names[panel], label, axis.unit,
                label + 1, label ? "label" : "update", count[label], count[label] == 1 ? "" : "s",
                label == 0 && count[1] > 0 ? ", " : "\n");
}

bool nd_figure_s2(const nd_figure_request *request, nd_error *error) {
    runs all = {0};
    nd_plot *plot = NULL;
    if (!gather(request, &all, error) ||
        !(plot = nd_plot_new(request->output, WIDTH, HEIGHT, error))) {
        runs_free(&all);
        return false;
    }
    double last = 0;
    for (size_t r = 0; r < all.count; r++)
        last = fmax(last, all.run[r]->step[all.run[r]->snapshots - 1]);
    for (size_t panel = 0; panel < PANELS; panel++)
        draw_panel(plot, &all, panel, last);
    char steps[32];
    nd_plot_note(plot, "mean and s.d. over runs (a band where there are several) of up to %s steps",
                 nd_step_text(last, steps, sizeof steps));
    runs_free(&all);
    return nd_plot_draw(plot, &request->plot, error);
}
