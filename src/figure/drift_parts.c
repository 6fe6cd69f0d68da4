#include "figure/drift_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static bool any(const nd_drift_measures *m, nd_drift_pair pair) {
    for (size_t a = 0; m && a < m->sessions; a++)
        for (size_t b = 0; b < m->sessions; b++)
            if (a != b && !isnan(m->pair[pair][a * m->sessions + b]))
                return true;
    return false;
}

size_t nd_drift_shown(const nd_drift_read *read, size_t *shown) {
    size_t count = 0;
    for (size_t g = 0; g < read->series && count < ND_DRIFT_SERIES; g++)
        if (any(read->measures[g], ND_PAIR_OVERLAP))
            shown[count++] = g;
    return count;
}

void nd_drift_time_axis(const nd_drift_read *read, double *unit, char label[ND_PLOT_TEXT]) {
    double longest = 0;
    for (size_t g = 0; g < read->series; g++) {
        const nd_drift_measures *m = read->measures[g];
        if (m->sessions > 1)
            longest = fmax(longest, fabs(m->time[m->sessions - 1] - m->time[0]));
    }
    *unit = longest >= 1e4 ? pow(1000, floor(log10(longest) / 3)) : 1;
    if (*unit > 1)
        snprintf(label, ND_PLOT_TEXT, "%.200ss apart (10^{%.0f})",
                 nd_plot_text_of(read->time_unit, 22).markup, log10(*unit));
    else
        snprintf(label, ND_PLOT_TEXT, "%.200ss apart", nd_plot_text_of(read->time_unit, 22).markup);
}

/* Intervals that differ by less count as one: snapshots that are evenly spread fall on whole steps.
 */
static double alike(const nd_drift_measures *m) {
    double shortest = INFINITY;
    for (size_t i = 1; i < m->sessions; i++)
        if (m->time[i] > m->time[i - 1])
            shortest = fmin(shortest, m->time[i] - m->time[i - 1]);
    return isinf(shortest) ? 0 : 0.05 * shortest;
}

/* The mean of a pair measure, both ways, over the pairs that are as far apart as sessions a and b;
 * NaN where an earlier pair is, which has told it. `apart` is the mean of theirs. */
static double mean_at(const nd_drift_measures *m, nd_drift_pair pair, size_t a, size_t b,
                      double *apart) {
    size_t n = m->sessions, pairs = 0;
    double sum = 0, known = 0, of_these = fabs(m->time[a] - m->time[b]), same = alike(m);
    *apart = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++) {
            double this = fabs(m->time[i] - m->time[j]);
            if (fabs(this - of_these) > same)
                continue;
            if (i * n + j < a * n + b)
                return NAN;
            *apart += (this - *apart) / (double)++pairs;
            for (int way = 0; way < 2; way++) {
                double value = m->pair[pair][way ? j * n + i : i * n + j];
                sum += isnan(value) ? 0 : value;
                known += !isnan(value);
            }
        }
    return sum / known;
}

static void put_means(nd_plot *plot, const nd_drift_measures *m, nd_drift_pair pair, double unit,
                      const char *table) {
    nd_plot_table(plot, table);
    for (size_t a = 0; a < m->sessions; a++)
        for (size_t b = a + 1; b < m->sessions; b++) {
            double apart, mean = mean_at(m, pair, a, b, &apart);
            if (!isnan(mean))
                nd_plot_row(plot, 2, (double[]){apart / unit, mean});
        }
    nd_plot_row(plot, 2, (double[]){NAN, NAN}); /* never empty */
}

static void put_points(nd_plot *plot, const nd_drift_measures *m, nd_drift_pair pair, double unit,
                       const char *table) {
    size_t n = m->sessions;
    nd_plot_table(plot, table);
    for (size_t a = 0; a < n; a++)
        for (size_t b = 0; b < n; b++)
            if (a != b)
                nd_plot_row(
                    plot, 2,
                    (double[]){fabs(m->time[a] - m->time[b]) / unit, m->pair[pair][a * n + b]});
}

static void draw_nothing(nd_plot *plot, const char *letter, nd_area area, const char *y_label) {
    nd_plot_panel(plot, letter, area.left, area.bottom, area.width, area.height);
    nd_plot_script(plot,
                   "set ylabel '%s'\nunset tics\nset xrange [0:1]\nset yrange [0:1]\n"
                   "set label 1 'not known' at 0.5,0.5 center\nplot NaN notitle\n",
                   y_label);
}

void nd_draw_drift_panel(nd_plot *plot, const char *letter, nd_area area, const nd_drift_read *read,
                         const nd_drift_panel *panel) {
    size_t shown[ND_DRIFT_SERIES], count = nd_drift_shown(read, shown);
    bool chance = panel->chance != ND_DRIFT_PAIRS;
    char name[96], label[ND_PLOT_TEXT];
    double unit;
    bool known = false;
    for (size_t i = 0; i < count; i++)
        known = known || any(read->measures[shown[i]], panel->pair);
    if (!known) {
        draw_nothing(plot, letter, area, panel->y_label);
        return;
    }
    nd_drift_time_axis(read, &unit, label);
    for (size_t i = 0; i < count; i++) {
        const nd_drift_measures *m = read->measures[shown[i]];
        snprintf(name, sizeof name, "%s-%zu", panel->table, i + 1);
        put_points(plot, m, panel->pair, unit, name);
        snprintf(name, sizeof name, "%s-mean-%zu", panel->table, i + 1);
        put_means(plot, m, panel->pair, unit, name);
        snprintf(name, sizeof name, "%s-chance-%zu", panel->table, i + 1);
        if (chance)
            put_means(plot, m, panel->chance, unit, name);
    }
    nd_plot_panel(plot, letter, area.left, area.bottom, area.width, area.height);
    nd_plot_script(plot, "set xlabel '%s'\nset ylabel '%s'\nset xrange [0:*]\n%s%s", label,
                   panel->y_label, panel->from_zero ? "set yrange [0:*]\n" : "",
                   panel->key || panel->chance_key
                       ? "set key at graph 0.02,1.13 left top horizontal font ',7' "
                         "samplen 1.2 width 1\n"
                       : "unset key\n");
    nd_plot_script(plot, "plot ");
    for (size_t i = 0; i < count; i++)
        nd_plot_script(plot,
                       "'%s-%zu' with points linetype %zu pointtype 7 pointsize 0.22 notitle, ",
                       panel->table, i + 1, i + 1);
    for (size_t i = 0; chance && i < count; i++)
        nd_plot_script(plot,
                       "'%s-chance-%zu' smooth unique with lines linetype %zu dashtype 2 notitle, ",
                       panel->table, i + 1, i + 1);
    for (size_t i = 0; i < count; i++)
        nd_plot_script(
            plot, "'%s-mean-%zu' smooth unique with lines linetype %zu linewidth 2 title '%s'%s",
            panel->table, i + 1, i + 1,
            panel->key ? nd_plot_text_of(read->name[shown[i]], 24).markup : "",
            i + 1 < count ? ", " : "");
    nd_plot_script(
        plot, "%s\n",
        panel->chance_key ? ", NaN with lines linecolor 'black' dashtype 2 title 'by chance'" : "");
}
