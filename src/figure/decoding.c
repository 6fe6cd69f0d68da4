/* Decoding between sessions, as matrices: maps of a row's session, activity of a column's. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/memory.h"
#include "figure/drift_parts.h"
#include "figure/figures.h"

static const double WIDTH = 16.5, ROW = 6.6; /* cm */

static void draw_matrix(nd_plot *plot, nd_area area, const nd_drift_measures *m, double unit,
                        const char *axis, size_t row) {
    char name[32];
    size_t n = m->sessions;
    snprintf(name, sizeof name, "decoding-%zu", row + 1);
    nd_plot_matrix(plot, name, n, n, m->pair[ND_PAIR_DECODING_SHARE]);
    nd_plot_panel_margins(plot, NULL, area.left, area.bottom, area.width, area.height,
                          ND_PLOT_MARGINS_RIGHT);
    nd_plot_script(plot,
                   "set size ratio -1\nset xlabel 'activity of %s'\nset ylabel 'maps of %s'\n"
                   "set title 'error, share of chance'\nset cbrange [0:1]\nset xrange [-0.5:%g]\n"
                   "set yrange [-0.5:%g]\nset tics scale 0\n",
                   axis, axis, (double)n - 0.5, (double)n - 0.5);
    size_t every = (n + 7) / 8;
    for (int y = 0; y < 2; y++) {
        nd_plot_script(plot, "set %ctics (", y ? 'y' : 'x');
        for (size_t s = 0; s < n; s += every)
            nd_plot_script(plot, "%s'%.3g' %zu", s > 0 ? ", " : "", m->time[s] / unit, s);
        nd_plot_script(plot, ")\n");
    }
    nd_plot_script(plot, "plot '%s' matrix with image pixels notitle\n", name);
}

bool nd_figure_decoding(const nd_figure_request *request, nd_error *error) {
    nd_drift_read *read = nd_drift_file_get(request->inputs[0], error);
    size_t shown[ND_DRIFT_SERIES], count = read ? nd_drift_shown(read, shown) : 0, drawn = 0;
    for (size_t i = 0; i < count; i++) /* those decoded, one after the other */
        if (!isnan(read->measures[shown[i]]->number[ND_NUMBER_DECODING]))
            shown[drawn++] = shown[i];
    bool fine = read;
    if (fine && drawn == 0)
        fine = nd_fail(error, request->inputs[0], "see drift_reasons in the file",
                       "holds nothing decoded");
    nd_plot *plot = fine ? nd_plot_new(request->output, WIDTH, ROW * (double)drawn, error) : NULL;
    if (!plot) {
        nd_drift_read_free(read);
        return false;
    }
    char label[ND_PLOT_TEXT], axis[ND_PLOT_TEXT], y_label[ND_PLOT_TEXT + 40];
    double unit;
    nd_drift_time_axis(read, &unit, label);
    if (unit > 1)
        snprintf(axis, sizeof axis, "%.200s (10^{%.0f})",
                 nd_plot_text_of(read->time_unit, 40).markup, log10(unit));
    else
        snprintf(axis, sizeof axis, "%.200s", nd_plot_text_of(read->time_unit, 40).markup);
    for (size_t i = 0; i < drawn; i++) {
        nd_drift_measures *m = read->measures[shown[i]];
        double high = 1.0 / (double)drawn, bottom = 1 - (double)(i + 1) * high;
        char letter[2] = {(char)('A' + i), '\0'}, table[32];
        snprintf(table, sizeof table, "error-%zu", i + 1);
        snprintf(y_label, sizeof y_label, "median error (%s)",
                 nd_plot_text_of(m->position_unit[0] ? m->position_unit : "position", 20).markup);
        nd_drift_read one = {1, &read->name[shown[i]], &m, read->time_unit};
        nd_draw_drift_panel(plot, letter, (nd_area){0, bottom, 0.5, 0.96 * high}, &one,
                            &(nd_drift_panel){ND_PAIR_DECODING, ND_PAIR_DECODING_CHANCE, table,
                                              y_label, true, true});
        draw_matrix(plot, (nd_area){0.5, bottom, 0.5, 0.96 * high}, m, unit, axis, i);
    }
    nd_drift_read_free(read);
    return nd_plot_draw(plot, &request->plot, error);
}
