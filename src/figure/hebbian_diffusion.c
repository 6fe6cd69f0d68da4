/* How fast the fields of a Hebbian network drift: the diffusion constant of a sweep's runs against
 * the number of neurons, the noise and the learning rate, the other two at their usual values. */
#include <gsl/gsl_fit.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "experiment/parse.h"
#include "figure/figures.h"
#include "figure/parts.h"
#include "figure/plot.h"
#include "store/sweep_store.h"
#include "sweep/sweep.h"

static const double WIDTH = 17, HEIGHT = 5.8; /* cm */

/* What is varied. Noise stands for runs in which that of W and that of M are the same. */
enum { NEURONS, NOISE, LEARNING_RATE, VARIED };
static const char *const LABELS[VARIED] = {"neurons N", "noise σ_W = σ_M", "learning rate η"};
static const char *const SYMBOLS[VARIED] = {"N", "σ", "η"};
static const char *const NAMES[VARIED] = {"neurons", "noise", "learning-rate"};

typedef struct measured_run {
    double at[VARIED], diffusion;
} measured_run;

typedef struct measured_runs {
    measured_run *run;
    size_t count, room;
    bool circular;
} measured_runs;

/* The place of diffusion_constant among the metrics. */
static size_t diffusion_metric(void) {
    size_t index = 0;
    while (index < ND_RUN_METRICS && strcmp(nd_run_metric_name(index), "diffusion_constant") != 0)
        index++;
    return index;
}

static bool take_run(int64_t id, const char *text, const nd_sweep_result *result, void *context,
                     nd_error *error) {
    measured_runs *runs = context;
    double diffusion = result->metrics[diffusion_metric()];
    (void)id;
    nd_experiment *experiment = nd_experiment_restore(text, "sweep", error);
    if (!experiment)
        return false;
    const nd_learning_keys *keys = &experiment->learning;
    bool wanted = experiment->network.model == ND_HEBBIAN && diffusion > 0 &&
                  keys->noise_forward == keys->noise_lateral;
    if (wanted) {
        measured_run *grown =
            nd_grown(runs->run, &runs->room, runs->count + 1, sizeof *grown, error);
        if (!grown) {
            nd_experiment_free(experiment);
            return false;
        }
        runs->run = grown;
        runs->circular = strcmp(experiment->network.inputs, "ring") == 0;
        runs->run[runs->count++] = (measured_run){
            {(double)experiment->network.neurons, keys->noise_forward, keys->learning_rate},
            diffusion};
    }
    nd_experiment_free(experiment);
    return true;
}

static bool read_runs(const char *folder, measured_runs *runs, nd_error *error) {
    char *path = nd_sweep_store_path(folder, 0, 1, error);
    nd_sweep_store *store = path ? nd_sweep_store_open(path, error) : NULL;
    bool fine = store && nd_sweep_store_each(store, take_run, runs, error);
    nd_sweep_store_close(store);
    free(path);
    return fine && (runs->count > 0 ||
                    nd_fail(error, folder, "run the sweep examples/hebbian-diffusion.yaml",
                            "holds no finished run of a Hebbian network with a diffusion constant "
                            "and the same noise in W and M"));
}

/* The value that most runs have. */
static double usual(const measured_runs *runs, int key) {
    double best = 0;
    size_t most = 0;
    for (size_t i = 0; i < runs->count; i++) {
        size_t same = 0;
        for (size_t j = 0; j < runs->count; j++)
            same += runs->run[j].at[key] == runs->run[i].at[key];
        if (same > most) {
            most = same;
            best = runs->run[i].at[key];
        }
    }
    return best;
}

/* The runs with all keys but `key` as usual, as logarithms. */
static size_t select_runs(const measured_runs *runs, int key, double *x, double *y) {
    size_t count = 0;
    for (size_t i = 0; i < runs->count; i++) {
        bool as_usual = true;
        for (int other = 0; other < VARIED; other++)
            as_usual = as_usual && (other == key || runs->run[i].at[other] == usual(runs, other));
        if (as_usual) {
            x[count] = log10(runs->run[i].at[key]);
            y[count++] = log10(runs->run[i].diffusion);
        }
    }
    return count;
}

/* One panel: every run, and the power law through them where there are two values or more. */
static void draw_panel(nd_plot *plot, const measured_runs *runs, int key, double *x, double *y) {
    static const char *const letters[VARIED] = {"A", "B", "C"};
    size_t count = select_runs(runs, key, x, y);
    double least = INFINITY, most = -INFINITY, slowest = INFINITY, fastest = -INFINITY;
    nd_plot_table(plot, NAMES[key]);
    for (size_t i = 0; i < count; i++) {
        nd_plot_row(plot, 2, (double[]){pow(10, x[i]), pow(10, y[i])});
        least = fmin(least, x[i]);
        most = fmax(most, x[i]);
        slowest = fmin(slowest, y[i]);
        fastest = fmax(fastest, y[i]);
    }
    nd_plot_panel(plot, letters[key], (double)key / VARIED, 0, 1.0 / VARIED, 1);
    nd_log_tics(plot, 'x', pow(10, least - 0.15), pow(10, most + 0.15));
    if (count > 0) {
        const double low = pow(10, floor(slowest)), high = pow(10, ceil(fastest));
        nd_decade_tics(plot, 'y', low, high, true);
        /* A tic at the very end is drawn, whatever the logarithms are rounded to. */
        nd_plot_script(plot, "set yrange [%.9g:%.9g]\n", low * (1 - 1e-6), high * (1 + 1e-6));
    }
    nd_plot_script(plot,
                   "set logscale xy\nset xlabel '%s'\n%s"
                   "set xrange [%.9g:%.9g]\n",
                   LABELS[key],
                   key > 0          ? ""
                   : runs->circular ? "set ylabel 'D (rad^2 per step)'\n"
                                    : "set ylabel 'D (slice^2 per step)'\n",
                   pow(10, least - 0.15), pow(10, most + 0.15));
    double intercept, slope, cov00, cov01, cov11, residual;
    if (most > least && count > 2) {
        gsl_fit_linear(x, 1, y, 1, count, &intercept, &slope, &cov00, &cov01, &cov11, &residual);
        nd_plot_script(
            plot,
            "set title 'D ∝ %s^{ %.2f ± %.2f}'\n"
            "plot 10**(%.9g+%.9g*log10(x)) with lines linetype 7 linewidth 0.7 notitle, ",
            SYMBOLS[key], slope, sqrt(cov11), intercept, slope);
    } else {
        nd_plot_script(plot, "plot ");
    }
    nd_plot_script(plot, "'%s' with points linetype 1 pointtype 6 pointsize 0.5 notitle\n",
                   NAMES[key]);
}

bool nd_figure_hebbian_diffusion(const nd_figure_request *request, nd_error *error) {
    measured_runs runs = {0};
    double *x = NULL, *y = NULL;
    nd_plot *plot = NULL;
    bool fine = read_runs(request->inputs[0], &runs, error) &&
                (x = nd_doubles(runs.count, error)) && (y = nd_doubles(runs.count, error)) &&
                (plot = nd_plot_new(request->output, WIDTH, HEIGHT, error));
    for (int key = 0; fine && key < VARIED; key++)
        draw_panel(plot, &runs, key, x, y);
    if (fine)
        nd_plot_note(plot,
                     "%zu runs in all; in each panel those with the usual values of the other "
                     "two keys; line: a power law, least squares",
                     runs.count);
    fine = fine && nd_plot_draw(plot, &request->plot, error);
    free(runs.run);
    free(x);
    free(y);
    return fine;
}
