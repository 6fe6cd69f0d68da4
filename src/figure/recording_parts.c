#include "figure/recording_parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "figure/peaks.h"

size_t nd_shown_activity(const nd_curve *curve) {
    const size_t candidates[] = {ND_METRIC_FRACTION_ACTIVE, ND_METRIC_FRACTION_PLACE_CELLS,
                                 ND_METRIC_ACTIVE_CELLS};
    for (size_t i = 0; i < 3; i++)
        if (curve->course[candidates[i]].line.count > 0)
            return candidates[i];
    return ND_METRIC_ACTIVE_CELLS;
}

size_t nd_compared_activity(const nd_curve *curve) {
    bool equal = curve->course[ND_METRIC_EQUAL_FRACTION_ACTIVE].line.count > 0;
    return equal ? ND_METRIC_EQUAL_FRACTION_ACTIVE : nd_shown_activity(curve);
}

size_t nd_compared_information(const nd_curve *curve) {
    bool equal = curve->course[ND_METRIC_EQUAL_INFORMATION].line.count > 0;
    return equal ? ND_METRIC_EQUAL_INFORMATION : ND_METRIC_INFORMATION;
}

const nd_curve *nd_whole_curve(const nd_recording_result *result) {
    return &result->curve[result->curves - 1];
}

/* The units in the order of their peaks; free() it. */
static nd_peak *sorted(const nd_map_strip *strip, nd_error *error) {
    nd_peak *order = nd_array(strip->units, sizeof *order, error);
    for (size_t u = 0; order && u < strip->units; u++)
        order[u] = nd_peak_of(u, strip->maps[strip->sorted_by] + u * strip->bins, strip->bins, 1);
    if (order)
        nd_sort_peaks(order, strip->units);
    return order;
}

static void write_maps(nd_plot *plot, const char *name, const nd_map_strip *strip, size_t time,
                       const nd_peak *order) {
    nd_plot_table(plot, name);
    for (size_t u = 0; u < nd_plot_image_rows(strip->units); u++) {
        const double *map = strip->maps[time] + order[u % strip->units].row * strip->bins;
        double most = 0.0;
        for (size_t b = 0; b < strip->bins; b++)
            most = fmax(most, map[b]);
        for (size_t b = 0; b < strip->bins; b++)
            if (most > 0.0 && !isnan(map[b]))
                nd_plot_values(plot, "%.4g ", map[b] / most);
            else
                nd_plot_values(plot, "NaN ");
        nd_plot_blank(plot);
    }
}

/* The room around the heat maps and between them, cm. */
static const double LEFT = 1.15, RIGHT = 1.25, BOTTOM = 0.75, TOP = 0.75, GAP = 0.12, BAR = 0.15;

void nd_map_title(const char *day_name, double day, char title[ND_PLOT_TEXT]) {
    snprintf(title, ND_PLOT_TEXT, "%.600s %g", nd_plot_text_of(day_name, 8).markup, day);
}

bool nd_draw_map_strip(nd_plot *plot, const char *letter, nd_area area, const nd_map_strip *strip,
                       nd_error *error) {
    nd_peak *order = sorted(strip, error);
    if (!order)
        return false;
    double wide, high;
    nd_plot_size(plot, &wide, &high);
    double left = area.left + LEFT / wide, bottom = area.bottom + BOTTOM / high;
    double height = area.height - (BOTTOM + TOP) / high, gap = GAP / wide;
    double width = (area.width - (LEFT + RIGHT) / wide + gap) / (double)strip->times - gap;
    for (size_t time = 0; time < strip->times; time++) {
        char table[96];
        snprintf(table, sizeof table, "%s-%zu", strip->name, time + 1);
        write_maps(plot, table, strip, time, order);
        nd_plot_panel_margins(plot, NULL, left + (double)time * (width + gap), bottom, width,
                              height, (nd_plot_margins){0, 0, 0, 0});
        if (time == 0) {
            if (letter)
                nd_plot_letter(plot, letter, area.left, area.bottom + area.height);
            nd_plot_script(plot, "set ylabel '%s' offset 0.9,0\n", strip->y_label);
            nd_plot_script(plot, "set label 98 '%s' at screen %.6g,%.6g center\n", strip->x_label,
                           left + 0.5 * (area.width - (LEFT + RIGHT) / wide),
                           nd_plot_screen_y(plot, area.bottom + 0.3 / high));
        }
        if (time == 0 && strip->heading)
            nd_plot_script(plot, "set label 97 '%s' at screen %.6g,%.6g left\n", strip->heading,
                           area.left + 0.6 / wide,
                           nd_plot_screen_y(plot, area.bottom + area.height - 0.12 / high));
        for (size_t d = 1; d < strip->divisions; d++) {
            double at = (double)(d * strip->bins) / (double)strip->divisions;
            nd_plot_script(plot,
                           "set arrow %zu from %.6g,graph 0 to %.6g,graph 1 nohead front "
                           "linecolor rgb '#FFFFFF' linewidth 0.7\n",
                           d, at, at);
        }
        if (time + 1 == strip->times)
            nd_plot_script(plot,
                           "set colorbox vertical user origin screen %.6g,%.6g size screen "
                           "%.6g,%.6g\nset cbtics 0,1,1\nset cblabel 'activity / peak'\n",
                           left + (double)strip->times * (width + gap),
                           nd_plot_screen_y(plot, bottom), BAR / wide,
                           nd_plot_screen_y(plot, bottom + fmin(height, 3 / high)) -
                               nd_plot_screen_y(plot, bottom));
        else
            nd_plot_script(plot, "unset colorbox\n");
        nd_plot_script(plot,
                       "set border 15 linewidth 0.4\nunset xtics\nunset ytics\n"
                       "set cbrange [0:1]\nset xrange [0:%zu]\nset yrange [%zu:0]\n"
                       "set title '%s%s' offset 0,-0.7\n"
                       "plot '%s' matrix using ($1+0.5):($2+0.5):3 with image notitle\n",
                       strip->bins, strip->units, strip->title[time],
                       time == strip->sorted_by ? " *" : "", table);
    }
    free(order);
    return true;
}

void nd_draw_correlation_matrix(nd_plot *plot, const char *letter, nd_area area, const char *name,
                                const double *matrix, size_t count, const char *const *labels,
                                const char *axis, const char *title) {
    double least = 1.0;
    for (size_t i = 0; i < count * count; i++)
        least = matrix[i] < least ? matrix[i] : least;
    nd_plot_matrix(plot, name, count, count, matrix);
    nd_plot_panel_margins(plot, letter, area.left, area.bottom, area.width, area.height,
                          (nd_plot_margins){1.2, 1.2, 1.0, 0.75});
    size_t longest = 0;
    for (size_t i = 0; i < count; i++)
        longest = strlen(labels[i]) > longest ? strlen(labels[i]) : longest;
    int most = longest > 2 ? 5 : 8; /* steps between labels that fit side by side */
    size_t every = (size_t)fmax(1, nd_nice_step((double)count - 1, most));
    nd_plot_script(plot, "set xtics () scale 0\nset ytics () scale 0\n");
    for (size_t i = 0; i < count; i += every) {
        nd_plot_script(plot, "set xtics add ('%s' %zu)\nset ytics add ('%s' %zu)\n", labels[i], i,
                       labels[i], i);
    }
    nd_plot_script(
        plot,
        "set border 15\nset size ratio -1\nset xrange [-0.5:%zu-0.5]\n"
        "set yrange [%zu-0.5:-0.5]\nset cbrange [%.2g:1]\nset title '%s'\nset xlabel '%s'\n"
        "plot '%s' matrix with image notitle\n",
        count, count, floor(fmin(least, 0.9) * 10.0) / 10.0, title, axis, name);
}

/* Where the fitted line lies: through the mean of all points. */
static void line_ends(const nd_curve *curve, const nd_metric_course *course, bool normalised,
                      double ends[4]) {
    double x = 0.0, y = 0.0, n = 0.0, scale = 1.0;
    const double *values = normalised ? course->normalised : course->value;
    for (size_t p = 0; p < curve->points; p++) {
        if (isnan(values[p]))
            continue;
        x += curve->time[p] * curve->count[p];
        y += values[p] * curve->count[p];
        n += curve->count[p];
    }
    if (!normalised && course->normalised[0] > 0.0)
        scale = course->value[0] / course->normalised[0];
    for (int end = 0; end < 2; end++) {
        ends[2 * end] = curve->time[end == 0 ? 0 : curve->points - 1];
        ends[2 * end + 1] = y / n + scale * course->line.slope * (ends[2 * end] - x / n);
    }
}

static void write_course(nd_plot *plot, const nd_course_panel *panel) {
    const nd_curve *curve = panel->curve;
    const nd_metric_course *course = &curve->course[panel->metric];
    nd_plot_table(plot, panel->name);
    for (size_t p = 0; p < curve->points; p++) {
        double value = panel->normalised ? course->normalised[p] : course->value[p];
        double error = panel->normalised ? course->normalised_error[p] : course->error[p];
        nd_plot_row(plot, 3, (double[]){curve->time[p], value, isnan(error) ? 0.0 : error});
    }
    double ends[4];
    line_ends(curve, course, panel->normalised, ends);
    nd_plot_block(plot);
    nd_plot_row(plot, 2, ends);
    nd_plot_row(plot, 2, ends + 2);
    for (size_t g = 0; panel->with_members && g < curve->groups; g++) {
        const nd_curve *member = &panel->result->curve[curve->first_group + g];
        const nd_metric_course *own = &member->course[panel->metric];
        nd_plot_block(plot);
        for (size_t p = 0; p < member->points; p++)
            nd_plot_row(plot, 2,
                        (double[]){member->time[p],
                                   panel->normalised ? own->normalised[p] : own->value[p]});
    }
}

/* Whether all that is drawn has one value, of which gnuplot makes no axis. */
static bool is_level(const nd_course_panel *panel, double *level) {
    *level = NAN;
    const nd_curve *curve = panel->curve;
    for (size_t g = 0; g <= (panel->with_members ? curve->groups : 0); g++) {
        const nd_curve *of = g == 0 ? curve : &panel->result->curve[curve->first_group + g - 1];
        const nd_metric_course *course = &of->course[panel->metric];
        for (size_t p = 0; p < of->points; p++) {
            double value = panel->normalised ? course->normalised[p] : course->value[p];
            double error = panel->normalised ? course->normalised_error[p] : course->error[p];
            if (error > 0 || (!isnan(value) && !isnan(*level) && value != *level))
                return false;
            *level = isnan(value) ? *level : value;
        }
    }
    return !isnan(*level);
}

void nd_draw_course(nd_plot *plot, const char *letter, nd_area area, const nd_course_panel *panel) {
    const nd_curve *curve = panel->curve;
    const nd_metric_course *course = &curve->course[panel->metric];
    double span = curve->time[curve->points - 1] - curve->time[0], pad = span > 0 ? 0.06 * span : 1;
    write_course(plot, panel);
    nd_plot_panel(plot, letter, area.left, area.bottom, area.width, area.height);
    nd_plot_script(plot,
                   "set xlabel '%s'\nset ylabel '%s'\nset xrange [%.9g:%.9g]\n"
                   "set offsets 0,0,graph 0.25,graph 0.05\n",
                   nd_plot_text_of(panel->result->time_name, 28).markup, panel->y_label,
                   curve->time[0] - pad, curve->time[curve->points - 1] + pad);
    double level;
    if (is_level(panel, &level)) {
        double around = level == 0 ? 1 : 0.05 * fabs(level);
        nd_plot_script(plot, "unset offsets\nset yrange [%.9g:%.9g]\n", level - around,
                       level + around);
    } else if (panel->normalised) /* noise of a thousandth is no axis, with tics too long for it */
        nd_plot_script(plot, "set yrange [*<0.95:1.05<*]\n");
    if (panel->top > 0)
        nd_plot_script(plot, "unset offsets\nset yrange [0:%.6g]\n", panel->top);
    if (span <= 8.0 && span == floor(span)) /* whole days, whole tics */
        nd_plot_script(plot, "set xtics 1\n");
    if (panel->title)
        nd_plot_script(plot, "set title '%s'\n", nd_plot_text_of(panel->title, 36).markup);
    if (!isnan(course->line.p))
        nd_plot_script(plot,
                       "set label 1 '%+.2g ± %.1g %% per %s'.\"\\np = %.2g\" at graph 0.98,0.96 "
                       "right font ',7'\n",
                       100.0 * course->line.slope, 100.0 * course->line.slope_error,
                       nd_plot_text_of(panel->result->time_name, 12).markup, course->line.p);
    nd_plot_script(plot, "plot ");
    for (size_t g = 0; panel->with_members && curve->groups > 1 && g < curve->groups; g++)
        nd_plot_script(plot,
                       "'%s' index %zu with lines linecolor rgb '#B0B0B0' linewidth 0.8 notitle, ",
                       panel->name, g + 2);
    nd_plot_script(plot,
                   "'%s' index 1 with lines linetype %d dashtype 2 linewidth 1 notitle, "
                   "'%s' index 0 with yerrorlines linetype %d pointsize 0.5 notitle\n",
                   panel->name, panel->line_type, panel->name, panel->line_type);
}

const char *nd_recorded_label(const nd_recording_result *result, const char *what, const char *unit,
                              char *text, size_t size) {
    char own[ND_PLOT_TEXT];
    snprintf(text, size, "%s (%s)", what,
             nd_plot_text_of(nd_recorded_unit(result, unit, own, sizeof own), 40).markup);
    return text;
}
