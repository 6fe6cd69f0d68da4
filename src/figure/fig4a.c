/* Figure 4A: the fraction of active units falls, long after the loss has converged, whatever the
 * task, the rule and the noise. */
#include <stdint.h>

#include "figure/figures.h"
#include "figure/sweep_data.h"

bool nd_figure_4a(const nd_figure_request *request, nd_error *error) {
    nd_sweep_data *data = nd_sweep_data_read(request->inputs[0], error);
    nd_plot *plot = data ? nd_plot_new(request->output, 9, 6.5, error) : NULL;
    bool fine = plot != NULL;
    char words[60];
    if (fine) {
        nd_sweep_curves(plot, data, SIZE_MAX, ND_FRACTION_ACTIVE_UNITS, "curves");
        nd_plot_panel(plot, NULL, 0, 0, 1, 1);
        nd_plot_script(plot,
                       "set logscale x\nset format x '10^{%%L}'\n"
                       "set xlabel 'training step'\n"
                       "set ylabel 'fraction active units, of the first'\n"
                       "set yrange [0:1.15]\nset xrange [%.9g:%.9g]\n"
                       "set key bottom left\n"
                       "plot 'curves' with lines linecolor rgb '#%s0072B2' linewidth 0.5 "
                       "title '%s', "
                       "'curves-mean' with lines linecolor rgb '#D55E00' linewidth 2.5 "
                       "title 'mean'\n",
                       data->first_step, data->last_step, data->count > 300 ? "D8" : "B0",
                       nd_sweep_count_words(data->count, data->diverged, words, sizeof words));
        fine = nd_plot_draw(plot, &request->plot, error);
    }
    nd_sweep_data_free(data);
    return fine;
}
