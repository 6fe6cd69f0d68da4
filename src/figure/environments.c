/* Rate maps across environments: the units tuned in one, shown in all of them, and how alike the
 * environments' maps are in the course of a run. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "figure/figures.h"
#include "figure/parts.h"

enum { MOST = 6 };                             /* environments shown */
static const double HEIGHT = 9.2, RIGHT = 6.2; /* cm; the right panel's width */

static bool draw_maps(nd_plot *plot, nd_area area, const nd_measured *measured, size_t shown,
                      nd_error *error) {
    const nd_run *run = measured->run;
    nd_rate_maps sets[MOST] = {0};
    size_t last = run->snapshots - 1, pairs = measured->environments * measured->units;
    bool fine = true;
    for (size_t e = 0; fine && e < shown; e++) {
        sets[e].maps = nd_doubles(measured->units * measured->bins, error);
        fine = sets[e].maps && nd_measured_maps(measured, last, e, sets[e].maps, error);
        sets[e].tuned = measured->tuned + last * pairs + e * measured->units;
        (void)snprintf(sets[e].title, sizeof sets[e].title, "environment %zu", e + 1);
        (void)snprintf(sets[e].sorted_by, sizeof sets[e].sorted_by, "by environment %zu", e + 1);
    }
    fine = fine && nd_draw_rate_map_grid(plot, "A", area, sets, shown, measured->units,
                                         measured->bins, measured->bin_position,
                                         measured->run->dataset->position_unit, error);
    for (size_t e = 0; e < shown; e++)
        free(sets[e].maps);
    return fine;
}

/* The mean over pairs of different environments, snapshot by snapshot, and the fraction of the
 * units tuned anywhere that are tuned in more than one. */
static bool draw_course(nd_plot *plot, nd_area area, const nd_measured *measured, nd_error *error) {
    const nd_run *run = measured->run;
    const size_t e = measured->environments, units = measured->units;
    double *matrix = nd_doubles(e * e, error);
    bool fine = matrix != NULL;
    nd_step_axis axis = nd_step_axis_for(run->snapshot_step[run->snapshots - 1]);
    nd_plot_table(plot, "environments");
    for (size_t i = 0; fine && i < run->snapshots; i++) {
        fine = nd_nc_get_row(measured->file, "environment_correlation", i, matrix, e * e, error);
        double sum = 0, count = 0, anywhere = 0, several = 0;
        for (size_t a = 0; a < e; a++)
            for (size_t b = a + 1; b < e; b++)
                if (!isnan(matrix[a * e + b])) {
                    sum += matrix[a * e + b];
                    count++;
                }
        for (size_t unit = 0; unit < units; unit++) {
            size_t tuned = 0;
            for (size_t a = 0; a < e; a++)
                tuned += measured->tuned[(i * e + a) * units + unit];
            anywhere += tuned > 0;
            several += tuned > 1;
        }
        nd_plot_row(plot, 3,
                    (double[]){run->snapshot_step[i] / axis.unit, sum / count, several / anywhere});
    }
    free(matrix);
    nd_plot_panel_margins(plot, "B", area.left, area.bottom, area.width, area.height,
                          (nd_plot_margins){1.45, 0.35, 1.0, 1.5});
    nd_plot_script(plot,
                   "set xlabel '%s'\nset xrange [0:%.9g]\nset yrange [*<0:1]\n"
                   "set ylabel 'share, or Pearson r'\nset key left bottom at graph 0,1.02\n"
                   "plot 'environments' using 1:3 with linespoints linetype 2 pointsize 0.3 title "
                   "'tuned in several environments', '' using 1:2 with linespoints linetype 1 "
                   "pointsize 0.3 title 'rate-map correlation'\n",
                   axis.label, run->snapshot_step[run->snapshots - 1] / axis.unit);
    return fine;
}

bool nd_figure_environments(const nd_figure_request *request, nd_error *error) {
    nd_measured *measured = nd_measured_open(request->inputs[0], error);
    if (!measured)
        return false;
    size_t shown = measured->environments < MOST ? measured->environments : MOST;
    double left = 3 + 3.2 * (double)shown, width = left + RIGHT;
    nd_plot *plot = NULL;
    if (measured->environments < 2)
        nd_fail(error, request->inputs[0], "run with world.environments=2",
                "there is one environment, several are needed to compare them");
    else
        plot = nd_plot_new(request->output, width, HEIGHT, error);
    bool fine = plot != NULL;
    if (fine)
        fine = draw_maps(plot, (nd_area){0, 0, left / width, 1}, measured, shown, error) &&
               draw_course(plot, (nd_area){left / width, 0, RIGHT / width, 1}, measured, error);
    char network[80];
    if (fine)
        nd_plot_note(plot,
                     "%s, %zu environments. A: at the end. B: r: mean over pairs of them; share: "
                     "of the units tuned anywhere.",
                     nd_network_text("hidden units", measured->units,
                                     measured->run->step[measured->run->records - 1], network,
                                     sizeof network),
                     measured->environments);
    nd_measured_close(measured);
    if (!fine) {
        nd_plot_abandon(plot);
        return false;
    }
    return nd_plot_draw(plot, &request->plot, error);
}
