/* A recording: the same cells' rate maps from session to session, and how alike they stay. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "figure/figures.h"
#include "figure/recording_parts.h"
#include "store/recording_file.h"

static const double WIDTH = 16.5, ROW = 9.2; /* cm */
enum { MOST_GROUPS = 4, MOST_TIMES = 8 };

/* Groups whose cells are followed. */
static size_t followed(const nd_recording_result *result, const nd_group **groups) {
    size_t count = 0;
    for (size_t g = 0; g < result->groups && count < MOST_GROUPS; g++)
        if (result->group[g].map_correlation && result->group[g].sessions > 1)
            groups[count++] = &result->group[g];
    return count;
}

static void draw_no_maps(nd_plot *plot, const char *letter, nd_area area, const char *heading) {
    nd_plot_panel(plot, letter, area.left, area.bottom, area.width, area.height);
    nd_plot_script(plot,
                   "set title '%s'\nunset border\nunset tics\nset xrange [0:1]\nset yrange [0:1]\n"
                   "set label 1 'no cell is active in all its sessions' at 0.5,0.5 center\n"
                   "plot NaN notitle\n",
                   heading);
}

static bool draw_strip(nd_plot *plot, const char *letter, nd_area area,
                       const nd_recording_result *result, const nd_group *group, size_t row,
                       nd_error *error) {
    size_t which[MOST_TIMES] = {0},
           times = group->sessions < MOST_TIMES ? group->sessions : MOST_TIMES;
    char titles[MOST_TIMES][ND_PLOT_TEXT], name[32], label[96], heading[ND_PLOT_TEXT + 40];
    double *maps[MOST_TIMES] = {NULL};
    int64_t *ids = NULL;
    size_t cells;
    const nd_session_result *first = &result->session[group->first];
    for (size_t t = 0; t < times; t++) {
        which[t] = times > 1 ? t * (group->sessions - 1) / (times - 1) : 0;
        nd_map_title(t == 0 ? result->day_name : "", first[which[t]].day, titles[t]);
    }
    bool fine = nd_group_common_maps(result, group, which, times, maps, &ids, &cells, error);
    for (size_t t = 0; fine && t < times; t++)
        fine = nd_smooth_session_maps(maps[t], cells, first, 1.0, error);
    snprintf(name, sizeof name, "maps-%zu", row + 1);
    snprintf(label, sizeof label, "%zu cells active in all", cells);
    snprintf(heading, sizeof heading, "%s   (rows sorted by *)",
             nd_plot_text_of(group->name, 60).markup);
    nd_map_strip strip = {
        .times = times,
        .units = cells,
        .bins = first->bins,
        .maps = maps,
        .title = titles,
        .sorted_by = 0,
        .divisions = first->bins_direction,
        .x_label = first->bins_direction > 1 ? "position, one direction | the other" : "position",
        .y_label = label,
        .name = name,
        .heading = heading};
    if (fine && cells == 0)
        draw_no_maps(plot, letter, area, heading);
    else
        fine = fine && nd_draw_map_strip(plot, letter, area, &strip, error);
    for (size_t t = 0; t < times; t++)
        free(maps[t]);
    free(ids);
    return fine;
}

static bool draw_matrix(nd_plot *plot, nd_area area, const nd_recording_result *result,
                        const nd_group *group, size_t row, nd_error *error) {
    char(*text)[24] = nd_array(group->sessions, sizeof *text, error), name[32];
    const char **labels = nd_array(group->sessions, sizeof *labels, error);
    bool fine = text && labels;
    for (size_t s = 0; fine && s < group->sessions; s++) {
        snprintf(text[s], sizeof text[s], "%g", result->session[group->first + s].day);
        labels[s] = text[s];
    }
    snprintf(name, sizeof name, "matrix-%zu", row + 1);
    if (fine)
        nd_draw_correlation_matrix(plot, NULL, area, name, group->map_correlation, group->sessions,
                                   labels, nd_plot_text_of(result->day_name, 40).markup,
                                   "correlation of rate maps");
    free(text);
    free(labels);
    return fine;
}

/* Similarity against the time between sessions. */
static void draw_decay(nd_plot *plot, nd_area area, const nd_recording_result *result,
                       const nd_group *group, size_t row) {
    const nd_session_result *first = &result->session[group->first];
    size_t n = group->sessions;
    char name[32];
    snprintf(name, sizeof name, "decay-%zu", row + 1);
    nd_plot_table(plot, name);
    for (size_t a = 0; a < n; a++)
        for (size_t b = a + 1; b < n; b++)
            nd_plot_row(plot, 3,
                        (double[]){first[b].day - first[a].day, group->map_correlation[a * n + b],
                                   group->vector_correlation[a * n + b]});
    nd_plot_panel(plot, NULL, area.left, area.bottom, area.width, area.height);
    nd_plot_script(plot,
                   "set xlabel '%ss apart'\nset ylabel 'correlation'\nset yrange [0:1.4]\n"
                   "set ytics 0,0.2,1\n"
                   "set xrange [0:*]\nset key at graph 0,1.1 left top maxrows 2 font ',7'\n",
                   nd_plot_text_of(result->day_name, 24).markup);
    if (!isnan(group->decay_p))
        nd_plot_script(plot, "set label 1 'r = %.2f, p = %.2g' at graph 1,0.84 right font ',7'\n",
                       group->decay_correlation, group->decay_p);
    nd_plot_script(plot,
                   "plot '%s' using 1:3 with points linetype 2 title 'population vectors', "
                   "'%s' using 1:2 with points linetype 1 title 'rate maps'\n",
                   name, name);
}

bool nd_figure_recording(const nd_figure_request *request, nd_error *error) {
    nd_recording_result *result = nd_recording_file_read(request->inputs[0], error);
    const nd_group *groups[MOST_GROUPS];
    size_t count = result ? followed(result, groups) : 0;
    bool fine = result;
    if (fine && count == 0)
        fine = nd_fail(error, request->inputs[0],
                       "cells must have the same identities in all sessions of an animal",
                       "holds no cells followed from session to session");
    nd_plot *plot = fine ? nd_plot_new(request->output, WIDTH, ROW * (double)count, error) : NULL;
    fine = plot;
    for (size_t g = 0; fine && g < count; g++) {
        double high = 1.0 / (double)count, bottom = 1.0 - (double)(g + 1) * high;
        const double maps = 0.65, matrix = 0.53; /* shares of the width, and of the height */
        char letter[2] = {(char)('A' + g), '\0'};
        nd_area left = {0.0, bottom, maps, 0.97 * high};
        nd_area above = {maps, bottom + (1.0 - matrix) * 0.97 * high, 1.0 - maps,
                         matrix * 0.97 * high};
        nd_area below = {maps, bottom, 1.0 - maps, (1.0 - matrix) * 0.97 * high};
        fine = draw_strip(plot, letter, left, result, groups[g], g, error) &&
               draw_matrix(plot, above, result, groups[g], g, error);
        if (fine)
            draw_decay(plot, below, result, groups[g], g);
    }
    if (fine)
        nd_plot_note(plot,
                     "%zu sessions; r between %ss apart and the correlation of rate maps, p by "
                     "permuting sessions (Mantel)",
                     result->sessions, nd_plot_text_of(result->day_name, 24).markup);
    nd_recording_result_free(result);
    if (!fine) {
        nd_plot_abandon(plot);
        return false;
    }
    return nd_plot_draw(plot, &request->plot, error);
}
