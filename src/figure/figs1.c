/* Figure 4, supplement 1: both measures of sparsity, by rule and kind of noise: a pair of panels
 * for each group, one above the other, as many pairs side by side as a page takes. */
#include <stdint.h>
#include <stdio.h>

#include "figure/figures.h"
#include "figure/parts.h"
#include "figure/sweep_data.h"

static const double PANEL = 4.25, WIDEST = 17, UPPER = 3.6, LOWER = 4.1, GAP = 0.2; /* cm */

typedef struct page {
    size_t columns, rows;
    double width, height; /* cm */
} page;

/* Panels of a page as wide as a text, the last row filled as the others. */
static page page_for(size_t groups) {
    page p = {.columns = (size_t)(WIDEST / PANEL)};
    p.columns = groups < p.columns ? groups : p.columns;
    p.rows = (groups + p.columns - 1) / p.columns;
    p.columns = (groups + p.rows - 1) / p.rows;
    p.width = PANEL * (double)p.columns;
    p.height = (UPPER + LOWER + GAP) * (double)p.rows;
    return p;
}

static void draw_panel(nd_plot *plot, const nd_sweep_data *data, const page *on, size_t group,
                       int quantity) {
    static const char *const quantities[] = {"active units / first", "active fraction / first"};
    static const nd_sweep_trace traces[] = {ND_FRACTION_ACTIVE_UNITS, ND_ACTIVE_FRACTION};
    static const nd_plot_margins room[] = {{1.3, 0.3, 0.25, 0.95}, {1.3, 0.3, 1.0, 0.25}};
    const size_t column = group % on->columns, row = group / on->columns;
    char name[32], letter[2] = {(char)('A' + group), '\0'}, words[60];
    double top = (double)row * (UPPER + LOWER + GAP) + (quantity ? UPPER : 0);
    double high = quantity ? LOWER : UPPER;
    snprintf(name, sizeof name, "curves-%zu-%d", group, quantity);
    nd_sweep_curves(plot, data, group, traces[quantity], name);
    nd_plot_panel_margins(plot, quantity ? NULL : letter, (double)column * PANEL / on->width,
                          1 - (top + high) / on->height, PANEL / on->width, high / on->height,
                          room[quantity]);
    nd_plot_script(plot,
                   "set logscale x\nset yrange [0:1.3]\nset ytics 0.5\nset xrange [%.9g:%.9g]\n"
                   "unset key\n",
                   data->first_step, data->last_step);
    nd_decade_tics(plot, 'x', data->first_step, data->last_step, quantity);
    if (quantity)
        nd_plot_script(plot, "set xlabel 'training step'\n");
    else
        nd_plot_script(plot,
                       "set label 1 '%s' at graph 0.5, graph 1.22 center\n"
                       "set label 2 '%s' at graph 0.5, graph 1.08 center font ',7'\n",
                       nd_plot_text_of(data->group[group], 26).markup,
                       nd_sweep_count_words(data->group_count[group], data->group_diverged[group],
                                            words, sizeof words));
    if (column == 0)
        nd_plot_script(plot, "set ylabel '%s'\n", quantities[quantity]);
    nd_plot_script(plot,
                   "plot '%s' with lines linecolor rgb '#%s0072B2' linewidth 0.5, "
                   "'%s-mean' with lines linecolor rgb '#D55E00' linewidth 2\n",
                   name, data->group_count[group] > 200 ? "D8" : "A0", name);
}

bool nd_figure_s1(const nd_figure_request *request, nd_error *error) {
    nd_sweep_data *data = nd_sweep_data_read(request->inputs[0], error);
    const page on = page_for(data ? data->groups : 1);
    nd_plot *plot = data ? nd_plot_new(request->output, on.width, on.height, error) : NULL;
    bool fine = plot != NULL;
    char steps[80];
    if (fine) {
        for (size_t group = 0; group < data->groups; group++)
            for (int quantity = 0; quantity < 2; quantity++)
                draw_panel(plot, data, &on, group, quantity);
        nd_plot_note(plot, "runs of %s; thick: mean",
                     nd_steps_text(data->shortest, data->last_step, steps, sizeof steps));
        fine = nd_plot_draw(plot, &request->plot, error);
    }
    nd_sweep_data_free(data);
    return fine;
}
