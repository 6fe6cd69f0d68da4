/* Data sets' own properties side by side: the paper's Table 3. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "analyse/words_of_recording.h"
#include "base/json.h"
#include "base/shown.h"
#include "base/writer.h"

/* What a table holds beside the manifests' words. */
enum { ANIMALS, SESSIONS, CELLS, TIME, ACTIVITY, INFORMATION, VERDICT, COUNTED };

static const char *const names[COUNTED] = {
    "animals", "sessions", "cells_per_session", "time", "active_cells_change", "information_change",
    "verdict"};

enum { PROPERTIES = ND_ABOUT_TEXTS + COUNTED, SIZE = 512 };

static const char *property_name(size_t property) {
    return property < ND_ABOUT_TEXTS ? nd_about_name(property) : names[property - ND_ABOUT_TEXTS];
}

/* The least and the most cells of a session, and the span of days. */
static void count_cells(const nd_recording_result *result, char *text, bool time) {
    double least = INFINITY, most = 0.0, first = INFINITY, last = -INFINITY;
    for (size_t s = 0; s < result->sessions; s++) {
        double cells = result->session[s].metric[ND_METRIC_CELLS];
        first = fmin(first, result->session[s].day);
        last = fmax(last, result->session[s].day);
        least = isnan(cells) ? least : fmin(least, cells);
        most = isnan(cells) ? most : fmax(most, cells);
    }
    if (time)
        snprintf(text, SIZE, "%s %g to %g", result->day_name, first, last);
    else if (least < most)
        snprintf(text, SIZE, "%.0f to %.0f", least, most);
    else if (most > 0.0)
        snprintf(text, SIZE, "%.0f", most);
}

static void change(const nd_metric_course *course, char *text) {
    if (!isnan(course->line.p))
        snprintf(text, SIZE, "%+.0f%% (p = %.2g)", 100.0 * course->change, course->line.p);
}

static void property(nd_recording_result *result, size_t index, char *text) {
    const nd_curve *curve = &result->curve[result->curves - 1];
    const nd_verdict *verdict = &result->verdict[result->curves - 1];
    size_t animals = 0;
    text[0] = '\0';
    if (index < ND_ABOUT_TEXTS) {
        snprintf(text, SIZE, "%s", *nd_about_text(&result->about, index));
        return;
    }
    switch (index - ND_ABOUT_TEXTS) {
    case ANIMALS:
        for (size_t s = 0; s < result->sessions; s++)
            animals +=
                s == 0 || strcmp(result->session[s].animal, result->session[s - 1].animal) != 0;
        snprintf(text, SIZE, "%zu", animals);
        break;
    case SESSIONS:
        snprintf(text, SIZE, "%zu", result->sessions);
        break;
    case CELLS:
    case TIME:
        count_cells(result, text, index - ND_ABOUT_TEXTS == TIME);
        break;
    case ACTIVITY:
        change(&curve->course[verdict->activity_metric], text);
        break;
    case INFORMATION:
        change(&curve->course[verdict->information_metric], text);
        break;
    default:
        snprintf(text, SIZE, "%s", nd_drift_name(verdict->drift));
    }
}

void nd_recording_properties_json(nd_recording_result *result, FILE *out) {
    char value[SIZE];
    nd_json json = nd_json_begin(out);
    nd_json_text(&json, "dataset", result->name);
    for (size_t p = 0; p < PROPERTIES; p++) {
        property(result, p, value);
        nd_json_text(&json, property_name(p), value[0] ? value : NULL);
    }
    nd_json_end(&json);
}

bool nd_recording_properties_csv(nd_recording_result *const *results, size_t count, nd_buffer *text,
                                 nd_error *error) {
    char value[SIZE];
    nd_writer to = {text, true, error};
    nd_write(&to, "dataset");
    for (size_t p = 0; p < PROPERTIES; p++)
        nd_write(&to, ",%s", property_name(p));
    nd_write(&to, "\n");
    for (size_t r = 0; r < count; r++) {
        nd_write_cell(&to, results[r]->name);
        for (size_t p = 0; p < PROPERTIES; p++) {
            property(results[r], p, value);
            nd_write(&to, ",");
            nd_write_cell(&to, value);
        }
        nd_write(&to, "\n");
    }
    return nd_write_end(&to);
}

/* A property of all data sets, or their names (SIZE_MAX), each in a column of its own width; long
 * ones are cut, and properties that no data set has are left out. */
static void put_row(nd_recording_result *const *results, size_t count, size_t index,
                    nd_writer *to) {
    enum { NAME = 20, COLUMN = 30 };
    char value[SIZE], shown[COLUMN + 1];
    bool any = index == SIZE_MAX;
    for (size_t r = 0; r < count && !any; r++) {
        property(results[r], index, value);
        any = value[0] != '\0';
    }
    if (!any)
        return;
    nd_write(to, "%-*s", NAME, index == SIZE_MAX ? "" : property_name(index));
    for (size_t r = 0; r < count; r++) {
        if (index == SIZE_MAX)
            snprintf(value, sizeof value, "%s", results[r]->name);
        else
            property(results[r], index, value);
        if (r + 1 < count)
            nd_write(to, "  %-*s", COLUMN, nd_shown_in(value, shown, sizeof shown));
        else
            nd_write(to, "  %s", nd_shown(value).text);
    }
    nd_write(to, "\n");
}

bool nd_recording_properties(nd_recording_result *const *results, size_t count, nd_buffer *text,
                             nd_error *error) {
    nd_writer to = {text, true, error};
    put_row(results, count, SIZE_MAX, &to);
    for (size_t p = 0; p < PROPERTIES; p++)
        put_row(results, count, p, &to);
    return nd_write_end(&to);
}
