/* What a terminal shows of a recording. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analyse/words_of_recording.h"
#include "base/json.h"
#include "base/shown.h"
#include "base/writer.h"

/* A number in a column of the terminal's table, or a dash. */
static void put_column(nd_writer *to, int width, const char *format, double value) {
    char number[32];
    /* The formats are the literals below. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(number, sizeof number, format, value);
#pragma GCC diagnostic pop
    nd_write(to, "%*s", width, isnan(value) ? "-" : number);
}

/* That corrections went by blocks, where one did. */
static void say_bursts(nd_writer *to, const nd_recording_result *result, const nd_group *group) {
    double length = 0, sessions = 0, block = 0;
    for (size_t s = group->first; s < group->first + group->sessions; s++) {
        const double *metric = result->session[s].metric;
        if (!(metric[ND_METRIC_CORRECTION_BLOCK] > 1))
            continue;
        length = fmax(length, metric[ND_METRIC_BURST_LENGTH]);
        block = fmax(block, metric[ND_METRIC_CORRECTION_BLOCK]);
        sessions++;
    }
    if (sessions > 0)
        nd_write(to,
                 "  In %.0f sessions activity comes in bursts (up to %.1f frames): information is "
                 "corrected by blocks of up to %.0f frames, of cells with ten bursts.\n",
                 sessions, length, block);
}

/* Over how many bins the group's maps are compared: those visited in both sessions of a pair. */
static void say_shared_bins(nd_writer *to, const nd_recording_result *result,
                            const nd_group *group) {
    size_t n = group->sessions, bins = n > 0 ? result->session[group->first].bins : 0;
    double least = INFINITY, most = 0;
    for (size_t a = 0; group->shared_bins && a < n; a++)
        for (size_t b = 0; b < a; b++)
            if (group->shared_bins[a * n + b] > 0) { /* 0, NaN: the pair is not compared */
                least = fmin(least, group->shared_bins[a * n + b]);
                most = fmax(most, group->shared_bins[a * n + b]);
            }
    if (most > 0 && least < most)
        nd_write(
            to, "  maps are compared over the bins visited in both sessions, %.0f to %.0f of %zu\n",
            least, most, bins);
    else if (most > 0)
        nd_write(to, "  maps are compared over the bins visited in both sessions, %.0f of %zu\n",
                 most, bins);
}

bool nd_recording_summary(const nd_recording_result *result, nd_buffer *text, nd_error *error) {
    static const struct {
        const char *head, *format;
        int width;
        size_t metric;
    } columns[] = {
        {"cells", "%.0f", 7, ND_METRIC_CELLS},
        {"active", "%.0f", 8, ND_METRIC_ACTIVE_CELLS},
        {"of all", "%.3f", 8, ND_METRIC_FRACTION_ACTIVE},
        {"place", "%.3f", 8, ND_METRIC_PLACE_SHARE},
        {"SI", "%.3f", 8, ND_METRIC_INFORMATION},
        {"SI place", "%.3f", 10, ND_METRIC_PLACE_INFORMATION},
        {"SSR", "%.3f", 8,
         ND_METRIC_CORRECTED + ND_CORRECTION_SCALED_SHUFFLE_REDUCTION * ND_INFORMATIONS},
        {"BAE", "%.3f", 8,
         ND_METRIC_CORRECTED + ND_CORRECTION_BOUNDED_ASYMPTOTIC_EXTRAPOLATION * ND_INFORMATIONS},
        {"MI place", "%.4f", 10, ND_METRIC_PLACE_INFORMATION + ND_INFORMATION_MUTUAL},
        {"halves r", "%.2f", 10, ND_METRIC_RELIABILITY},
        {"first r", "%.2f", 9, ND_METRIC_MAP_CORRELATION},
    };
    enum { COLUMNS = sizeof columns / sizeof *columns };
    nd_writer to = {text, true, error};
    char unit[96], label[15];
    for (size_t g = 0; g < result->groups; g++) {
        const nd_group *group = &result->group[g];
        nd_write(&to, "%s\n%-16s%8s", nd_shown(group->name).text, "  session",
                 nd_shown(result->day_name).text);
        for (size_t i = 0; i < COLUMNS; i++)
            nd_write(&to, "%*s", columns[i].width, columns[i].head);
        nd_write(&to, "\n");
        for (size_t s = group->first; s < group->first + group->sessions; s++) {
            const nd_session_result *session = &result->session[s];
            nd_write(&to, "  %-14s%8.4g", nd_shown_in(session->label, label, sizeof label),
                     session->day);
            for (size_t i = 0; i < COLUMNS; i++)
                put_column(&to, columns[i].width, columns[i].format,
                           session->metric[columns[i].metric]);
            nd_write(&to, "\n");
        }
        say_bursts(&to, result, group);
        say_shared_bins(&to, result, group);
    }
    nd_write(&to,
             "(active: of all cells registered, or found; place: of the active; SI in %s,"
             " MI in bit/frame)\n\n",
             nd_shown(nd_recorded_unit(result, "bit/event", unit, sizeof unit)).text);
    for (size_t c = 0; c < result->curves; c++)
        nd_write(&to, "%s\n", result->verdict[c].text);
    return nd_write_end(&to);
}

static void put_change(nd_json *json, const char *name, const nd_metric_course *course) {
    const struct {
        const char *suffix;
        double value;
    } members[] = {{"change", course->change},
                   {"low", course->change_low},
                   {"high", course->change_high},
                   {"p", course->line.p}};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        char full[64];
        snprintf(full, sizeof full, "%s_%s", name, members[i].suffix);
        nd_json_number(json, full, course->line.count >= 2 ? members[i].value : NAN);
    }
}

/* The lines of a session's notes, its label before each where it is given. */
static void put_notes(nd_json *json, const nd_session *session, const char *label) {
    for (const char *line = session->notes; *line;) {
        char text[1200];
        int length = (int)strcspn(line, "\n");
        snprintf(text, sizeof text, "%.150s%s%.*s", label ? label : "", label ? ": " : "",
                 length < 1000 ? length : 1000, line);
        nd_json_text(json, NULL, text);
        line += length + (line[length] == '\n');
    }
}

/* What is to be kept in mind of a curve: other explanations of its change, and what reading its
 * sessions guessed or left out. */
static void put_warnings(nd_json *json, const nd_recording *recording,
                         const nd_recording_result *result, size_t curve) {
    const nd_curve *of = &result->curve[curve];
    nd_json_open(json, "warnings", '[');
    for (size_t i = 0; i < ND_EXPLANATIONS; i++)
        if (result->verdict[curve].explanations & 1U << i)
            nd_json_text(json, NULL, nd_explanation_name(i));
    for (size_t g = of->first_group; g < of->first_group + of->groups; g++) {
        const nd_group *group = &result->group[g];
        for (size_t s = group->first; s < group->first + group->sessions; s++)
            put_notes(json, &recording->sessions[s], recording->sessions[s].label);
    }
    nd_json_close(json, '[');
}

void nd_recording_read_json(const nd_recording *recording, FILE *out) {
    for (size_t i = 0; i < recording->sessions_count; i++) {
        const nd_session *s = &recording->sessions[i];
        const nd_left_out *left = &s->left_out;
        if (s->kind == ND_SESSION_METRICS)
            continue;
        nd_json json = nd_json_begin(out);
        nd_json_text(&json, "session", s->label);
        nd_json_text(&json, "direction", s->direction[0] ? s->direction : NULL);
        nd_json_number(&json, "cells", (double)s->cells);
        nd_json_text(&json, "cells_are", s->cells_are[0] ? s->cells_are : NULL);
        nd_json_number(&json, "frames", s->frames_read ? (double)s->frames : NAN);
        nd_json_number(&json, "frames_read", s->frames_read ? (double)s->frames_read : NAN);
        nd_json_number(&json, "frame_seconds", s->frames_read ? s->frame_seconds : NAN);
        nd_json_open(&json, "left_out", '{');
        nd_json_number(&json, "outside_trials", (double)left->outside_trials);
        nd_json_number(&json, "position_missing", (double)left->position_missing);
        nd_json_number(&json, "slow", (double)left->slow);
        nd_json_number(&json, "outside_range", (double)left->outside_range);
        nd_json_number(&json, "without_direction", (double)left->without_direction);
        nd_json_number(&json, "activity_missing", (double)left->activity_missing);
        nd_json_number(&json, "bad_times", (double)left->bad_times);
        nd_json_number(&json, "spikes_outside", (double)s->spikes_outside);
        nd_json_number(&json, "cells", (double)s->cells_left_out);
        nd_json_close(&json, '{');
        nd_json_open(&json, "warnings", '[');
        put_notes(&json, s, NULL);
        nd_json_close(&json, '[');
        nd_json_end(&json);
    }
}

void nd_recording_json(const nd_recording *recording, const nd_recording_result *result,
                       FILE *out) {
    for (size_t c = 0; c < result->curves; c++) {
        const nd_curve *curve = &result->curve[c];
        const nd_verdict *verdict = &result->verdict[c];
        nd_json json = nd_json_begin(out);
        nd_json_text(&json, "curve", curve->name);
        nd_json_text(&json, "verdict", nd_drift_name(verdict->drift));
        put_change(&json, "activity", &curve->course[verdict->activity_metric]);
        put_change(&json, "information", &curve->course[verdict->information_metric]);
        nd_json_number(&json, "maps_p", verdict->tuning.decay_p);
        nd_json_open(&json, "warnings", '[');
        for (size_t i = 0; i < ND_EXPLANATIONS; i++)
            if ((verdict->explanations >> i) & 1u)
                nd_json_text(&json, NULL, nd_explanation_name(i));
        nd_json_close(&json, '[');
        nd_json_text(&json, "words", verdict->text);
        put_warnings(&json, recording, result, c);
        nd_json_end(&json);
    }
}
