/* A simulation beside a recording, on one page: do animals do what the networks do? */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "figure/figures.h"
#include "figure/recording_parts.h"
#include "store/recording_file.h"

/* The page, cm: a column each; rows of courses, maps, correlation. */
static const double WIDTH = 17.0, HEIGHT = 19.8, COURSES = 4.4, MAPS = 6.0;
enum { TIMES = 4 };

static nd_area area_cm(double left, double top, double width, double height) {
    return (nd_area){left / WIDTH, (HEIGHT - top - height) / HEIGHT, width / WIDTH,
                     height / HEIGHT};
}

/* How far the axes of a pair of courses go, the same on both sides, with room for words above. */
static double top_of(double most) {
    double room = 1.25 * most, step = nd_nice_step(room, 5);
    return most > 0 ? step * ceil(room / step) : 1;
}

static double greater(double most, double value) {
    return isfinite(value) && value > most ? value : most;
}

static double greatest_recorded(const nd_curve *curve, size_t metric) {
    double most = 0;
    for (size_t p = 0; p < curve->points; p++) {
        double value = curve->course[metric].value[p], error = curve->course[metric].error[p];
        most = greater(most, value + (isnan(error) ? 0 : error));
    }
    return most;
}

/* Both pairs' axes. */
typedef struct pair_tops {
    double active, information;
} pair_tops;

static pair_tops tops_of(const nd_measured *measured, const nd_curve *curve) {
    const nd_run *run = measured->run;
    pair_tops most = {greatest_recorded(curve, nd_shown_activity(curve)),
                      greatest_recorded(curve, ND_METRIC_INFORMATION)};
    for (size_t i = 0; i < run->records; i++)
        most.active = greater(most.active, run->fraction_active_units[i]);
    for (size_t i = 0; i < run->snapshots; i++) {
        double mean;
        nd_measured_tuned(measured, i, &mean);
        most.information = greater(most.information, mean);
    }
    return (pair_tops){top_of(most.active), top_of(most.information)};
}

static void simulated_course(nd_plot *plot, const char *letter, nd_area area, const char *table,
                             const char *label, int line_type, const nd_step_axis *axis,
                             const char *heading, double top) {
    nd_plot_panel(plot, letter, area.left, area.bottom, area.width, area.height);
    nd_plot_script(plot,
                   "set xlabel '%s'\nset ylabel '%s'\nset xrange [0:*]\nset yrange [0:%.6g]\n"
                   "set title '%s'\nplot '%s' with lines linetype %d notitle\n",
                   axis->label, label, top, heading, table, line_type);
}

static void draw_simulated_courses(nd_plot *plot, const nd_measured *measured, pair_tops tops) {
    const nd_run *run = measured->run;
    nd_step_axis axis = nd_step_axis_for(run->step[run->records - 1]);
    nd_plot_table(plot, "simulated-active");
    size_t every = run->records / 1000 + 1;
    for (size_t i = 0; i < run->records; i += every)
        nd_plot_row(plot, 2, (double[]){run->step[i] / axis.unit, run->fraction_active_units[i]});
    nd_plot_table(plot, "simulated-information");
    for (size_t i = 0; i < run->snapshots; i++) {
        double mean;
        nd_measured_tuned(measured, i, &mean);
        nd_plot_row(plot, 2, (double[]){run->snapshot_step[i] / axis.unit, mean});
    }
    simulated_course(plot, "A", area_cm(0, 0, WIDTH / 2, COURSES), "simulated-active",
                     "fraction active units", 2, &axis, "simulation", tops.active);
    simulated_course(plot, "B", area_cm(0, COURSES, WIDTH / 2, COURSES), "simulated-information",
                     "mean SI (bit/activity)", 1, &axis, "", tops.information);
}

static void draw_recorded_courses(nd_plot *plot, const nd_recording_result *result,
                                  const nd_curve *curve, pair_tops tops) {
    nd_course_panel panel = {.result = result,
                             .curve = curve,
                             .metric = nd_shown_activity(curve),
                             .y_label = "fraction active cells",
                             .title = curve->name,
                             .line_type = 2,
                             .top = tops.active,
                             .name = "recorded-activity"};
    char label[ND_PLOT_TEXT + 40];
    nd_draw_course(plot, NULL, area_cm(WIDTH / 2, 0, WIDTH / 2, COURSES), &panel);
    panel.title = NULL;
    panel.metric = ND_METRIC_INFORMATION;
    panel.top = tops.information;
    panel.y_label = nd_recorded_label(result, "mean SI", "bit/event", label, sizeof label);
    panel.line_type = 1;
    snprintf(panel.name, sizeof panel.name, "recorded-information");
    nd_draw_course(plot, NULL, area_cm(WIDTH / 2, COURSES, WIDTH / 2, COURSES), &panel);
}

static bool draw_simulated_maps(nd_plot *plot, nd_area area, const nd_measured *measured,
                                nd_error *error) {
    const nd_run *run = measured->run;
    double *maps[TIMES] = {NULL};
    char titles[TIMES][ND_PLOT_TEXT], label[64];
    size_t pairs = measured->environments * measured->units, kept = 0, chosen[TIMES];
    bool fine = true;
    for (size_t t = 0; fine && t < TIMES; t++) {
        const double share = 0.1 + 0.3 * (double)t;
        chosen[t] = nd_snapshot_near(run, share);
        maps[t] = nd_doubles(measured->units * measured->bins, error);
        fine = maps[t] && nd_measured_maps(measured, chosen[t], 0, maps[t], error);
        char step[32];
        nd_step_text(run->snapshot_step[chosen[t]], step, sizeof step);
        snprintf(titles[t], sizeof titles[t], "step %s", step);
    }
    for (size_t u = 0; fine && u < measured->units; u++) {
        bool always = true;
        for (size_t t = 0; t < TIMES; t++)
            always = always && measured->tuned[chosen[t] * pairs + u];
        for (size_t t = 0; always && t < TIMES; t++)
            memmove(maps[t] + kept * measured->bins, maps[t] + u * measured->bins,
                    measured->bins * sizeof **maps);
        kept += always;
    }
    snprintf(label, sizeof label, "%zu units tuned in all", kept);
    nd_map_strip strip = {TIMES, kept, measured->bins,      maps,  titles,
                          0,     1,    "directed position", label, "simulated-maps",
                          NULL};
    if (fine && kept == 0)
        fine = nd_fail(error, "simulation", "", "no unit is tuned at all four times");
    fine = fine && nd_draw_map_strip(plot, "C", area, &strip, error);
    for (size_t t = 0; t < TIMES; t++)
        free(maps[t]);
    return fine;
}

static bool draw_recorded_maps(nd_plot *plot, nd_area area, const nd_recording_result *result,
                               const nd_group *group, nd_error *error) {
    double *maps[TIMES] = {NULL};
    char titles[TIMES][ND_PLOT_TEXT], label[64];
    size_t which[TIMES] = {0}, times = group->sessions < TIMES ? group->sessions : TIMES, cells;
    int64_t *ids = NULL;
    const nd_session_result *first = &result->session[group->first];
    for (size_t t = 0; t < times; t++) {
        which[t] = times > 1 ? t * (group->sessions - 1) / (times - 1) : 0;
        nd_map_title(t == 0 ? result->day_name : "", first[which[t]].day, titles[t]);
    }
    bool fine = nd_group_common_maps(result, group, which, times, maps, &ids, &cells, error);
    for (size_t t = 0; fine && t < times; t++)
        fine = nd_smooth_session_maps(maps[t], cells, first, 1.0, error);
    snprintf(label, sizeof label, "%zu cells active in all", cells);
    nd_map_strip strip = {times,
                          cells,
                          first->bins,
                          maps,
                          titles,
                          0,
                          first->bins_direction,
                          first->bins_direction > 1 ? "position, one direction | the other"
                                                    : "position",
                          label,
                          "recorded-maps",
                          NULL};
    if (fine && cells == 0)
        fine = nd_fail(error, group->name, "", "no cell is active in all the sessions shown");
    fine = fine && nd_draw_map_strip(plot, NULL, area, &strip, error);
    for (size_t t = 0; t < times; t++)
        free(maps[t]);
    free(ids);
    return fine;
}

/* Both correlation matrices, labelled by step and by day. */
static bool draw_matrices(nd_plot *plot, double top, const nd_measured *measured,
                          const nd_recording_result *result, const nd_group *group,
                          nd_error *error) {
    const nd_run *run = measured->run;
    size_t most = run->snapshots > result->sessions ? run->snapshots : result->sessions;
    char(*text)[32] = nd_array(most, sizeof *text, error);
    const char **labels = nd_array(most, sizeof *labels, error);
    bool fine = text && labels;
    nd_step_axis axis = nd_step_axis_for(run->snapshot_step[run->snapshots - 1]);
    for (size_t i = 0; fine && i < run->snapshots; i++) {
        snprintf(text[i], sizeof *text, "%.2g", run->snapshot_step[i] / axis.unit);
        labels[i] = text[i];
    }
    if (fine) {
        nd_draw_correlation_matrix(plot, "D", area_cm(0, top, WIDTH / 2, HEIGHT - top),
                                   "simulated-matrix", measured->rate_map_correlation,
                                   run->snapshots, labels, axis.label, "correlation of rate maps");
    }
    for (size_t i = 0; fine && i < group->sessions; i++) {
        snprintf(text[i], sizeof *text, "%g", result->session[group->first + i].day);
        labels[i] = text[i];
    }
    if (fine)
        nd_draw_correlation_matrix(plot, NULL, area_cm(WIDTH / 2, top, WIDTH / 2, HEIGHT - top),
                                   "recorded-matrix", group->map_correlation, group->sessions,
                                   labels, nd_plot_text_of(result->day_name, 40).markup,
                                   "correlation of rate maps");
    free(text);
    free(labels);
    return fine;
}

static const nd_group *followed(const nd_recording_result *result) {
    for (size_t g = 0; g < result->groups; g++)
        if (result->group[g].map_correlation && result->group[g].sessions > 1)
            return &result->group[g];
    return NULL;
}

static bool draw(nd_plot *plot, const nd_measured *measured, const nd_recording_result *result,
                 const nd_group *group, nd_error *error) {
    size_t index = (size_t)(group - result->group);
    if (index >= result->curves)
        return nd_fail(error, "recording", "", "its curves are not those of its groups");
    const nd_curve *curve = &result->curve[index];
    double top = 2.0 * COURSES;
    pair_tops tops = tops_of(measured, curve);
    draw_simulated_courses(plot, measured, tops);
    draw_recorded_courses(plot, result, curve, tops);
    char network[80];
    nd_plot_note(plot,
                 "left: %s. Right: %zu sessions; bars: s.e.m. over cells; dashed: least "
                 "squares, ± s.e. D: Pearson r over cells active in both.",
                 nd_network_text("hidden units", measured->units,
                                 measured->run->step[measured->run->records - 1], network,
                                 sizeof network),
                 group->sessions);
    return draw_simulated_maps(plot, area_cm(0, top, WIDTH / 2, MAPS), measured, error) &&
           draw_recorded_maps(plot, area_cm(WIDTH / 2, top, WIDTH / 2, MAPS), result, group,
                              error) &&
           draw_matrices(plot, top + MAPS, measured, result, group, error);
}

/* The figure of measures of drift named third, of both files on one page. */
static bool draw_named(const nd_figure_request *request, nd_error *error) {
    const char *name = request->inputs[2];
    nd_figure_request both = *request;
    both.input_count = 2;
    if (strcmp(name, "drift-measures") == 0)
        return nd_figure_drift_measures(&both, error);
    if (strcmp(name, "decoding") == 0)
        return nd_figure_decoding(&both, error);
    if (strcmp(name, "time-experience") == 0)
        return nd_figure_time_experience(&both, error);
    return nd_fail(error, name, "drift-measures, decoding or time-experience",
                   "is no figure that takes a run and a recording");
}

bool nd_figure_beside(const nd_figure_request *request, nd_error *error) {
    if (request->input_count > 2)
        return draw_named(request, error);
    nd_measured *measured = nd_measured_open(request->inputs[0], error);
    nd_recording_result *result =
        measured ? nd_recording_file_read(request->inputs[1], error) : NULL;
    const nd_group *group = result ? followed(result) : NULL;
    bool fine = result;
    if (fine && !group)
        fine = nd_fail(error, request->inputs[1], "", "holds no cells followed between sessions");
    nd_plot *plot = fine ? nd_plot_new(request->output, WIDTH, HEIGHT, error) : NULL;
    fine = plot && group && draw(plot, measured, result, group, error);
    nd_recording_result_free(result);
    nd_measured_close(measured);
    if (!fine) {
        nd_plot_abandon(plot);
        return false;
    }
    return nd_plot_draw(plot, &request->plot, error);
}
