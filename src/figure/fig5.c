/* Figure 5: noise moves the network to flatter regions. A: x^2 y^2 and a walk on it. B: sparse
 * networks have few eigenvalues that are not zero. C: small eigenvalues fall faster. D: label noise
 * lowers their sum. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/memory.h"
#include "figure/figures.h"
#include "figure/flatness_data.h"
#include "figure/landscape_panel.h"

enum { MOST_PAIRS = 3 };

typedef struct material {
    nd_landscape *landscape;
    nd_flatness_run **runs;
    size_t count;
    nd_flatness_sweep sweep;
} material;

static void material_free(material *all) {
    nd_landscape_free(all->landscape);
    for (size_t i = 0; i < all->count; i++)
        nd_flatness_free(all->runs[i]);
    free(all->runs);
    nd_flatness_sweep_free(&all->sweep);
}

static bool is_landscape(const char *path) {
    nd_nc *file = nd_nc_open(path, NULL);
    size_t walkers;
    bool is = file && nd_nc_dimension(file, "walker", &walkers, NULL);
    nd_nc_close(file);
    return is;
}

static bool gather(const nd_figure_request *request, material *all, nd_error *error) {
    all->runs = nd_array(request->input_count, sizeof(nd_flatness_run *), error);
    if (!all->runs)
        return false;
    for (size_t i = 0; i < request->input_count; i++) {
        const char *path = request->inputs[i];
        if (nd_flatness_is_sweep(path)) {
            if (!nd_flatness_read_sweep(path, &all->sweep, error))
                return false;
        } else if (is_landscape(path)) {
            nd_landscape_free(all->landscape);
            if (!(all->landscape = nd_landscape_read(path, error)))
                return false;
        } else if (!(all->runs[all->count++] = nd_flatness_read(path, error)))
            return false;
    }
    if (!all->landscape) {
        const nd_landscape_options usual = {.seed = 1,
                                            .walkers = 1,
                                            .records = 2001,
                                            .steps = 20000,
                                            .learning_rate = 0.05,
                                            .noise = 0.1,
                                            .start_x = 1.5,
                                            .start_y = 1.1};
        all->landscape = nd_landscape_make(&usual, error);
    }
    return all->landscape != NULL;
}

/* A panel that has nothing to show says what it would take. */
static void empty_panel(nd_plot *plot, const char *letter, nd_area area, const char *title,
                        const char *needs) {
    nd_plot_panel(plot, letter, area.left, area.bottom, area.width, area.height);
    nd_plot_script(plot,
                   "set title '%s'\nunset border\nunset tics\nset xrange [0:1]\nset yrange [0:1]\n"
                   "set label 1 '%s' at 0.5,0.5 center textcolor rgb '#808080'\n"
                   "plot NaN notitle\nunset label 1\n",
                   title, needs);
}

static void draw_sparsity(nd_plot *plot, nd_area area, const material *all) {
    nd_plot_table(plot, "sparsity");
    bool any[2] = {false, false};
    for (int label = 0; label < 2; label++) {
        for (size_t r = 0; r < all->count; r++) {
            const nd_flatness_run *run = all->runs[r];
            if (run->label_noise != label)
                continue;
            any[label] = true;
            for (size_t i = 0; i < run->snapshots; i++)
                nd_plot_row(plot, 2,
                            (double[]){run->fraction_active_units[i], run->nonzero_fraction[i]});
        }
        for (size_t i = 0; i < all->sweep.count; i++) {
            const nd_flatness_end *end = &all->sweep.end[i];
            if (end->label_noise != label)
                continue;
            any[label] = true;
            nd_plot_row(plot, 2, (double[]){end->fraction_active_units, end->nonzero_fraction});
        }
        if (!any[label]) /* gnuplot needs the block */
            nd_plot_row(plot, 2, (double[]){NAN, NAN});
        nd_plot_block(plot);
    }
    nd_plot_panel(plot, "B", area.left, area.bottom, area.width, area.height);
    nd_plot_script(plot, "set title 'Silent units flatten'\nset xlabel 'fraction active units'\n"
                         "set ylabel 'fraction non-zero eigenvalues'\nset xrange [0:1]\n"
                         "set yrange [0:*]\nset key top left\n");
    nd_plot_script(plot, "plot ");
    if (any[0])
        nd_plot_script(plot,
                       "'sparsity' index 0 using 1:2 with points linetype 1 title 'update "
                       "noise'%s",
                       any[1] ? ", " : "\n");
    if (any[1])
        nd_plot_script(plot, "'sparsity' index 1 using 1:2 with points linetype 2 title 'label "
                             "noise'\n");
}

static const nd_flatness_run *first_run(const material *all, bool label_noise) {
    for (size_t r = 0; r < all->count; r++)
        if (all->runs[r]->label_noise == label_noise && all->runs[r]->snapshots >= 3)
            return all->runs[r];
    return NULL;
}

/* Eigenvalues of one snapshot against those of a later one, rank by rank. */
static void draw_eigenvalues(nd_plot *plot, nd_area area, const material *all) {
    const nd_flatness_run *run = first_run(all, false);
    if (!run) {
        empty_panel(plot, "C", area, "Small eigenvalues fall faster",
                    "give a run under update noise");
        return;
    }
    /* Spans of a fifth of the run, none of which begins at the untrained network. */
    size_t apart = run->snapshots / 5 + 1;
    double low = INFINITY, high = -INFINITY, starts[MOST_PAIRS];
    size_t pairs = 0;
    nd_plot_table(plot, "eigenvalues");
    for (size_t from = 1; pairs < MOST_PAIRS && from + apart < run->snapshots; from += apart) {
        const double *now = run->gauss_newton + from * run->gauss_newton_count;
        const double *then = now + apart * run->gauss_newton_count;
        for (size_t i = 0; i < run->gauss_newton_count && now[i] > 0 && then[i] > 0; i++) {
            nd_plot_row(plot, 2, (double[]){now[i], then[i]});
            low = fmin(low, fmin(now[i], then[i]));
            high = fmax(high, fmax(now[i], then[i]));
        }
        nd_plot_block(plot);
        starts[pairs++] = run->step[from];
    }
    char dt[48], at[48];
    nd_plot_panel(plot, "C", area.left, area.bottom, area.width, area.height);
    nd_decade_tics(plot, 'x', 0.5 * low, 2 * high, true);
    nd_decade_tics(plot, 'y', 0.5 * low, 2 * high, true);
    nd_plot_script(
        plot,
        "set title 'Small eigenvalues fall faster'\nset logscale xy\nset xlabel 'eigenvalue at t'\n"
        "set ylabel 'eigenvalue at t + %s'\nset xrange [%g:%g]\nset yrange [%g:%g]\n"
        "set key top left\nplot x with lines linecolor rgb '#808080' linewidth 0.7 "
        "notitle",
        nd_step_text(run->step[1 + apart] - run->step[1], dt, sizeof dt), 0.5 * low, 2 * high,
        0.5 * low, 2 * high);
    for (size_t p = 0; p < pairs; p++)
        nd_plot_script(plot,
                       ", 'eigenvalues' index %zu using 1:2 with points linetype %zu title 't = "
                       "%s'",
                       p, p + 3, nd_step_text(starts[p], at, sizeof at));
    nd_plot_script(plot, "\n");
}

static void draw_trace(nd_plot *plot, nd_area area, const material *all) {
    size_t lines = 0;
    double last = 0;
    for (size_t r = 0; r < all->count; r++)
        if (all->runs[r]->label_noise)
            last = fmax(last, all->runs[r]->step[all->runs[r]->snapshots - 1]);
    if (!(last > 0)) {
        empty_panel(plot, "D", area, "Label noise lowers the sum", "give a run under label noise");
        return;
    }
    nd_plot_table(plot, "trace");
    for (size_t r = 0; r < all->count; r++) {
        const nd_flatness_run *run = all->runs[r];
        if (!run->label_noise)
            continue;
        for (size_t i = 0; i < run->snapshots; i++)
            nd_plot_row(plot, 2, (double[]){run->step[i], run->trace[i]});
        nd_plot_block(plot);
        lines++;
    }
    nd_step_axis axis = nd_step_axis_for(last);
    nd_plot_panel(plot, "D", area.left, area.bottom, area.width, area.height);
    nd_plot_script(plot,
                   "set title 'Label noise lowers the sum'\nset xlabel '%s'\n"
                   "set ylabel 'sum of eigenvalues'\nset yrange [0:*]\n"
                   "plot for [i=0:%zu] 'trace' index i using ($1/%g):2 with lines linetype 2 "
                   "linewidth 0.8 notitle\n",
                   axis.label, lines - 1, axis.unit);
}

static void write_note(nd_plot *plot, const material *all) {
    char steps[32], text[32];
    double longest = 0;
    for (size_t r = 0; r < all->count; r++)
        longest = fmax(longest, all->runs[r]->step[all->runs[r]->snapshots - 1]);
    (void)snprintf(text, sizeof text, "A: %s steps",
                   nd_step_text((double)all->landscape->options.steps, steps, sizeof steps));
    char sweep[160] = "", diverged[48] = "";
    if (all->sweep.diverged)
        (void)snprintf(diverged, sizeof diverged, "; %zu diverged, left out", all->sweep.diverged);
    if (all->sweep.count > 0) {
        char lengths[80];
        (void)snprintf(
            sweep, sizeof sweep, "a run of the sweep at its end (n = %zu, %s%s)", all->sweep.count,
            nd_steps_text(all->sweep.shortest, all->sweep.longest, lengths, sizeof lengths),
            diverged);
    }
    if (all->count == 0)
        nd_plot_note(plot, "%s%s%s", text, sweep[0] ? ". B: " : "", sweep);
    else
        nd_plot_note(plot, "%s. B: a snapshot of a run (n = %zu, up to %s steps)%s%s", text,
                     all->count, nd_step_text(longest, steps, sizeof steps), sweep[0] ? " or " : "",
                     sweep);
}

bool nd_figure_5(const nd_figure_request *request, nd_error *error) {
    material all = {0};
    nd_plot *plot = NULL;
    if (!gather(request, &all, error) || !(plot = nd_plot_new(request->output, 15, 13.5, error))) {
        material_free(&all);
        return false;
    }
    nd_panel_walk(plot, "A", (nd_area){0, 0.5, 0.5, 0.5}, all.landscape, ND_VALLEY_NARROWING, 0,
                  "Noisy descent on x^2 y^2");
    if (all.count + all.sweep.count > 0)
        draw_sparsity(plot, (nd_area){0.5, 0.5, 0.5, 0.5}, &all);
    else
        empty_panel(plot, "B", (nd_area){0.5, 0.5, 0.5, 0.5}, "Silent units flatten",
                    "give runs under update noise");
    draw_eigenvalues(plot, (nd_area){0, 0, 0.5, 0.5}, &all);
    draw_trace(plot, (nd_area){0.5, 0, 0.5, 0.5}, &all);
    write_note(plot, &all);
    material_free(&all);
    return nd_plot_draw(plot, &request->plot, error);
}
