/* Null drift in the Hebbian network: responses sorted at one time and shown at three, how
 * population vectors lose their likeness, how far fields have gone. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "figure/figures.h"
#include "figure/parts.h"
#include "figure/peaks.h"
#include "figure/plot.h"
#include "store/hebbian_file.h"

static const double WIDTH = 17, HEIGHT = 12, LOWER = 5.6, BAR = 1.2; /* cm */
enum { TIMES = 3, MOST_RUNS = 3 };
/* The later times: when the population vectors have come down to these correlations. */
static const double LIKENESS[TIMES] = {1, 0.5, 0.15};

/* One run and what is drawn of it. */
typedef struct drifting {
    nd_hebbian_run *run;
    double *correlation; /* snapshots x snapshots */
    double *by_lag;      /* snapshots: mean correlation over the second half */
    double *lag_steps, *squared;
    size_t lags;
    double diffusion;
    const char *noise; /* where the noise is */
} drifting;

static void drifting_close(drifting *self) {
    nd_hebbian_run_close(self->run);
    free(self->correlation);
    free(self->by_lag);
    free(self->lag_steps);
    free(self->squared);
}

/* `count` values of a variable into a new array. */
static double *take(const nd_nc *file, const char *name, size_t count, nd_error *error) {
    double *values = nd_doubles(count, error);
    if (values && nd_nc_get(file, name, values, count, error))
        return values;
    free(values);
    return NULL;
}

static bool drifting_open(drifting *self, const char *path, nd_error *error) {
    if (!(self->run = nd_hebbian_run_open(path, error)))
        return false;
    const nd_nc *file = self->run->file;
    size_t snapshots = self->run->snapshots;
    if (snapshots < 2 || !nd_nc_dimension(file, "lag", &self->lags, NULL) || self->lags == 0)
        return nd_fail(error, path, "run it to its end, and with more snapshots",
                       "holds too few snapshots to tell a drift");
    if (!(self->correlation =
              take(file, "population_vector_correlation", snapshots * snapshots, error)) ||
        !(self->by_lag = nd_doubles(snapshots, error)) ||
        !(self->lag_steps = take(file, "lag_steps", self->lags, error)) ||
        !(self->squared = take(file, "mean_squared_displacement", self->lags, error)) ||
        !nd_nc_number(self->run->file, NULL, "diffusion_constant", &self->diffusion, error))
        return false;
    nd_correlation_by_lag(self->correlation, self->run->snapshots, self->run->snapshots / 2,
                          self->by_lag);
    const nd_learning_keys *keys = &self->run->experiment->learning;
    bool forward = keys->noise_forward > 0, lateral = keys->noise_lateral > 0;
    self->noise = forward && lateral ? "noise in W and M"
                  : forward          ? "noise in W only"
                  : lateral          ? "noise in M only"
                                     : "no noise";
    return true;
}

/* The snapshots shown: the one in the middle, then the first at which its population vectors have
 * come down to each likeness, or the last. */
static void choose_times(const drifting *self, size_t times[TIMES]) {
    size_t count = self->run->snapshots, first = count / 2;
    times[0] = first;
    for (size_t k = 1; k < TIMES; k++) {
        times[k] = count - 1;
        for (size_t t = count - 1; t > times[k - 1]; t--)
            if (self->correlation[first * count + t] <= LIKENESS[k])
                times[k] = t;
    }
}

/* The neurons with a field in `response` (n x N), in the order of their peaks. */
static size_t sort_neurons(const nd_hebbian_run *run, const double *response, nd_peak *sorted) {
    size_t count = 0, neurons = run->neurons;
    for (size_t i = 0; i < neurons; i++) {
        nd_peak peak = nd_peak_of(i, response + i, run->inputs->count, neurons);
        if (response[peak.at * neurons + i] > run->experiment->network.peak_threshold)
            sorted[count++] = peak;
    }
    nd_sort_peaks(sorted, count);
    return count;
}

/* Each row over its largest response at any of the times. */
static double row_scale(const nd_hebbian_run *run, const double *response, size_t neuron) {
    double largest = 0;
    for (size_t s = 0; s < TIMES * run->inputs->count; s++)
        largest = fmax(largest, response[s * run->neurons + neuron]);
    return largest > 0 ? largest : 1;
}

static bool write_maps(nd_plot *plot, const nd_hebbian_run *run, const double *response,
                       const nd_peak *sorted, size_t count, nd_error *error) {
    size_t inputs = run->inputs->count, neurons = run->neurons;
    double *map = nd_doubles(count * inputs, error);
    for (size_t k = 0; map && k < TIMES; k++) {
        for (size_t r = 0; r < count; r++) {
            double scale = row_scale(run, response, sorted[r].row);
            for (size_t s = 0; s < inputs; s++)
                map[r * inputs + s] = response[(k * inputs + s) * neurons + sorted[r].row] / scale;
        }
        char name[40];
        (void)snprintf(name, sizeof name, "responses-%zu", k);
        nd_plot_matrix(plot, name, count, inputs, map);
    }
    free(map);
    return map != NULL;
}

static void draw_map(nd_plot *plot, const drifting *self, size_t k, const size_t times[TIMES],
                     size_t count) {
    const nd_hebbian_run *run = self->run;
    const nd_hebbian_inputs *inputs = run->inputs;
    double unit = inputs->circular ? M_PI : 1, width = (1 - BAR / WIDTH) / TIMES;
    bool last_map = k + 1 == TIMES;
    double first = inputs->position[0] / unit;
    double last = inputs->position[inputs->count - 1] / unit;
    double apart = (last - first) / (double)(inputs->count - 1);
    nd_plot_panel_margins(plot, k == 0 ? "A" : NULL, (double)k * width, LOWER / HEIGHT,
                          width + (last_map ? BAR / WIDTH : 0), 1 - LOWER / HEIGHT,
                          (nd_plot_margins){1.3, 0.25 + (last_map ? BAR : 0), 1.0, 0.75});
    if (k == 0)
        nd_plot_script(plot, "set title 'step %.0f'\n", run->snapshot_step[times[0]]);
    else
        nd_plot_script(plot, "set title '%.0f steps later (PV r %.2f)'\n",
                       run->snapshot_step[times[k]] - run->snapshot_step[times[0]],
                       self->correlation[times[0] * run->snapshots + times[k]]);
    nd_plot_script(plot,
                   "set border 15\nset xrange [%.9g:%.9g]\nset yrange [%zu.5:0.5]\n"
                   "set xlabel '%s'\nset xtics %g\n%sset cbrange [0:1]\n%s"
                   "plot 'responses-%zu' matrix using (%.9g+$1*%.9g):($2+1):3 with image notitle\n",
                   first - apart / 2, last + apart / 2, count,
                   inputs->circular ? "angle (π rad)" : "position (of the slice)",
                   inputs->circular ? 0.5 : 0.25,
                   k == 0 ? "set ylabel 'units, sorted at the first time'\n" : "",
                   last_map ? "set cblabel 'response / peak'\nset cbtics 1\n" : "unset colorbox\n",
                   k, first, apart);
}

static bool draw_maps(nd_plot *plot, const drifting *self, nd_error *error) {
    const nd_hebbian_run *run = self->run;
    size_t times[TIMES], size = run->inputs->count * run->neurons;
    choose_times(self, times);
    double *response = nd_doubles(TIMES * size, error);
    nd_peak *sorted = response ? nd_array(run->neurons, sizeof *sorted, error) : NULL;
    bool fine = sorted != NULL;
    for (size_t k = 0; fine && k < TIMES; k++)
        fine = nd_hebbian_run_responses(run, times[k], response + k * size, error);
    size_t count = fine ? sort_neurons(run, response, sorted) : 0;
    fine = fine && count > 0 && write_maps(plot, run, response, sorted, count, error);
    for (size_t k = 0; fine && k < TIMES; k++)
        draw_map(plot, self, k, times, count);
    free(response);
    free(sorted);
    return fine;
}

/* How long the panels below look: to where the first run's population vectors are strangers, four
 * times over. */
static double longest_lag(const drifting *self) {
    size_t count = self->run->snapshots - self->run->snapshots / 2, lag = 1;
    double interval = self->run->snapshot_step[1] - self->run->snapshot_step[0];
    while (lag + 1 < count && self->by_lag[lag] > 0.1)
        lag++;
    lag = 4 * lag + 1 < count ? 4 * lag + 1 : count - 1;
    return (double)lag * interval;
}

static void draw_correlation(nd_plot *plot, const drifting *runs, size_t count) {
    for (size_t r = 0; r < count; r++) {
        char name[40];
        const nd_hebbian_run *run = runs[r].run;
        size_t half = run->snapshots - run->snapshots / 2;
        (void)snprintf(name, sizeof name, "correlation-%zu", r);
        nd_plot_table(plot, name);
        for (size_t lag = 0; lag < half; lag++)
            nd_plot_row(
                plot, 2,
                (double[]){run->snapshot_step[lag] - run->snapshot_step[0], runs[r].by_lag[lag]});
    }
    nd_plot_panel(plot, "B", 0, 0, 0.5, LOWER / HEIGHT);
    nd_plot_script(plot,
                   "set xrange [0:%.9g]\nset yrange [-0.1:1]\nset xlabel 'steps apart'\n"
                   "set ylabel 'PV correlation'\nset key at graph 1, graph 0.85 right\n"
                   "set arrow from graph 0, first 0 to graph 1, first 0 nohead linecolor rgb "
                   "'#A0A0A0' linewidth 0.5 back\nplot ",
                   longest_lag(&runs[0]));
    for (size_t r = 0; r < count; r++)
        nd_plot_script(plot, "%s'correlation-%zu' with linespoints linetype %zu title '%s'",
                       r ? ", " : "", r, r + 1, runs[r].noise);
    nd_plot_script(plot, "\n");
}

/* The last lag with a mean squared displacement. */
static double longest_track(const drifting *self) {
    size_t last = self->lags - 1;
    while (last > 0 && !isfinite(self->squared[last]))
        last--;
    return self->lag_steps[last];
}

/* "7.2·10^{-5}" */
static const char *power_text(double value, char *out, size_t size) {
    int power = value > 0 ? (int)floor(log10(value)) : 0;
    (void)snprintf(out, size, "%.1f·10^{%d}", value / pow(10, power), power);
    return out;
}

static void draw_displacement(nd_plot *plot, const drifting *runs, size_t count) {
    for (size_t r = 0; r < count; r++) {
        char name[40];
        (void)snprintf(name, sizeof name, "displacement-%zu", r);
        nd_plot_table(plot, name);
        for (size_t lag = 0; lag < runs[r].lags; lag++)
            nd_plot_row(plot, 2, (double[]){runs[r].lag_steps[lag], runs[r].squared[lag]});
    }
    bool circular = runs[0].run->inputs->circular;
    char text[40];
    double least = INFINITY, most = 0;
    for (size_t r = 0; r < count; r++)
        for (size_t lag = 0; lag < runs[r].lags; lag++)
            if (runs[r].squared[lag] > 0) {
                least = fmin(least, runs[r].squared[lag]);
                most = fmax(most, runs[r].squared[lag]);
            }
    nd_plot_panel_margins(plot, "C", 0.5, 0, 0.5, LOWER / HEIGHT,
                          (nd_plot_margins){1.95, 0.35, 1.0, 0.6});
    nd_plot_script(plot,
                   "set logscale xy\nset xlabel 'steps apart'\n"
                   "set xrange [%.9g:%.9g]\nset ylabel 'MSD of fields (%s)'\n"
                   "set key bottom right\n",
                   runs[0].lag_steps[0], longest_track(&runs[0]), circular ? "rad^2" : "slice^2");
    /* Room for the key below all lines: a tenth of the panel for each. */
    if (most > least) {
        double share = 0.1 * (double)count;
        double low = least / pow(most / least, share / (1 - share)), high = 2 * most;
        nd_plot_script(plot, "set yrange [%.9g:%.9g]\n", low, high);
        nd_log_tics(plot, 'y', low, high);
    }
    nd_log_tics(plot, 'x', runs[0].lag_steps[0], longest_track(&runs[0]));
    nd_plot_script(plot, "plot ");
    for (size_t r = 0; r < count; r++)
        nd_plot_script(plot, "%s'displacement-%zu' with lines linetype %zu title 'D = %s'",
                       r ? ", " : "", r, r + 1, power_text(runs[r].diffusion, text, sizeof text));
    nd_plot_script(plot, "\n");
}

bool nd_figure_hebbian_drift(const nd_figure_request *request, nd_error *error) {
    drifting runs[MOST_RUNS] = {0};
    bool fine = request->input_count > 0;
    for (size_t r = 0; fine && r < request->input_count; r++)
        fine = drifting_open(&runs[r], request->inputs[r], error);
    nd_plot *plot = fine ? nd_plot_new(request->output, WIDTH, HEIGHT, error) : NULL;
    fine = plot && runs[0].run && draw_maps(plot, &runs[0], error);
    if (fine) {
        draw_correlation(plot, runs, request->input_count);
        draw_displacement(plot, runs, request->input_count);
        const nd_hebbian_run *run = runs[0].run;
        char network[80];
        nd_plot_note(plot, "%s%s. B: Pearson r. C: mean over neurons; D per step, of c + 2 D t.",
                     nd_network_text("neurons", run->neurons, run->step[run->records - 1], network,
                                     sizeof network),
                     request->input_count > 1 ? " (the first run, drawn in A)" : "");
        fine = nd_plot_draw(plot, &request->plot, error);
    } else {
        nd_plot_abandon(plot);
    }
    for (size_t r = 0; r < MOST_RUNS; r++)
        drifting_close(&runs[r]);
    return fine;
}
