/* Figure 6: the activation matrix at the start and the end of a run, and both sparsity measures
 * read off it (docs/model.md, section 4.2). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "figure/figures.h"
#include "figure/parts.h"
#include "measure/tuning.h"
#include "network/network.h"

static const double WIDTH = 17, HEIGHT = 8.2; /* cm */

/* A unit's row: how many samples drive it, and the middle of those in the order drawn. */
typedef struct row {
    size_t unit, active;
    double middle;
} row;

/* Units that are active first, by the middle of their samples; the silent ones last. */
static int by_place(const void *a, const void *b) {
    const row *x = a, *y = b;
    if ((x->active > 0) != (y->active > 0))
        return x->active > 0 ? -1 : 1;
    if (x->middle != y->middle)
        return x->middle < y->middle ? -1 : 1;
    return x->unit < y->unit ? -1 : x->unit > y->unit;
}

/* A sample and what it is sorted by. */
typedef struct column {
    size_t sample;
    double key;
} column;

static int by_key(const void *a, const void *b) {
    const column *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return x->sample < y->sample ? -1 : x->sample > y->sample;
}

/* Samples in the order of directed position, or as they come where there is none. */
static bool order_samples(const nd_dataset *dataset, column *columns, nd_error *error) {
    double *directed = nd_doubles(dataset->samples, error);
    if (!directed)
        return false;
    if (dataset->position)
        nd_directed_position(dataset->position, dataset->samples, directed);
    for (size_t s = 0; s < dataset->samples; s++)
        columns[s] = (column){s, directed[s]};
    qsort(columns, dataset->samples, sizeof *columns, by_key);
    free(directed);
    return true;
}

static void sort_units(const double *activity, size_t samples, size_t units, double threshold,
                       const column *columns, row *rows) {
    for (size_t unit = 0; unit < units; unit++) {
        row here = {.unit = unit};
        for (size_t s = 0; s < samples; s++)
            if (activity[columns[s].sample * units + unit] > threshold) {
                here.active++;
                here.middle += (double)s;
            }
        here.middle = here.active > 0 ? here.middle / (double)here.active : 0;
        rows[unit] = here;
    }
    qsort(rows, units, sizeof *rows, by_place);
}

/* What both panels are drawn from. */
typedef struct matrices {
    const nd_run *run;
    double threshold;
    double *activity; /* samples x units */
    column *columns;  /* samples, in the order drawn */
    row *rows;        /* units, in the order drawn */
} matrices;

/* Units of which gnuplot would part the axis between them. */
enum { FEW = 6 };

static void draw_matrix(nd_plot *plot, const char *letter, nd_area area, const char *name,
                        const char *title, double fraction_active_units, const matrices *m) {
    const size_t samples = m->run->dataset->samples, units = m->run->hidden;
    double edge = fraction_active_units * (double)units - 0.5;
    nd_plot_panel_margins(plot, letter, area.left, area.bottom, area.width, area.height,
                          (nd_plot_margins){1.45, 0.1, 1.0, 1.0});
    if (units < FEW)
        nd_plot_script(plot, "set ytics 1\n");
    nd_plot_script(plot,
                   "set border 15\nset palette defined (0 '#EDEDED', 1 '#0072B2')\n"
                   "set cbrange [0:1]\nunset colorbox\nset xrange [-0.5:%zu-0.5]\n"
                   "set yrange [%zu-0.5:-0.5]\nset xlabel '%s'\nset ylabel 'unit'\n"
                   "set title \"%s\" offset 0,-0.55\n"
                   "set arrow 2 from graph 0, first %.6g to graph 1, first %.6g nohead linecolor "
                   "rgb '#000000' dashtype 2 linewidth 0.8 front\n"
                   "plot '%s' matrix with image notitle\n",
                   samples, units,
                   m->run->dataset->position ? "sample, by directed position" : "sample", title,
                   edge, edge, name);
}

/* Beside the matrix: the share of samples that drive each unit. Its mean is the active fraction,
 * and where it reaches zero the fraction of active units can be read. */
static void draw_shares(nd_plot *plot, nd_area area, const char *name, double active_fraction,
                        double fraction_active_units, const matrices *m) {
    const size_t units = m->run->hidden;
    double edge = fraction_active_units * (double)units - 0.5;
    nd_plot_panel_margins(plot, NULL, area.left, area.bottom, area.width, area.height,
                          (nd_plot_margins){0.1, 0.45, 1.0, 1.0});
    if (units < FEW)
        nd_plot_script(plot, "set ytics 1\n");
    nd_plot_script(
        plot,
        "set border 3\nset format y ''\nset xrange [0:1]\nset yrange [%zu-0.5:-0.5]\n"
        "set xtics 0,0.5,1\nset xlabel 'share of samples'\n"
        "set title \"active fraction\\n%.3f\" offset 0,-0.55 textcolor rgb '#D55E00'\n"
        "set arrow 1 from %.6g, graph 0 to %.6g, graph 1 nohead linecolor rgb '#D55E00' "
        "linewidth 1.2 front\n"
        "set arrow 2 from 0,%.6g to 1,%.6g nohead linecolor rgb '#000000' dashtype 2 "
        "linewidth 0.8 front\n"
        "plot '%s' using ($2/2):1:(0):2:($1-0.5):($1+0.9) with boxxyerror linetype 1 fillcolor rgb "
        "'#56B4E9' notitle\n",
        units, active_fraction, active_fraction, active_fraction, edge, edge, name);
}

static bool draw_snapshot(nd_plot *plot, const char *letter, nd_area area, size_t snapshot,
                          matrices *m, nd_error *error) {
    const size_t samples = m->run->dataset->samples, units = m->run->hidden;
    if (!nd_run_activity(m->run, snapshot, m->activity, error))
        return false;
    sort_units(m->activity, samples, units, m->threshold, m->columns, m->rows);
    char name[32], shares[32], step[32], title[256];
    (void)snprintf(name, sizeof name, "activation-%s", letter);
    (void)snprintf(shares, sizeof shares, "shares-%s", letter);
    nd_plot_table(plot, name);
    for (size_t i = 0; i < nd_plot_image_rows(units); i++) {
        size_t unit = m->rows[i % units].unit;
        for (size_t s = 0; s < samples; s++) {
            double value = m->activity[m->columns[s].sample * units + unit];
            nd_plot_values(plot, value > m->threshold ? "1 " : "0 ");
        }
        nd_plot_blank(plot);
    }
    nd_plot_table(plot, shares);
    for (size_t i = 0; i < units; i++)
        nd_plot_row(plot, 2, (double[]){(double)i, (double)m->rows[i].active / (double)samples});
    double active_fraction, fraction_active_units;
    nd_sparsity(m->activity, samples, units, m->threshold, &active_fraction,
                &fraction_active_units);
    (void)snprintf(title, sizeof title, "step %s\\nfraction active units %.3f",
                   nd_step_text(m->run->snapshot_step[snapshot], step, sizeof step),
                   fraction_active_units);
    nd_area left = area, right = area;
    left.width *= 0.7;
    right.left += left.width;
    right.width -= left.width;
    draw_matrix(plot, letter, left, name, title, fraction_active_units, m);
    draw_shares(plot, right, shares, active_fraction, fraction_active_units, m);
    return true;
}

bool nd_figure_6(const nd_figure_request *request, nd_error *error) {
    nd_run *run = nd_run_open(request->inputs[0], error);
    if (run && run->snapshots == 0) {
        nd_run_close(run);
        return nd_fail(error, request->inputs[0], "let it run further", "holds no snapshots");
    }
    nd_plot *plot = run ? nd_plot_new(request->output, WIDTH, HEIGHT, error) : NULL;
    matrices m = {.run = run};
    bool fine = plot != NULL;
    if (fine) {
        size_t samples = run->dataset->samples, units = run->hidden;
        m.threshold = run->experiment->network.active_threshold;
        fine = (m.activity = nd_doubles(samples * units, error)) &&
               (m.columns = nd_array(samples, sizeof *m.columns, error)) &&
               (m.rows = nd_array(units, sizeof *m.rows, error)) &&
               order_samples(run->dataset, m.columns, error) &&
               draw_snapshot(plot, "A", (nd_area){0, 0, 0.5, 1}, 0, &m, error) &&
               draw_snapshot(plot, "B", (nd_area){0.5, 0, 0.5, 1}, run->snapshots - 1, &m, error);
        char network[80];
        nd_plot_note(plot, "%s; %zu samples; active: above %g",
                     nd_network_text("hidden units", units, run->step[run->records - 1], network,
                                     sizeof network),
                     samples, m.threshold);
    }
    free(m.activity);
    free(m.columns);
    free(m.rows);
    nd_run_close(run);
    if (!fine) {
        nd_plot_abandon(plot);
        return false;
    }
    return nd_plot_draw(plot, &request->plot, error);
}
