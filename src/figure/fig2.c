/* Figure 2: a network on the track loses active units, its tuning sharpens and drifts. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "figure/figures.h"
#include "figure/parts.h"
#include "figure/phase_bands.h"
#include "figure/seeds.h"

/* The picture, cm, and its rows. */
static const double WIDTH = 18, HEIGHT = 13.2, TOP_ROW = 5.0;
enum { TIMES = 4 };
static const double SHARES[TIMES] = {0.1, 0.4, 0.7, 1}; /* of the run: after the fast phase */

static nd_area area_cm(double left, double bottom, double width, double height) {
    return (nd_area){left / WIDTH, bottom / HEIGHT, width / WIDTH, height / HEIGHT};
}

/* Records spaced logarithmically are drawn so: the fast phase is then as wide as the slow ones. */
static bool logarithmic(const nd_run *run) {
    return strcmp(run->experiment->run.spacing, "log") == 0 && run->records > 2;
}

static nd_step_axis axis_of(const nd_run *run) {
    if (logarithmic(run))
        return (nd_step_axis){.unit = 1, .label = "training step"};
    return nd_step_axis_for(run->step[run->records - 1]);
}

/* Sets the x axis of a panel over the run's steps. */
static void step_axis(nd_plot *plot, const nd_run *run, const nd_step_axis *axis) {
    bool powers = logarithmic(run); /* step 0 has no place on them */
    nd_plot_script(plot, "set xlabel '%s'\nset xrange [%.9g:%.9g]\n", axis->label,
                   powers ? run->step[1] : 0, run->step[run->records - 1] / axis->unit);
    if (powers) {
        nd_plot_script(plot, "set logscale x\n");
        nd_decade_tics(plot, 'x', run->step[1], run->step[run->records - 1], true);
    }
}

/* The phases of a single run, as `nulldrift phases` finds them, behind the traces; several seeds
 * have phases of their own. */
static void phase_bands(nd_plot *plot, const nd_seeds *seeds, double unit) {
    const nd_run *run = seeds->run;
    nd_phases phases;
    nd_error why = {0}; /* a run that diverged, or is short, has none */
    nd_phase_traces traces = {.records = run->records,
                              .step = run->step,
                              .loss = run->loss,
                              .active_fraction = run->active_fraction,
                              .fraction_active_units = run->fraction_active_units,
                              .snapshots = run->snapshots,
                              .snapshot_step = run->snapshot_step,
                              .spatial_information = seeds->information.mean,
                              .rate_map_correlation = seeds->correlation,
                              .divergence = run->experiment->learning.divergence};
    if (seeds->count == 1 && nd_phases_find(&traces, &phases, &why))
        nd_draw_phase_bands(plot, &phases, logarithmic(run) ? run->step[1] : 0,
                            run->step[run->records - 1] / unit, unit, logarithmic(run));
}

/* A trace of the records over steps, thinned, as table `name`. */
static bool write_trace(nd_plot *plot, const char *name, const nd_run *run, const double *values,
                        double unit, nd_error *error) {
    double *x = nd_doubles(run->records, error);
    for (size_t i = 0; x && i < run->records; i++)
        x[i] = run->step[i] / unit;
    if (x) {
        nd_plot_table(plot, name);
        nd_plot_trace(plot, run->records, x, values, 500, logarithmic(run));
    }
    free(x);
    return x != NULL;
}

/* Where a band of one standard error about the mean lies, at no more than `MOST` steps. */
static void write_band(nd_plot *plot, const char *name, const double *step, size_t count,
                       const nd_seed_mean *of, double unit) {
    enum { MOST = 500 };
    size_t shown = count < MOST ? count : MOST;
    nd_plot_table(plot, name);
    for (size_t k = 0; k < shown; k++) {
        size_t i = shown > 1 ? k * (count - 1) / (shown - 1) : 0;
        nd_plot_row(
            plot, 3,
            (double[]){step[i] / unit, of->mean[i] - of->error[i], of->mean[i] + of->error[i]});
    }
}

static bool draw_loss(nd_plot *plot, nd_area area, const nd_seeds *seeds, nd_error *error) {
    const nd_run *run = seeds->run;
    nd_step_axis axis = axis_of(run);
    bool several = seeds->count > 1;
    if (several)
        write_band(plot, "loss-band", run->step, run->records, &seeds->log_loss, axis.unit);
    if (!write_trace(plot, "loss", run, seeds->log_loss.mean, axis.unit, error))
        return false;
    nd_plot_panel(plot, "B", area.left, area.bottom, area.width, area.height);
    step_axis(plot, run, &axis);
    phase_bands(plot, seeds, axis.unit);
    if (several)
        nd_plot_script(
            plot, "set label 1 'mean, s.e.m. of %zu seeds' at graph 0.98,0.94 right font ',7'\n",
            seeds->count);
    nd_plot_script(
        plot,
        "set ylabel 'log_{10} loss / Var(target)'\nplot %s"
        "'loss' with lines linetype 7 linewidth 0.7 notitle\n",
        several ? "'loss-band' using 1:2:3 with filledcurves linecolor rgb '#A0808080' notitle, "
                : "");
    return true;
}

static bool draw_information(nd_plot *plot, nd_area area, const nd_seeds *seeds, nd_error *error) {
    const nd_run *run = seeds->run;
    nd_step_axis axis = axis_of(run);
    bool several = seeds->count > 1;
    if (several) {
        write_band(plot, "active-units-band", run->step, run->records, &seeds->active_units,
                   axis.unit);
        write_band(plot, "information-band", run->snapshot_step, run->snapshots,
                   &seeds->information, axis.unit);
    }
    if (!write_trace(plot, "active-units", run, seeds->active_units.mean, axis.unit, error))
        return false;
    nd_plot_table(plot, "information");
    bool tuned = false;
    for (size_t i = 0; i < run->snapshots; i++) {
        if (run->snapshot_step[i] > 0 || !logarithmic(run)) /* has a place */
            tuned = tuned || isfinite(seeds->information.mean[i]);
        nd_plot_row(plot, 3,
                    (double[]){run->snapshot_step[i] / axis.unit, seeds->information.mean[i],
                               (double)nd_measured_tuned(seeds->measured[0], i, NULL)});
    }
    nd_plot_panel_margins(plot, "C", area.left, area.bottom, area.width, area.height,
                          ND_PLOT_MARGINS_RIGHT);
    step_axis(plot, run, &axis);
    phase_bands(plot, seeds, axis.unit);
    if (!tuned) /* and gnuplot finds no range of nothing */
        nd_plot_script(plot, "set label 1 'no tuned units' at graph 0.5,0.5 center front\n");
    nd_plot_script(
        plot,
        "set border 11\nset yrange [0:%s]\nset y2range [0:1]\n"
        "set ytics textcolor rgb '#0072B2'\nset y2tics textcolor rgb '#D55E00' nomirror\n"
        "set y2tics offset -0.4,0\n"
        "set ylabel \"mean SI of tuned units\\n(bit/activity)\" textcolor rgb '#0072B2'\n"
        "set y2label 'fraction active units' offset -0.8,0 textcolor rgb '#D55E00'\nplot ",
        tuned ? "*" : "1");
    if (several)
        nd_plot_script(plot,
                       "'active-units-band' using 1:2:3 axes x1y2 with filledcurves linecolor "
                       "rgb '#A0D55E00' notitle, 'information-band' using 1:2:3 with "
                       "filledcurves linecolor rgb '#A00072B2' notitle, ");
    nd_plot_script(plot,
                   "'active-units' axes x1y2 with lines linetype 2 linewidth 0.9 notitle, "
                   "'information' using 1:2 with linespoints linetype 1 pointsize 0.3 notitle\n");
    return true;
}

static bool draw_maps(nd_plot *plot, nd_area area, const nd_measured *measured, nd_error *error) {
    const nd_run *run = measured->run;
    nd_rate_maps sets[TIMES] = {0};
    size_t pairs = measured->environments * measured->units;
    bool fine = true;
    for (size_t i = 0; fine && i < TIMES; i++) {
        size_t snapshot = nd_snapshot_near(run, SHARES[i]);
        sets[i].maps = nd_doubles(measured->units * measured->bins, error);
        fine = sets[i].maps && nd_measured_maps(measured, snapshot, 0, sets[i].maps, error);
        sets[i].tuned = measured->tuned + snapshot * pairs;
        char step[32];
        nd_step_text(run->snapshot_step[snapshot], step, sizeof step);
        (void)snprintf(sets[i].title, sizeof sets[i].title, "step %s", step);
        (void)snprintf(sets[i].sorted_by, sizeof sets[i].sorted_by, "by %s", step);
    }
    fine = fine && nd_draw_rate_map_grid(plot, "D", area, sets, TIMES, measured->units,
                                         measured->bins, measured->bin_position,
                                         measured->run->dataset->position_unit, error);
    for (size_t i = 0; i < TIMES; i++)
        free(sets[i].maps);
    return fine;
}

/* The edges, in `unit`, of the cell that a snapshot has on an axis over the steps: halfway to its
 * neighbours, so that unevenly spaced snapshots lie where they belong. */
static void cell_edges(const nd_run *run, size_t index, double unit, double *low, double *high) {
    const double *step = run->snapshot_step;
    size_t last = run->snapshots - 1;
    double here = step[index];
    *low = (index > 0 ? (step[index - 1] + here) / 2 : here) / unit;
    *high = (index < last ? (here + step[index + 1]) / 2 : here) / unit;
}

static void draw_correlation(nd_plot *plot, nd_area area, const nd_seeds *seeds) {
    const nd_run *run = seeds->run;
    size_t n = run->snapshots;
    nd_step_axis axis = nd_step_axis_for(run->snapshot_step[n - 1]);
    double last = run->snapshot_step[n - 1] / axis.unit, least = 0.9;
    bool some = false;
    nd_plot_table(plot, "rate-map-correlation");
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            double left, right, upper, lower, r = seeds->correlation[i * n + j];
            cell_edges(run, j, axis.unit, &left, &right);
            cell_edges(run, i, axis.unit, &upper, &lower);
            right = fmin(right + 0.3 * (right - left), last); /* overlap: no seams between them */
            lower = fmin(lower + 0.3 * (lower - upper), last);
            nd_plot_row(plot, 5, (double[]){left, right, upper, lower, r});
            least = r < least ? r : least;
            some = some || isfinite(r);
        }
    nd_plot_panel_margins(plot, "E", area.left, area.bottom, area.width, area.height,
                          (nd_plot_margins){1.45, 1.7, 1.0, 1.0});
    if (!some)
        nd_plot_script(plot, "set label 1 \"no two tuned units\\nto correlate\" at graph 0.5,0.5 "
                             "center front\n");
    nd_plot_script(plot,
                   "set border 15\nset size ratio -1\nset xrange [0:%.9g]\nset yrange [%.9g:0]\n"
                   "set xlabel '%s'\nset ylabel '%s'\nset cbrange [%.2g:1]\n"
                   "set cblabel 'Pearson r'\nset title 'correlation of rate maps'\n"
                   "plot %s\n",
                   last, last, axis.label, axis.label, floor(least * 10) / 10,
                   some ? "'rate-map-correlation' using (($1+$2)/2):(($3+$4)/2):1:2:3:4:5 with "
                          "boxxyerror fillcolor palette notitle"
                        : "NaN notitle");
}

static void write_note(nd_plot *plot, const nd_seeds *seeds) {
    const nd_run *run = seeds->run;
    char network[80], mean[60] = "";
    if (seeds->count > 1)
        (void)snprintf(mean, sizeof mean, "; B, C: mean, s.e.m. of %zu seeds, E: mean",
                       seeds->count);
    nd_plot_note(
        plot,
        "%s%s. C: mean over tuned units. D: units tuned at the step of the row, in its order. "
        "E: mean r over the units tuned at both.",
        nd_network_text("hidden units", run->hidden, run->step[run->records - 1], network,
                        sizeof network),
        mean);
}

bool nd_figure_2(const nd_figure_request *request, nd_error *error) {
    nd_seeds *seeds = nd_seeds_open(request->inputs, request->input_count, error);
    nd_plot *plot = seeds ? nd_plot_new(request->output, WIDTH, HEIGHT, error) : NULL;
    bool fine = plot != NULL;
    if (fine) {
        const double top = HEIGHT - TOP_ROW, second = 6, third = 10.9; /* where columns begin */
        const double last = WIDTH - third;
        nd_draw_world(plot, "A", area_cm(0, top, second, TOP_ROW), seeds->run);
        fine = draw_loss(plot, area_cm(second, top, third - second, TOP_ROW), seeds, error) &&
               draw_information(plot, area_cm(third, top, last, TOP_ROW), seeds, error) &&
               draw_maps(plot, area_cm(0, 0, third, top), seeds->measured[0], error);
        draw_correlation(plot, area_cm(third, top - (last - 1), last, last - 1), seeds);
    }
    if (fine)
        write_note(plot, seeds);
    nd_seeds_close(seeds);
    if (!fine) {
        nd_plot_abandon(plot);
        return false;
    }
    return nd_plot_draw(plot, &request->plot, error);
}
