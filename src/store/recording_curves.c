/* Curves against time and verdicts, in the results file. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "store/recording_transfer.h"

#define AT(array, member) &(array)->member, sizeof *(array)

/* A series of every curve, `points` long in the file, NaN beyond a curve's own. `pick` finds it. */
static void move_series(nd_transfer *t, nd_recording_result *result, nd_variable variable,
                        size_t points, double **(*pick)(nd_curve *curve, size_t metric),
                        size_t metric) {
    size_t n = result->curves;
    double *all = t->fine ? nd_doubles(n * points, t->error) : NULL;
    t->fine = all;
    if (!all)
        return;
    for (size_t c = 0; t->fine && c < n; c++)
        for (size_t p = 0; p < points; p++)
            all[c * points + p] = t->writing && p < result->curve[c].points
                                      ? (*pick(&result->curve[c], metric))[p]
                                      : NAN;
    nd_transfer_column(t, variable, all, sizeof *all, n * points);
    for (size_t c = 0; t->fine && !t->writing && c < n; c++) {
        double **series = pick(&result->curve[c], metric);
        nd_transfer_array(t, series, result->curve[c].points, sizeof *all);
        for (size_t p = 0; t->fine && p < result->curve[c].points; p++)
            (*series)[p] = all[c * points + p];
    }
    free(all);
}

/* Room for the curves of a session that is read. */
static void make_curves(nd_transfer *t, nd_session_result *session, size_t fractions) {
    nd_sample_curves *curves = &session->curves;
    curves->cells = session->active;
    curves->fractions = fractions;
    for (size_t f = 0; f < fractions; f++)
        curves->fraction[f] = (double)(f + 1) / (double)fractions;
    for (size_t k = 0; k < ND_INFORMATIONS; k++) {
        nd_transfer_array(t, &curves->naive[k], session->active * fractions, sizeof(double));
        nd_transfer_array(t, &curves->shuffled[k], session->active * fractions, sizeof(double));
    }
}

/* One information's curves of all cells: copied from the sessions, moved, copied back. */
static void move_cell_curves(nd_transfer *t, nd_recording_result *result, nd_variable variable,
                             size_t information, bool shuffled, size_t cells, size_t fractions) {
    double *all = t->fine ? nd_doubles(cells * fractions, t->error) : NULL;
    t->fine = all;
    if (!all)
        return;
    for (int pass = t->writing ? 0 : 1; t->fine && pass < 2; pass++) {
        double *row = all;
        if (pass == 1)
            nd_transfer_column(t, variable, all, sizeof *all, cells * fractions);
        if (pass == 1 && t->writing)
            break;
        for (size_t s = 0; t->fine && s < result->sessions; s++) {
            nd_session_result *session = &result->session[s];
            size_t count = session->active * fractions;
            double **own = shuffled ? session->curves.shuffled : session->curves.naive;
            for (size_t i = 0; i < count && pass == 0; i++)
                row[i] = session->fractions == fractions ? own[information][i] : NAN;
            if (pass == 1 && session->fractions == fractions)
                memcpy(own[information], row, count * sizeof *row);
            row += count;
        }
    }
    free(all);
}

void nd_recording_file_move_cell_curves(nd_transfer *t, nd_recording_result *result, size_t cells,
                                        size_t fractions) {
    static const char *const names[ND_INFORMATIONS] = {"si_bit_spike", "si_bit_second", "mi"};
    static const char *const units[ND_INFORMATIONS] = {"bit/event", "bit/s", "bit/frame"};
    for (size_t s = 0; !t->writing && s < result->sessions; s++)
        if (result->session[s].fractions == fractions)
            make_curves(t, &result->session[s], fractions);
    for (size_t k = 0; k < ND_INFORMATIONS; k++)
        for (int shuffled = 0; shuffled < 2; shuffled++) {
            char name[64], unit[96];
            snprintf(name, sizeof name, "cell_%s_%s_curve", shuffled ? "shuffled" : "naive",
                     names[k]);
            move_cell_curves(t, result,
                             (nd_variable){name, "cell fraction",
                                           nd_recorded_unit(result, units[k], unit, sizeof unit),
                                           "information against sample fraction, of the cell"},
                             k, shuffled, cells, fractions);
        }
}

static double **time_of(nd_curve *curve, size_t metric) {
    (void)metric;
    return &curve->time;
}

static double **count_of(nd_curve *curve, size_t metric) {
    (void)metric;
    return &curve->count;
}

static double **value_of(nd_curve *curve, size_t metric) {
    return &curve->course[metric].value;
}

static double **error_of(nd_curve *curve, size_t metric) {
    return &curve->course[metric].error;
}

static double **normalised_of(nd_curve *curve, size_t metric) {
    return &curve->course[metric].normalised;
}

static double **normalised_error_of(nd_curve *curve, size_t metric) {
    return &curve->course[metric].normalised_error;
}

static void move_courses(nd_transfer *t, nd_recording_result *result, size_t points) {
    const nd_metric_about *table = nd_metric_table();
    const struct {
        const char *suffix, *definition;
        double **(*pick)(nd_curve *curve, size_t metric);
    } series[] = {{"course", "mean over the curve's members", value_of},
                  {"course_error", "standard error of it", error_of},
                  {"normalised", "mean over members, each over its first value", normalised_of},
                  {"normalised_error", "standard error of it", normalised_error_of}};
    for (size_t m = 0; m < ND_METRIC_COUNT; m++)
        for (size_t i = 0; i < 4; i++) {
            char name[96], unit[96];
            snprintf(name, sizeof name, "%s_%s", table[m].name, series[i].suffix);
            move_series(t, result,
                        (nd_variable){
                            name, "curve point",
                            i < 2 ? nd_recorded_unit(result, table[m].unit, unit, sizeof unit) : "",
                            series[i].definition},
                        points, series[i].pick, m);
        }
}

static void move_lines(nd_transfer *t, nd_recording_result *result) {
    const nd_metric_about *table = nd_metric_table();
    nd_curve *curve = result->curve;
    size_t n = result->curves;
    for (size_t m = 0; m < ND_METRIC_COUNT; m++) {
        nd_metric_course *course = curve ? &curve->course[m] : NULL;
        double *const fields[] = {
            &course->line.slope, &course->line.slope_error, &course->line.t,
            &course->line.p,     &course->line.degrees,     &course->change,
            &course->change_low, &course->change_high,      &course->line.correlation,
            &course->smallest,   &course->serial,           &course->limit_90,
            &course->limit_95};
        static const char *const names[][2] = {
            {"slope", "of the values over each member's first, per unit of time; mean over "
                      "animals"},
            {"slope_error", "its standard error"},
            {"t", "of the test that the slope is zero"},
            {"p", "of it, two-sided"},
            {"degrees", "of freedom of it"},
            {"change", "slope times the span of time"},
            {"change_low", "lower end of its 90% interval"},
            {"change_high", "upper end of its 90% interval"},
            {"r", "Pearson correlation with time, of one animal's days"},
            {"smallest_change", "that the test would have shown in 80% of recordings like this"},
            {"serial_correlation", "of neighbouring days of one animal that p is for"},
            {"limit_90", "the |t| that chance exceeds in 10%"},
            {"limit_95", "in 5%"}};
        for (size_t i = 0; course && i < sizeof names / sizeof *names; i++) {
            char name[96];
            snprintf(name, sizeof name, "%s_%s", table[m].name, names[i][0]);
            nd_transfer_column(t, (nd_variable){name, "curve", "", names[i][1]}, fields[i],
                               sizeof *curve, n);
        }
        char name[96];
        snprintf(name, sizeof name, "%s_n", table[m].name);
        if (course)
            nd_transfer_sizes(t, (nd_variable){name, "curve", "", "points of the regression"},
                              &course->line.count, sizeof *curve, n);
        snprintf(name, sizeof name, "%s_animals", table[m].name);
        if (course)
            nd_transfer_sizes(t, (nd_variable){name, "curve", "", "animals with a slope"},
                              &course->animals, sizeof *curve, n);
    }
}

static void move_verdicts(nd_transfer *t, nd_recording_result *result) {
    size_t n = result->curves;
    size_t *number = nd_array(n, sizeof *number, t->error);
    char **text = nd_array(n, sizeof(char *), t->error);
    t->fine = t->fine && number && text;
    if (!number || !text) {
        free(number);
        free(text);
        return;
    }
    for (size_t c = 0; t->fine && t->writing && c < n; c++) {
        number[c] = result->verdict[c].drift;
        text[c] = result->verdict[c].text;
    }
    nd_transfer_sizes(t,
                      (nd_variable){"verdict", "curve", "",
                                    "0: directed drift; 1: directed drift, still going on; 2: "
                                    "null drift; 3: stable; 4: cannot tell"},
                      number, sizeof *number, n);
    nd_transfer_texts(t, (nd_variable){"verdict_text", "curve", "", "the same in words"}, text,
                      sizeof *text, n);
    nd_transfer_array(t, &result->verdict, n, sizeof *result->verdict);
    for (size_t c = 0; t->fine && !t->writing && c < n; c++) {
        /* The words are stored; the rest follows from the curve as it did before. */
        nd_verdict_make(result, &result->curve[c], &result->verdict[c]);
        snprintf(result->verdict[c].text, sizeof result->verdict[c].text, "%s", text[c]);
    }
    for (size_t c = 0; !t->writing && c < n; c++)
        free(text[c]);
    free(number);
    free(text);
}

void nd_recording_file_move_curves(nd_transfer *t, nd_recording_result *result) {
    size_t points = 0;
    for (size_t c = 0; c < result->curves; c++)
        points = result->curve[c].points > points ? result->curve[c].points : points;
    nd_transfer_dimension(t, "curve", &result->curves);
    nd_transfer_dimension(t, "point", &points);
    nd_transfer_array(t, &result->curve, result->curves, sizeof *result->curve);
    if (!t->fine)
        return;
    nd_curve *curve = result->curve;
    size_t n = result->curves;
    size_t *level = nd_array(n, sizeof *level, t->error);
    t->fine = level;
    if (!level)
        return;
    size_t *change = nd_array(n, sizeof *change, t->error);
    t->fine = change;
    for (size_t c = 0; change && c < n; c++) {
        level[c] = curve[c].level;
        change[c] = curve[c].animals_change;
    }
    nd_transfer_texts(t, (nd_variable){"curve_name", "curve", "", "whose curve"}, AT(curve, name),
                      n);
    nd_transfer_sizes(t, (nd_variable){"curve_level", "curve", "", "0: group; 1: animal; 2: all"},
                      level, sizeof *level, n);
    nd_transfer_sizes(t, (nd_variable){"curve_members", "curve", "", "series averaged"},
                      AT(curve, members), n);
    nd_transfer_sizes(t, (nd_variable){"curve_points", "curve", "", "points of the curve"},
                      AT(curve, points), n);
    nd_transfer_sizes(t, (nd_variable){"curve_first_group", "curve", "", "from 0"},
                      AT(curve, first_group), n);
    nd_transfer_sizes(t, (nd_variable){"curve_groups", "curve", "", "groups, consecutive"},
                      AT(curve, groups), n);
    if (change)
        nd_transfer_sizes(t,
                          (nd_variable){"curve_animals_change", "curve", "",
                                        "1: cells of all animals are pooled, and animals come or "
                                        "go"},
                          change, sizeof *change, n);
    for (size_t c = 0; t->fine && !t->writing && c < n; c++) {
        curve[c].animals_change = change && change[c] != 0;
        curve[c].level = level[c] < 3 ? (nd_curve_level)level[c] : ND_CURVE_GROUP;
        if (curve[c].points > points || curve[c].points == 0 ||
            curve[c].first_group > result->groups ||
            curve[c].groups > result->groups - curve[c].first_group)
            t->fine = nd_fail(t->error, nd_nc_path(t->file), "", "its curves do not add up");
    }
    free(level);
    free(change);
    if (!t->fine || n == 0)
        return;
    move_series(t, result,
                (nd_variable){"curve_time", "curve point", "", "in the unit of time_name"}, points,
                time_of, 0);
    move_series(t, result, (nd_variable){"curve_count", "curve point", "", "members at the point"},
                points, count_of, 0);
    move_courses(t, result, points);
    move_lines(t, result);
    move_verdicts(t, result);
}
