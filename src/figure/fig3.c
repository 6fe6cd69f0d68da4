/* Figure 3: in every data set, cells fall silent and those left become more informative. Sessions
 * are compared on equally many frames in every bin, where there are frames (docs/information.md).
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "figure/figures.h"
#include "figure/recording_parts.h"
#include "store/recording_file.h"

static const double COLUMN = 6.0, ROW = 4.8; /* cm */
enum { MOST = 8 };

/* One data set: two panels, one above the other. */
static void draw_dataset(nd_plot *plot, const nd_recording_result *result, size_t column,
                         size_t columns) {
    const nd_curve *curve = nd_whole_curve(result);
    double wide = 1.0 / (double)columns;
    size_t activity = nd_compared_activity(curve);
    nd_course_panel panel = {.result = result,
                             .curve = curve,
                             .metric = activity,
                             .normalised = true,
                             .with_members = true,
                             .line_type = 2};
    char letter[2] = {(char)('A' + column), '\0'};
    snprintf(panel.name, sizeof panel.name, "activity-%zu", column + 1);
    panel.y_label = activity == ND_METRIC_EQUAL_FRACTION_ACTIVE ? "fraction active, equal frames"
                    : activity == ND_METRIC_FRACTION_PLACE_CELLS
                        ? "fraction place cells, normalised"
                    : activity == ND_METRIC_ACTIVE_CELLS ? "active cells, normalised"
                                                         : "fraction active, normalised";
    panel.title = result->about.title[0] ? result->about.title : result->name;
    nd_draw_course(plot, letter, (nd_area){(double)column * wide, 0.5, wide, 0.5}, &panel);
    panel.title = NULL;
    panel.metric = nd_compared_information(curve);
    panel.line_type = 1;
    panel.y_label =
        panel.metric == ND_METRIC_INFORMATION ? "mean SI, normalised" : "information, equal frames";
    snprintf(panel.name, sizeof panel.name, "information-%zu", column + 1);
    nd_draw_course(plot, NULL, (nd_area){(double)column * wide, 0.0, wide, 0.5}, &panel);
}

/* Whether a line is fitted to either of its panels; through a single time there is none. */
static bool has_line(const nd_curve *curve) {
    const nd_metric_course *course = curve->course;
    return !isnan(course[nd_compared_activity(curve)].line.slope) ||
           !isnan(course[nd_compared_information(curve)].line.slope);
}

/* Of how many, and what bars are: over series (animals, environments) where there are several. */
static void write_note(nd_plot *plot, nd_recording_result *const *results, size_t count) {
    size_t sessions = 0, several = 0;
    bool lines = false;
    for (size_t i = 0; i < count; i++) {
        const nd_curve *curve = nd_whole_curve(results[i]);
        sessions += results[i]->sessions;
        several += curve->members > 1;
        lines = lines || has_line(curve);
    }
    nd_plot_note(plot, "%zu session%s; bars: s.e.m. over %s%s", sessions, sessions == 1 ? "" : "s",
                 several == count ? "series"
                 : several > 0    ? "series, of a single one over cells"
                                  : "cells",
                 lines ? "; dashed: least squares" : "");
}

bool nd_figure_3(const nd_figure_request *request, nd_error *error) {
    nd_recording_result *results[MOST] = {NULL};
    size_t count = request->input_count;
    bool fine = true;
    for (size_t i = 0; fine && i < count; i++)
        fine = (results[i] = nd_recording_file_read(request->inputs[i], error)) != NULL;
    nd_plot *plot =
        fine ? nd_plot_new(request->output, COLUMN * (double)count, 2.0 * ROW, error) : NULL;
    for (size_t i = 0; plot && i < count; i++)
        draw_dataset(plot, results[i], i, count);
    if (plot)
        write_note(plot, results, count);
    for (size_t i = 0; i < MOST; i++)
        nd_recording_result_free(results[i]);
    return plot && nd_plot_draw(plot, &request->plot, error);
}
