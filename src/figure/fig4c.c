/* Figure 4C: a network that learns without a gradient goes through the same three phases. */
#include <math.h>
#include <stdlib.h>

#include "figure/figures.h"
#include "figure/plot.h"
#include "measure/phases.h"
#include "store/hebbian_file.h"

static const double WIDTH = 11, HEIGHT = 6.5; /* cm */
static const double LONG_RUN = 20000;         /* steps from which time is logarithmic */

static bool find_phases(const nd_hebbian_run *run, nd_phases *phases, nd_error *error) {
    nd_phase_traces traces = {.records = run->records,
                              .step = run->step,
                              .loss = run->loss,
                              .active_fraction = run->active_fraction,
                              .fraction_active_units = run->fraction_active_units};
    return nd_phases_find(&traces, phases, error);
}

/* The phases as bands behind the traces, their names above them; in brackets what is left of the
 * run where phase iii is not claimed (whether tuning changes is not known of the traces alone). */
static void draw_bands(nd_plot *plot, const nd_phases *phases, double first, double last,
                       bool logarithmic) {
    static const char *const tint[] = {"#FBE0D8", "#FFF3C4", "#DCEBF5"};
    static const char *const name[] = {"i", "ii", "iii"};
    double from = first;
    for (int k = 0; k < 3; k++) {
        double to = fmin(fmax(phases->end_step[k], from), last);
        if (!phases->seen[k] || to <= from)
            continue;
        double middle = logarithmic ? sqrt(from * to) : (from + to) / 2;
        nd_plot_script(plot,
                       "set object rectangle from first %.9g, graph 0 to first %.9g, graph 1 "
                       "fillcolor rgb '%s' fillstyle solid 1 noborder behind\n"
                       "set label '%s' at first %.9g, graph 1.05 center\n",
                       from, to, tint[k],
                       k == 2 && !nd_phase_claimed(phases, 2) ? "(iii)" : name[k], middle);
        from = to;
    }
}

static void draw(nd_plot *plot, const nd_hebbian_run *run, const nd_phases *phases) {
    double last = run->step[run->records - 1];
    bool logarithmic = last > LONG_RUN && run->records > 1;
    double first = logarithmic ? fmax(run->step[1], 1) : 0;
    const double *traces[] = {run->loss, run->fraction_active_units, run->active_fraction};
    static const char *const tables[] = {"error", "active-units", "active-fraction"};
    for (int k = 0; k < 3; k++) {
        nd_plot_table(plot, tables[k]);
        nd_plot_trace(plot, run->records, run->step, traces[k], 600, logarithmic);
    }
    nd_plot_panel_margins(plot, NULL, 0, 0, 1, 1, (nd_plot_margins){1.5, 1.5, 1.0, 0.7});
    draw_bands(plot, phases, first, last, logarithmic);
    nd_plot_script(plot, "set border 11\nset xrange [%.9g:%.9g]\n", first, last);
    if (logarithmic)
        nd_plot_script(plot, "set logscale x\nset format x '10^{%%L}'\n");
    nd_plot_script(plot,
                   "set xlabel 'training step'\n"
                   "set ylabel 'similarity-matching error' textcolor rgb '#0072B2'\n"
                   "set ytics textcolor rgb '#0072B2'\n"
                   "set yrange [0:*]\n"
                   "set y2label 'fraction' offset -0.8,0 textcolor rgb '#D55E00'\n"
                   "set y2range [0:1]\nset y2tics nomirror offset -0.4,0 textcolor rgb '#D55E00'\n"
                   "set key top right\n"
                   "plot 'error' with lines linetype 1 linewidth 1.5 title 'error', "
                   "'active-units' axes x1y2 with lines linetype 2 linewidth 1.5 "
                   "title 'units with a peak above %g', "
                   "'active-fraction' axes x1y2 with lines linetype 4 linewidth 1.5 "
                   "title 'active fraction'\n",
                   run->experiment->network.peak_threshold);
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
        fine = nd_plot_draw(plot, &request->plot, error);
    }
    nd_hebbian_run_close(run);
    return fine;
}
