/* Figure 4C: a network that learns without a gradient goes through the same three phases. */
#include <math.h>
#include <stdlib.h>

#include "figure/figures.h"
#include "figure/parts.h"
#include "figure/phase_bands.h"
#include "figure/plot.h"
#include "store/hebbian_file.h"

static const double WIDTH = 11, HEIGHT = 7, BOTTOM = 1.5; /* cm */
static const double LONG_RUN = 20000;                     /* steps from which time is logarithmic */

static bool find_phases(const nd_hebbian_run *run, nd_phases *phases, nd_error *error) {
    nd_phase_traces traces = {.records = run->records,
                              .step = run->step,
                              .loss = run->loss,
                              .active_fraction = run->active_fraction,
                              .fraction_active_units = run->fraction_active_units};
    return nd_phases_find(&traces, phases, error);
}

/* A logarithmic axis has no place for step 0: the start stands one decade before the first record
 * after it, behind a break of the axis. */
static void write_traces(nd_plot *plot, const nd_hebbian_run *run, bool logarithmic, double start) {
    const double *traces[] = {run->loss, run->fraction_active_units, run->active_fraction};
    static const char *const tables[] = {"error", "active-units", "active-fraction"};
    for (int k = 0; k < 3; k++) {
        nd_plot_table(plot, tables[k]);
        if (logarithmic)
            nd_plot_row(plot, 2, (double[]){start, traces[k][0]});
        nd_plot_trace(plot, run->records, run->step, traces[k], 600, logarithmic);
    }
}

static void logarithmic_axis(nd_plot *plot, double start, double first, double last) {
    nd_decade_tics(plot, 'x', first, last, true);
    nd_plot_script(plot,
                   "set logscale x\n"
                   "set label '0' at first %.9g, screen %.6g center front\n"
                   "set label '/ /' at first %.9g, graph 0 center front font ',7'\n",
                   start, nd_plot_screen_y(plot, (BOTTOM - 0.35) / HEIGHT), sqrt(start * first));
}

static void draw(nd_plot *plot, const nd_hebbian_run *run, const nd_phases *phases) {
    double last = run->step[run->records - 1];
    bool logarithmic = last > LONG_RUN && run->records > 1;
    double start = logarithmic ? fmax(run->step[1], 1) / 10 : 0;
    write_traces(plot, run, logarithmic, start);
    nd_plot_panel_margins(plot, NULL, 0, 0, 1, 1, (nd_plot_margins){1.5, 1.5, BOTTOM, 0.7});
    nd_draw_phase_bands(plot, phases, start, last, 1, logarithmic);
    nd_plot_script(plot, "set border 11\nset xrange [%.9g:%.9g]\n", start, last);
    if (logarithmic)
        logarithmic_axis(plot, start, 10 * start, last);
    nd_plot_script(plot,
                   "set xlabel 'training step'\n"
                   "set ylabel 'similarity-matching error' textcolor rgb '#0072B2'\n"
                   "set ytics textcolor rgb '#0072B2'\n"
                   "set yrange [0:*]\n"
                   "set y2label 'fraction' offset -0.8,0 textcolor rgb '#D55E00'\n"
                   "set y2range [0:1]\nset y2tics nomirror offset -0.4,0 textcolor rgb '#D55E00'\n"
                   "set key at screen 0.5, screen %.6g center bottom maxrows 1\n"
                   "plot 'error' with lines linetype 1 linewidth 1.5 notitle, "
                   "'active-units' axes x1y2 with lines linetype 2 linewidth 1.5 "
                   "title 'units with a peak above %g', "
                   "'active-fraction' axes x1y2 with lines linetype 4 linewidth 1.5 "
                   "title 'active fraction'\n",
                   nd_plot_screen_y(plot, 0.01), run->experiment->network.peak_threshold);
}

bool nd_figure_4c(const nd_figure_request *request, nd_error *error) {
    nd_phases phases;
    nd_hebbian_run *run = nd_hebbian_run_open(request->inputs[0], error);
    nd_plot *plot = run && find_phases(run, &phases, error)
                        ? nd_plot_new(request->output, WIDTH, HEIGHT, error)
                        : NULL;
    bool fine = plot != NULL;
    if (fine) {
        draw(plot, run, &phases);
        char network[80];
        nd_plot_note(plot, "%s; bands: phases of learning",
                     nd_network_text("neurons", run->neurons, run->step[run->records - 1], network,
                                     sizeof network));
        fine = nd_plot_draw(plot, &request->plot, error);
    }
    nd_hebbian_run_close(run);
    return fine;
}
