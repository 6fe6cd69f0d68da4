/* Decoding between sessions, as matrices: maps of a row's session, activity of a column's. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/memory.h"
#include "figure/drift_parts.h"
#include "figure/figures.h"

static const double WIDTH = 16.5, ROW = 6.6; /* cm */
enum { MOST_FILES = 2 };

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

/* The series of a file that are decoded, into `shown`; returns how many. */
static size_t decoded(const nd_drift_read *read, size_t *shown) {
    size_t count = nd_drift_shown(read, shown), kept = 0;
    for (size_t i = 0; i < count; i++)
        if (!isnan(read->measures[shown[i]]->number[ND_NUMBER_DECODING]))
            shown[kept++] = shown[i];
    return kept;
}

/* Error against time apart, and the matrix, of one series in row `row` of `rows`. */
static void draw_series(nd_plot *plot, const nd_drift_read *read, size_t series, size_t row,
                        size_t rows) {
    char label[ND_PLOT_TEXT], axis[ND_PLOT_TEXT], y_label[ND_PLOT_TEXT + 40];
    char letter[2] = {(char)('A' + row), '\0'}, table[32];
    nd_drift_measures *m = read->measures[series];
    nd_plot_text time = nd_plot_text_of(read->time_unit, 20);
    double unit, high = 1.0 / (double)rows, bottom = 1 - (double)(row + 1) * high;
    nd_drift_time_axis(read, &unit, label);
    if (unit > 1)
        snprintf(axis, sizeof axis, "%.200s (10^{%.0f})", time.markup, log10(unit));
    else
        snprintf(axis, sizeof axis, "%.200s", time.markup);
    snprintf(table, sizeof table, "error-%zu", row + 1);
    snprintf(y_label, sizeof y_label, "median error (%s)",
             nd_plot_text_of(m->position_unit[0] ? m->position_unit : "position", 20).markup);
    nd_drift_read one = {1, &read->name[series], &m, read->time_unit};
    nd_draw_drift_panel(plot, letter, (nd_area){0, bottom, 0.5, 0.96 * high}, &one,
                        &(nd_drift_panel){ND_PAIR_DECODING, ND_PAIR_DECODING_CHANCE, table, y_label,
                                          true, true, true});
    draw_matrix(plot, (nd_area){0.5, bottom, 0.5, 0.96 * high}, m, unit, axis, row);
}

bool nd_figure_decoding(const nd_figure_request *request, nd_error *error) {
    nd_drift_read *read[MOST_FILES] = {NULL};
    size_t shown[MOST_FILES][ND_DRIFT_SERIES], count[MOST_FILES] = {0}, rows = 0, row = 0;
    bool fine = true;
    for (size_t f = 0; fine && f < request->input_count; f++) {
        fine = (read[f] = nd_drift_file_get(request->inputs[f], error)) != NULL;
        count[f] = fine ? decoded(read[f], shown[f]) : 0;
        rows += count[f];
        if (fine && count[f] == 0)
            fine = nd_fail(error, request->inputs[f], "see drift_reasons in the file",
                           "holds nothing decoded");
    }
    nd_plot *plot = fine ? nd_plot_new(request->output, WIDTH, ROW * (double)rows, error) : NULL;
    for (size_t f = 0; plot && f < request->input_count; f++)
        for (size_t i = 0; i < count[f]; i++)
            draw_series(plot, read[f], shown[f][i], row++, rows);
    if (plot)
        nd_plot_note(plot, "a point is a pair of sessions, a line the means at each time apart; "
                           "dashed: what is decoded, shifted in time");
    for (size_t f = 0; f < request->input_count; f++)
        nd_drift_read_free(read[f]);
    return plot && nd_plot_draw(plot, &request->plot, error);
}
