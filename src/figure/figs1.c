/* Figure 4, supplement 1: both measures of sparsity, by rule and kind of noise. */
#include <stdint.h>
#include <stdio.h>

#include "figure/figures.h"
#include "figure/sweep_data.h"

static const double COLUMN = 4.6, ROW = 5; /* cm */

static void draw_panel(nd_plot *plot, const nd_sweep_data *data, size_t group, int row) {
    static const char *const quantity[] = {"active units", "active fraction"};
    static const nd_sweep_trace traces[] = {ND_FRACTION_ACTIVE_UNITS, ND_ACTIVE_FRACTION};
    char left_out[40] = "", name[32],
         letter[2] = {(char)('A' + row * (int)data->groups + (int)group), '\0'};
    double width = 1.0 / (double)data->groups;
    snprintf(name, sizeof name, "curves-%zu-%d", group, row);
    if (data->group_diverged[group])
        snprintf(left_out, sizeof left_out, "; %zu diverged", data->group_diverged[group]);
    nd_sweep_curves(plot, data, group, traces[row], name);
    nd_plot_panel(plot, letter, (double)group * width, row ? 0 : 0.5, width, 0.5);
    nd_plot_script(plot,
                   "set logscale x\nset format x '10^{%%L}'\nset xtics 10\n"
                   "set yrange [0:1.3]\nset xrange [%.9g:%.9g]\nunset key\n",
                   data->first_step, data->last_step);
    if (row == 0)
        nd_plot_script(plot, "set label '%s (%zu%s)' at graph 0.5, graph 1.06 center\n",
                       nd_plot_text_of(data->group[group], 60).markup, data->group_count[group],
                       left_out);
    else
        nd_plot_script(plot, "set xlabel 'training step'\n");
    if (group == 0)
        nd_plot_script(plot, "set ylabel '%s / first'\n", quantity[row]);
    nd_plot_script(plot,
                   "plot '%s' with lines linecolor rgb '#%s0072B2' linewidth 0.5, "
                   "'%s-mean' with lines linecolor rgb '#D55E00' linewidth 2.5\n",
                   name, data->group_count[group] > 200 ? "D8" : "A0", name);
}

bool nd_figure_s1(const nd_figure_request *request, nd_error *error) {
    nd_sweep_data *data = nd_sweep_data_read(request->inputs[0], error);
    nd_plot *plot =
        data ? nd_plot_new(request->output, COLUMN * (double)data->groups + 1, 2 * ROW, error)
             : NULL;
    bool fine = plot != NULL;
    if (fine) {
        for (int row = 0; row < 2; row++)
            for (size_t group = 0; group < data->groups; group++)
                draw_panel(plot, data, group, row);
        fine = nd_plot_draw(plot, &request->plot, error);
    }
    nd_sweep_data_free(data);
    return fine;
}
