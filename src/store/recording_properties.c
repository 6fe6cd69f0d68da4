/* Data sets' own properties side by side: the paper's Table 3. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "store/recording_file.h"

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

static void change(const nd_course *course, char *text) {
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

static bool put(nd_buffer *to, const char *text, nd_error *error) {
    return nd_buffer_put(to, text, strlen(text), error);
}

/* A text as a CSV field: quoted where it must be. */
static bool put_field(nd_buffer *to, const char *text, nd_error *error) {
    bool quoted = strpbrk(text, ",\"\r\n") != NULL, fine = !quoted || put(to, "\"", error);
    for (; fine && *text; text++)
        fine = nd_buffer_put(to, text, 1, error) && (*text != '"' || put(to, "\"", error));
    return fine && (!quoted || put(to, "\"", error));
}

bool nd_recording_properties_csv(nd_recording_result *const *results, size_t count, nd_buffer *text,
                                 nd_error *error) {
    char value[SIZE];
    bool fine = put(text, "dataset", error);
    for (size_t p = 0; fine && p < PROPERTIES; p++)
        fine = put(text, ",", error) && put(text, property_name(p), error);
    fine = fine && put(text, "\n", error);
    for (size_t r = 0; fine && r < count; r++) {
        fine = put_field(text, results[r]->name, error);
        for (size_t p = 0; fine && p < PROPERTIES; p++) {
            property(results[r], p, value);
            fine = put(text, ",", error) && put_field(text, value, error);
        }
        fine = fine && put(text, "\n", error);
    }
    return fine && nd_buffer_put(text, "", 1, error);
}

/* A property of all data sets, each in a column of its own width; long ones are cut. */
static bool put_row(nd_recording_result *const *results, size_t count, size_t index,
                    nd_buffer *text, nd_error *error) {
    enum { NAME = 20, COLUMN = 30 };
    char value[SIZE], line[SIZE + NAME];
    bool any = index == SIZE_MAX;
    for (size_t r = 0; r < count && !any; r++) {
        property(results[r], index, value);
        any = value[0] != '\0';
    }
    snprintf(line, sizeof line, "%-*s", NAME, index == SIZE_MAX ? "" : property_name(index));
    bool fine = !any || put(text, line, error);
    for (size_t r = 0; fine && any && r < count; r++) {
        if (index == SIZE_MAX)
            snprintf(value, sizeof value, "%s", results[r]->name);
        else
            property(results[r], index, value);
        if (r + 1 < count)
            snprintf(line, sizeof line, "  %-*.*s", COLUMN, COLUMN, value);
        else
            snprintf(line, sizeof line, "  %s", value);
        fine = put(text, line, error);
    }
    return fine && (!any || put(text, "\n", error));
}

bool nd_recording_properties(nd_recording_result *const *results, size_t count, nd_buffer *text,
                             nd_error *error) {
    bool fine = put_row(results, count, SIZE_MAX, text, error);
    for (size_t p = 0; fine && p < PROPERTIES; p++)
        fine = put_row(results, count, p, text, error);
    return fine && nd_buffer_put(text, "", 1, error);
}
