/* Figure 4A: the fraction of active units falls, long after the loss has converged, whatever the
 * task, the rule and the noise. */
#include <stdint.h>

#include "figure/figures.h"
#include "figure/parts.h"
#include "figure/sweep_data.h"

static const double WIDTH = 9, HEIGHT = 10, UPPER = 4.2; /* cm */

static void draw_curves(nd_plot *plot, const nd_sweep_data *data, const char *table) {
    nd_plot_script(plot,
                   "plot '%s' with lines linecolor rgb '#%s0072B2' linewidth 0.5 notitle, "
                   "'%s-mean' with lines linecolor rgb '#D55E00' linewidth 2.5 notitle\n",
                   table, data->count > 300 ? "D8" : "B0", table);
}

static void begin(nd_plot *plot, const nd_sweep_data *data, const char *letter, double bottom,
                  double height, nd_plot_margins margins) {
    nd_plot_panel_margins(plot, letter, 0, bottom / HEIGHT, 1, height / HEIGHT, margins);
    nd_plot_script(plot, "set logscale x\nset xrange [%.9g:%.9g]\n", data->first_step,
                   data->last_step);
}

/* Losses below 10^-8 leave the panel: runs without noise go down to what a double can hold. */
static void draw(nd_plot *plot, const nd_sweep_data *data) {
    char words[60];
    nd_sweep_curves(plot, data, SIZE_MAX, ND_LOG10_LOSS, "loss");
    nd_sweep_curves(plot, data, SIZE_MAX, ND_FRACTION_ACTIVE_UNITS, "curves");
    begin(plot, data, "A", HEIGHT - UPPER, UPPER, (nd_plot_margins){1.45, 0.35, 0.35, 0.7});
    nd_plot_script(plot,
                   "set ylabel 'log_{10} loss / Var(target)'\n"
                   "set yrange [-8<*:*]\n"
                   "set label 2 '%s' at graph 0, graph 1.08 left\n"
                   "set label 3 'mean' at graph 1, graph 1.08 right textcolor rgb '#D55E00'\n",
                   nd_sweep_count_words(data->count, data->diverged, words, sizeof words));
    nd_decade_tics(plot, 'x', data->first_step, data->last_step, false);
    draw_curves(plot, data, "loss");
    begin(plot, data, "B", 0, HEIGHT - UPPER, (nd_plot_margins){1.45, 0.35, 1.0, 0.35});
    nd_decade_tics(plot, 'x', data->first_step, data->last_step, true);
    nd_plot_script(plot, "set xlabel 'training step'\n"
                         "set ylabel 'fraction active units, of the first'\nset yrange [0:*]\n");
    draw_curves(plot, data, "curves");
}

bool nd_figure_4a(const nd_figure_request *request, nd_error *error) {
    nd_sweep_data *data = nd_sweep_data_read(request->inputs[0], error);
    nd_plot *plot = data ? nd_plot_new(request->output, WIDTH, HEIGHT, error) : NULL;
    bool fine = plot != NULL;
    if (fine) {
        draw(plot, data);
        char steps[80];
        nd_plot_note(plot, "thin: a run each, of %s",
                     nd_steps_text(data->shortest, data->last_step, steps, sizeof steps));
        fine = nd_plot_draw(plot, &request->plot, error);
    }
    nd_sweep_data_free(data);
    return fine;
}
