/* A metric of a sweep's runs against one of their keys, by another: points, and means with standard
 * errors. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "experiment/keys.h"
#include "experiment/parse.h"
#include "figure/figures.h"
#include "figure/parts.h"
#include "store/sweep_store.h"
#include "sweep/sweep.h"

enum { MOST_GROUPS = 8, MOST_NAME = 80 };

typedef struct point {
    double x, y;
    size_t group;
} point;

typedef struct scatter {
    const nd_key *x, *by; /* by: NULL where all runs are one group */
    size_t metric;
    point *points;
    size_t count, room, left_out; /* left out: not done, or without the number */
    char group[MOST_GROUPS][MOST_NAME];
    size_t groups;
} scatter;

/* The value of a key as text; a number, where it is one, in *number. */
static void value_of(const nd_experiment *experiment, const nd_key *key, char text[MOST_NAME],
                     double *number) {
    const void *at = (const char *)experiment + key->offset;
    *number = NAN;
    switch (key->kind) {
    case ND_WORD:
        snprintf(text, MOST_NAME, "%s", *(char *const *)at ? *(char *const *)at : "");
        return;
    case ND_NUMBER:
        *number = *(const double *)at;
        break;
    case ND_COUNT:
        *number = (double)*(const uint64_t *)at;
        break;
    case ND_TRUTH:
        *number = *(const bool *)at;
        break;
    }
    snprintf(text, MOST_NAME, "%.6g", *number);
}

static bool group_of(scatter *to, const char *name, size_t *group, nd_error *error) {
    for (*group = 0; *group < to->groups; (*group)++)
        if (strcmp(to->group[*group], name) == 0)
            return true;
    if (to->groups == MOST_GROUPS)
        return nd_fail(error, to->by->name, "choose a key with fewer values for by=",
                       "has more than %d values among the runs", MOST_GROUPS);
    snprintf(to->group[to->groups++], MOST_NAME, "%s", name);
    return true;
}

static bool take(int64_t id, const char *text, const nd_sweep_result *result, void *context,
                 nd_error *error) {
    scatter *to = context;
    (void)id;
    double y = result->metrics[to->metric], x, unused;
    if (result->state != ND_DONE || !isfinite(y)) {
        to->left_out++;
        return true;
    }
    nd_experiment *experiment = nd_experiment_restore(text, "sweep store", error);
    char name[MOST_NAME] = "all runs", shown[MOST_NAME];
    size_t group = 0;
    bool fine = experiment != NULL;
    if (fine) {
        value_of(experiment, to->x, shown, &x);
        if (to->by)
            value_of(experiment, to->by, name, &unused);
        if (!isfinite(x))
            fine = nd_fail(error, to->x->name,
                           "choose a key whose values are numbers for x=", "is '%s', no number",
                           shown);
    }
    fine = fine && group_of(to, name, &group, error);
    point *grown =
        fine ? nd_grown(to->points, &to->room, to->count + 1, sizeof *grown, error) : NULL;
    if (grown) {
        to->points = grown;
        to->points[to->count++] = (point){x, y, group};
    }
    nd_experiment_free(experiment);
    return grown != NULL;
}

static int by_group_and_x(const void *a, const void *b) {
    const point *p = a, *q = b;
    int order = (p->group > q->group) - (p->group < q->group);
    return order ? order : (p->x > q->x) - (p->x < q->x);
}

static bool metric_of(const char *name, size_t *metric, nd_error *error) {
    char mend[200];
    *metric = nd_run_metric_find(name, mend, sizeof mend);
    return *metric < ND_RUN_METRICS ||
           nd_fail(error, "y", mend, "'%.100s' is no metric of a sweep", name);
}

static bool key_of(const char *which, const char *name, const nd_key **key, nd_error *error) {
    char mend[200];
    *key = nd_key_find(name);
    return *key || nd_fail(error, which, nd_experiment_key_like(name, mend, sizeof mend),
                           "'%.100s' is no key of experiments", name);
}

/* x=KEY, y=METRIC, by=KEY, in any order. */
static bool read_words(const nd_figure_request *request, scatter *to, nd_error *error) {
    bool metric = false;
    for (size_t i = 1; i < request->input_count; i++) {
        const char *word = request->inputs[i];
        bool fine;
        if (strncmp(word, "x=", 2) == 0)
            fine = key_of("x", word + 2, &to->x, error);
        else if (strncmp(word, "by=", 3) == 0)
            fine = key_of("by", word + 3, &to->by, error);
        else if (strncmp(word, "y=", 2) == 0)
            fine = metric = metric_of(word + 2, &to->metric, error);
        else
            fine = nd_fail(error, word, NULL, "expected x=KEY, y=METRIC or by=KEY");
        if (!fine)
            return false;
    }
    return (to->x && metric) ||
           nd_fail(error, "figure sweep", "e.g. x=learning.update_noise y=active_units_ratio",
                   "needs x=KEY and y=METRIC");
}

static void write_tables(nd_plot *plot, const scatter *from) {
    size_t i = 0;
    for (size_t g = 0; g < from->groups; g++) {
        char name[32];
        size_t first = i;
        snprintf(name, sizeof name, "runs-%zu", g);
        nd_plot_table(plot, name);
        for (; i < from->count && from->points[i].group == g; i++)
            nd_plot_row(plot, 2, (double[]){from->points[i].x, from->points[i].y});
        snprintf(name, sizeof name, "mean-%zu", g);
        nd_plot_table(plot, name); /* x, mean, standard error */
        for (size_t a = first, b; a < i; a = b) {
            double sum = 0, squares = 0;
            for (b = a; b < i && from->points[b].x == from->points[a].x; b++)
                sum += from->points[b].y;
            double n = (double)(b - a), mean = sum / n;
            for (size_t k = a; k < b; k++)
                squares += (from->points[k].y - mean) * (from->points[k].y - mean);
            nd_plot_row(
                plot, 3,
                (double[]){from->points[a].x, mean, n > 1 ? sqrt(squares / (n * (n - 1))) : 0});
        }
    }
}

/* Whether no two runs of a group have one value: then there are no means. */
static bool all_alone(const scatter *from) {
    for (size_t i = 1; i < from->count; i++)
        if (from->points[i].group == from->points[i - 1].group &&
            from->points[i].x == from->points[i - 1].x)
            return false;
    return true;
}

static void draw(nd_plot *plot, const scatter *from) {
    double least = INFINITY, most = -INFINITY, low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < from->count; i++) {
        least = fmin(least, from->points[i].x);
        most = fmax(most, from->points[i].x);
        low = fmin(low, from->points[i].y);
        high = fmax(high, from->points[i].y);
    }
    bool logarithmic = least > 0 && most > 20 * least;
    nd_plot_panel(plot, NULL, 0, 0, 1, 1);
    nd_plot_script(plot,
                   "set xlabel '%s'\nset ylabel '%s'\nset key %s\nset offsets graph "
                   "0.04, graph 0.04, graph 0.06, %s\n%s",
                   nd_plot_text_of(from->x->name, ND_PLOT_MOST).markup,
                   nd_plot_text_of(nd_run_metric_name(from->metric), ND_PLOT_MOST).markup,
                   from->by ? "top right" : "off",
                   low >= 0 && high > 3 * low ? "0\nset yrange [0:*]" : "graph 0.06",
                   logarithmic ? "set logscale x\n" : "");
    if (logarithmic) /* the range goes on beyond the points */
        nd_decade_tics(plot, 'x', least / 10, most * 10, true);
    if (from->left_out > 0)
        nd_plot_script(plot, "set label 1 '%zu runs left out' at graph 0.02,0.04 left font ',7'\n",
                       from->left_out);
    bool alone = all_alone(from);
    for (size_t g = 0; g < from->groups; g++) {
        nd_plot_script(plot, "%s", g > 0 ? ", " : "plot ");
        if (!alone)
            nd_plot_script(plot,
                           "'runs-%zu' using 1:2 with points linetype %zu pointtype 7 pointsize "
                           "0.25 notitle, ",
                           g, g + 1);
        nd_plot_script(plot,
                       "'mean-%zu' using 1:2:3 with %s linetype %zu pointtype 7 pointsize 0.5 "
                       "title '%s'",
                       g, alone ? "points" : "yerrorlines", g + 1,
                       nd_plot_text_of(from->group[g], 60).markup);
    }
    nd_plot_script(plot, "\n");
}

bool nd_figure_sweep(const nd_figure_request *request, nd_error *error) {
    scatter all = {0};
    char *path = NULL;
    nd_sweep_store *store = NULL;
    bool fine = read_words(request, &all, error) &&
                (path = nd_sweep_store_path(request->inputs[0], 0, 1, error)) &&
                (store = nd_sweep_store_open(path, error)) &&
                nd_sweep_store_each(store, take, &all, error);
    if (fine && all.count == 0)
        fine = nd_fail(error, request->inputs[0],
                       "let the sweep go on; measures must be asked for in its file, under metrics",
                       "has no finished run with '%s' yet", nd_run_metric_name(all.metric));
    nd_sweep_store_close(store);
    free(path);
    if (fine)
        qsort(all.points, all.count, sizeof *all.points, by_group_and_x);
    nd_plot *plot = fine ? nd_plot_new(request->output, 9, 7, error) : NULL;
    if (plot) {
        write_tables(plot, &all);
        draw(plot, &all);
        nd_plot_note(plot, "n = %zu runs; %s", all.count,
                     all_alone(&all) ? "a point each" : "circles: mean and s.e.m. at each value");
    }
    free(all.points);
    return plot && nd_plot_draw(plot, &request->plot, error);
}
