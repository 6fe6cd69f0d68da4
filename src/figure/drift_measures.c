/* What papers on drift report, on one page, of a run or a recording, or of one over the other:
 * rates, tuning, turnover, fields, decoding and behaviour against the time between sessions. */
#include <stdio.h>

#include "base/error.h"
#include "figure/drift_parts.h"
#include "figure/figures.h"

static const double WIDTH = 17.0, ROW = 5.2; /* cm */
enum { PANELS = 9, MOST_PAGES = 2 };

/* Nine panels in the part of the picture `bottom` to `bottom + high`, lettered from `letter` on. */
static void draw_page(nd_plot *plot, const nd_drift_read *read, double bottom, double high,
                      char letter) {
    size_t shown[ND_DRIFT_SERIES];
    char shift[ND_PLOT_TEXT + 40], square[ND_PLOT_TEXT + 60];
    (void)nd_drift_shown(read, shown);
    const char *unit = read->measures[shown[0]]->position_unit;
    nd_plot_text own = nd_plot_text_of(unit[0] ? unit : "position", 20);
    snprintf(shift, sizeof shift, "decoding error (%s)", own.markup);
    snprintf(square, sizeof square, "squared shift (%s^2)", own.markup);
    const nd_drift_panel panels[PANELS] = {
        {.pair = ND_PAIR_RATES,
         .chance = ND_DRIFT_PAIRS,
         .table = "rates",
         .y_label = "correlation of rates",
         .key = true},
        {.pair = ND_PAIR_TUNING,
         .chance = ND_DRIFT_PAIRS,
         .table = "tuning",
         .y_label = "correlation of tuning"},
        {.pair = ND_PAIR_OVERLAP,
         .chance = ND_PAIR_OVERLAP_CHANCE,
         .table = "overlap",
         .y_label = "overlap of active cells",
         .from_zero = true,
         .chance_key = true},
        {.pair = ND_PAIR_RETENTION,
         .chance = ND_PAIR_RETENTION_CHANCE,
         .table = "retention",
         .y_label = "share still active",
         .from_zero = true},
        {.pair = ND_PAIR_FIELD_SQUARE,
         .chance = ND_PAIR_FIELD_SQUARE_CHANCE,
         .table = "square",
         .y_label = square,
         .from_zero = true},
        {.pair = ND_PAIR_FIELD_WITHIN,
         .chance = ND_PAIR_FIELD_WITHIN_CHANCE,
         .table = "within",
         .y_label = "fields within one width",
         .from_zero = true},
        {.pair = ND_PAIR_DECODING,
         .chance = ND_PAIR_DECODING_CHANCE,
         .table = "decoding",
         .y_label = shift,
         .from_zero = true},
        {.pair = ND_PAIR_EXCITABILITY_RAW,
         .chance = ND_DRIFT_PAIRS,
         .table = "excitability",
         .y_label = "rate with tuning kept, r"},
        {.pair = ND_PAIR_OCCUPANCY,
         .chance = ND_DRIFT_PAIRS,
         .table = "occupancy",
         .y_label = "overlap of occupancy",
         .from_zero = true},
    };
    for (size_t k = 0; k < PANELS; k++) {
        char name[2] = {(char)(letter + (char)k), '\0'}, table[32];
        nd_drift_panel panel = panels[k];
        snprintf(table, sizeof table, "%s-%c", panels[k].table, letter);
        panel.table = table;
        size_t column = k % 3, row = k / 3 + 1;
        nd_area area = {(double)column / 3, bottom + high * (1 - (double)row / 3), 1.0 / 3,
                        0.97 * high / 3};
        nd_draw_drift_panel(plot, name, area, read, &panel);
    }
}

bool nd_figure_drift_measures(const nd_figure_request *request, nd_error *error) {
    nd_drift_read *read[MOST_PAGES] = {NULL};
    size_t shown[ND_DRIFT_SERIES], pages = request->input_count;
    bool fine = true;
    for (size_t i = 0; fine && i < pages; i++) {
        fine = (read[i] = nd_drift_file_get(request->inputs[i], error)) != NULL;
        if (fine && nd_drift_shown(read[i], shown) == 0)
            fine = nd_fail(error, request->inputs[i], "cells must be found in two sessions",
                           "holds no pair of sessions with a measure of drift");
    }
    nd_plot *plot =
        fine ? nd_plot_new(request->output, WIDTH, 3 * ROW * (double)pages, error) : NULL;
    for (size_t i = 0; plot && i < pages; i++)
        draw_page(plot, read[i], 1 - (double)(i + 1) / (double)pages, 1 / (double)pages,
                  (char)('A' + PANELS * i));
    if (plot)
        nd_plot_note(plot, "a point is a pair of sessions, a line the means at each time apart");
    for (size_t i = 0; i < pages; i++)
        nd_drift_read_free(read[i]);
    return plot && nd_plot_draw(plot, &request->plot, error);
}
