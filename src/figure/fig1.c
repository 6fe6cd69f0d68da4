/* Figure 1: the idea. Where all solutions are equally flat, noise moves a network among them
 * without direction; where flatness varies, it moves towards the flat. Drawn from walkers. */
#include "figure/figures.h"
#include "figure/landscape_panel.h"
#include "figure/parts.h"

static const double WIDTH = 17, VALLEY = 5.2; /* cm */

bool nd_figure_1(const nd_figure_request *request, nd_error *error) {
    nd_landscape *landscape = nd_landscape_read(request->inputs[0], error);
    nd_plot *plot = landscape ? nd_plot_new(request->output, WIDTH, 5.6, error) : NULL;
    if (!plot) {
        nd_landscape_free(landscape);
        return false;
    }
    const double one = VALLEY / WIDTH, two = (VALLEY + ND_LANDSCAPE_BAR) / WIDTH;
    nd_panel_cloud(plot, "A", (nd_area){0, 0, one, 1}, landscape, ND_VALLEY_UNIFORM, false,
                   "Undirected: uniform valley");
    nd_panel_cloud(plot, "B", (nd_area){one, 0, two, 1}, landscape, ND_VALLEY_NARROWING, true,
                   "Directed: flatness varies");
    bool fine =
        nd_panel_flatness(plot, "C", (nd_area){one + two, 0, 1 - one - two, 1}, landscape, error);
    char steps[32];
    nd_plot_note(plot,
                 "%zu walkers in each valley, %s steps; in A and B where they end. C: median "
                 "and quartiles over walkers.",
                 landscape->options.walkers,
                 nd_step_text((double)landscape->options.steps, steps, sizeof steps));
    nd_landscape_free(landscape);
    if (!fine) {
        nd_plot_abandon(plot);
        return false;
    }
    return nd_plot_draw(plot, &request->plot, error);
}

bool nd_figure_landscape(const nd_figure_request *request, nd_error *error) {
    nd_landscape *landscape = nd_landscape_read(request->inputs[0], error);
    nd_plot *plot = landscape ? nd_plot_new(request->output, 7.5, 7.5, error) : NULL;
    if (!plot) {
        nd_landscape_free(landscape);
        return false;
    }
    nd_panel_walk(plot, NULL, (nd_area){0, 0, 1, 1}, landscape, ND_VALLEY_NARROWING, 0,
                  "f = x^2 y^2");
    char steps[32];
    nd_plot_note(plot, "one walker, %s steps",
                 nd_step_text((double)landscape->options.steps, steps, sizeof steps));
    nd_landscape_free(landscape);
    return nd_plot_draw(plot, &request->plot, error);
}
